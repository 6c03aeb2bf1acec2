"""Kill and fail the heart of a point at each call that changes its files: what was answered stands, once, for ever."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from tests.journal.rig import HandClock, a_point, issued, same_as_replay, stored, verify_chain
from tests.syscalls.calls import Call, counted, database, fail, fatal, kill, spread, struck, watching
from tests.syscalls.heart import AFTER, BEFORE, OVER
from tests.syscalls.offices import Office, an_office
from tests.system.lives import program

pytestmark = pytest.mark.system
HEART = "tests.syscalls.heart:main"
AT_ONCE = 3  # lives side by side: each mostly waits for its disk
ANSWER = re.compile(r"^201 (\d+) (\w+)$", re.MULTILINE)
EVERYONE = {n: f"K{n + 1:03d}" for n in range(BEFORE + AFTER)}
SYNCS = {"fsync", "fdatasync"}
SAMPLE, EVERY = 12, 10_000  # calls that fail in `make test`; `make long` takes each


class Hearts:
    """Lives of the heart, each on a folder of its own, and the office that all deliver to."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self._room = asyncio.Semaphore(AT_ONCE)

    async def calls(self) -> list[Call]:
        """The counting pass."""
        folder = self.folder / "counting"
        await self.life(folder, "first", folder / "calls")
        assert answers(folder / "first") == EVERYONE
        return counted(folder / "calls")

    async def each(
        self, name: str, faults: Sequence[tuple[str, str]], check: Callable[[Path], Awaitable[None]]
    ) -> None:
        async with asyncio.TaskGroup() as tasks:
            for title, fault in faults:
                tasks.create_task(self._twice(self.folder / name / title, fault, check))

    async def _twice(self, folder: Path, fault: str, check: Callable[[Path], Awaitable[None]]) -> None:
        """A life with a fault, then a sound one on what is left of it."""
        async with self._room:
            await self.life(folder, "first", folder / "calls", fault)
            await check(folder)
            await self.life(folder, "second")
            first, second = answers(folder / "first"), answers(folder / "second")
            assert second == EVERYONE, (folder.name, (folder / "second").read_text()[-2000:])
            assert first.items() <= second.items(), f"{folder.name}: {first} were said, then {second}"
            await self._laws(folder)

    async def life(self, folder: Path, name: str, calls: Path | None = None, *faults: str) -> None:
        """One life on the journal in `folder`; with `calls` under strace."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "j.db"
        strace = watching(database(path), calls, *faults) if calls else ()
        words = (str(path), self.office.url)
        life = await self.office.program.start(HEART, *words, log=folder / name, strace=strace)
        await life.ended()

    async def unswitched(self, name: str) -> Path:
        """A folder with what a switch to write-ahead logging that failed in silence leaves: a journal without it."""
        folder = self.folder / name
        await self.life(folder, "before")
        with closing(apsw.Connection(str(folder / "j.db"))) as db:
            assert db.pragma("journal_mode", "delete") == "delete"
        return folder

    async def _laws(self, folder: Path) -> None:
        async with a_point(folder / "j.db", HandClock()) as ledger:
            bodies = [one.body for one in await stored(ledger.journal)]
            assert verify_chain(bodies) == ledger.journal.seq
            assert issued(bodies) == list(EVERYONE.values())
            await same_as_replay(ledger)
            assert await self.office.stored("p1", ledger.journal.journal) == bodies
        assert not list(folder.glob("*.damaged-*"))


def answers(log: Path) -> dict[int, str]:
    """The numbers that a life answered with."""
    return {int(n): number for n, number in ANSWER.findall(log.read_text())}


@pytest.fixture
async def hearts(tmp_path: Path) -> AsyncIterator[Hearts]:
    async with program("tests.syscalls.heart", "controller.app.main") as made, an_office(made, tmp_path) as office:
        yield Hearts(office, tmp_path / "hearts")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)])
async def test_killed_at_calls_all_over_its_life_it_loses_nothing_and_gives_no_number_twice(
    hearts: Hearts, every: int
) -> None:
    calls = await hearts.calls()
    assert len(calls) > 60 and {call.name for call in calls} > SYNCS | {"pwrite64", "openat", "unlink", "rename"}

    async def killed(folder: Path) -> None:
        assert fatal(folder / "calls"), f"{folder.name}: it was not killed"
        assert OVER not in (folder / "first").read_text()

    await hearts.each("kill", [(str(call), kill(call)) for call in calls[::every]], killed)
    print(f"{len(calls[::every])} kills")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
async def test_a_call_that_fails_gives_no_wrong_answer(hearts: Hearts, error: str) -> None:
    await fails(hearts, error, 1, SAMPLE)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("times", [1, 4], ids=["once", "four in a row"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
async def test_each_call_that_fails_gives_no_wrong_answer(hearts: Hearts, error: str, times: int) -> None:
    await fails(hearts, error, times, EVERY)


async def fails(hearts: Hearts, error: str, times: int, most: int) -> None:
    """No sync can lack room; every other call may."""
    calls = [call for call in await hearts.calls() if error == "EIO" or call.name not in SYNCS]
    calls = spread(calls, most, seed=7)
    ends = {"said so": 0, "did not start": 0, "nobody noticed": 0}

    async def failed(folder: Path) -> None:
        assert struck(folder / "calls"), f"{folder.name}: nothing failed"
        said = (folder / "first").read_text()
        ends["did not start" if OVER not in said else "said so" if "503 " in said else "nobody noticed"] += 1

    await hearts.each(f"{error}-{times}", [(str(call), fail(call, error, times)) for call in calls], failed)
    print(f"{len(calls)} calls failed with {error}: {ends}")
    assert ends["said so"] > 1 and ends["did not start"] > 1


@pytest.mark.timeout(600)
async def test_nothing_is_answered_without_write_ahead_logging_whatever_of_the_switch_fails(hearts: Hearts) -> None:
    """A switch that fails half-way must be noticed: SQLite would go on in the old mode."""
    switched = await hearts.unswitched("counting")
    await hearts.life(switched, "first", switched / "calls")
    calls = counted(switched / "calls")
    switch = calls[: next(n for n, call in enumerate(calls) if "-wal" in call.text)]
    noticed = []

    async def refused(folder: Path) -> None:
        assert struck(folder / "calls")
        if answers(folder / "first"):
            assert "j.db-wal" in (folder / "calls").read_text(), f"{folder.name}: it answered without a log"
        else:
            noticed.append(folder.name)

    for call in switch:
        await hearts.unswitched(f"switch/{call}")
    await hearts.each("switch", [(str(call), fail(call, "EIO")) for call in switch], refused)
    print(f"{len(noticed)} of {len(switch)} failures of the switch kept it from starting")
    assert len(noticed) >= len(switch) - 1, noticed  # only that a name was made durable is not asked twice
