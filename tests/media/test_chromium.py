"""A real Chromium as the expert's end: it sees the booth's document, with H.264 and without; stills and prints."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Page, Route, async_playwright

from controller.ports.media import FileNews, FromMedia
from controller.ports.signalling import Ack, Signal
from drivers.media.synthetic import SIZE, STILL_SIZE
from kiosk_ui import ROOT
from tests.media.daemon import PATIENCE_S, Daemon, MediaProcess

pytestmark = [pytest.mark.long, pytest.mark.system, pytest.mark.browser]

HERE = Path(__file__).parent
HTML = b"<!doctype html><meta charset=utf-8><title>expert</title><script type=module src=expert_page.js></script>"
FILES = {
    "/": ("text/html", HTML),
    "/expert_page.js": ("text/javascript", (HERE / "expert_page.js").read_bytes()),
    "/signals.js": ("text/javascript", (ROOT / "shared" / "signals.js").read_bytes()),
}  # fmt: skip
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 1000 + b"\n%%EOF\n"


@asynccontextmanager
async def expert_page(daemon: Daemon) -> AsyncIterator[Page]:
    """A page whose signals go over the test daemon's line."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        page = await browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def serve(route: Route) -> None:
            kind, body = FILES.get(route.request.url.removeprefix("http://expert.test"), ("text/plain", b""))
            await route.fulfill(status=200, content_type=kind, body=body)

        def hears(message: FromMedia) -> None:
            if isinstance(message, Signal | Ack):
                heard.put_nowait(msgspec.json.encode(message).decode())

        async def tell() -> None:
            while True:
                await page.evaluate("message => window.hear(message)", await heard.get())

        await page.route("**/*", serve)
        await page.expose_function("say", lambda text: daemon.raw(text.encode() + b"\n"))
        await page.goto("http://expert.test/")
        await page.wait_for_function("!!window.begin")
        daemon.hears.append(hears)
        telling = asyncio.create_task(tell())
        try:
            yield page
            assert errors == []
        finally:
            daemon.hears.remove(hears)
            telling.cancel()
            await asyncio.wait([telling])
            await browser.close()


async def seen(page: Page, that: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The page's state, once `that` holds of it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            state: dict[str, Any] = await page.evaluate("window.look()")
            if that(state):
                return state
            await asyncio.sleep(0.1)


async def test_chromium_sees_the_cameras_h264_the_still_the_print_and_the_emergency(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with expert_page(daemon) as page:
        await page.evaluate("window.begin({session: 'r-1', h264: true})")
        state = await seen(page, lambda state: len(state["stamps"]) > 40)
        assert state["codec"] == "video/H264" and tuple(state["size"]) == SIZE
        assert state["unread"] < len(state["stamps"]) / 5
        await page.evaluate("window.still('s-1')")
        state = await seen(page, lambda state: "s-1" in state["files"])
        assert tuple(state["files"]["s-1"]) == STILL_SIZE
        await page.evaluate("window.sha256 = '" + hashlib.sha256(PDF).hexdigest() + "'")
        await page.evaluate("pdf => window.sendFile('f-1', pdf)", base64.b64encode(PDF).decode())
        await daemon.wait(FileNews, lambda news: news.file.state == "ready" and news.file.kind == "print")
        daemon.say({"t": "print", "session": "r-1", "file": "f-1"})
        await seen(page, lambda state: {"t": "printed", "id": "f-1"} in state["said"])
        assert state["emergency"] == 0
        daemon.talk("r-1", up=False)
        await seen(page, lambda state: state["emergency"] > 5)


async def test_a_browser_without_h264_sees_the_document_all_the_same_and_again_in_the_next_epoch(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with expert_page(daemon) as page:
        await page.evaluate("window.begin({session: 'r-1', h264: false})")
        state = await seen(page, lambda state: len(state["stamps"]) > 8)
        assert state["codec"] == "video/VP8" and tuple(state["size"]) == SIZE
        await page.evaluate("window.begin({session: 'r-1', h264: true})")
        count = len(state["stamps"])
        await seen(page, lambda state: len(state["stamps"]) > count + 20)
