"""Sound on the info-TV: a clip is really played once and answered once, whatever goes wrong."""

import asyncio
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from tests.pages import scenes
from tests.pages.conftest import ARGUMENTS
from tests.pages.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LET_IT_SOUND = "--autoplay-policy=no-user-gesture-required"
FORBID = "--autoplay-policy=document-user-activation-required"


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

    async def play(self, name: str, id: str, ms: int = 400) -> None:
        url = f"/api/v1/clips/{name}"
        await self.say_all({"t": "say", "id": id, "url": url, "languages": ["fi"], "ms": ms})

    async def shown(self) -> None:
        async with asyncio.timeout(5):
            while {"t": "shown", "seq": self.seq} not in self.heard:
                await asyncio.sleep(0.02)

    def said(self) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["t"] == "said"]

    async def answered(self, count: int, seconds: float) -> list[dict[str, Any]]:
        async with asyncio.timeout(seconds):
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
    await page.goto(f"{stage.url}/tv/lobby")
    await page.wait_for_selector("header .clock:not(:empty)")
    return page


async def test_a_clip_is_played_to_its_end_then_answered_once(loud: Browser, stage: Lobby) -> None:
    page = await tv(loud, stage)
    started = asyncio.get_running_loop().time()
    await stage.play("chime", "a1")
    assert await stage.answered(1, 2.4) == [{"t": "said", "id": "a1", "ok": True}]
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
    answers = await stage.answered(2, 3)
    assert {"t": "said", "id": "b2", "ok": False, "reason": "busy"} in answers
    assert {"t": "said", "id": "b1", "ok": True} in answers
    await page.close()


@pytest.mark.parametrize(("clip", "reason"), [("bad", "undecodable"), ("missing", "unreachable"), ("stuck", "timeout")])
async def test_a_clip_that_cannot_be_played_is_answered_in_time_with_why(
    loud: Browser, stage: Lobby, clip: str, reason: str
) -> None:
    page = await tv(loud, stage)
    await stage.play(clip, "c1")
    assert await stage.answered(1, 2.4) == [{"t": "said", "id": "c1", "ok": False, "reason": reason}]
    await stage.play("chime", "c2")
    assert (await stage.answered(2, 2.4))[1] == {"t": "said", "id": "c2", "ok": True}, "the next one is not held up"
    await page.close()


async def test_a_page_that_goes_stale_falls_silent(loud: Browser, stage: Lobby) -> None:
    stage.clips["long"] = tone(20_000)
    page = await tv(loud, stage)
    stops = "AudioBufferSourceNode.prototype.stop"
    await page.evaluate(
        f"() => {{ const stop = {stops}; {stops} = function () {{ window.stopped = true; stop.call(this); }} }}"
    )
    await stage.play("long", "d1", 20_000)
    await page.wait_for_timeout(500)
    stage.silent = True
    async with asyncio.timeout(7):
        while not await page.evaluate("window.stopped === true"):
            await asyncio.sleep(0.05)
    assert await page.locator(".notices.error").count() == 1
    await page.close()


async def test_a_browser_that_forbids_sound_says_so_and_one_touch_frees_it(gagged: Browser, stage: Lobby) -> None:
    page = await gagged.new_page(viewport={"width": 960, "height": 540})
    await page.goto(f"{stage.url}/tv/lobby")
    await stage.shown()  # not a look into the page: Chromium takes that for a customer's touch
    await stage.play("chime", "e1")
    assert await stage.answered(1, 2.4) == [{"t": "said", "id": "e1", "ok": False, "reason": "blocked"}]
    await page.click(".unlock")
    await page.wait_for_selector(".unlock", state="detached")
    await stage.play("chime", "e2")
    assert (await stage.answered(2, 2.4))[1] == {"t": "said", "id": "e2", "ok": True}
    await page.close()
