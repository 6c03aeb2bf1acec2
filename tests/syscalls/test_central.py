"""Kill and fail `luukku central` at the calls that change its store and at those that answer: what it said it has, it
has; what a box holds arrives once, in order, byte for byte. The box is the real uplink on real sealed events."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp
import pytest

from controller.ports.central import LinkState
from controller.uplink.sync import Uplink
from tests.central.rig import TOKENS, Box, Client
from tests.syscalls.calls import (
    Call,
    counted,
    database,
    fail,
    fatal,
    kill,
    sends,
    spread,
    struck,
    watching,
    watching_sends,
)
from tests.syscalls.offices import Office
from tests.system.lives import Program, program

pytestmark = pytest.mark.system
AT_ONCE = 3
SAMPLE, EVERY = 10, 10_000  # calls in `make test`; `make long` takes each
SYNCS = {"fsync", "fdatasync"}
PARTS = (1, 2, 5, 80)  # events that the box has: it brings them one by one, and what it holds after it was away
DELIVERED_S = 120.0


class Day:
    """One box and one central on a folder of its own."""

    def __init__(self, program: Program, folder: Path, session: aiohttp.ClientSession) -> None:
        self.office = Office(program, folder / "central", session)
        self.box, self.acked = Box(), 0
        self.client = Client(session, self.office.url)

    async def lived(self, strace: Sequence[str] = ()) -> None:
        """One life of central, as far as it goes, with an uplink that brings what there is; then its end."""
        life = await self.office.start(strace)
        work = asyncio.create_task(self._delivered())
        over = asyncio.create_task(life.ended(DELIVERED_S))
        await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
        assert work.done() or life.over, "nothing arrives any more"
        if not over.done():
            work.result()
            await life.stop()
        work.cancel()
        await asyncio.gather(work, over, return_exceptions=True)

    async def _delivered(self) -> None:
        uplink = Uplink(self.box, self.office.url, TOKENS["box"], random=random.Random(1), on_link=self._heard)
        line = asyncio.create_task(uplink.run())
        try:
            await self._arrived()
            for count in PARTS:
                if self.box.seq < count:
                    self.box.fill(count - self.box.seq)
                    await self.box.append()
                await self._arrived()
        finally:
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)

    async def _arrived(self) -> None:
        while self.acked < self.box.seq:
            await asyncio.sleep(0.005)

    def _heard(self, link: LinkState) -> None:
        assert not link.fork, link.detail
        if link.up and link.seq is not None:
            assert link.seq >= self.acked, f"it said it had {self.acked} on its disk, now it has {link.seq}"
            self.acked = link.seq

    async def whole(self) -> None:
        """Central is up and has everything."""
        assert await self.client.head() == (self.box.seq, self.box.events[-1].chain)
        assert await self.client.stored() == self.box.bodies
        (point,) = await self.client.points()
        assert (point["gaps"], point["quarantined"], point["fork"]) == (0, 0, False)


class Days:
    """Days side by side."""

    def __init__(self, program: Program, folder: Path, session: aiohttp.ClientSession) -> None:
        self._program, self._folder, self._session = program, folder, session
        self._room = asyncio.Semaphore(AT_ONCE)

    async def calls(self, *, answers: bool = False) -> list[Call]:
        """The counting pass."""
        folder = self._folder / "counting"
        await self._twice(folder, self._strace(folder, answers))
        return sends(folder / "calls") if answers else counted(folder / "calls")

    async def each(self, faults: Sequence[str], *, answers: bool = False) -> list[Path]:
        """A day with each fault, then a sound one; gives the folders, in order."""
        folders = [self._folder / f"{n:03d}" for n in range(len(faults))]
        async with asyncio.TaskGroup() as tasks:
            for folder, fault in zip(folders, faults, strict=True):
                tasks.create_task(self._in_turn(folder, self._strace(folder, answers, fault)))
        return folders

    def _strace(self, folder: Path, answers: bool, *faults: str) -> list[str]:
        if answers:
            return watching_sends(folder / "calls", *faults)
        return watching(database(folder / "central" / "central.db"), folder / "calls", *faults)

    async def _in_turn(self, folder: Path, strace: Sequence[str]) -> None:
        async with self._room:
            await self._twice(folder, strace)

    async def _twice(self, folder: Path, strace: Sequence[str]) -> None:
        day = Day(self._program, folder, self._session)
        await day.lived(strace)
        await day.lived()
        life = await day.office.start()
        await day.whole()
        await life.stop()


@pytest.fixture
async def days(tmp_path: Path) -> AsyncIterator[Days]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with program("controller.app.main") as made, aiohttp.ClientSession(connector=connector) as session:
        yield Days(made, tmp_path, session)


async def killed(days: Days, most: int, *, answers: bool) -> None:
    calls = await days.calls(answers=answers)
    chosen = spread(calls, most, seed=3)
    folders = await days.each([kill(call) for call in chosen], answers=answers)
    missed = [str(call) for call, folder in zip(chosen, folders, strict=True) if not fatal(folder / "calls")]
    print(f"{len(folders) - len(missed)} kills at {len(calls)} calls; never came to {missed}")
    assert len(missed) <= len(chosen) // 10, missed  # two days are not the same to the call


async def failed(days: Days, error: str, times: int, most: int) -> None:
    calls = [call for call in await days.calls() if error == "EIO" or call.name not in SYNCS]
    chosen = spread(calls, most, seed=5)
    folders = await days.each([fail(call, error, times) for call in chosen])
    missed = [str(call) for call, folder in zip(chosen, folders, strict=True) if not struck(folder / "calls")]
    print(f"{len(folders) - len(missed)} calls of {len(calls)} failed with {error}; never came to {missed}")
    assert len(missed) <= len(chosen) // 10, missed


@pytest.mark.timeout(600)
@pytest.mark.parametrize("answers", [False, True], ids=["store", "answers"])
async def test_central_killed_at_calls_all_over_its_life_has_what_it_acknowledged(days: Days, answers: bool) -> None:
    await killed(days, SAMPLE if not answers else SAMPLE // 2, answers=answers)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
async def test_a_disk_that_fails_central_makes_it_acknowledge_nothing_that_is_not_there(days: Days, error: str) -> None:
    await failed(days, error, 1, SAMPLE // 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("answers", [False, True], ids=["store", "answers"])
async def test_central_killed_at_every_call_has_what_it_acknowledged(days: Days, answers: bool) -> None:
    await killed(days, EVERY, answers=answers)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("times", [1, 4], ids=["once", "four in a row"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
async def test_a_disk_that_fails_central_at_each_call(days: Days, error: str, times: int) -> None:
    await failed(days, error, times, EVERY)
