"""What a printer has used since the daemon's start: papers, lengths, cuts. The forecast of its roll comes from here."""

import asyncio

import msgspec

from controller.ports.printer import Usage


class Meter:
    """Counts, and one listener who is told."""

    def __init__(self) -> None:
        self.now = Usage()
        self._told = self.now
        self._changed = asyncio.Event()

    def piece(self, mm: float) -> None:
        """A piece of paper was sent to be cut off: a ticket, a scrap, a test."""
        self._set(pieces=self.now.pieces + 1, mm=self.now.mm + mm)

    def printed(self) -> None:
        """One of the pieces is proven to be a ticket."""
        self._set(prints=self.now.prints + 1)

    def counted(self, cuts: int) -> None:
        """The printer said how many cuts it has made in its life."""
        self._set(cuts=cuts)

    async def changed(self) -> Usage:
        while self.now == self._told:
            self._changed.clear()
            await self._changed.wait()
        self._told = self.now
        return self.now

    def _set(self, **new: float) -> None:
        self.now = msgspec.structs.replace(self.now, **new)
        self._changed.set()
