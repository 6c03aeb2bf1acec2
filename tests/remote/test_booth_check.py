"""The booth's self-test: what the media process finds becomes the booth's state, its light and its causes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from controller.readers import booth_check
from tests.remote.stage import WAIT_S, Media, Page, booth_point
from tests.web.rig import Point

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
        async with asyncio.timeout(WAIT_S):
            while "b1" not in here.ledger.state.devices:
                await asyncio.sleep(0.02)
        assert here.ledger.state.devices["b1"].state == "ready"


async def test_a_technician_tries_it_and_reads_what_is_wrong(tmp_path: Path) -> None:
    media, page = Media(), Page()
    page.finds = {"refused": "busy"}
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


async def test_a_page_that_could_not_look_makes_the_booth_yellow_not_green(tmp_path: Path) -> None:
    media, page = Media(), Page()
    page.finds = {"refused": "failed"}
    async with booth_point(tmp_path) as (here, _), media.connected(tmp_path), page.connected(here):
        good = {"state": "green", "cameras": {"document_camera": GOOD}, "paths": [], "chosen": None}
        await answering(media, good)
        asked = len(media.heard)
        trying = asyncio.create_task(here.post("/devices/b1/test", {"kind": "booth"}, role="technician"))
        test = await media.until(lambda m: m["t"] == "test", after=asked)
        await media.say(t="tested", id=test["id"], result=good)
        told = (await trying).json
        assert (told["light"], told["found"]["causes"]) == ("yellow", ["not_drawing"])


async def test_without_its_media_process_a_booth_is_red_at_once(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        told = (await here.post("/devices/b1/test", {"kind": "booth"}, role="technician")).json
        assert (told["light"], told["found"]["causes"]) == ("red", ["no_media"])


async def test_the_paths_that_are_measured_are_those_that_a_session_would_be_told(tmp_path: Path) -> None:
    media = Media()
    server = {"urls": ["turn:turn.example:3478?transport=udp"], "username": "1:test.t", "credential": "c"}
    async with booth_point(tmp_path) as (_, broker):
        broker.servers = [server]
        async with media.connected(tmp_path):
            test = await media.until(lambda m: m["t"] == "test")
            assert test["ice"]["servers"] == [server]
            await media.say(t="tested", id=test["id"], result={"state": "green", "cameras": {}, "paths": []})


async def test_a_booth_that_was_tried_while_central_was_away_is_tried_again_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booth_check, "LOOK_S", 0.05)
    media = Media()
    async with booth_point(tmp_path) as (here, broker):
        broker.is_away = True
        await broker.socket.close()
        async with asyncio.timeout(WAIT_S):
            while here.site.exchange.seen("b1", "").central:  # type: ignore[union-attr]  # why: it has a booth
                await asyncio.sleep(0.01)
        async with media.connected(tmp_path):
            result = {"state": "green", "cameras": {}, "paths": [], "chosen": None}
            await answering(media, result)
            broker.servers = [{"urls": ["turn:turn.example:3478"], "username": "u", "credential": "c"}]
            broker.is_away = False
            test = await media.until(lambda m: m["t"] == "test" and m["ice"]["servers"])
            await media.say(t="tested", id=test["id"], result=result)


async def state(here: Point, wanted: str) -> list[str]:
    """The booth's causes once it is in that state."""
    async with asyncio.timeout(WAIT_S):
        while "b1" not in here.ledger.state.devices or here.ledger.state.devices["b1"].state != wanted:
            await asyncio.sleep(0.02)
    return here.ledger.state.devices["b1"].causes


async def test_a_camera_that_is_pulled_out_or_a_media_process_that_is_gone_is_known_before_the_next_customer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booth_check, "LOOSE_MS", 0)
    monkeypatch.setattr(booth_check, "MISSING_S", 0.5)
    media = Media()
    async with booth_point(tmp_path) as (here, _):
        async with media.connected(tmp_path):
            whole = {"id": "b1", "document_camera": "ready", "camera": "ready", "microphone": "ready"}
            await media.say(t="health", booths=[whole])
            await answering(media, {"state": "green", "cameras": {"document_camera": GOOD}, "paths": []})
            assert await state(here, "ready") == []
            asked = len(media.heard)
            await media.say(t="health", booths=[whole | {"document_camera": "absent"}])
            test = await media.until(lambda m: m["t"] == "test", after=asked)
            gone = {"document_camera": {"state": "absent"}}
            await media.say(t="tested", id=test["id"], result={"state": "red", "cameras": gone, "paths": []})
            assert await state(here, "out_of_service") == ["no_camera"]
            asked = len(media.heard)
            await media.say(t="health", booths=[whole])
            test = await media.until(lambda m: m["t"] == "test", after=asked)
            await media.say(t="tested", id=test["id"], result={"state": "green", "cameras": {}, "paths": []})
            assert await state(here, "ready") == []
        assert await state(here, "out_of_service") == ["no_media"]
