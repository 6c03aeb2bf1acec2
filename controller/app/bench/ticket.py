"""`bench ticket`: from the press to the durable number, one at a time and 50 at once, and what a ticket costs.

Ours: the daemon with its virtual printers, HTTP as a kiosk sends it. Floor: an aiohttp handler that commits one
durable SQLite row. The same client sends the same requests to both, in turn, round by round.
"""

import asyncio
import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path

import aiohttp
import msgspec

from controller.app.bench.composing import composing
from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, latencies, of_rounds, ratios, spread
from controller.app.bench.stage import Point, Running, address, floor, point

ROUNDS, ALONE, TOGETHER, AT_ONCE = 7, 150, 300, 50  # requests in a round, one at a time and 50 at once
PRINTED = 60  # tickets whose whole life is paid for, papers and all
COMPOSED = 30
WARM = 4
TURN = 10  # presses at one side before it is the other's turn
IDLE_S = 5.0  # watched, to know what the daemon uses when nobody comes
SERVICES = ("kela-asumistuki", "poliisi-passi", "vero-verokortti", "dvv-muutto", "tyo-tyonhaku", "kunta-pysakointi")
LANGUAGES = ("fi", "sv", "en")  # set in letters; what is drawn is paid for apart
ANSWER_S = 60.0
LOOK_S = 0.25
PAPERS_S = 1.0  # a printer that is well has brought another one by then

TARGETS = (
    Target("ratio", "p50", 2.0, "ratio"),
    Target("ratio", "p99_50", 3.0, "ratio"),
    Target("ours", "cpu_ms", 2.0, "absolute"),
    Target("ours", "compose_text_ms", 2.0, "absolute"),
    Target("ours", "compose_raster_ms", 30.0, "absolute"),
)
HOW = (
    "one kiosk's POST /tickets over keep-alive HTTP to the daemon, its paper printed by a virtual printer as slow as a "
    "real one, in a process of its own; beside it an aiohttp handler that commits one durable SQLite row; the same "
    "client, in turns; cpu_ms is the daemon's for a ticket from the press to its proven paper (of a quick printer), "
    "all five events and the talk with the printer, less compose_text_ms and less what it uses when idle; "
    "press_cpu_ms is a press without paper"
)


class Presses:
    """Sends tickets to one server, and knows what it sent."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self._session, self._url, self._headers = session, url, headers
        self._wishes: Iterator[tuple[str, str]] = zip(cycle(SERVICES), cycle(LANGUAGES), strict=False)
        self.given: list[str] = []

    async def press(self) -> float:
        """One ticket; gives the seconds it took to be answered."""
        service, language = next(self._wishes)
        wish = msgspec.json.encode({"service": service, "language": language})
        headers = self._headers | {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        began = time.perf_counter()
        async with self._session.post(self._url, data=wish, headers=headers) as answer:
            body = await answer.read()
            took = time.perf_counter() - began
            if answer.status != 201:
                raise RuntimeError(f"{self._url} answered {answer.status}: {body.decode()[:200]}")
        self.given.append(str(msgspec.json.decode(body).get("id", "")))
        return took

    async def alone(self, count: int) -> list[float]:
        return [await self.press() for _ in range(count)]

    async def together(self, count: int, at_once: int) -> list[float]:
        """`count` in all, `at_once` under way at any time."""

        async def worker(share: int) -> list[float]:
            return await self.alone(share)

        shares = [count // at_once + (n < count % at_once) for n in range(at_once)]
        return [took for part in await asyncio.gather(*map(worker, shares)) for took in part]


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    folder, size = ask.folder, ask.size
    rounds, alone, together = (
        max(2, round(ROUNDS * size)),
        max(10, round(ALONE * size)),
        max(50, round(TOGETHER * size)),
    )
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(point(folder / "point", quick=False))
        least = await stack.enter_async_context(floor("ticket", folder / "floor"))
        session = await stack.enter_async_context(_session())
        kiosk = Presses(session, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk"))
        bare = Presses(session, f"{address(least)}/tickets", {})
        found: tuple[list[Figures], list[Figures]] = ([], [])
        for n in range(rounds + 1):
            mine, its = await _in_turns(alone, (kiosk, ours.running), (bare, least))
            await _leave(session, ours, kiosk)
            mine |= await _together(kiosk, together)
            await _leave(session, ours, kiosk)
            its |= await _together(bare, together)
            if n:  # the first is for warming up
                found[0].append(mine)
                found[1].append(its)
            tell((n + 1) / (rounds + 3))
    whole = await _whole_life(folder / "whole", max(3, round(PRINTED * size)))
    tell((rounds + 2) / (rounds + 3))
    paper = await composing(folder, max(3, round(COMPOSED * size)), SERVICES[0])
    tell(1.0)
    mine, its = of_rounds(found[0]), of_rounds(found[1])
    net = whole["cpu_with_paper_ms"] - paper["compose_text_ms"]
    mine["cpu_ms"] = round(net, 3)
    pairs = {"p50": "p50_ms", "p99": "p99_ms", "p99_50": "p99_50_ms", "cpu": "cpu_ms"}
    return Measured(
        mine | paper, its, ratios(mine, its, pairs), spread(found[1], "p50_ms"), HOW,
        about=whole,
    )  # fmt: skip


async def _in_turns(count: int, *sides: tuple[Presses, Running]) -> list[Figures]:
    """One at a time, a few here, a few there, so that what else the machine does meets both; `cpu_ms` the server's."""
    took: list[list[float]] = [[] for _ in sides]
    spent = [0.0 for _ in sides]
    for _ in range(max(1, count // TURN)):
        for at, (presses, server) in enumerate(sides):
            before = server.cpu_s()
            took[at] += await presses.alone(TURN)
            spent[at] += server.cpu_s() - before
    return [latencies(one) | {"cpu_ms": 1000 * cpu / len(one)} for one, cpu in zip(took, spent, strict=True)]


async def _together(presses: Presses, count: int) -> Figures:
    """`AT_ONCE` under way at any time."""
    took = latencies(await presses.together(count, AT_ONCE))
    return {"p50_50_ms": took["p50_ms"], "p99_50_ms": took["p99_ms"]}


async def _whole_life(folder: Path, count: int) -> Figures:
    """What a ticket costs the daemon from the press to its proven paper; an idle daemon's own cost left out."""
    async with point(folder) as ours, _session() as session:
        kiosk = Presses(session, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk"))
        await _print(session, ours, kiosk, WARM)
        desk = Presses(session, f"{ours.url}/api/v1/tickets", ours.bearer("staff"))  # no kiosk: a number without paper
        press = (await _in_turns(count, (desk, ours.running)))[0]["cpu_ms"]
        began = ours.running.cpu_s()
        await asyncio.sleep(IDLE_S)
        idle = (ours.running.cpu_s() - began) / IDLE_S
        began, since = ours.running.cpu_s(), time.monotonic()
        await _print(session, ours, kiosk, count)
        spent, took = ours.running.cpu_s() - began, time.monotonic() - since
        ends = [await settled(session, ours, id_) for id_ in kiosk.given[-count:]]
        return {
            "press_cpu_ms": round(press, 3),
            "cpu_with_paper_ms": round(1000 * (spent - idle * took) / count, 3),
            "idle_cpu_ms_per_s": round(1000 * idle, 3),
            "printed": ends.count("confirmed"),
        }


async def _print(session: aiohttp.ClientSession, ours: Point, kiosk: Presses, count: int) -> None:
    """So many tickets, each to its proven paper. The papers are counted on the disk while they come: the daemon would
    pay for being asked."""
    await kiosk.alone(count)
    before, now = -1, 0
    while before < now < len(kiosk.given):
        await asyncio.sleep(PAPERS_S)
        before, now = now, await asyncio.to_thread(_pieces, ours)
    await settled(session, ours, kiosk.given[-1])


def _pieces(ours: Point) -> int:
    return sum(1 for _ in (ours.data.parent / "paper").glob("*/*.bin"))


async def _leave(session: aiohttp.ClientSession, ours: Point, kiosk: Presses) -> None:
    """Everybody gives the number back and no paper is under way: each round finds the point as the first did."""
    headers = ours.bearer("staff")

    async def leave(ids: list[str]) -> None:
        for id_ in ids:
            key = {"Idempotency-Key": str(uuid.uuid4())}
            async with session.post(
                f"{ours.url}/api/v1/tickets/{id_}/cancel", json={}, headers=headers | key
            ) as answer:
                await answer.read()

    ids, kiosk.given = kiosk.given, []
    await asyncio.gather(*(leave(ids[n::8]) for n in range(8)))
    for id_ in reversed(ids):
        await settled(session, ours, id_)


async def settled(session: aiohttp.ClientSession, ours: Point, id_: str) -> str:
    """How a ticket's paper ended, once it has."""
    while True:
        async with session.get(f"{ours.url}/api/v1/tickets/{id_}", headers=ours.bearer("staff")) as answer:
            state = str(msgspec.json.decode(await answer.read())["print"]["state"])
        if state in {"confirmed", "failed", "void", "none"}:
            return state
        await asyncio.sleep(LOOK_S)


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_S))
