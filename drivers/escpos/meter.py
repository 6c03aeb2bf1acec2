"""What a printer has used since the daemon's start: papers, lengths, cuts. The forecast of its roll comes from here."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from controller.ports.printer import Usage


class Meter:
    """Counts; `news` is set when a piece is through: a ticket has better things to do than to wake a listener."""

    def __init__(self, news: asyncio.Event) -> None:
        self.now = Usage()
        self._news = news

    @contextmanager
    def piece(self, mm: float) -> Iterator[None]:
        """A piece of paper is sent to be cut off: a ticket, a scrap, a test."""
        self._set(pieces=self.now.pieces + 1, mm=self.now.mm + mm, moving=True)
        try:
            yield
        finally:
            self._set(moving=False)
            self._news.set()

    def printed(self) -> None:
        """One of the pieces is proven to be a ticket."""
        self._set(prints=self.now.prints + 1)
        self._news.set()

    def counted(self, cuts: int) -> None:
        """The printer said how many cuts it has made in its life."""
        self._set(cuts=cuts)

    def _set(self, **new: float) -> None:
        self.now = msgspec.structs.replace(self.now, **new)
