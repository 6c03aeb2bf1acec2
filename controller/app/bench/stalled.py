"""`bench stalled`: what a printer that stands still costs everybody else: the second printer, the TV, the counters.

The same point, with the same printer well, silent, deaf and slow, in turns; a kiosk presses at it all the time.
"""

import asyncio
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, percentile, ratios, spread
from controller.app.bench.floors import FIRST_BYTES
from controller.app.bench.paper import next_line
from controller.app.bench.presses import Presses, paper_state, session, settled
from controller.app.bench.stage import Point, Running, point_at, program
from controller.app.bench.troubled import TROUBLES

ROUNDS, TURNS = 4, 18
BETWEEN_S = 0.1
PRESS_EVERY_S = 0.5  # at the kiosk whose printer stands still: a paper of 70 kB
BITE_S = 1.0  # from the first press there to the first figure: its paper is under way by then
WELL_S = 90.0
PATIENCE_S = 20.0
DESK = "4"  # every service, every language
WHAT = ("first_byte", "tv", "counter")
TROUBLED = (sys.executable, "-m", "controller.app.bench.troubled")
TARGETS = tuple(Target("ratio", f"{what}_{share}", 1.5, "ratio") for what in WHAT for share in ("p50", "p95"))
HOW = (
    "from a kiosk's POST /tickets to the first byte at its own printer, from an advisor's call-next to the number in "
    "the stream of an info-TV, and to the answer at the counter, while another kiosk presses twice a second for papers "
    "of 70 kB at a printer that answers nothing, reads nothing, or reads 4 kB twice a second; all three in turns, "
    "pooled; beside it the same point in the same run with that printer well, which gives the point more to do, not "
    "less: it takes every paper; stood_still: the share of troubles that held up the paper under way to the last turn"
)
Took = dict[str, list[float]]


class Tv:
    """An info-TV's stream: when each call came (`time.perf_counter`)."""

    def __init__(self) -> None:
        self._came: dict[tuple[str, int], float] = {}
        self._more = asyncio.Event()

    async def follow(self, http: aiohttp.ClientSession, ours: Point) -> None:
        url = f"{ours.url}/api/v1/stream?view=tv&id=s0"
        async with http.ws_connect(url, headers={"Authorization": f"Bearer {ours.tokens['tv/s0']}"}) as stream:
            async for message in stream:
                now = time.perf_counter()
                for row in msgspec.json.decode(message.data).get("patch", {}).get("called", ()):
                    self._came.setdefault((row["service_event"], row["call"]), now)
                self._more.set()

    async def came(self, service_event: str, call: int) -> float:
        async with asyncio.timeout(PATIENCE_S):
            while (service_event, call) not in self._came:
                self._more.clear()
                await self._more.wait()
        return self._came[service_event, call]


class Lobby:
    """Everybody who is measured."""

    def __init__(self, http: aiohttp.ClientSession, ours: Point, tv: Tv, log: Path) -> None:
        self._http, self._ours, self._tv, self._log = http, ours, tv, log
        self._kiosk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk/k0"))

    async def desk(self, action: str, **body: str) -> dict[str, str]:
        headers = self._ours.bearer("staff") | {"Idempotency-Key": str(uuid.uuid4())}
        url = f"{self._ours.url}/api/v1/counters/{DESK}/{action}"
        async with self._http.post(url, json=body, headers=headers) as answer:
            if answer.status not in {200, 201}:
                raise RuntimeError(f"{url} answered {answer.status}: {(await answer.text())[:200]}")
            told: dict[str, str] = await answer.json()
            return told

    async def turn(self, took: Took) -> None:
        """One customer comes, is called, and leaves."""
        known = len(await asyncio.to_thread(self._log.read_bytes))
        began = time.monotonic_ns()
        await self._kiosk.press()
        took["first_byte"].append((await asyncio.to_thread(next_line, self._log, known) - began) / 1e9)
        called = time.perf_counter()
        turn = await self.desk("call-next")
        took["counter"].append(time.perf_counter() - called)
        took["tv"].append(await self._tv.came(turn["service_event"], int(turn["call"])) - called)
        await self.desk("end", resolution="first_contact", guidance="none")
        await asyncio.sleep(BETWEEN_S)


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    rounds, turns = max(1, round(ROUNDS * ask.size)), max(4, round(TURNS * ask.size))
    took: dict[str, Took] = {trouble: {what: [] for what in WHAT} for trouble in TROUBLES}
    calm: list[Figures] = []
    stood = 0  # how often the paper that was under way when the trouble began was held up to the end of the turns
    async with AsyncExitStack() as stack:
        printers = await stack.enter_async_context(
            program((*TROUBLED, str(ask.folder / "printers")), "troubled:", ask.folder / "printers.log")
        )
        well, ill, ear = ports_of(printers)
        ours = await stack.enter_async_context(point_at(ask.folder / "point", well, ill))
        http, tv = await stack.enter_async_context(session()), Tv()
        stack.push_async_callback(ended, asyncio.create_task(tv.follow(http, ours)))
        lobby = Lobby(http, ours, tv, ask.folder / "printers" / FIRST_BYTES)
        await lobby.desk("open", advisor="a4")
        order = await stack.enter_async_context(ordering(ear))
        for n in range(rounds):
            for trouble in TROUBLES:
                await order("well")
                await is_well(http, ours)
                await order(trouble)
                mine: Took = {what: [] for what in WHAT}
                async with pressing(http, ours) as behind:
                    await asyncio.sleep(BITE_S)
                    for _ in range(turns):
                        await lobby.turn(mine)
                    stood += trouble != "well" and await paper_state(http, ours, behind.given[0]) != "confirmed"
                for what in WHAT:
                    took[trouble][what] += mine[what]
                if trouble == "well":
                    calm.append(_figures(mine))
                tell((n + (TROUBLES.index(trouble) + 1) / len(TROUBLES)) / rounds)
    ill_all = {what: [s for trouble in TROUBLES[1:] for s in took[trouble][what]] for what in WHAT}
    found, base = _figures(ill_all), _figures(took["well"])
    pairs = {name.removesuffix("_ms"): name for name in found}
    about: Figures = {"turns": rounds * turns * len(TROUBLES), "stood_still": stood / (rounds * (len(TROUBLES) - 1))}
    for trouble in TROUBLES[1:]:
        about |= {f"{trouble}_{name}": ms for name, ms in _figures(took[trouble]).items()}
    return Measured(found, base, ratios(found, base, pairs), spread(calm, "tv_p50_ms"), HOW, about=about)


def ports_of(troubled: Running) -> tuple[int, int, int]:
    """Of the printer that is always well, of the other, and of its ear."""
    well, ill, ear = (int(port) for port in troubled.said.split()[-3:])
    return well, ill, ear


def _figures(took: Took) -> Figures:
    """p50 and p95 of each, in ms."""
    shares = (("p50", 0.5), ("p95", 0.95))
    return {
        f"{what}_{name}_ms": round(1000 * percentile(took[what], share), 3) for what in WHAT for name, share in shares
    }


async def is_well(http: aiohttp.ClientSession, ours: Point) -> None:
    """Until the printer that stood still proves a paper again."""
    async with asyncio.timeout(WELL_S):
        while True:
            press = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk/k1"))
            await press.press()
            if await settled(http, ours, press.given[0]) == "confirmed":
                return


@asynccontextmanager
async def pressing(http: aiohttp.ClientSession, ours: Point) -> AsyncIterator[Presses]:
    """Customers at the kiosk whose printer it is."""
    kiosk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk/k1"))

    async def press() -> None:
        while True:
            await kiosk.press()
            await asyncio.sleep(PRESS_EVERY_S)

    task = asyncio.create_task(press())
    try:
        yield kiosk
        if task.done():
            task.result()
    finally:
        await ended(task)


@asynccontextmanager
async def ordering(ear: int) -> "AsyncIterator[Order]":
    answers, orders = await asyncio.open_connection("127.0.0.1", ear)
    try:
        yield Order(answers, orders)
    finally:
        orders.close()


class Order:
    """Tells the printer what it has, and waits until it has it."""

    def __init__(self, answers: asyncio.StreamReader, orders: asyncio.StreamWriter) -> None:
        self._answers, self._orders = answers, orders

    async def __call__(self, trouble: str) -> None:
        self._orders.write(f"{trouble}\n".encode())
        async with asyncio.timeout(PATIENCE_S):
            await self._answers.readline()


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
