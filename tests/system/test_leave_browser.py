"""The leave button in the booth with a real browser and its keeper: also one that hangs loses camera and microphone."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, Error, async_playwright

from tests.system.remote_scene import ARGUMENTS, PATIENCE_MS, Scene, chromium, playing
from tests.system.stage import Demo, MakeDemo, free_port

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(240)]


@asynccontextmanager
async def kept_browser(demo: Demo, port: int) -> AsyncIterator[int]:
    """The booth's browser under its keeper; gives the keeper's id."""
    url = f"{demo.known()['point']}/booth/booth-1"
    chromium = ["/usr/bin/chromium", "--headless=new", f"--remote-debugging-port={port}", "--user-data-dir={profile}",
                "--window-size=1280,800", *ARGUMENTS, url]  # fmt: skip
    words = [sys.executable, "-m", "drivers.browser", "--booth", "booth-1", "--socket", str(demo.data / "browser.sock"),
             "--", *chromium]  # fmt: skip
    with demo.log.with_suffix(".keeper").open("ab") as log:
        keeper = await asyncio.create_subprocess_exec(*words, stdout=log, stderr=log)
    try:
        yield keeper.pid
    finally:
        for pid in below(keeper.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        with suppress(ProcessLookupError):
            keeper.terminate()
        await asyncio.wait_for(keeper.wait(), PATIENCE_MS / 1000)


def below(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield int(child)
                yield from below(int(child))


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


@asynccontextmanager
async def met(demo: Demo, chromium: Callable[[], Awaitable[Browser]]) -> AsyncIterator[tuple[Scene, int]]:
    """A customer and an expert see each other; the customer's browser is kept."""
    port = free_port()
    async with kept_browser(demo, port) as keeper, async_playwright() as playwright:
        desk = await (await chromium()).new_page(viewport={"width": 1280, "height": 900})
        desk.set_default_timeout(PATIENCE_MS)
        known = demo.known()
        await desk.goto(f"{known['central']}/expert#token={known['tokens']['expert']}")
        browser = await _connected(playwright.chromium.connect_over_cdp, port)
        booth = browser.contexts[0].pages[0]
        booth.set_default_timeout(PATIENCE_MS)
        here = Scene(demo, booth, desk)
        await here.meet()
        yield here, keeper


async def _connected(connect: Callable[[str], Awaitable[Browser]], port: int) -> Browser:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            try:
                browser = await connect(f"http://127.0.0.1:{port}")
                if browser.contexts and browser.contexts[0].pages:
                    return browser
            except Error:
                pass
            await asyncio.sleep(0.2)


async def press(demo: Demo) -> float:
    """The button; gives the moment of the press."""
    pressed = time.monotonic()
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{demo.known()['sim']}/panels/leave-1/press", json={}) as said,
    ):
        assert said.status == 200, await said.text()
    return pressed


async def test_a_press_in_the_booth_ends_a_browser_that_hangs_and_a_new_one_has_forgotten_everything(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    demo = await own_demo()
    async with met(demo, chromium) as (here, keeper):
        hung = list(below(keeper))
        assert len(hung) > 2
        for pid in hung:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        pressed = await press(demo)
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while any(runs(pid) for pid in hung):
                await asyncio.sleep(0.005)
        print(f"nothing of the browser runs {1000 * (time.monotonic() - pressed):.0f} ms after the press")
        await here.until_state("ended")
        assert [over["outcome"] for over in await here.events("remote.ended")] == ["completed"]
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not any(runs(pid) for pid in below(keeper)):
                await asyncio.sleep(0.1)


@pytest.mark.long
async def test_a_browser_that_lets_go_by_itself_at_the_end_is_left_alone(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    demo = await own_demo()
    async with met(demo, chromium) as (here, keeper):
        await playing(here.booth.locator("video.expert"))
        browser = list(below(keeper))
        await here.end()
        await here.booth.locator("video.expert").wait_for(state="detached")
        await asyncio.sleep(4)  # longer than a page that says nothing would be given
        assert all(runs(pid) for pid in browser[:1])
