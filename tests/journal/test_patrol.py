"""A large journal opens without being read through; what is wrong in its depth is found while it works."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import pytest

from controller.journal import file, patrol, retention
from controller.journal.faults import JournalDamaged
from controller.journal.store import Journal, suspect
from tests.journal.rig import DAY_MS, HandClock, a_point, numbers

TICKETS = 1200  # three events each: more than what a start walks through


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every journal counts as large."""
    monkeypatch.setattr(file, "WHOLE", 0)


async def a_life(path: Path) -> None:
    async with a_point(path) as ledger:
        await asyncio.gather(*(numbers(ledger, TICKETS // 100) for _ in range(100)))
        await ledger.snapshot()


def strike(path: Path, seq: int) -> None:
    """One letter of one old event turns into another."""
    db = apsw.Connection(str(path))
    (body,) = db.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()
    db.execute("UPDATE event SET body = ? WHERE seq = ?", (body.replace(b'"fi"', b'"sv"'), seq))
    db.close()


async def test_an_old_event_that_was_changed_is_found_by_the_patrol_and_rescued_at_the_next_start(
    tmp_path: Path, large: None
) -> None:
    path = tmp_path / "j.db"
    await a_life(path)
    await asyncio.to_thread(strike, path, 10)
    async with a_point(path) as ledger:
        first = await numbers(ledger, 1)
        with pytest.raises(JournalDamaged, match="event 10 does not follow event 9"):
            await patrol.walk(ledger.journal, pause_s=0)
    assert suspect(path).exists()
    async with a_point(path) as ledger:
        second = await numbers(ledger, 1)
        assert await patrol.walk(ledger.journal, pause_s=0) == ledger.state.seq
    assert int(second[0][1:]) > int(first[0][1:]) and not suspect(path).exists()
    assert [one.name for one in tmp_path.glob("*.damaged-*")]


async def test_a_sound_journal_is_walked_to_its_end_while_tickets_are_taken(tmp_path: Path, large: None) -> None:
    path = tmp_path / "j.db"
    await a_life(path)
    async with a_point(path) as ledger:
        walking = asyncio.create_task(patrol.walk(ledger.journal, pause_s=0))
        await numbers(ledger, 20)
        assert await walking >= TICKETS * 3
        assert not suspect(path).exists()


async def test_what_retention_takes_in_the_middle_of_a_patrol_is_no_damage(tmp_path: Path, large: None) -> None:
    path, clock = tmp_path / "j.db", HandClock()
    async with a_point(path, clock) as ledger:
        await numbers(ledger, 200)
        seq, chain = await ledger.journal.walk(0, "0" * 64, 30)
        assert seq == 30
        assert await retention.retire(ledger.journal, acked=500, now_ms=clock.ms + DAY_MS, keep_ms=1) == 500
        assert (await ledger.journal.walk(seq, chain, 30))[0] == 530
        assert await patrol.walk(ledger.journal, pause_s=0) == ledger.state.seq


async def test_a_suspect_that_turns_out_well_is_suspected_no_more(tmp_path: Path, large: None) -> None:
    path = tmp_path / "j.db"
    await a_life(path)
    await asyncio.to_thread(suspect(path).touch)
    async with Journal("p1", path) as journal:
        assert journal.seq >= TICKETS * 3
    assert not suspect(path).exists()


@pytest.mark.parametrize(
    ("at", "hours"), [("2026-11-22T02:00", 1), ("2026-11-22T03:00", 24), ("2026-11-22T12:30", 14.5)]
)
def test_the_patrol_goes_at_night(at: str, hours: float) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Helsinki"))
    assert patrol._to_night(now) == hours * 3600
