"""The desk in a real Chromium, and a point with a booth that is played: its line by this process, its two WebRTC ends
by a second page (booth_ends.js)."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.central.line_rig import EXPERTS, TOKEN, Line, Room
from tests.central.remote import brief, picture
from tests.central.rig import serving

SHOTS = os.environ.get("LUUKKU_SHOTS")  # a folder: keep what the page looked like
SIZE = {"width": 1366, "height": 768}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--auto-accept-this-tab-capture", "--disable-features=WebRtcHideLocalIpsWithMdns",
]  # fmt: skip
ENDS = Path(__file__).with_name("booth_ends.js")
PAGE = '<!doctype html><meta charset="utf-8"><body><script type="module" src="/booth_ends.js"></script>'
EXPECTED = ("Failed to load resource", "WebSocket connection to")
S = "r-sodankyla-1"
LISTS = {
    "queues": [{"id": "kela", "name": {"fi": "Kela", "en": "Kela"}, "open": True}],
    "counters": [
        {"id": "1", "name": {"fi": "Tiski 1", "en": "Counter 1"}, "open": True},
        {"id": "2", "name": {"fi": "Tiski 2", "en": "Counter 2"}, "open": False},
    ],
}


class Booth:
    """A point with one booth: does what it is ordered, sends its picture, passes signals to the page that plays the
    booth's ends. `orders` is what it was told to do."""

    def __init__(self, line: Line, page: Page) -> None:
        self.line, self.page = line, page
        self.orders: list[dict[str, Any]] = []
        self.refusals: dict[str, str] = {}  # do -> problem
        self.sessions: dict[str, dict[str, Any]] = {}
        self.signals = 0

    async def draw(self, session: str = S, **members: Any) -> None:
        """Change the session and send the picture."""
        self.sessions[session] = {**self.sessions.get(session, brief(session)), **members}
        await self.send()

    async def send(self) -> None:
        await self.line.say(picture(*self.sessions.values(), **LISTS))

    async def listen(self) -> None:
        async for said in self.line.socket:
            message = said.json()
            if message["t"] == "order":
                await self._do(message)
            elif message["t"] in {"signal", "ack"}:
                self.signals += 1
                with contextlib.suppress(Exception):  # why: a page that is being closed
                    await self.page.evaluate("(m) => booth.hear(m)", message)

    async def _do(self, order: dict[str, Any]) -> None:
        self.orders.append(order)
        if (problem := self.refusals.get(order["do"])) is not None:
            await self.line.say(t="done", id=order["id"], ok=False, problem=problem)
            return
        change: dict[str, dict[str, Any]] = {
            "ring": {"state": "ringing"}, "unring": {"state": "queued"}, "hold": {"state": "held"},
            "answer": {"state": "ringing", "cause": "answered", "expert": order.get("expert")}, "resume": {"state": "connected"},
            "drop": {"state": "queued", "expert": None, "cause": order.get("why")},
            "move": {"state": "queued", "expert": None, "cause": "moved", "provider": order.get("provider")},
            "end": {"state": "ended", "expert": None, "cause": order.get("outcome")},
            "hand_over": {"state": "ended", "expert": None, "cause": "handed_over"}, "identity": {},
        }  # fmt: skip
        await self.draw(order["session"], **change[order["do"]])
        await self.line.say(t="done", id=order["id"], ok=True)

    def told(self, do: str) -> list[dict[str, Any]]:
        return [order for order in self.orders if order["do"] == do]


class Desk:
    """An expert's page and the booth that it may answer."""

    def __init__(self, url: str, browser: Browser, page: Page, booth: Booth, room: Room) -> None:
        self.url, self.browser, self.page, self.booth, self.room = url, browser, page, booth, room

    async def sign_in(self, token: str = TOKEN) -> None:
        await self.page.goto(f"{self.url}/expert#token={token}")
        await expect(self.page.locator("header .who")).to_be_visible()

    async def answer(self) -> None:
        """A customer rings, and is answered: both see each other."""
        await self.booth.draw(S)
        await self.page.keyboard.press("F2")
        await expect(self.page.locator(".status")).to_contain_text("waiting for your answer")
        await self.page.locator(f"[data-session='{S}'] button.answer").click()
        await self.booth.page.evaluate("(s) => booth.begin(s)", S)
        await expect(self.page.locator(".customer:not(.dim)")).to_be_visible(timeout=15_000)
        await expect(self.page.locator(".document:not(.dim)")).to_be_visible(timeout=15_000)
        await self.booth.draw(S, state="connected", cause="")

    async def shot(self, name: str) -> None:
        if SHOTS:
            await asyncio.sleep(1.5)
            await self.page.screenshot(path=Path(SHOTS) / f"desk-{name}.png")


@asynccontextmanager
async def desk(tmp_path: Path, *, lang: str = "en", size: dict[str, int] | None = None) -> AsyncIterator[Desk]:
    """Everything but the sign-in; what the desk's console complains of fails the test."""
    complaints: list[str] = []

    def listen(line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"} and not line.text.startswith(EXPECTED):
            complaints.append(line.text)

    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = await browser.new_context(viewport=size or SIZE, locale="en-GB")  # type: ignore[arg-type]  # why: a TypedDict
        try:
            await context.add_init_script(f"localStorage.setItem('luukku.expert.language', '{lang}')")
            booth = await _booth(await browser.new_page(), url, room)
            page = await context.new_page()
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            listening = asyncio.create_task(booth.listen())
            yield Desk(url, browser, page, booth, room)
            await context.close()
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                await listening
        finally:
            await browser.close()
    assert complaints == []


async def _booth(page: Page, url: str, room: Room) -> Booth:
    code = await asyncio.to_thread(ENDS.read_text)
    await page.route("**/booth_page", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.route("**/booth_ends.js", lambda route: route.fulfill(body=code, content_type="text/javascript"))
    booth = Booth(await room.point("sodankyla"), page)
    await page.expose_function("tell", lambda message: booth.line.say(**message))
    await page.goto(f"{url}/booth_page")
    await page.wait_for_function("window.ready")
    await booth.send()
    return booth
