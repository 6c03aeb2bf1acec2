"""`bench paper`: from the press to the first byte at the printer, while the rest of the point is busy, and whether a
large picture for another printer holds up the loop."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, latencies, percentile, ratios, spread
from controller.app.bench.floors import FIRST_BYTES
from controller.app.bench.presses import Presses, session, settled
from controller.app.bench.stage import Point, address, floor, point

ROUNDS, PRESSES = 5, 40
BETWEEN_S = 0.25  # two customers of one kiosk
DRAWN_EVERY_S = 0.5  # a paper of 70 kB for the other printer
DESKS = ("1", "2", "3", "4")
DESK_S = 0.1  # between two buttons of an advisor
LOOK_S = 0.005
PATIENCE_S = 20.0
VIEWS = ("tv", "tv", "kiosk", "counter", "technician")
ROLES = {
    "tv": ("tv/s0", "s0"),
    "kiosk": ("kiosk/k0", "k0"),
    "counter": ("staff", "1"),
    "technician": ("technician", ""),
}
TARGETS = (Target("ours", "p99_ms", 50.0, "absolute"), Target("ours", "lag_p99_ms", 20.0, "absolute"))
HOW = (
    "from the moment a kiosk's POST /tickets is sent to the first byte of its paper at a printer that answers at once, "
    "while another kiosk prints papers of 70 kB, drawn dot by dot, twice a second, four advisors press ten buttons a "
    "second each and five pages follow the stream; lag: how long GET /healthz takes meanwhile, asked every 5 ms, which "
    "is no less than what the loop is late; beside it an aiohttp handler that commits one durable row and sends a "
    "paper to the same kind of printer, alone on the machine"
)


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    rounds, presses = max(2, round(ROUNDS * ask.size)), max(8, round(PRESSES * ask.size))
    mine: list[list[float]] = []
    its: list[list[float]] = []
    lags: list[float] = []
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(point(ask.folder / "point", at_once=2, drawn=True))
        printer = await stack.enter_async_context(floor("printers", ask.folder / "printer", "1"))
        (ask.folder / "floor").mkdir()
        (ask.folder / "floor" / "port").write_text(address(printer))
        bare = await stack.enter_async_context(floor("paper", ask.folder / "floor"))
        http = await stack.enter_async_context(session())
        kiosk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk/k0"))
        least = Presses(http, f"{address(bare)}/tickets", {})
        await _answering(http, ours, kiosk)
        for n in range(rounds):
            its.append(await _first_bytes(least, ask.folder / "printer" / FIRST_BYTES, presses))
            async with _busy(http, ours), _watched(http, ours.url, lags):
                mine.append(await _first_bytes(kiosk, ask.folder / "point" / "printers" / FIRST_BYTES, presses))
            tell((n + 1) / rounds)
        drawn = await settled(http, ours, (await _drawn(http, ours)).given[-1])
    found = latencies([took for one in mine for took in one])
    found["lag_p99_ms"] = round(1000 * percentile(lags, 0.99), 3)
    base = latencies([took for one in its for took in one])
    about: Figures = {"lag_max_ms": round(1000 * max(lags), 3), "presses": rounds * presses,
                      "drawn_is_confirmed": float(drawn == "confirmed")}  # fmt: skip
    medians = [latencies(one) for one in its]
    pairs = {"p50": "p50_ms", "p99": "p99_ms"}
    return Measured(found, base, ratios(found, base, pairs), spread(medians, "p50_ms"), HOW, about=about)


async def _first_bytes(presses: Presses, log: Path, count: int) -> list[float]:
    """Seconds from each press to its paper's first byte; one paper at a time."""
    took = []
    for _ in range(count):
        known = len(await asyncio.to_thread(log.read_bytes))
        began = time.monotonic_ns()
        await presses.press()
        took.append((await asyncio.to_thread(next_line, log, known) - began) / 1e9)
        await asyncio.sleep(BETWEEN_S)
    return took


def next_line(log: Path, known: int) -> int:
    """The number on the first line after `known` bytes, once it is there."""
    until = time.monotonic() + PATIENCE_S
    while not (new := log.read_bytes()[known:]).endswith(b"\n"):
        if time.monotonic() > until:
            raise RuntimeError(f"no paper came within {PATIENCE_S:g} s")
        time.sleep(LOOK_S)
    return int(new.split()[0])


async def _answering(http: aiohttp.ClientSession, ours: Point, kiosk: Presses) -> None:
    """Until the printers have each confirmed a paper."""
    await kiosk.press()
    while await settled(http, ours, kiosk.given[-1]) != "confirmed":
        await kiosk.press()
    while await settled(http, ours, (await _drawn(http, ours)).given[-1]) != "confirmed":
        pass


async def _drawn(http: aiohttp.ClientSession, ours: Point) -> Presses:
    other = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk/k1"))
    await other.press()
    return other


@asynccontextmanager
async def _busy(http: aiohttp.ClientSession, ours: Point) -> AsyncIterator[None]:
    """Everything else that a point has to do."""
    acts = [asyncio.create_task(_draws(http, ours)), *(asyncio.create_task(_desk(http, ours, desk)) for desk in DESKS)]
    acts += [asyncio.create_task(_page(http, ours, view)) for view in VIEWS]
    try:
        yield
        for act in acts:
            if act.done():
                act.result()
    finally:
        for act in acts:
            act.cancel()
        await asyncio.gather(*acts, return_exceptions=True)


async def _draws(http: aiohttp.ClientSession, ours: Point) -> None:
    while True:
        await _drawn(http, ours)
        await asyncio.sleep(DRAWN_EVERY_S)


async def _desk(http: aiohttp.ClientSession, ours: Point, desk: str) -> None:
    """An advisor who serves without a break."""
    while True:
        for action, body in (("open", {"advisor": f"a{desk}"}), ("call-next", {}), ("start", {}),
                             ("end", {"resolution": "first_contact", "guidance": "none"})):  # fmt: skip
            headers = ours.bearer("staff") | {"Idempotency-Key": str(uuid.uuid4())}
            url = f"{ours.url}/api/v1/counters/{desk}/{action}"
            async with http.post(url, json=body, headers=headers) as answer:
                if answer.status >= 500:
                    raise RuntimeError(f"{url} answered {answer.status}")
            await asyncio.sleep(DESK_S)


async def _page(http: aiohttp.ClientSession, ours: Point, view: str) -> None:
    role, surface = ROLES[view]
    url = f"{ours.url}/api/v1/stream?view={view}" + (f"&id={surface}" if surface else "")
    async with http.ws_connect(url, headers={"Authorization": f"Bearer {ours.tokens[role]}"}) as stream:
        async for _ in stream:
            pass


@asynccontextmanager
async def _watched(http: aiohttp.ClientSession, url: str, lags: list[float]) -> AsyncIterator[None]:
    """Adds to `lags` how many seconds the point's loop takes for the least that there is to ask."""

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            async with http.get(f"{url}/healthz") as answer:
                await answer.read()
            lags.append(time.perf_counter() - began)
            await asyncio.sleep(LOOK_S)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
