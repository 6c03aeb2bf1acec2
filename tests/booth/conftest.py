"""A booth page and an expert's page in one real Chromium with its fake camera and microphone, and a point between."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.booth.point import Point
from tests.pages.conftest import ARGUMENTS, CLOCK, EXPECTED, is_complaint
from tests.pages.ears import EARS, LET_IT_SOUND

FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", LET_IT_SOUND]
# Whatever the page opens is remembered, so that a test can ask whether it was given back.
WITNESS = """
window.witness = { tracks: [], peers: [], configurations: [] };
if (navigator.mediaDevices) {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (asked) => {
    const stream = await open(asked);
    window.witness.tracks.push(...stream.getTracks());
    return stream;
  };
}
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    window.witness.peers.push(this);
    window.witness.configurations.push(configuration);
  }
};
"""
OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, *FAKE])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def point() -> AsyncIterator[Point]:
    point = Point()
    await point.start()
    yield point
    await point.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(chromium: Browser, point: Point) -> AsyncIterator[OpenPage]:
    """open_page(path, width, height): a page in a context of its own; what it complains of fails the test."""
    contexts = []
    complaints: list[str] = []

    async def opened(path: str, width: int = 1080, height: int = 1920, url: str = "") -> Page:
        context = await chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if is_complaint(line) else None)
        await page.add_init_script(CLOCK + WITNESS + EARS)
        await page.goto((url or point.url) + path)
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert [line for line in complaints if not line.startswith(EXPECTED)] == []
