"""A damaged journal is set aside with a clear word, never silently replaced; numbers go on, papers keep their codes."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec
import pytest

from controller.domain import commands as c
from controller.domain.draft import hash_code, secret_code
from controller.domain.numbering import UNREAD
from controller.domain.state import State
from controller.journal import replay, rescue
from controller.journal.faults import JournalDamaged
from controller.journal.store import Journal
from controller.ledger import Ledger
from tests.journal.rig import DAY_MS, HandClock, a_point, numbers, same_as_replay, stored, take, verify_chain

PAGE = 4096
TICKETS = 120
LAST = f"K{TICKETS:03d}"
LIVED = """
import asyncio, os, sys
from pathlib import Path
from tests.journal.rig import HandClock, a_point, numbers
from controller.domain import commands as c

async def main():
    async with a_point(Path(sys.argv[1])) as ledger:
        await ledger.submit(c.OpenCounter(counter="1", advisor="a1"))
        said = await numbers(ledger, int(sys.argv[2]))
        print(*said, flush=True)
        if sys.argv[3] == "killed":
            os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def a_life(path: Path, end: str) -> None:
    """A journal whose owner was `killed`: its events are in the log; or `ended`: they are in the file."""
    command = [sys.executable, "-c", LIVED, str(path), str(TICKETS), end]
    ran = subprocess.run(command, check=False, timeout=60, capture_output=True)
    assert ran.returncode == (-9 if end == "killed" else 0), ran.stderr.decode()
    assert ran.stdout.decode().split()[-1] == LAST


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two journals of the same life: `file.db` with its events in the file, `log.db` with them in the log."""
    folder = tmp_path_factory.mktemp("lived")
    a_life(folder / "file.db", "ended")
    a_life(folder / "log.db", "killed")
    return folder


@pytest.fixture
def data(lived: Path, tmp_path: Path) -> Path:
    shutil.copytree(lived, tmp_path / "data")
    return tmp_path / "data"


def first_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // PAGE * PAGE)


def in_the_middle_of_a_page(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1000)


def overwrite(page: int, of: int) -> Callable[[Path], None]:
    """Noise over the page at `page` of `of` parts of the file."""

    def spoil(path: Path) -> None:
        at = max(1, path.stat().st_size // PAGE * page // of) if page else 0
        with path.open("r+b") as file:
            file.seek(min(at * PAGE, path.stat().st_size - PAGE))
            file.write(b"\xa5" * PAGE)

    return spoil


def nothing_but_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def no_database(path: Path) -> None:
    path.write_bytes(b"this is a letter, not a database\n" * 300)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def one_letter_of_an_event(path: Path) -> None:
    whole = path.read_bytes()
    at = whole.index(b'"number":"K060"')
    path.write_bytes(whole[:at] + b'"number":"K960"' + whole[at + 15 :])


def meta_table(path: Path) -> None:
    """Noise over the page that holds the journal's id and secret."""
    whole = path.read_bytes()
    page = whole.index(b"\x03\x19\x4csecret") // PAGE
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xa5" * PAGE)


FILE_DAMAGE: dict[str, Callable[[Path], None]] = {
    "first page": overwrite(0, 1), "page 2": overwrite(2, 40), "at a third": overwrite(1, 3),
    "in the middle": overwrite(1, 2), "at the end": overwrite(1, 1), "half of it gone": first_half,
    "torn in a page": in_the_middle_of_a_page, "one letter": one_letter_of_an_event, "meta table": meta_table,
}  # fmt: skip


async def rescued(path: Path) -> tuple[State, list[str]]:
    """The state with which the point goes on, and the next two numbers; each rescue must keep these laws."""
    before = {p.name: p.read_bytes() for p in path.parent.glob(path.name + "*")}
    async with a_point(path) as ledger:
        state = replay.copy(ledger.state)
        next_two = await numbers(ledger, 2)
        await same_as_replay(ledger)
        assert verify_chain(one.body for one in await stored(ledger.journal)) == ledger.journal.seq
    asides = sorted(p for p in path.parent.glob(f"{path.name}.damaged-*") if not p.name.endswith(("-wal", "-shm")))
    assert len(asides) == 1, "exactly one damaged journal was set aside"
    for name, data in before.items():
        kept = asides[0].with_name(asides[0].name + name.removeprefix(path.name))
        assert kept.read_bytes() == data, f"the damaged {name} was changed"
    assert not list(path.parent.glob("*.part*")) and not list(path.parent.glob("*.rescued*"))
    async with a_point(path) as ledger:
        assert (await take(ledger)).body.decode() == f"K{int(next_two[1][1:]) + 1:03d}", "the rescue holds"
    return state, next_two


def secret_in(path: Path) -> bytes:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    (secret,) = db.execute("SELECT value FROM meta WHERE key = 'secret'").fetchall()[0]
    db.close()
    return bytes(secret)


@pytest.mark.parametrize("damage", FILE_DAMAGE)
async def test_a_damaged_file_is_set_aside_and_no_number_comes_twice(data: Path, damage: str) -> None:
    path = data / "file.db"
    secret = await asyncio.to_thread(secret_in, path)
    await asyncio.to_thread(FILE_DAMAGE[damage], path)
    state, next_two = await rescued(path)
    assert int(next_two[0][1:]) > TICKETS, f"after {LAST} came {next_two}"
    waiting = {ticket.number for ticket in state.tickets.values()}
    assert len(waiting) >= (TICKETS // 3 if damage == "half of it gone" else TICKETS - 15), f"{len(waiting)} found"
    for ticket in list(state.tickets.values())[:: TICKETS // 10]:
        assert state.codes[hash_code(secret_code(secret, ticket.id))] == ticket.id, "a code on paper leads nowhere"


@pytest.mark.parametrize("damage", [empty, no_database, nothing_but_zeros], ids=lambda one: one.__name__)
async def test_what_is_no_database_any_more_is_set_aside_and_its_log_still_read(
    data: Path, damage: Callable[[Path], None]
) -> None:
    path = data / "log.db"
    await asyncio.to_thread(damage, path)
    state, next_two = await rescued(path)
    assert int(next_two[0][1:]) > TICKETS
    assert len(state.tickets) == TICKETS, "every event was in the log"


async def test_a_log_without_its_file_is_not_deleted_but_read(data: Path) -> None:
    path = data / "log.db"
    path.unlink()
    async with a_point(path) as ledger:
        assert len(ledger.state.tickets) == TICKETS
        assert int((await take(ledger)).body[1:]) > TICKETS
    assert len(list(data.glob("log.db.damaged-*-wal"))) == 1


@pytest.mark.parametrize(
    "damage", [nothing_but_zeros, no_database, Path.unlink, empty], ids=["zeros", "noise", "gone", "empty"]
)
async def test_a_log_that_is_lost_is_noticed_though_sqlite_says_nothing(
    data: Path, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The file alone is a sound database, and older: SQLite opens it without a word and would reuse every number."""
    path = data / "log.db"
    await asyncio.to_thread(damage, log_of(path))
    with pytest.raises(JournalDamaged, match="write-ahead log"):
        await Journal("p1", path).open()
    async with a_point(path) as ledger:
        assert ledger.journal.seq == 0
    assert len([p for p in data.glob("log.db.damaged-*") if not p.name.endswith("-wal")]) == 1
    assert "write-ahead log" in capsys.readouterr().out


async def test_a_hole_in_the_log_is_noticed_and_what_lies_behind_it_is_read(data: Path) -> None:
    path = data / "log.db"
    await asyncio.to_thread(overwrite(1, 2), log_of(path))
    state, next_two = await rescued(path)
    assert int(next_two[0][1:]) > TICKETS
    assert len(state.tickets) >= TICKETS - 5


async def test_the_commit_that_was_in_hand_at_a_power_cut_is_no_damage(data: Path) -> None:
    """The last frames of the log are torn: nobody was told of them, so the journal goes on as it is."""
    path, log = data / "log.db", log_of(data / "log.db")
    with log.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"\xa5" * 10)
    async with a_point(path) as ledger:
        assert set(await numbers(ledger, 1)) <= {LAST, f"K{TICKETS + 1:03d}"}
        await same_as_replay(ledger)
    assert not list(data.glob("*.damaged-*"))


async def test_a_kill_alone_is_no_damage(data: Path) -> None:
    for name in ("file.db", "log.db"):
        async with a_point(data / name) as ledger:
            assert (await take(ledger)).body.decode() == f"K{TICKETS + 1:03d}"
            await same_as_replay(ledger)
    assert not list(data.glob("*.damaged-*"))


async def test_numbers_from_behind_the_damage_count_for_their_own_day_only(tmp_path: Path) -> None:
    """Monday's page is damaged; today is Tuesday: Tuesday's numbers go on, Monday's waiting are not called today."""
    path, clock = tmp_path / "j.db", HandClock()
    async with a_point(path, clock) as ledger:
        await numbers(ledger, 40)
        clock.ms += DAY_MS
        tuesday = await numbers(ledger, 30)
        assert tuesday[0] == "K001"
    await asyncio.to_thread(overwrite(1, 6), path)
    async with a_point(path, clock) as ledger:
        assert {t.business_date for t in ledger.state.tickets.values()} == {"2026-11-24"}
        assert len(ledger.state.tickets) == 30
        assert (await take(ledger)).body.decode() == f"K{30 + rescue.SKIPPED_NUMBERS + 1:03d}"
        await same_as_replay(ledger)


def every_event_of_the_series_v(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    for at in [match.start() for match in re.finditer(rb'"series":"V"', whole)]:
        whole[at - 20 : at + 20] = b"\xa5" * 40
    path.write_bytes(whole)


async def test_a_series_of_which_nothing_is_readable_skips_as_many_numbers_as_the_others(tmp_path: Path) -> None:
    """One was out of it, in the part that is gone: the next must not be that one again. The next day begins with 1."""
    path, clock = tmp_path / "j.db", HandClock()
    async with a_point(path, clock) as ledger:
        await numbers(ledger, 3)
        assert await numbers(ledger, 1, "verot") == ["V001"]
        await numbers(ledger, 3)
    await asyncio.to_thread(every_event_of_the_series_v, path)
    async with a_point(path, clock) as ledger:
        assert await numbers(ledger, 1) == [f"K{6 + rescue.SKIPPED_NUMBERS + 1:03d}"]
        assert await numbers(ledger, 2, "verot") == [f"V{rescue.SKIPPED_NUMBERS + n:03d}" for n in (1, 2)]
        await same_as_replay(ledger)
        clock.ms += DAY_MS
        assert await numbers(ledger, 1, "verot") == ["V001"]


async def test_where_nothing_is_readable_no_number_of_the_morning_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 7)
    await asyncio.to_thread(os.truncate, path, 300)
    async with a_point(path) as ledger:
        assert ledger.state.business_date == ""
        assert int((await take(ledger)).body[1:]) > rescue.SKIPPED_NUMBERS
        await same_as_replay(ledger)


async def test_what_follows_a_retired_beginning_is_rescued_from_its_base(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await ledger.submit(c.OpenCounter(counter="1", advisor="a1"))
        await numbers(ledger, 40)
        state = State(ledger.journal.journal)
        replay.replay(state, (await stored(ledger.journal))[:60])
        await ledger.journal.forget_events(replay.snapshot_of(state, "base"))
        await numbers(ledger, 40)
        whole = replay.copy(ledger.state)
    whole.numbers = {"K": whole.numbers["K"] + rescue.SKIPPED_NUMBERS, UNREAD: rescue.SKIPPED_NUMBERS}
    found, _ = await asyncio.to_thread(rescue._readable, path)
    assert replay.encode(found) == replay.encode(whole)


async def test_a_rescue_that_is_killed_between_any_two_of_its_steps_is_done_again_or_ended(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file operation of the rescue is its last, in turn; then the next start must keep the numbers."""
    await asyncio.to_thread(overwrite(1, 2), data / "file.db")

    class Killed(BaseException):
        pass

    def dying(step: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
        done = [0]

        def wrap(real: Callable[..., object]) -> Callable[..., object]:
            def one(*args: object, **named: object) -> object:
                done[0] += 1
                if done[0] > step:
                    raise Killed
                return real(*args, **named)

            return one

        return wrap

    step, ended = 0, False
    while not ended:
        folder = tmp_path / f"step{step}"
        await asyncio.to_thread(shutil.copytree, data, folder)
        with monkeypatch.context() as patch:
            die = dying(step)
            patch.setattr(Path, "rename", die(Path.rename))
            patch.setattr(os, "replace", die(os.replace))
            try:
                async with a_point(folder / "file.db"):
                    ended = True
            except Killed:
                pass
        async with a_point(folder / "file.db") as ledger:
            assert int((await take(ledger)).body[1:]) > TICKETS, f"killed before step {step}"
            assert len(ledger.state.tickets) > TICKETS - 15
        step += 1
    assert step >= 4


async def test_a_second_rescue_in_the_same_second_overwrites_no_evidence(data: Path) -> None:
    for _ in range(2):
        await asyncio.to_thread(no_database, data / "file.db")
        async with a_point(data / "file.db"):
            pass
    assert len([p for p in data.glob("file.db.damaged-*") if not p.name.endswith(("-wal", "-shm"))]) == 2


async def test_a_snapshot_that_cannot_be_read_is_only_a_cache(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 5)
        await ledger.snapshot()
        good = await ledger.journal.snapshot("latest")
        assert good is not None
        await ledger.journal.keep_snapshot(msgspec.structs.replace(good, state=b"\xc1 nonsense"))
    async with a_point(path) as ledger:
        assert await numbers(ledger, 1) == ["K006"]
        await same_as_replay(ledger)
    assert not list(tmp_path.glob("*.damaged-*"))


async def test_the_rescued_point_speaks_to_central_as_another_journal(data: Path) -> None:
    path = data / "file.db"
    old = (await asyncio.to_thread(secret_in, path)), await asyncio.to_thread(journal_in, path)
    await asyncio.to_thread(overwrite(1, 2), path)
    async with a_point(path) as ledger:
        assert (ledger.journal.secret, ledger.journal.seq) == (old[0], 0)
        assert ledger.journal.journal != old[1]
        _whole_state(ledger)


def journal_in(path: Path) -> str:
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    (journal,) = db.execute("SELECT value FROM meta WHERE key = 'journal'").fetchall()[0]
    db.close()
    return bytes(journal).decode()


def _whole_state(ledger: Ledger) -> None:
    """Nothing in the state speaks of something that is not there."""
    state = ledger.state
    assert {t.visit for t in state.tickets.values()} <= set(state.visits)
    assert {s.visit for s in state.service_events.values()} <= set(state.visits)
    assert {id_ for line in state.waiting.values() for _, id_ in line} <= set(state.service_events)
    assert {v.ticket for v in state.visits.values() if v.ticket} <= set(state.tickets)
