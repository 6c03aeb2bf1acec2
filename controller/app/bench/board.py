"""`bench board`: from an advisor's call to its number on the glass of 8 info-TVs, in a real Chromium.

Ours: the TV pages of the daemon. Floor: bare pages with a WebSocket, told by a bare server, in the same browser. The
bench and the pages read the same machine's wall clock.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp

from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, latencies, percentile, ratios, spread
from controller.app.bench.glass import Glass, chromium, opened
from controller.app.bench.presses import SERVICES, settled
from controller.app.bench.stage import Point, address, floor, point

ROUNDS, CALLS, SCREENS = 5, 20, 8
SHOWN_S = 20.0
CALM_S = 0.2  # between calls: what a call causes beside the glass has gone by
DESK = "4"  # every service, every language
TARGETS = (Target("ours", "p99_ms", 150.0, "absolute"),)
HOW = (
    "from the moment an advisor's call-next is sent to its number on each of 8 info-TV pages of 1280 x 720, in one "
    "headless Chromium that draws without a graphics card: shown is two frames after it stands in the document; every "
    "call and every page counts; last_p50_ms is the last of the 8; beside it bare pages with a WebSocket and a bare "
    "server in the same browser, in turns"
)
Call = Callable[[list[Glass]], Awaitable[list[float]]]


class Advisor:
    """Calls one customer after another at a real point."""

    def __init__(self, http: aiohttp.ClientSession, ours: Point) -> None:
        self._http, self._ours = http, ours

    async def ask(self, path: str, role: str, body: dict[str, str]) -> dict[str, str]:
        headers = self._ours.bearer(role) | {"Idempotency-Key": str(uuid.uuid4())}
        async with self._http.post(f"{self._ours.url}/api/v1{path}", json=body, headers=headers) as answer:
            if answer.status not in {200, 201}:
                raise RuntimeError(f"{path} was answered {answer.status}: {(await answer.text())[:200]}")
            told: dict[str, str] = await answer.json()
            return told

    async def call(self, pages: list[Glass]) -> list[float]:
        """One customer comes, has the paper, is called, and leaves; seconds from the call to each page."""
        ticket = await self.ask("/tickets", "kiosk", {"service": SERVICES[0], "language": "fi"})
        await settled(self._http, self._ours, ticket["id"])
        waits = [await page.look_for(ticket["number"]) for page in pages]
        await asyncio.sleep(CALM_S)
        began = time.time()
        await self.ask(f"/counters/{DESK}/call-next", "staff", {})
        shown = await _all(waits, began)
        await self.ask(f"/counters/{DESK}/end", "staff", {"resolution": "first_contact", "guidance": "none"})
        return shown


class Bell:
    """Calls numbers at the floor's server."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url, self._n = http, url, 0

    async def call(self, pages: list[Glass]) -> list[float]:
        self._n += 1
        waits = [await page.look_for(f"F{self._n:03d}") for page in pages]
        await asyncio.sleep(CALM_S)
        began = time.time()
        async with self._http.post(f"{self._url}/call", json={"number": f"F{self._n:03d}"}) as answer:
            await answer.read()
        return await _all(waits, began)


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    rounds, calls = max(2, round(ROUNDS * ask.size)), max(3, round(CALLS * ask.size))
    screens = SCREENS if ask.size >= 1 else 2
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        ours = await stack.enter_async_context(point(ask.folder / "point", screens=screens))
        bare = await stack.enter_async_context(floor("board", ask.folder / "floor"))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        doors = [f"{ours.url}/tv/s{n}#token={ours.tokens[f'tv/s{n}']}" for n in range(screens)]
        tvs = await opened(browser, doors, "main.board")
        plain = await opened(browser, [f"{address(bare)}/"] * screens, "body.ready")
        advisor, bell = Advisor(http, ours), Bell(http, address(bare))
        await advisor.ask(f"/counters/{DESK}/open", "staff", {"advisor": "a1"})
        await _round(advisor.call, tvs, 2)
        await _round(bell.call, plain, 2)
        mine: list[list[list[float]]] = []
        its: list[list[list[float]]] = []
        for n in range(rounds):
            mine.append(await _round(advisor.call, tvs, calls))
            its.append(await _round(bell.call, plain, calls))
            tell((n + 1) / rounds)
    found, least = _figures(mine), _figures(its)
    pairs = {"p50": "p50_ms", "p99": "p99_ms"}
    medians = [_figures([one]) for one in its]
    about: Figures = {"screens": screens, "calls": rounds * calls}
    return Measured(found, least, ratios(found, least, pairs), spread(medians, "p50_ms"), HOW, about=about)


async def _round(call: Call, pages: list[Glass], calls: int) -> list[list[float]]:
    return [await call(pages) for _ in range(calls)]


def _figures(rounds: list[list[list[float]]]) -> Figures:
    """Over all calls of all rounds, in ms."""
    calls = [call for one in rounds for call in one]
    every = latencies([shown for call in calls for shown in call])
    return {name: round(ms, 2) for name, ms in every.items()} | {
        "last_p50_ms": round(1000 * percentile([max(call) for call in calls], 0.5), 2)
    }


async def _all(waits: list[asyncio.Future[float]], began: float) -> list[float]:
    """Seconds from `began` (UTC) until each page had it."""
    async with asyncio.timeout(SHOWN_S):
        return [ms / 1000 - began for ms in await asyncio.gather(*waits)]
