"""The booth's self-test: what the media process finds becomes the booth's state, its light and its causes."""

import asyncio
from pathlib import Path
from typing import Any

from tests.remote.stage import Media, Page, booth_point

GOOD = {"state": "ready", "fps": 30.0, "size": [1280, 720], "moving": True, "black": False}
PATH = {"url": "turn:turn.example:3478?transport=udp", "how": "udp", "ok": True, "why": "", "rtt_ms": 41.0,
        "jitter_ms": 1.0, "loss": 0.0}  # fmt: skip


async def answering(media: Media, result: dict[str, Any]) -> None:
    asked = await media.until(lambda m: m["t"] == "test")
    await media.say(t="tested", id=asked["id"], result=result)


async def test_every_morning_the_booth_is_tried_and_green_is_ready(tmp_path: Path) -> None:
    media = Media()
    async with booth_point(tmp_path) as (here, _), media.connected(tmp_path):
        await answering(media, {"state": "green", "cameras": {"document_camera": GOOD}, "paths": [PATH],
                                "chosen": PATH["url"]})  # fmt: skip
        async with asyncio.timeout(10):
            while "b1" not in here.ledger.state.devices:
                await asyncio.sleep(0.02)
        assert here.ledger.state.devices["b1"].state == "ready"


async def test_a_technician_tries_it_and_reads_what_is_wrong(tmp_path: Path) -> None:
    media, page = Media(), Page()
    dark = GOOD | {"black": True}
    dead = PATH | {"ok": False, "why": "no_answer", "rtt_ms": None, "loss": None}
    async with booth_point(tmp_path) as (here, _), media.connected(tmp_path), page.connected(here):
        await answering(media, {"state": "green", "cameras": {}, "paths": [], "chosen": None})  # the morning's own
        asked = len(media.of("test"))
        trying = asyncio.create_task(here.post("/devices/b1/test", {"kind": "booth"}, role="technician"))
        test = await media.until(lambda m: m["t"] == "test" and len(media.of("test")) > asked, after=len(media.heard))
        found = {"state": "red", "cameras": {"camera": dark}, "paths": [dead], "chosen": None}
        await media.say(t="tested", id=test["id"], result=found)
        told = (await trying).json
        assert (told["ok"], told["light"], told["found"]["causes"]) == (False, "red", ["camera_dark", "no_path"])
        (row,) = [r for r in (await here.get("/devices", role="technician")).json["devices"] if r["kind"] == "booth"]
        assert {"camera_dark", "no_path"} <= set(row["causes"])


async def test_without_its_media_process_a_booth_is_red_at_once(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        told = (await here.post("/devices/b1/test", {"kind": "booth"}, role="technician")).json
        assert (told["light"], told["found"]["causes"]) == ("red", ["no_media"])
