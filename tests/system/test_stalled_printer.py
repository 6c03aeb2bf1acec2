"""A printer that stands still, in each of the ways a socket can: nobody but its own kiosk notices. Real processes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from controller.app.bench.floors import FIRST_BYTES
from controller.app.bench.presses import Presses, paper_state, session, settled
from controller.app.bench.stage import Point, point_at, program
from controller.app.bench.stalled import (
    TROUBLED,
    WHAT,
    Lobby,
    Order,
    Tv,
    ended,
    is_well,
    ordering,
    ports_of,
    pressing,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

TURNS = 5
NOTICED_S = 90.0


@pytest.fixture
async def hall() -> AsyncIterator[tuple[aiohttp.ClientSession, Point, Order, Lobby]]:
    """Two kiosks, each with its printer; the second's has troubles to order."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="luukku-")))
        words = (*TROUBLED, str(folder / "printers"))
        printers = await stack.enter_async_context(program(words, "troubled:", folder / "printers.log"))
        well, ill, ear = ports_of(printers)
        ours = await stack.enter_async_context(point_at(folder / "point", well, ill))
        http, tv = await stack.enter_async_context(session()), Tv()
        stack.push_async_callback(ended, asyncio.create_task(tv.follow(http, ours)))
        lobby = Lobby(http, ours, tv, folder / "printers" / FIRST_BYTES)
        await lobby.desk("open", advisor="a4")
        yield http, ours, await stack.enter_async_context(ordering(ear)), lobby


async def state_of(http: aiohttp.ClientSession, ours: Point, printer: str) -> str:
    async with http.get(f"{ours.url}/api/v1/state", headers=ours.bearer("staff")) as answer:
        printers = (await answer.json())["printers"]
    return str(next(one["state"] for one in printers if one["id"] == printer))


@pytest.mark.parametrize("trouble", ["silent", "deaf", "slow"])
async def test_a_printer_that_stands_still_changes_nothing_for_the_other_the_tv_and_the_counters(
    hall: tuple[aiohttp.ClientSession, Point, Order, Lobby], trouble: str
) -> None:
    http, ours, order, lobby = hall
    await is_well(http, ours)
    await order(trouble)
    took: dict[str, list[float]] = {what: [] for what in WHAT}
    async with pressing(http, ours) as behind:
        while not behind.given:
            await asyncio.sleep(0.02)
        for _ in range(TURNS):
            await lobby.turn(took)  # a paper, a call on the TV, an answer at the counter; each bounded, none in vain
        held_up = behind.given[-1 if trouble == "slow" else 0]  # a slow one has done the first when the machine is too
        assert await paper_state(http, ours, held_up) != "confirmed", "it really stands still"
        kiosk = Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk/k0"))
        await kiosk.press()
        assert await settled(http, ours, kiosk.given[0]) == "confirmed"
        assert all(len(took[what]) == TURNS for what in WHAT)
    if trouble != "slow":
        async with asyncio.timeout(NOTICED_S):
            while await state_of(http, ours, "p1") == "ready":
                await asyncio.sleep(0.1)
    assert await state_of(http, ours, "p0") == "ready"
