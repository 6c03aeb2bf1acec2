"""What a printer has used since the daemon's start: papers, lengths, cuts. The forecast of its roll comes from here."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from controller.ports.printer import Usage


class Meter:
    """Counts, and one listener who is told."""

    def __init__(self) -> None:
        self.now = Usage()
        self._told = self.now
        self._changed = asyncio.Event()

    @contextmanager
    def piece(self, mm: float) -> Iterator[None]:
        """A piece of paper is sent to be cut off: a ticket, a scrap, a test."""
        self._set(pieces=self.now.pieces + 1, mm=self.now.mm + mm, moving=True)
        try:
            yield
        finally:
            self._set(moving=False)
            self._changed.set()

    def printed(self) -> None:
        """One of the pieces is proven to be a ticket."""
        self._set(prints=self.now.prints + 1)
        self._changed.set()

    def counted(self, cuts: int) -> None:
        """The printer said how many cuts it has made in its life. Told with the next piece."""
        self._set(cuts=cuts)

    async def changed(self) -> Usage:
        """Once for each piece, when it is through: a ticket has better things to do than to wake a listener."""
        while self.now == self._told:
            self._changed.clear()
            await self._changed.wait()
        self._told = self.now
        return self.now

    def _set(self, **new: float) -> None:
        self.now = msgspec.structs.replace(self.now, **new)
