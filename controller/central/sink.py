"""What a receiver needs of a store of events: the head of a stream, and to take a batch durably.

The reference store is SQLite (`store.py`); a national one (JetStream behind stateless receivers) fits here.
"""

from typing import Protocol

import msgspec

from controller.journal.wire import GENESIS


class StorageFull(Exception):
    """The store could not write. Nothing was taken; it mends itself when there is room."""


class Head(msgspec.Struct, frozen=True):
    """How far a journal is stored: durably, chain verified, without a gap up to `seq`."""

    journal: str
    seq: int = 0
    chain: str = GENESIS


class Received(msgspec.Struct, frozen=True):
    """One event as it came: its exact bytes, and why it is quarantined, if it is. `time` as the event says,
    None where it says nothing readable."""

    seq: int
    body: bytes
    time: str | None
    quarantined: str | None = None


class Batch(msgspec.Struct, frozen=True):
    """Events of one journal of one point, in rising sequence."""

    point: str
    journal: str
    events: tuple[Received, ...]


class Taken(msgspec.Struct, frozen=True):
    """What became of a batch: the head now, the events that were new, and where its history left ours."""

    head: Head
    stored: tuple[Received, ...] = ()
    fork: int | None = None


class EventSink(Protocol):
    """Where received events go. Both answers speak of what is on disk. Raises StorageFull."""

    async def head(self, point: str, journal: str | None) -> Head:
        """The head of a journal; of the newest journal of the point for None. Unknown: seq 0, chain 64 zeros."""

    async def take(self, batch: Batch) -> Taken:
        """Store what follows the head and whose chain verifies; ignore duplicates and what lies past a gap;
        overwrite nothing, ever."""
