"""From stored events to the state: the proof, and the start of every boot."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import datetime

import msgspec

from controller.domain.evolve import Stamp, evolve
from controller.domain.state import State
from controller.journal import wire
from controller.journal.faults import JournalDamaged, JournalTooNew
from controller.journal.file import Snapshot
from controller.journal.store import Journal
from controller.ports.journal import Stored

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(State).decode
SUM = 32  # bytes of SHA-256 after a snapshot's state
SHAPE = hashlib.sha256(repr(msgspec.inspect.type_info(State)).encode()).hexdigest()[:16]


def stamp_of(envelope: wire.CloudEvent) -> Stamp:
    """What `evolve` needs of an envelope beside its data."""
    day = envelope.businessdate
    ms = round(datetime.fromisoformat(envelope.time).timestamp() * 1000)
    return Stamp(
        int(envelope.sequence), ms, int(envelope.mono), envelope.boot, day if isinstance(day, str) else "",
        envelope.actor,
    )  # fmt: skip


def replay(state: State, events: Iterable[Stored]) -> None:
    """Apply stored events to `state`. Raises JournalDamaged where the chain or the numbering breaks, JournalTooNew at
    an event that is as it was written but unknown to this version."""
    for stored in events:
        if not _is_next(state, stored):
            raise JournalDamaged(f"event {stored.seq} does not follow event {state.seq}")
        try:
            envelope = wire.read(stored.body)
            event = wire.data_of(envelope)
        except wire.NotAnEvent as unknown:
            raise JournalTooNew(f"event {stored.seq} is of a newer Luukku, install that: {unknown}") from unknown
        evolve(state, event, stamp_of(envelope))
        state.chain = stored.chain


def _is_next(state: State, stored: Stored) -> bool:
    try:
        return stored.seq == state.seq + 1 and wire.follows(state.chain, stored.body)
    except wire.NotAnEvent:
        return False


def encode(state: State) -> bytes:
    return _encode(state)


def decode(kept: bytes) -> State:
    """The state in a snapshot's bytes. Raises msgspec.DecodeError for bytes that are not as they were written."""
    encoded, said = kept[:-SUM], kept[-SUM:]
    try:
        return _decode(encoded if _sum(encoded) == said else kept)  # a base of an earlier version has no sum
    except UnicodeDecodeError as bad:
        raise msgspec.DecodeError(str(bad)) from bad


def _sum(encoded: bytes) -> bytes:
    """SQLite has none over a page: a flipped bit in a count or a number would go on as the truth."""
    return hashlib.sha256(encoded).digest()


def copy(state: State) -> State:
    return _decode(_encode(state))


def snapshot_of(state: State, kind: str = "latest") -> Snapshot:
    encoded = _encode(state)
    return Snapshot(kind, state.seq, state.chain, SHAPE, encoded + _sum(encoded))


async def load(journal: Journal) -> State:
    """The state at the journal's end: newest usable snapshot, then the events after it."""
    state = await _start(journal)
    async for batch in batches(journal, state.seq):
        replay(state, batch)
    return state


async def batches(journal: Journal, after: int) -> AsyncIterator[list[Stored]]:
    """All events after `after` up to the end of now, in bounded pieces."""
    while batch := await journal.read(after, 1000):
        yield batch
        after = batch[-1].seq


async def _start(journal: Journal) -> State:
    """The newest snapshot that is of this journal, of this program's shape, and on this journal's chain."""
    latest = await journal.snapshot("latest")
    if latest is not None and latest.shape == SHAPE and latest.seq <= journal.seq:
        at = await journal.read(latest.seq - 1, 1)
        if at and at[0].seq == latest.seq and at[0].chain == latest.chain:
            with suppress(msgspec.MsgspecError):  # only a cache
                return decode(latest.state)
    base = await journal.snapshot("base")
    if base is None:
        return State(journal.journal)
    try:
        return decode(base.state)
    except msgspec.MsgspecError as bad:
        raise JournalDamaged(f"the base snapshot at {base.seq} cannot be read by this version: {bad}") from bad
