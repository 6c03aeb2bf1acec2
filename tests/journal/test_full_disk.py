"""A full or failing disk: no false acknowledgement, nothing half written, and it mends itself when there is room."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import apsw
import pytest

from controller.journal import replay
from controller.journal.faults import JournalFault, JournalFull
from controller.journal.store import Journal
from controller.ledger import Ledger
from tests.journal.disks import FailingDisk, LimitedDisk, TmpfsDisk, small_disk
from tests.journal.rig import a_point, issued, ledger_on, numbers, running, same_as_replay, stored, take, verify_chain


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[TmpfsDisk | LimitedDisk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


async def test_a_full_disk_acknowledges_nothing_and_mends_itself(disk: TmpfsDisk | LimitedDisk) -> None:
    path = disk.folder / "j.db"
    async with a_point(path) as ledger:
        said = await numbers(ledger, 20)
        await asyncio.to_thread(disk.fill, 30_000)
        seq = refused = 0
        for n in range(400):  # the log still has a little room, and may be used again from its beginning
            try:
                said.append((await take(ledger, f"key-{n}")).body.decode())
            except JournalFull as full:
                assert str(path) in str(full)
                refused, seq = n, ledger.journal.seq
                break
        else:
            pytest.fail("the disk never was full")
        assert ledger.full
        assert not await ledger.journal.probe()
        for _ in range(3):
            with pytest.raises(JournalFull):
                await take(ledger, f"key-{refused}")
        assert (ledger.journal.seq, ledger.state.seq) == (seq, seq)
        assert issued(one.body for one in await stored(ledger.journal)) == said
        await ledger.snapshot()  # no room for a cache is no reason to stop
        await asyncio.to_thread(disk.free)
        assert await ledger.journal.probe()
        ledger.mended()
        said.append((await take(ledger, f"key-{refused}")).body.decode())
        assert said == [f"K{n:03d}" for n in range(1, len(said) + 1)]
        await same_as_replay(ledger)
        whole = await stored(ledger.journal)
        assert verify_chain(one.body for one in whole) == ledger.journal.seq
    async with a_point(path) as again:
        assert await stored(again.journal) == whole
        assert (await take(again, f"key-{refused}")).fresh is False


async def test_a_stored_answer_is_given_again_on_a_full_disk(disk: TmpfsDisk | LimitedDisk) -> None:
    async with a_point(disk.folder / "j.db") as ledger:
        first = await take(ledger, "key-1")
        await asyncio.to_thread(disk.fill)
        replies = await asyncio.gather(
            *(take(ledger, f"new-{n}") for n in range(40)), take(ledger, "key-1"), return_exceptions=True
        )
        again = replies[-1]
        assert not isinstance(again, BaseException), "the answer was in the journal before"
        assert (again.body, again.fresh) == (first.body, False)
        given = sum(not isinstance(reply, BaseException) for reply in replies) - 1
        assert issued(one.body for one in await stored(ledger.journal)) == [f"K{n:03d}" for n in range(1, given + 2)]
        await asyncio.to_thread(disk.free)
        await same_as_replay(ledger)


async def test_a_point_starts_on_a_full_disk_and_says_so_at_the_first_ticket(disk: TmpfsDisk | LimitedDisk) -> None:
    """Its pages can then say what is wrong; a program that does not start says nothing."""
    path = disk.folder / "j.db"
    async with a_point(path) as ledger:
        said = await numbers(ledger, 5)
    await asyncio.to_thread(disk.fill)
    async with a_point(path) as ledger:
        assert [t.number for t in ledger.state.tickets.values()] == said
        with pytest.raises(JournalFull):
            await take(ledger)
        await asyncio.to_thread(disk.free)
        assert await ledger.journal.probe()
        assert await numbers(ledger, 1) == ["K006"]
        await same_as_replay(ledger)
    async with a_point(path) as ledger:
        assert await numbers(ledger, 1) == ["K007"]
    assert not list(disk.folder.glob("*.damaged-*"))


async def test_ended_on_a_full_disk_it_starts_again_where_it_was(disk: TmpfsDisk | LimitedDisk) -> None:
    path = disk.folder / "j.db"
    async with a_point(path) as ledger:
        said = await numbers(ledger, 5)
        await asyncio.to_thread(disk.fill)
    await asyncio.to_thread(disk.free)
    async with a_point(path) as ledger:
        assert [t.number for t in ledger.state.tickets.values()] == said
        assert await numbers(ledger, 1) == ["K006"]
    assert not list(disk.folder.glob("*.damaged-*"))


async def test_a_disk_that_became_read_only_is_named_and_nothing_is_set_aside(disk: TmpfsDisk | LimitedDisk) -> None:
    path = disk.folder / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 5)
    before = await asyncio.to_thread(path.read_bytes)
    await asyncio.to_thread(disk.read_only)
    with pytest.raises(JournalFull, match=str(path)):
        async with a_point(path) as ledger:
            await take(ledger)
    assert await asyncio.to_thread(path.read_bytes) == before
    assert not await asyncio.to_thread(lambda: list(disk.folder.glob("*.damaged-*")))


async def life_on(path: Path, disk: FailingDisk) -> list[str]:
    """Six requests, each retried with its key until it is answered; gives the answers. The disk fails on the way."""
    async with (
        Journal("p1", path, vfs=disk.name) as journal,
        running(await ledger_on(journal)) as ledger,
    ):
        said = []
        for n in range(6):
            if n == 3:
                await ledger.snapshot()
            if n == 5:
                with suppress(JournalFault):
                    await journal.checkpoint()
            said.append(await until_answered(ledger, f"key-{n}"))
            assert replay.encode(ledger.state) == replay.encode(ledger._ahead), "what is decided on is not what is true"
        await same_as_replay(ledger)
        assert journal.seq == (await stored(journal))[-1].seq
        return said


async def until_answered(ledger: Ledger, key: str) -> str:
    for _ in range(20):
        try:
            return (await take(ledger, key)).body.decode()
        except JournalFull:
            continue
    raise AssertionError("it does not mend")


@pytest.mark.parametrize("last", [1, 4], ids=["once", "four in a row"])
@pytest.mark.parametrize("error", [apsw.FullError, apsw.IOError], ids=["full", "EIO"])
async def test_every_write_and_sync_of_a_life_fails_in_turn(tmp_path: Path, error: type[apsw.Error], last: int) -> None:
    template = tmp_path / "template.db"
    async with a_point(template) as ledger:
        await numbers(ledger, 2)
    opened = 0
    for at in count(1):
        path = tmp_path / f"{at}.db"
        await asyncio.to_thread(shutil.copy, template, path)
        disk = FailingDisk(f"failing-{error.__name__}-{at}-{last}", error, at, last)
        try:
            said = await life_on(path, disk)
        except JournalFault:
            opened += 1  # it did not start; on a sound disk it does
            said = []
        async with a_point(path) as ledger:
            kept = issued(one.body for one in await stored(ledger.journal))
            assert kept[: 2 + len(said)] == [f"K{n:03d}" for n in range(1, 3 + len(said))]
            assert kept[2 : 2 + len(said)] == said, f"operation {at}: {said} were said, {kept} are there"
            assert len(kept) == len(said) + 2, "nobody was told of this number"
            await same_as_replay(ledger)
        assert not await asyncio.to_thread(lambda: list(tmp_path.glob("*.damaged-*")))
        if disk.count < at:
            break
    assert at > 30, "the disk had hardly anything to do"
    assert opened < at / 3
