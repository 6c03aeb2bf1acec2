"""Sound on the info-TV: a clip is really played once and answered once, whatever goes wrong."""

import asyncio
import io
import itertools
import math
import struct
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.pages import scenes
from tests.pages.conftest import ARGUMENTS
from tests.pages.patience import PATIENCE_S, in_time
from tests.pages.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LET_IT_SOUND = "--autoplay-policy=no-user-gesture-required"
FORBID = "--autoplay-policy=document-user-activation-required"
PLAYED_MS = 30_000  # that the daemon grants a clip, which may be shorter: a busy machine begins it late
# A page gives the browser 300 ms to let sound through; on a busy machine one that may sound takes longer.
UNHURRIED = """{
  const later = window.setTimeout;
  window.setTimeout = (then, ms, ...more) => later(then, ms === 300 ? 30_000 : ms, ...more);
}"""


def tone(ms: int) -> bytes:
    """A chime as a WAV file: 440 Hz, one channel, 16 bit."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n * 0.3456))) for n in range(8 * ms)))
    return file.getvalue()


@dataclass
class Lobby(Stage):
    """A stage with clips: `clips` are bytes by name, None never answers."""

    clips: dict[str, bytes | None] = field(
        default_factory=lambda: {"chime": tone(400), "bad": b"no sound", "stuck": None}
    )
    fetched: list[str] = field(default_factory=list)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if not path.startswith("clips/"):
            return await super()._api(request)
        name = path.removeprefix("clips/")
        self.fetched.append(name)
        if name not in self.clips:
            return web.Response(status=404)
        clip = self.clips[name]
        if clip is None:
            await asyncio.sleep(30)
        return web.Response(body=clip, content_type="audio/wav")

    async def play(self, name: str, id: str, ms: int = PLAYED_MS) -> None:
        url = f"/api/v1/clips/{name}"
        await self.say_all({"t": "say", "id": id, "url": url, "languages": ["fi"], "ms": ms})

    async def shown(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while {"t": "shown", "seq": self.seq} not in self.heard:
                await asyncio.sleep(0.02)

    def said(self) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["t"] == "said"]

    async def answered(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.said()) < count:
                await asyncio.sleep(0.02)
        return self.said()


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Lobby]:
    stage = Lobby(state=scenes.tv())
    await stage.start()
    yield stage
    await stage.stop()


async def chromium(policy: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, policy])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def loud() -> AsyncIterator[Browser]:
    async for browser in chromium(LET_IT_SOUND):
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gagged() -> AsyncIterator[Browser]:
    async for browser in chromium(FORBID):
        yield browser


async def tv(browser: Browser, stage: Lobby) -> Page:
    page = await browser.new_page(viewport={"width": 960, "height": 540})
    await page.add_init_script(UNHURRIED)
    await page.goto(f"{stage.url}/tv/lobby")
    await page.wait_for_selector("header .clock:not(:empty)")
    return page


async def test_a_clip_is_played_to_its_end_then_answered_once(loud: Browser, stage: Lobby) -> None:
    page = await tv(loud, stage)
    started = asyncio.get_running_loop().time()
    await stage.play("chime", "a1")
    assert await stage.answered(1) == [{"t": "said", "id": "a1", "ok": True}]
    assert asyncio.get_running_loop().time() - started >= 0.35, "it was heard, not only fetched"
    await stage.play("chime", "a1")
    await page.wait_for_timeout(800)
    assert len(stage.said()) == 1 and stage.fetched == ["chime"], "nothing is ever said twice"
    assert await page.locator(".unlock").count() == 0
    await page.close()


async def test_one_voice_at_a_time_and_each_clip_has_its_answer(loud: Browser, stage: Lobby) -> None:
    page = await tv(loud, stage)
    await stage.play("chime", "b1")
    await stage.play("chime", "b2")
    answers = await stage.answered(2)
    assert {"t": "said", "id": "b2", "ok": False, "reason": "busy"} in answers
    assert {"t": "said", "id": "b1", "ok": True} in answers
    await page.close()


@pytest.mark.parametrize(("clip", "reason"), [("bad", "undecodable"), ("missing", "unreachable"), ("stuck", "timeout")])
async def test_a_clip_that_cannot_be_played_is_answered_in_time_with_why(
    loud: Browser, stage: Lobby, clip: str, reason: str
) -> None:
    page = await tv(loud, stage)
    clock, ids = asyncio.get_running_loop().time, itertools.count(1)

    async def answered() -> float:
        n, began = next(ids), clock()
        await stage.play(clip, f"c{n}", 400 if reason == "timeout" else PLAYED_MS)
        assert (await stage.answered(n))[-1] == {"t": "said", "id": f"c{n}", "ok": False, "reason": reason}
        return clock() - began

    await in_time(2.4, answered)
    await stage.play("chime", "d1")
    said = await stage.answered(next(ids))
    assert said[-1] == {"t": "said", "id": "d1", "ok": True}, "the next one is not held up"
    await page.close()


HEAR_OF = """() => {
  window.done = [];
  for (const deed of ["start", "stop"]) {
    const does = AudioBufferSourceNode.prototype[deed];
    AudioBufferSourceNode.prototype[deed] = function () { window.done.push(deed); does.call(this); };
  }
}"""


async def test_a_page_that_goes_stale_falls_silent(loud: Browser, stage: Lobby) -> None:
    lasts_ms = int(2000 * PATIENCE_S)
    stage.clips["long"] = tone(lasts_ms)
    page = await tv(loud, stage)
    await page.evaluate(HEAR_OF)
    await stage.play("long", "d1", lasts_ms)
    for silent, done in ((False, "start"), (True, "stop")):
        stage.silent = silent
        async with asyncio.timeout(PATIENCE_S):
            while done not in await page.evaluate("window.done"):
                await asyncio.sleep(0.05)
    await expect(page.locator(".notices.error")).to_have_count(1)
    await page.close()


async def test_a_browser_that_forbids_sound_says_so_and_one_touch_frees_it(gagged: Browser, stage: Lobby) -> None:
    page = await gagged.new_page(viewport={"width": 960, "height": 540})
    await page.goto(f"{stage.url}/tv/lobby")
    await stage.shown()  # not a look into the page: Chromium takes that for a customer's touch
    await stage.play("chime", "e1")
    assert await stage.answered(1) == [{"t": "said", "id": "e1", "ok": False, "reason": "blocked"}]
    await page.click(".unlock")
    await page.wait_for_selector(".unlock", state="detached")
    await stage.play("chime", "e2")
    assert (await stage.answered(2))[1] == {"t": "said", "id": "e2", "ok": True}
    await page.close()
