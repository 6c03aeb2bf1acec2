"""`bench ticket`: from the press to the durable number, one at a time and 50 at once, and what a ticket costs.

Ours: the daemon with its virtual printers, HTTP as a kiosk sends it. Floor: an aiohttp handler that commits one
durable SQLite row. The same client sends the same requests to both, in turn, round by round.
"""

import asyncio
import uuid
from contextlib import AsyncExitStack

import aiohttp

from controller.app.bench.composing import composing
from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, latencies, of_rounds, ratios, spread
from controller.app.bench.presses import SERVICES, Presses, session, settled
from controller.app.bench.stage import Point, Running, address, floor, point
from controller.app.bench.whole_life import whole_life

ROUNDS, ALONE, TOGETHER, AT_ONCE = 7, 150, 300, 50  # requests in a round, one at a time and 50 at once
COMPOSED = 30
TURN = 10  # presses at one side before it is the other's turn

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
    "client, in turns; cpu_ms is what a ticket costs the daemon from the press to its proven paper, all five events "
    "and the talk with the printer, less compose_text_ms, with 50 at once at five kiosks whose printers confirm at "
    "once (the floor: its row, with 50 at once); lobby_cpu_ms the same one by one at one kiosk, composing included, "
    "the daemon asleep between two tickets; press_cpu_ms a press without paper, one by one"
)


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
        http = await stack.enter_async_context(session())
        kiosk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk"))
        bare = Presses(http, f"{address(least)}/tickets", {})
        found: tuple[list[Figures], list[Figures]] = ([], [])
        for n in range(rounds + 1):
            mine, its = await _in_turns(alone, kiosk, bare)
            await _leave(http, ours, kiosk)
            mine |= await _together(kiosk, together, ours.running)
            await _leave(http, ours, kiosk)
            its |= await _together(bare, together, least)
            if n:  # the first is for warming up
                found[0].append(mine)
                found[1].append(its)
            tell((n + 1) / (rounds + 3))
    whole = await whole_life(folder / "whole", size)
    tell((rounds + 2) / (rounds + 3))
    paper = await composing(folder, max(3, round(COMPOSED * size)), SERVICES[0])
    tell(1.0)
    mine, its = of_rounds(found[0]), of_rounds(found[1])
    mine["cpu_ms"] = round(whole["hall_cpu_ms"] - paper["compose_text_ms"], 3)
    pairs = {"p50": "p50_ms", "p99": "p99_ms", "p99_50": "p99_50_ms", "cpu": "cpu_ms"}
    return Measured(
        mine | paper, its, ratios(mine, its, pairs), spread(found[1], "p50_ms"), HOW,
        about=whole,
    )  # fmt: skip


async def _in_turns(count: int, *sides: Presses) -> list[Figures]:
    """One at a time, a few here, a few there, so that what else the machine does meets both."""
    took: list[list[float]] = [[] for _ in sides]
    for _ in range(max(1, count // TURN)):
        for at, presses in enumerate(sides):
            took[at] += await presses.alone(TURN)
    return [latencies(one) for one in took]


async def _together(presses: Presses, count: int, server: Running) -> Figures:
    """`AT_ONCE` under way at any time; `cpu_ms` the server's."""
    before = server.cpu_s()
    took = latencies(await presses.together(count, AT_ONCE))
    spent = 1000 * (server.cpu_s() - before) / count
    return {"p50_50_ms": took["p50_ms"], "p99_50_ms": took["p99_ms"], "cpu_ms": spent}


async def _leave(http: aiohttp.ClientSession, ours: Point, kiosk: Presses) -> None:
    """Everybody gives the number back and no paper is under way: each round finds the point as the first did."""
    headers = ours.bearer("staff")

    async def leave(ids: list[str]) -> None:
        for id_ in ids:
            key = {"Idempotency-Key": str(uuid.uuid4())}
            async with http.post(f"{ours.url}/api/v1/tickets/{id_}/cancel", json={}, headers=headers | key) as answer:
                await answer.read()

    ids, kiosk.given = kiosk.given, []
    await asyncio.gather(*(leave(ids[n::8]) for n in range(8)))
    for id_ in reversed(ids):
        await settled(http, ours, id_)
