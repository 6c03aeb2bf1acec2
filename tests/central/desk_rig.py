"""The desk in a real Chromium, and a point with a booth that is played: its line by this process, its two WebRTC ends
by a second page (booth_ends.js)."""

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.central.line_rig import TOKEN, Line, Room
from tests.central.remote import brief, picture
from tests.central.rig import PATIENCE_S

SHOTS = os.environ.get("LUUKKU_SHOTS")  # a folder: keep what the page looked like
SIZE = {"width": 1366, "height": 768}
ENDS = Path(__file__).with_name("booth_ends.js")
PAGE = '<!doctype html><meta charset="utf-8"><body><script type="module" src="/booth_ends.js"></script>'
EXPECTED = ("Failed to load resource", "WebSocket connection to")
NUMBERS = itertools.count(1)
CODE = ENDS.read_text()
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

    def __init__(self, point: str, line: Line, page: Page) -> None:
        self.point, self.session = point, f"r-{point}"
        self.line, self.page = line, page
        self.orders: list[dict[str, Any]] = []
        self.refusals: dict[str, str] = {}  # do -> problem
        self.sessions: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, Any] = LISTS
        self.signals = 0

    async def draw(self, session: str = "", **members: Any) -> None:
        """Change the session and send the picture."""
        session = session or self.session
        self.sessions[session] = {**self.sessions.get(session, brief(session)), **members}
        await self.send()

    async def send(self) -> None:
        await self.line.say(picture(*self.sessions.values(), **self.lists))

    async def line_again(self, room: Room) -> None:
        """The point opens its line anew, as it does when it broke."""
        await self.line.socket.close()
        self.line = await room.point(self.point)
        await self.send()

    async def listen(self) -> None:
        while True:
            line = self.line
            await self._hear(line)
            while self.line is line:
                await asyncio.sleep(0.05)

    async def _hear(self, line: Line) -> None:
        async for said in line.socket:
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
            "answer": {"state": "ringing", "cause": "answered", "expert": order.get("expert")},
            "resume": {"state": "connected"},
            "drop": {"state": "queued", "expert": None, "cause": order.get("why")},
            "move": {"state": "queued", "expert": None, "cause": "moved", "provider": order.get("provider")},
            "end": {"state": "ended", "expert": None, "cause": order.get("outcome")},
            "hand_over": {"state": "ended", "expert": None, "cause": "handed_over"}, "identity": {},
        }  # fmt: skip
        if self.sessions.get(order["session"], {}).get("state") != "ended":
            await self.draw(order["session"], **change[order["do"]])
        await self.line.say(t="done", id=order["id"], ok=True)

    def told(self, do: str) -> list[dict[str, Any]]:
        return [order for order in self.orders if order["do"] == do]


class Desk:
    """An expert's page and the booth that it may answer."""

    def __init__(self, url: str, page: Page, booth: Booth, room: Room) -> None:
        self.url, self.page, self.booth, self.room = url, page, booth, room

    async def sign_in(self, token: str = TOKEN) -> None:
        await self.page.goto(f"{self.url}/expert#token={token}")
        await expect(self.page.locator("header .who")).to_be_visible()

    async def answer(self) -> None:
        """A customer rings, and is answered: both see each other."""
        await self.booth.draw()
        await expect(self.page.locator(".state button.primary")).to_be_enabled()
        await self.page.keyboard.press("F2")
        await expect(self.page.locator(".status")).to_contain_text("waiting for your answer")
        await self.page.locator(f"[data-session='{self.booth.session}'] button.answer").click()
        await self.booth.page.evaluate("(s) => booth.begin(s)", self.booth.session)
        await expect(self.page.locator(".customer:not(.dim)")).to_be_visible()
        await expect(self.page.locator(".document:not(.dim)")).to_be_visible()
        await self.booth.draw(state="connected", cause="")

    async def wait(self, condition: str) -> None:
        """Until this is so on the expert's page, whose policy lets no function be made of a text."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.page.evaluate(condition):
                await asyncio.sleep(0.05)

    async def still_asked(self) -> str:
        """The customer is asked for a picture of the document; its id."""
        await self.booth.page.evaluate("booth.heard.ctl.length = 0")
        await self.page.click(".document .still")
        await self.booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'still_ask')")
        return str(await self.booth.page.evaluate("booth.heard.ctl.find((m) => m.k === 'still_ask').id"))

    async def frames(self) -> int:
        """Pictures of the customer that were shown so far."""
        script = "document.querySelector('.customer > video').getVideoPlaybackQuality().totalVideoFrames"
        await asyncio.sleep(0.5)
        return int(await self.page.evaluate(script))

    async def shot(self, name: str) -> None:
        if SHOTS:
            await asyncio.sleep(1.5)
            await self.page.screenshot(path=Path(SHOTS) / f"desk-{name}.png")


@asynccontextmanager
async def desk(
    browser: Browser, url: str, *, lang: str = "en", size: dict[str, int] | None = None, script: str = ""
) -> AsyncIterator[Desk]:
    """An expert's page at this central and a booth, before the sign-in; whatever its console complains of fails.
    `script` runs in the page before its own."""
    complaints: list[str] = []

    def listen(line: ConsoleMessage) -> None:
        ours = bool(line.location["url"])  # axe, which a test brings in, has no address
        if ours and line.type in {"error", "warning"} and not line.text.startswith(EXPECTED):
            complaints.append(line.text)

    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(Room.of(url))
        booth = await stack.enter_async_context(booth_of(browser, url, room))
        context = await browser.new_context(viewport=size or SIZE, locale="en-GB")  # type: ignore[arg-type]  # why: a TypedDict
        stack.push_async_callback(context.close)
        await context.add_init_script(f"localStorage.setItem('luukku.expert.language', '{lang}')")
        await context.add_init_script(script)
        page = await context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield Desk(url, page, booth, room)
    assert complaints == [], complaints


@asynccontextmanager
async def booth_of(browser: Browser, url: str, room: Room) -> AsyncIterator[Booth]:
    """A point with a booth that has a line to this central; at the end its session is over."""
    context = await browser.new_context()
    booth = await _booth(await context.new_page(), url, room)
    listening = asyncio.create_task(booth.listen())
    try:
        yield booth
    finally:  # the next test's expert is free
        booth.sessions.clear()
        with contextlib.suppress(ConnectionError):
            await booth.send()
        await _ended(listening)
        await context.close()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
        await task


async def _booth(page: Page, url: str, room: Room) -> Booth:
    await page.route("**/booth_page", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.route("**/booth_ends.js", lambda route: route.fulfill(body=CODE, content_type="text/javascript"))
    point = f"sodankyla-{next(NUMBERS)}"  # each test has its own: they share a central
    booth = Booth(point, await room.point(point), page)
    await page.expose_function("tell", lambda message: booth.line.say(**message))
    await page.goto(f"{url}/booth_page")
    await page.wait_for_function("window.ready")
    await booth.send()
    return booth
