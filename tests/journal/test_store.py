"""What is acknowledged is on the disk: WAL and FULL, one sync per commit, exact bytes, one owner, one chain."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import apsw
import pytest

from controller.journal.faults import JournalDamaged, JournalInUse, JournalTooNew
from controller.journal.file import JournalFile
from controller.journal.store import Journal
from tests.journal.rig import (
    HandClock,
    a_point,
    issued,
    live_a_little,
    numbers,
    same_as_replay,
    stored,
    take,
    verify_chain,
)

TICKETS = 100
TRACED = """
import asyncio, sys
from pathlib import Path
from tests.journal.rig import a_point, take

async def main():
    async with a_point(Path(sys.argv[1])) as ledger:
        for n in range(int(sys.argv[2]) + 2):
            print((await take(ledger)).body.decode(), flush=True)

asyncio.run(main())
"""
CALLS = "trace=fsync,fdatasync,pwrite64,write"


def traced(path: Path, tickets: int) -> list[str]:
    """The writes and syncs of a process that takes tickets one by one and says each number, from the second on."""
    calls = path.with_suffix(".calls")
    program = (sys.executable, "-c", TRACED, str(path), str(tickets))
    subprocess.run(
        ["strace", "-f", "-y", "-qq", "-e", CALLS, "-o", str(calls), *program],
        check=True, timeout=60, capture_output=True,
    )  # fmt: skip
    lines = calls.read_text().splitlines()
    first, last = (next(n for n, line in enumerate(lines) if f'"K{k:03d}' in line) for k in (1, tickets + 1))
    return lines[first : last + 1]


async def test_write_ahead_log_full_sync_and_an_exclusive_lock_are_what_sqlite_itself_says(tmp_path: Path) -> None:
    made = await asyncio.to_thread(JournalFile, tmp_path / "j.db")
    db = made._db
    assert (db.pragma("journal_mode"), db.pragma("synchronous"), db.pragma("locking_mode")) == ("wal", 2, "exclusive")
    assert apsw.sqlite_lib_version() >= "3.51.3", "the WAL-reset bug is in this SQLite"
    await asyncio.to_thread(made.close)


@pytest.mark.system
def test_each_decision_alone_costs_one_sync_and_not_more(tmp_path: Path) -> None:
    syncs = sum("sync(" in line for line in traced(tmp_path / "j.db", TICKETS))
    assert TICKETS <= syncs <= TICKETS * 1.05, f"{syncs} syncs for {TICKETS} decisions"


@pytest.mark.system
def test_every_acknowledgement_comes_after_the_sync_of_its_bytes(tmp_path: Path) -> None:
    dirty, said = False, 0
    for line in traced(tmp_path / "j.db", 20):
        if "pwrite64(" in line and "-wal" in line:
            dirty = True
        elif "sync(" in line and "-wal" in line:
            dirty = False
        elif '"K' in line:
            said += 1
            assert not dirty, f"acknowledged before it was durable: {line}"
    assert said == 21


async def test_fifty_at_once_share_their_commits(tmp_path: Path) -> None:
    async with a_point(tmp_path / "j.db") as ledger:
        appends = 0
        append = ledger.journal._file.append

        def counted(*batch: object) -> None:
            nonlocal appends
            appends += 1
            append(*batch)  # type: ignore[arg-type]  # why: handed on as it came

        ledger.journal._file.append = counted  # type: ignore[method-assign]  # why: the thread's door is where commits are counted
        replies = await asyncio.gather(*(take(ledger) for _ in range(50)))
        assert sorted(reply.body for reply in replies) == [f"K{n:03d}".encode() for n in range(1, 51)]
        assert appends <= 5
        await same_as_replay(ledger)


async def test_the_bytes_are_the_contracts_and_an_own_verifier_finds_the_chain_whole(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await live_a_little(ledger, Random(5), 300)
        kept = await stored(ledger.journal)
        assert verify_chain(one.body for one in kept) == ledger.journal.seq > 200
        assert kept[-1].chain == ledger.journal.chain == ledger.state.chain
    async with Journal("p1", path) as again:
        assert await stored(again) == kept, "a restart changed bytes"
        told = json.loads(kept[0].body)
        assert told["source"] == f"/points/p1/journals/{again.journal}"
        assert told["id"] == f"{again.journal}-1"


async def test_a_second_process_is_told_that_the_journal_is_held(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    program = (
        "import sys; from pathlib import Path\n"
        "from controller.journal.file import JournalFile; from controller.journal.faults import JournalInUse\n"
        "try: JournalFile(Path(sys.argv[1]))\n"
        "except JournalInUse as held: print(held); sys.exit(7)\n"
    )
    async with a_point(path) as ledger:
        await take(ledger)
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await other.communicate()
        assert (other.returncode, said.decode().strip()) == (7, f"{path}: another process holds this journal")
        assert (await take(ledger)).body == b"K002"
        await same_as_replay(ledger)


async def test_in_one_process_too_a_journal_has_one_owner(tmp_path: Path) -> None:
    async with a_point(tmp_path / "j.db"):
        with pytest.raises(JournalInUse):
            await Journal("p1", tmp_path / "j.db").open()


async def test_a_file_from_the_future_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 3)
    with apsw.Connection(str(path)) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = path.read_bytes()
    with pytest.raises(JournalTooNew, match="install the newer Luukku"):
        async with a_point(path):
            pass
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "damaged" in p.name] == []


async def test_another_kind_of_database_is_set_aside_and_not_written_into(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with apsw.Connection(str(path)) as db:
        db.execute("CREATE TABLE meta (other)")
    db.close()
    with pytest.raises(JournalDamaged, match="this is no journal"):
        await asyncio.to_thread(JournalFile, path)


async def test_a_key_outlives_the_restart_and_gives_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        first = await take(ledger, "key-1")
    async with a_point(path, HandClock()) as ledger:
        again = await take(ledger, "key-1")
        assert (again.status, again.body, again.fresh) == (first.status, first.body, False)
        assert issued(one.body for one in await stored(ledger.journal)) == ["K001"]


async def test_of_two_first_starts_at_once_one_makes_the_journal_and_the_other_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "j.db"

    def refused() -> None:
        with pytest.raises(JournalInUse):
            JournalFile(path)

    with apsw.Connection(str(tmp_path / "j.db.new")) as first:
        first.execute("CREATE TABLE half_made (x)")
        await asyncio.to_thread(refused)
        assert not path.exists()
        first.execute("DROP TABLE half_made")
    first.close()
    made = await asyncio.to_thread(JournalFile, path)
    await asyncio.to_thread(made.close)
    assert [one.name for one in tmp_path.iterdir()] == ["j.db"]
