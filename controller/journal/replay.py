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


def decode(encoded: bytes) -> State:
    return _decode(encoded)


def copy(state: State) -> State:
    return _decode(_encode(state))


def snapshot_of(state: State, kind: str = "latest") -> Snapshot:
    return Snapshot(kind, state.seq, state.chain, SHAPE, _encode(state))


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
            with suppress(msgspec.MsgspecError, UnicodeDecodeError):  # only a cache
                return _decode(latest.state)
    base = await journal.snapshot("base")
    if base is None:
        return State(journal.journal)
    try:
        return _decode(base.state)
    except msgspec.MsgspecError as bad:
        raise JournalDamaged(f"the base snapshot at {base.seq} cannot be read by this version: {bad}") from bad
