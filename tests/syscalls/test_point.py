"""Kill and fail `luukku run` itself at the calls that change its files and at those that speak to the world."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.readers.paper_rig import a_printer
from tests.syscalls.calls import (
    Call,
    counted,
    database,
    fail,
    fatal,
    kill,
    spread,
    struck,
    watching,
    watching_sends,
)  # fmt: skip
from tests.syscalls.calls import sends as sent
from tests.syscalls.lobby import Lobby
from tests.syscalls.offices import Office, an_office
from tests.system.laws import replay_equals_live
from tests.system.lives import program
from tests.system.stranger import Answer

pytestmark = pytest.mark.system
AT_ONCE = 3  # points side by side: each mostly waits for its disk and its printer
SAMPLE, EVERY = 4, 10_000  # calls in `make test`; `make long` takes each
SYNCS = {"fsync", "fdatasync"}
MODULES = ("controller.app.main", "controller.app.compose", "escpos.printer")  # the last is imported at the first paper


class Mornings:
    """Points that live the same morning, each on a folder of its own with a printer of its own."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self._room, self._count = asyncio.Semaphore(AT_ONCE), 0

    async def calls(self, *, sends: bool = False) -> list[Call]:
        """The counting pass."""
        folder = self._new()
        await self._twice(folder, self._strace(folder, sends))
        return sent(folder / "calls") if sends else counted(folder / "calls")

    async def each(self, faults: Sequence[str], *, sends: bool = False) -> list[Path]:
        """A morning with each fault, then a sound one; gives the folders, in order."""
        folders = [self._new() for _ in faults]
        async with asyncio.TaskGroup() as tasks:
            for folder, fault in zip(folders, faults, strict=True):
                tasks.create_task(self._in_turn(folder, self._strace(folder, sends, fault)))
        return folders

    def _new(self) -> Path:
        self._count += 1
        folder = self.folder / f"{self._count:03d}"  # short: a socket's path is at most 108 bytes
        folder.mkdir(parents=True)
        return folder

    def _strace(self, folder: Path, sends: bool, *faults: str) -> list[str]:
        if sends:
            return watching_sends(folder / "calls", *faults)
        return watching(database(folder / "data" / "journal.db"), folder / "calls", *faults)

    async def _in_turn(self, folder: Path, strace: Sequence[str]) -> None:
        async with self._room:
            await self._twice(folder, strace)

    async def _twice(self, folder: Path, strace: Sequence[str]) -> None:
        """A morning under strace, then again without: who was answered is answered the same."""
        async with a_printer(folder) as printer:
            lobby, first, second = Lobby(folder, self.office, printer), dict[str, Answer](), dict[str, Answer]()
            life = await lobby.start("first", strace)
            await lobby.visited(life, first)
            life = await lobby.start("second")
            await lobby.morning(second)
            for key, answer in first.items():
                same = (second[key].status, second[key].body) == (answer.status, answer.body)
                assert same, f"{folder}: {key} was answered {answer}, then {second[key]}"
            await lobby.laws(second)
            await life.stop()
        await replay_equals_live(lobby.data / "journal.db")
        assert not list(lobby.data.glob("*.damaged-*"))


@pytest.fixture
async def mornings(tmp_path: Path) -> AsyncIterator[Mornings]:
    async with program(*MODULES) as made, an_office(made, tmp_path) as office:
        yield Mornings(office, tmp_path)


async def killed(mornings: Mornings, most: int, *, sends: bool) -> None:
    calls = await mornings.calls(sends=sends)
    chosen = spread(calls, most, seed=3)
    folders = await mornings.each([kill(call) for call in chosen], sends=sends)
    missed = [str(call) for call, folder in zip(chosen, folders, strict=True) if not fatal(folder / "calls")]
    print(f"{len(folders) - len(missed)} kills at {len(calls)} calls; never came to {missed}")
    assert len(missed) <= len(chosen) // 10, missed  # two mornings are not the same to the call


@pytest.mark.timeout(600)
async def test_the_daemon_killed_at_calls_all_over_its_life_loses_nothing(mornings: Mornings) -> None:
    await killed(mornings, SAMPLE, sends=False)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_the_daemon_killed_before_it_speaks_loses_nothing(mornings: Mornings) -> None:
    """Answers, bytes to the printer, events to central: what was to be said is said by the next life, once."""
    await killed(mornings, SAMPLE, sends=True)


async def fails(mornings: Mornings, error: str, times: int, most: int) -> None:
    """Whoever asks is told that the disk takes nothing, or nobody answers; in the end each has one number."""
    calls = [call for call in await mornings.calls() if error == "EIO" or call.name not in SYNCS]
    chosen = spread(calls, most, seed=5)
    folders = await mornings.each([fail(call, error, times) for call in chosen])
    missed = [str(call) for call, folder in zip(chosen, folders, strict=True) if not struck(folder / "calls")]
    print(f"{len(folders) - len(missed)} calls of {len(calls)} failed with {error}; never came to {missed}")
    assert len(missed) <= len(chosen) // 10, missed


@pytest.mark.timeout(600)
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
async def test_a_disk_that_fails_the_daemon_gets_no_wrong_answer_from_it(mornings: Mornings, error: str) -> None:
    await fails(mornings, error, 1, SAMPLE // 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("sends", [False, True], ids=["files", "sends"])
async def test_the_daemon_killed_at_every_call_loses_nothing(mornings: Mornings, sends: bool) -> None:
    await killed(mornings, EVERY, sends=sends)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("times", [1, 4], ids=["once", "four in a row"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
async def test_a_disk_that_fails_the_daemon_at_each_call(mornings: Mornings, error: str, times: int) -> None:
    await fails(mornings, error, times, EVERY)
