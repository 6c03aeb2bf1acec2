"""`bench memory`: what the daemon holds, at its start, after a day, and after weeks of days.

PSS: the pages that are its own, and its part of those it shares. A day is 300 customers from the kiosk to the end of
their service, each step over HTTP, each paper printed, three pages watching; then the clock is put on by a day.
"""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from random import SystemRandom

import aiohttp

from controller.app.asking import Asker, session
from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, ratios, spread
from controller.app.bench.presses import LANGUAGES, SERVICES
from controller.app.bench.stage import Point, floor, point

DAYS, VISITS, LEAST = 7, 300, 12
AT_ONCE = 8  # customers in the house
SETTLE_S = 3.0
STARTS = 3
LOOK_S = 0.1
DESK = "4"  # every service, every language
VIEWS = (("tv", "tv", "s0"), ("kiosk", "kiosk", "k0"), ("counter", "staff", DESK))  # view, role, surface
TARGETS = (
    Target("ours", "pss_mib", 60.0, "steady"),
    Target("ours", "growth_mib", 1.0, "steady"),
)
HOW = (
    "proportional set size of the daemon without video, and without what only the tests' tools bring into its "
    "environment (as_installed.py): start_pss_mib once it is ready, day_pss_mib after the first "
    "day, pss_mib the most at any day's end, rss_mib the same with all that it shares counted whole, growth_mib from "
    "the second day's end to the last's; a day is 300 customers over HTTP with their papers, watched by three pages, "
    "its night a clock put on by 24 h; beside it a bare Python process with aiohttp, apsw and msgspec imported and a "
    "server listening"
)


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    days, visits = DAYS * ask.weeks if ask.size >= 1 else 3, max(LEAST, round(VISITS * ask.size))
    starts, bare = [], []
    for n in range(STARTS if ask.size >= 1 else 1):
        starts.append(await _at_start(ask.folder / f"start{n}"))
        bare.append(await _floor(ask.folder / f"floor{n}"))
    tell(0.05)
    ends = await _weeks(ask.folder / "weeks", days, visits, lambda done: tell(0.05 + 0.95 * done))
    pss = [one["pss"] for one in ends]
    ours = {
        "pss_mib": round(max(pss), 2),
        "start_pss_mib": round(sorted(starts)[len(starts) // 2], 2),
        "day_pss_mib": round(pss[0], 2),
        "growth_mib": round(pss[-1] - pss[1], 2),
        "rss_mib": round(max(one["rss"] for one in ends), 2),
    }
    its: Figures = {"pss_mib": round(sorted(bare)[len(bare) // 2], 2)}
    about = {"days": len(ends), "visits": visits * len(ends), "first_to_last_mib": round(pss[-1] - pss[0], 2)}
    rounds = [{"pss_mib": one} for one in bare]
    return Measured(ours, its, ratios(ours, its, {"pss": "pss_mib"}), spread(rounds, "pss_mib"), HOW, about=about)


async def _at_start(folder: Path) -> float:
    async with point(folder, nights=True) as ours:
        await asyncio.sleep(SETTLE_S)
        return ours.running.memory_mib()["pss"]


async def _floor(folder: Path) -> float:
    async with floor("memory", folder) as running:
        return running.memory_mib()["pss"]


async def _weeks(folder: Path, days: int, visits: int, tell: Tell) -> list[Figures]:
    """Memory at the end of each day."""
    ends: list[Figures] = []
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(point(folder, nights=True))
        http = await stack.enter_async_context(session())
        asker = Asker(http, ours.url, ours.tokens["kiosk"], ours.tokens["staff"], SystemRandom())
        watchers = await stack.enter_async_context(asyncio.TaskGroup())
        pages = [watchers.create_task(_watch(http, ours, *view)) for view in VIEWS]
        for day in range(days):
            await _day(asker, visits)
            await asyncio.sleep(SETTLE_S)
            ends.append(ours.running.memory_mib())
            ours.running.process.send_signal(signal.SIGUSR1)
            await asyncio.sleep(SETTLE_S)
            tell((day + 1) / days)
        for page in pages:
            page.cancel()
    return ends


async def _day(asker: Asker, visits: int) -> None:
    """From opening to closing."""
    await _ask(asker, "open", {"advisor": "a1"})
    for first in range(0, visits, AT_ONCE):
        here = range(first, min(first + AT_ONCE, visits))
        wishes = [{"service": SERVICES[n % len(SERVICES)], "language": LANGUAGES[n % len(LANGUAGES)]} for n in here]
        given = await asyncio.gather(*(asker.kiosk("/tickets", wish) for wish in wishes))
        await asyncio.gather(*(_printed(asker, str(one.said["id"])) for one in given))
        for _ in here:
            await _ask(asker, "call-next", {})
            await _ask(asker, "start", {})
            await _ask(asker, "end", {"resolution": "first_contact", "guidance": "none"})
    await _ask(asker, "close", {})


async def _ask(asker: Asker, action: str, body: dict[str, object]) -> None:
    answer = await asker.staff(f"/counters/{DESK}/{action}", body)
    if not answer.good:
        raise RuntimeError(f"{action} was answered {answer.status} {answer.problem}")


async def _printed(asker: Asker, ticket: str) -> None:
    """Wait for its paper."""
    state = ""
    while state not in {"confirmed", "failed", "void", "none"}:
        state = str((await asker.look(f"/tickets/{ticket}")).said["print"]["state"])
        await asyncio.sleep(LOOK_S)


async def _watch(http: aiohttp.ClientSession, ours: Point, view: str, role: str, surface: str) -> None:
    """A page that listens and says what it has shown."""
    address = f"{ours.url}/api/v1/stream?view={view}&id={surface}"
    async with http.ws_connect(address, headers=ours.bearer(role)) as socket:
        async for message in socket:
            told = message.json()
            if told["t"] in {"snap", "delta"}:
                await socket.send_json({"t": "shown", "seq": told["seq"]})
    raise RuntimeError(f"the stream of view {view} was closed")
