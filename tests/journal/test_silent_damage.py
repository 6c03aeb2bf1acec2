"""Damage that SQLite passes over: it knows no sum over a page. What is wrong in the id, the secret or a snapshot is
noticed by the journal itself."""

from pathlib import Path

import apsw
import msgspec
import pytest

from controller.journal import replay
from controller.journal.faults import JournalDamaged
from controller.journal.file import Snapshot
from controller.journal.rescue import open_or_rescue
from controller.journal.store import Journal
from tests.journal.rig import a_point, numbers, same_as_replay, stored, take


async def lived(path: Path) -> bytes:
    """A journal with five numbers, closed; gives the secret of its codes."""
    async with a_point(path) as ledger:
        await numbers(ledger, 5)
        await ledger.snapshot()
        return ledger.journal.secret


def spoil(path: Path, sql: str, *values: object) -> None:
    with apsw.Connection(str(path)) as db:
        db.execute(sql, values)
        assert db.changes() == 1
    db.close()


@pytest.mark.parametrize("key", ["journal", "secret"])
@pytest.mark.parametrize("change", ["DELETE FROM meta WHERE key = ?", "UPDATE meta SET value = 7 WHERE key = ?"])
async def test_a_journal_that_does_not_say_its_id_or_secret_is_damaged_and_gets_no_new_one_in_silence(
    tmp_path: Path, key: str, change: str
) -> None:
    path = tmp_path / "j.db"
    await lived(path)
    spoil(path, change, key)
    with pytest.raises(JournalDamaged, match=key):
        await Journal("p1", path).open()
    async with a_point(path) as ledger:
        assert int((await take(ledger)).body[1:]) > 5
    assert list(tmp_path.glob("j.db.damaged-*"))


async def test_an_id_that_its_events_do_not_bear_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    await lived(path)
    spoil(path, "UPDATE meta SET value = ? WHERE key = 'journal'", b"f" * 32)
    with pytest.raises(JournalDamaged, match="is not of journal"):
        await Journal("p1", path).open()


async def test_any_flipped_bit_in_a_snapshot_costs_only_the_time_of_a_replay(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    await lived(path)
    async with open_or_rescue("p1", path) as journal:
        good = await journal.snapshot("latest")
        assert good is not None
        true = await replay.load(journal)
        for at in range(0, len(good.state), 7):
            bad = bytearray(good.state)
            bad[at] ^= 1 << at % 8
            await journal.keep_snapshot(msgspec.structs.replace(good, state=bytes(bad)))
            assert replay.encode(await replay.load(journal)) == replay.encode(true), f"byte {at}"


async def test_a_base_whose_bytes_are_no_text_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 5)
        base = replay.snapshot_of(ledger.state, "base")
        cut = base.state.replace(b"K005", b"K\xff\xfe5")
        assert cut != base.state
        await ledger.journal.forget_events(Snapshot("base", base.seq, base.chain, base.shape, cut))
    async with a_point(path) as ledger:
        assert int((await take(ledger)).body[1:]) > 0
        await same_as_replay(ledger)
    assert list(tmp_path.glob("j.db.damaged-*"))


async def test_a_base_of_an_earlier_version_without_a_sum_is_read(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 5)
        base = replay.snapshot_of(ledger.state, "base")
        await ledger.journal.forget_events(
            Snapshot("base", base.seq, base.chain, base.shape, replay.encode(ledger.state))
        )
    async with a_point(path) as ledger:
        assert (await take(ledger)).body == b"K006"
        assert len(await stored(ledger.journal)) == ledger.state.seq - base.seq
    assert not list(tmp_path.glob("j.db.damaged-*"))
