"""A damaged journal is set aside, never overwritten; what can be read of it is the beginning of a new one.

The new journal has its own id, so that central cannot take its events for others. It starts from the state that the
readable part gives. Numbers that the unreadable part may have given out are skipped: a gap is a smaller evil than the
same number twice.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import apsw
import structlog

from controller.domain.state import State
from controller.journal import replay, wire
from controller.journal.faults import JournalDamaged
from controller.journal.store import Journal
from controller.ports.journal import Stored

SKIPPED_NUMBERS = 50  # per series and rescue: more than a point gives out between two syncs of a dying disk

log = structlog.get_logger("journal")


@asynccontextmanager
async def open_or_rescue(point: str, path: Path) -> AsyncIterator[Journal]:
    """The journal at `path`; if it is damaged, a new one that begins where the readable part ends."""
    journal = Journal(point, path)
    try:
        await journal.open()
    except JournalDamaged as damaged:
        log.error("the journal is damaged; it is set aside and rescued", why=str(damaged))
    else:
        async with journal:
            yield journal
        return
    aside, state, secret = await asyncio.to_thread(_rescue, path)
    log.error("rescued", kept_at=str(aside), events=state.seq, business_date=state.business_date or None)
    async with Journal(point, path) as journal:
        await journal.keep_snapshot(replay.snapshot_of(_carried_over(state, journal.journal), "base"))
        if secret:
            await journal.adopt(secret)
        yield journal


def _rescue(path: Path) -> tuple[Path, State, bytes]:
    """Move the damaged file and its WAL aside, and replay what of it follows without a break. Blocking."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    state, secret = State(""), b""
    with suppress(apsw.Error):
        state, secret = _readable(aside)
    return aside, state, secret


def _readable(aside: Path) -> tuple[State, bytes]:
    """Its secret, and the state after the longest unbroken beginning of the damaged file. Changes nothing in it."""
    db = apsw.Connection(str(aside), flags=apsw.SQLITE_OPEN_READWRITE)
    state, secret = State(_meta(db, "journal").decode()), _meta(db, "secret")
    try:
        base = db.execute("SELECT state FROM snapshot WHERE kind = 'base'").fetchone()
        state = replay.decode(base[0]) if base else state
    except (apsw.Error, ValueError) as lost:
        log.error("the base snapshot cannot be read", why=str(lost))
    try:
        for seq, body in db.execute("SELECT seq, body FROM event ORDER BY seq"):
            if seq > state.seq:
                replay.replay(state, [Stored(seq, body, wire.split(body)[1])])
    except (apsw.Error, JournalDamaged, wire.NotAnEvent) as end:
        log.error("events can be read up to here", seq=state.seq, why=str(end))
    finally:
        db.close()
    return state, secret


def _meta(db: apsw.Connection, key: str) -> bytes:
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return bytes(row[0]) if row else b""


def _carried_over(state: State, journal: str) -> State:
    """The rescued state as the beginning of a new journal: nothing journalled yet, numbers moved on."""
    fresh = replay.copy(state)
    fresh.journal, fresh.seq, fresh.chain = journal, 0, wire.GENESIS
    fresh.numbers = {series: n + SKIPPED_NUMBERS for series, n in state.numbers.items()}
    return fresh
