"""Replay is the proof: of every prefix, from any snapshot, after retention, and of what older versions wrote."""

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path
from random import Random

import apsw
import msgspec
import pytest

from controller.domain import commands as c
from controller.domain.state import State
from controller.journal import migrate, replay, retention, wire
from controller.journal.faults import JournalDamaged, JournalTooNew
from controller.journal.store import Journal
from controller.ledger import Ledger
from controller.ports.journal import Stored
from tests.journal.rig import (
    DAY_MS,
    HandClock,
    a_point,
    issued,
    live_a_little,
    numbers,
    replayed,
    same_as_replay,
    stored,
    take,
    verify_chain,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "journal-v1.db"


async def test_the_replay_of_every_prefix_is_the_state_of_its_moment(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_point(tmp_path / "j.db", clock) as ledger:
        moments: dict[int, bytes] = {0: replay.encode(ledger.state)}
        chance = Random(7)
        for step in range(200):
            await live_a_little(ledger, chance, 1)
            if step % 60 == 59:
                clock.ms += DAY_MS
            moments[ledger.state.seq] = replay.encode(ledger.state)
        state = State(ledger.journal.journal)
        seen = 0
        for one in [Stored(0, b"", ""), *await stored(ledger.journal)]:
            if one.seq:
                replay.replay(state, [one])
            if one.seq in moments:
                assert replay.encode(state) == moments[one.seq], f"after event {one.seq}"
                seen += 1
    assert seen == len(moments) > 60


async def test_a_start_from_a_snapshot_is_a_start_from_the_first_event(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await live_a_little(ledger, Random(1), 80)
        await ledger.snapshot()
        await live_a_little(ledger, Random(2), 80)
        live = replay.encode(ledger.state)
    async with Journal("p1", path) as journal:
        latest = await journal.snapshot("latest")
        assert latest is not None and 0 < latest.seq < journal.seq
        assert replay.encode(await replay.load(journal)) == live == replay.encode(await replayed(journal))


@pytest.mark.parametrize("fault", ["newer than the journal", "of another shape", "on another chain", "unreadable"])
async def test_a_snapshot_that_is_not_of_this_journal_is_passed_over(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await live_a_little(ledger, Random(3), 60)
        good = replay.snapshot_of(ledger.state)
        poison = replay.copy(ledger.state)
        poison.numbers["K"] = 900
        spoilt = {
            "newer than the journal": {"seq": good.seq + 5},
            "of another shape": {"shape": "0" * 16},
            "on another chain": {"chain": "f" * 64},
            "unreadable": {"state": b"\xc1"},
        }[fault]
        bad = msgspec.structs.replace(replay.snapshot_of(poison), **spoilt)
        await ledger.journal.keep_snapshot(bad)
        live = replay.encode(ledger.state)
        assert replay.encode(await replay.load(ledger.journal)) == live


async def test_the_shape_of_a_snapshot_is_the_same_in_every_process() -> None:
    program = "from controller.journal.replay import SHAPE; print(SHAPE)"
    shapes = await asyncio.gather(*(_says(program) for _ in range(2)))
    assert set(shapes) == {replay.SHAPE}


async def _says(program: str) -> str:
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    said, _ = await other.communicate()
    return said.decode().strip()


async def test_retention_moves_the_beginning_and_changes_nothing_else(tmp_path: Path) -> None:
    path, clock = tmp_path / "j.db", HandClock()
    async with a_point(path, clock) as ledger:
        await live_a_little(ledger, Random(4), 120)
        old = ledger.journal.seq
        clock.ms += 3 * DAY_MS
        await live_a_little(ledger, Random(5), 60)
        assert await retention.retire(ledger.journal, acked=old // 2, now_ms=clock.ms, keep_ms=2 * DAY_MS) == old // 2
        kept = await stored(ledger.journal)
        assert kept[0].seq == old // 2 + 1, "what central has not acknowledged stays"
        assert (
            await retention.retire(ledger.journal, acked=10**9, now_ms=clock.ms, keep_ms=2 * DAY_MS) == old - old // 2
        )
        assert (await stored(ledger.journal))[0].seq == old + 1, "what is young stays"
        await same_as_replay(ledger)
        live, chain = replay.encode(ledger.state), ledger.journal.chain
    async with a_point(path, clock) as ledger:
        assert (replay.encode(ledger.state), ledger.journal.chain) == (live, chain)
        assert await retention.retire(ledger.journal, acked=10**9, now_ms=clock.ms + 900 * DAY_MS) > 0
        assert await stored(ledger.journal) == []
    async with a_point(path, clock) as ledger:
        assert (replay.encode(ledger.state), ledger.journal.seq, ledger.journal.chain) == (
            live,
            ledger.state.seq,
            chain,
        )
        await numbers(ledger, 1)
        (first, *_) = await stored(ledger.journal)
        assert verify_chain([one.body for one in await stored(ledger.journal)], first.seq, chain) >= 3
        await same_as_replay(ledger)


async def test_a_clock_that_went_back_and_forth_leaves_no_hole_in_what_retention_takes(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_point(tmp_path / "j.db", clock) as ledger:
        for step in (0, 40 * DAY_MS, -40 * DAY_MS):
            clock.ms += step
            await numbers(ledger, 3)
        first_young = next(one.seq for one in await stored(ledger.journal) if b"2027-" in one.body)
        gone = await retention.retire(ledger.journal, acked=10**9, now_ms=clock.ms + 10 * DAY_MS, keep_ms=5 * DAY_MS)
        assert gone == first_young - 1
        await same_as_replay(ledger)


async def test_what_was_written_before_the_clock_was_set_is_as_old_as_what_came_after(tmp_path: Path) -> None:
    """`luukku simulate --schedules 1 --seed 17` found it: events of a boot in 1970 were gone seconds later."""
    clock = HandClock()
    now_ms, clock.ms, clock.quality = clock.ms, 17_000, "unsynced"
    async with a_point(tmp_path / "j.db", clock) as ledger:
        await ledger.submit(c.OpenCounter(counter="1", advisor="a1"))
        unset = ledger.journal.seq
        assert await retention.retire(ledger.journal, acked=10**9, now_ms=now_ms) == 0, "nobody knows how old it is"
        clock.ms, clock.quality = now_ms, "synced"
        await numbers(ledger, 2)
        assert await retention.retire(ledger.journal, acked=10**9, now_ms=now_ms + DAY_MS) == 0
        gone = await retention.retire(ledger.journal, acked=10**9, now_ms=now_ms + 401 * DAY_MS)
        assert gone == ledger.journal.seq > unset
        await same_as_replay(ledger)


async def test_an_event_that_was_changed_in_the_file_is_found_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 4)
    await asyncio.to_thread(_sql, path, "UPDATE event SET body = replace(body, 'K002', 'K009') WHERE seq = 6")
    with pytest.raises(JournalDamaged, match="does not follow"):
        await Journal("p1", path).open()


async def test_an_event_of_a_newer_version_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with a_point(path) as ledger:
        await numbers(ledger, 2)
        header = wire.Header(
            point="p1", journal=ledger.journal.journal, seq=ledger.journal.seq + 1, time_ms=1, mono_ns=1, boot="b",
            clock="synced", actor="system", businessdate="2026-11-23",
        )  # fmt: skip
        event = (await stored(ledger.journal))[-1]
        body, _ = wire.seal(wire.data_of(wire.read(event.body)), header, ledger.journal.chain)
        bare = re.sub(rb'"type":"[^"]+"', b'"type":"luukku.ticket.dreamt.v1"', wire.split(body)[0])
        strange = bare[:-1] + b',"chain":"' + wire.link(ledger.journal.chain, bare).encode() + b'"}'
        await ledger.journal.append(header.seq, [strange], [], {}, 0)
    with pytest.raises(JournalTooNew, match="newer Luukku"):
        async with a_point(path):
            pass
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob("*.damaged-*")))


def _sql(path: Path, statement: str) -> None:
    db = apsw.Connection(str(path))
    db.execute(statement)
    db.close()


async def test_a_journal_that_version_1_wrote_still_replays(tmp_path: Path) -> None:
    """The golden file was written by the first version and is never made anew."""
    path = tmp_path / "journal.db"
    await asyncio.to_thread(shutil.copy, GOLDEN, path)
    told = json.loads(await asyncio.to_thread(GOLDEN.with_suffix(".json").read_bytes))
    clock = HandClock(told["now_ms"])
    async with a_point(path, clock) as ledger:
        kept = await stored(ledger.journal)
        assert (ledger.journal.journal, ledger.journal.seq, ledger.journal.chain) == (
            told["journal"], told["seq"], told["chain"]
        )  # fmt: skip
        assert verify_chain(one.body for one in kept) == told["seq"]
        assert issued(one.body for one in kept) == told["issued"]
        assert ledger.state.numbers == told["numbers"]
        assert {t.number: t.print.state for t in ledger.state.tickets.values()} == told["papers"]
        assert {v.id: v.outcome for v in ledger.state.visits.values()} == told["visits"]
        await same_as_replay(ledger)
        following = told["numbers"]["K"] + 1
        assert await numbers(ledger, 1) == [f"K{following:03d}"]
        assert len(await ledger.journal.answer_keys()) == told["answers"]
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob("*.damaged-*")))


async def test_the_steps_of_the_schema_rise_by_one_and_the_file_says_the_newest(tmp_path: Path) -> None:
    steps = await asyncio.to_thread(migrate.steps)
    assert [number for number, _ in steps] == list(range(1, len(steps) + 1))
    async with a_point(tmp_path / "j.db"):
        pass
    db = await asyncio.to_thread(apsw.Connection, str(tmp_path / "j.db"))
    assert db.pragma("user_version") == steps[-1][0]
    await asyncio.to_thread(db.close)


async def make_golden(path: Path) -> None:
    """How the golden file was made: run once by hand for a version of the schema, then kept for ever."""
    clock = HandClock()
    async with a_point(path, clock) as ledger:
        await ledger.submit(c.OpenCounter(counter="1", advisor="a1"))
        await live_a_little(ledger, Random(2026), 160)
        await _with_key(ledger)
        told = {
            "now_ms": clock.ms, "journal": ledger.journal.journal, "seq": ledger.journal.seq,
            "chain": ledger.journal.chain, "issued": issued(one.body for one in await stored(ledger.journal)),
            "numbers": ledger.state.numbers, "answers": len(await ledger.journal.answer_keys()),
            "papers": {t.number: t.print.state for t in ledger.state.tickets.values()},
            "visits": {v.id: v.outcome for v in ledger.state.visits.values()},
        }  # fmt: skip
    await asyncio.to_thread(path.with_suffix(".json").write_text, json.dumps(told, indent=1) + "\n")


async def _with_key(ledger: Ledger) -> None:
    await take(ledger, "key-1")
