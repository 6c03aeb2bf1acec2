"""What readers need of the journal: stored events from a sequence number on, and to be woken when there are more."""

from typing import Protocol

import msgspec


class Stored(msgspec.Struct, frozen=True):
    """One journalled event: its sequence number, its exact bytes as sent (chain included), its chain (hex)."""

    seq: int
    body: bytes
    chain: str


class JournalReader(Protocol):
    """Read access to one journal. Several readers may use it at once; none can change it."""

    @property
    def point(self) -> str: ...

    @property
    def journal(self) -> str:
        """The journal's own id: a box whose disk was replaced has another."""

    @property
    def seq(self) -> int:
        """The newest durable sequence number, 0 for none."""

    async def read(self, after: int, limit: int) -> list[Stored]:
        """Up to `limit` events with seq > after, in order; empty at the end."""

    async def wait(self, after: int) -> int:
        """Return the newest durable seq as soon as it is greater than `after` (at once if it is)."""
