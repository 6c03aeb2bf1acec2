"""A damaged journal is set aside, never overwritten; what can be read of it is the beginning of a new one.

The new journal has its own id, so that central cannot take its events for others. It starts from the state that the
readable part gives: what follows without a break, then of the newest day whatever still makes sense by itself. Numbers
that the unreadable part may have given out are skipped: a gap is a smaller evil than the same number twice.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date, datetime
from pathlib import Path

import msgspec
import structlog

from controller.domain.events import TicketIssued
from controller.domain.evolve import evolve
from controller.domain.numbering import UNREAD
from controller.domain.state import State
from controller.journal import legacy, replay, salvage, wire
from controller.journal.create import sync_folder
from controller.journal.faults import JournalDamaged, JournalFault
from controller.journal.file import Snapshot
from controller.journal.store import Journal
from controller.ports.journal import Stored

SKIPPED_NUMBERS = 50  # per series and rescue: more than a point gives out between two checkpoints
TICKET_BYTES = 1000  # of events, at the least, that one number costs: what is cut off had no more numbers than this
WORTH_KEEPING = 100  # events: fewer are replayed again as quickly as a snapshot is written
NO_SENSE = (wire.NotAnEvent, KeyError, ValueError, IndexError, AssertionError)
PARTS = ("", "-wal", "-shm")

log = structlog.get_logger("journal")


@asynccontextmanager
async def open_or_rescue(point: str, path: Path) -> AsyncIterator[Journal]:
    """The journal at `path`, proven by a replay; if it is damaged, a new one that goes on from what is readable."""
    await asyncio.to_thread(_finish, path)
    async with AsyncExitStack() as stack:
        try:
            journal = await stack.enter_async_context(Journal(point, path))
            await _prove(journal)
        except JournalDamaged as damaged:
            log.error("the journal is damaged; it is set aside and rescued", why=str(damaged))
            await stack.aclose()
            await _rescue(point, path)
            journal = await stack.enter_async_context(Journal(point, path))
        yield journal


async def _prove(journal: Journal) -> None:
    """Replay what came since the last snapshot; what was proven is kept, so that nobody has to do it again."""
    state = await replay.load(journal)
    kept = await journal.snapshot("latest")
    if state.seq - (kept.seq if kept else 0) > WORTH_KEEPING:
        with suppress(JournalFault):
            await journal.keep_snapshot(replay.snapshot_of(state))


async def _rescue(point: str, path: Path) -> None:
    """Make the new journal whole beside the damaged one, then let it take its place."""
    state, secret = await asyncio.to_thread(_readable, path)
    made = path.with_name(path.name + ".part")
    await asyncio.to_thread(_delete, made)
    async with Journal(point, made) as journal:
        if secret:
            await journal.adopt(secret)
        await journal.keep_snapshot(replay.snapshot_of(_carried_over(state, journal.journal), "base"))
    await asyncio.to_thread(os.replace, made, _next(path))
    aside = await asyncio.to_thread(_finish, path, over=True)
    log.error("rescued", kept_at=str(aside), events=state.seq, business_date=state.business_date or None)


def _next(path: Path) -> Path:
    """Where a rescued journal waits, complete, for its place."""
    return path.with_name(path.name + ".rescued")


def _aside(path: Path) -> Path:
    """A name that nothing has yet."""
    stamp = f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    names = [stamp, *(f"{stamp}-{n}" for n in range(2, 100))]
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def _finish(path: Path, *, over: bool = False) -> Path | None:
    """Give a complete rescued journal its place; `over` the damaged one, else only after a crash in the middle of this.

    The database goes first: as long as it is in its place a crash means that all of this is done again.
    """
    if not _next(path).exists() or (path.exists() and not over):
        return None
    aside = _aside(path)
    sync_folder(path.parent)  # each step has reached the disk before the next: names may come in any order
    for suffix in PARTS:
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
            sync_folder(path.parent)
    os.replace(_next(path), path)
    sync_folder(path.parent)
    return aside


def _delete(path: Path) -> None:
    for suffix in PARTS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _readable(path: Path) -> tuple[State, bytes]:
    """The state that the damaged journal gives, its numbers moved on, and its secret (b"" when lost). Blocking."""
    find = salvage.search(path)
    try:
        kept = {snapshot.kind: state for snapshot in find.snapshots if (state := _decoded(snapshot)) is not None}
        base = kept.get("base", State(find.journal))
        legacy.keep(find, (base.seq, base.chain), path)
        state = _unbroken(find, base)
        if "latest" in kept and kept["latest"].seq > state.seq:
            state = _unbroken(find, kept["latest"])
        last_unbroken = state.seq
        state, lost = _behind_the_break(find, state)
    finally:
        find.close()
    log.error("events were read", without_a_break_to=last_unbroken, to=state.seq, could_not_be_used=lost)
    skipped = SKIPPED_NUMBERS + find.cut_off // TICKET_BYTES
    state.numbers = {series: n + skipped for series, n in (state.numbers | {UNREAD: 0}).items()}
    return state, find.secret


def _decoded(kept: Snapshot) -> State | None:
    try:
        return replay.decode(kept.state)
    except msgspec.MsgspecError as bad:
        log.error("a snapshot cannot be read", kind=kept.kind, why=str(bad))
        return None


def _unbroken(find: salvage.Find, start: State) -> State:
    """`start` and every event that follows on it without a break."""
    state = replay.copy(start)
    for readings in find.readings(state.seq):
        true = [stored for stored in readings if stored.seq == state.seq + 1 and wire.follows(state.chain, stored.body)]
        if not true:
            break
        try:
            replay.replay(state, true[:1])
        except (*NO_SENSE, JournalFault):
            return start  # what these events began with is not there
    return state


def _behind_the_break(find: salvage.Find, state: State) -> tuple[State, int]:
    """Of the newest day, every event that makes sense by itself; every number counts. Gives how many were of no use."""
    day = _newest_day(find, state)
    if day > state.business_date:
        state = _between_days(state)
    lost, before = 0, Stored(0, b"", "")
    for readings in find.readings(state.seq):
        true = [r for r in readings if before.seq != r.seq - 1 or wire.follows(before.chain, r.body)] or readings[:1]
        before = true[0]
        if day and _day(before) == day:
            known, state = state, _tried(state, before)
            lost += known is state
    return state, lost


def _newest_day(find: salvage.Find, state: State) -> str:
    """Of the events that follow on the one before them; of the others only when there are none of those. One flipped
    bit makes a day that never was, and no day that comes before it would be numbered ever again."""
    proven, doubtful, before = "", "", Stored(state.seq, b"", state.chain)
    for readings in find.readings(state.seq):
        sound = [r for r in readings if r.seq == before.seq + 1 and wire.follows(before.chain, r.body)]
        before = (sound or readings)[-1]
        if sound:
            proven = max(proven, _day(before))
        else:
            doubtful = max(doubtful, _day(before))
    return proven or doubtful


def _day(stored: Stored) -> str:
    """The business date of an event; "" for one that is none, or that its own time does not bear out."""
    envelope = wire.read(stored.body)
    try:
        day = date.fromisoformat(envelope.businessdate if isinstance(envelope.businessdate, str) else "")
        near = abs((datetime.fromisoformat(envelope.time).date() - day).days) <= 1
    except ValueError:
        return ""
    return day.isoformat() if near or envelope.clock == "unsynced" else ""


def _tried(state: State, stored: Stored) -> State:
    """The state after this event. When it speaks of what is not known: as it was, but for a number given out."""
    envelope = wire.read(stored.body)
    trial = replay.copy(state)
    try:
        event = wire.data_of(envelope)
        evolve(trial, event, replay.stamp_of(envelope))
    except NO_SENSE:
        return _counted(state, envelope)
    return trial


def _counted(state: State, envelope: wire.CloudEvent) -> State:
    with suppress(wire.NotAnEvent):
        event = wire.data_of(envelope)
        if not isinstance(event, TicketIssued) or event.business_date != envelope.businessdate:
            return state
        if event.business_date >= state.business_date:
            if event.business_date > state.business_date:
                state.business_date, state.numbers = event.business_date, {}
            state.numbers[event.series] = max(event.n, state.numbers.get(event.series, 0))
    return state


def _between_days(state: State) -> State:
    """What of an older day may go on in a newer one, when the events that ended it cannot be read."""
    return State(
        state.journal, state.seq, state.chain, state.boot, state.business_date, tail=state.tail,
        opening=state.opening, devices=state.devices, incidents=state.incidents,
        appointments=state.appointments, orders=state.orders, durations=state.durations,
    )  # fmt: skip


def _carried_over(state: State, journal: str) -> State:
    """The rescued state as the beginning of a new journal: nothing journalled yet."""
    fresh = replay.copy(state)
    fresh.journal, fresh.seq, fresh.chain = journal, 0, wire.GENESIS
    return fresh
