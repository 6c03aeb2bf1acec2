"""Between a thread or a peer that makes pictures and a track that takes them: nothing ever queues up."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")
RUN_MOST = 12  # pictures, 0.4 s at 30 a second; who is further behind starts anew at a key picture


class SlotEnded(Exception):
    """Nothing will come any more."""


class Run(Generic[T]):
    """Things in order, of which each but a key needs the one before. A run that grew longer than `most` is dropped
    whole and goes on with the next key. For things of which each stands alone (all are keys) that is: the newest few.
    One taker at a time."""

    def __init__(self, most: int = RUN_MOST) -> None:
        self._most = most
        self._held: deque[T] = deque()
        self._some = asyncio.Event()
        self._wants_key = True
        self._ended = False
        self.missed = 0  # things that nobody took

    def put(self, thing: T, *, is_key: bool) -> None:
        if self._ended:
            return
        if len(self._held) >= self._most:
            self.cut()
        if self._wants_key and not is_key:
            self.missed += 1
            return
        self._wants_key = False
        self._held.append(thing)
        self._some.set()

    def cut(self) -> None:
        """Drop what waits; the next is a key."""
        self.missed += len(self._held)
        self._held.clear()
        self._wants_key = True
        if not self._ended:
            self._some.clear()

    def end(self) -> None:
        """Whoever waits, and whoever comes, is told that it is over."""
        self._ended = True
        self._held.clear()
        self._some.set()

    async def get(self) -> T:
        """The next, when it is there. Raises `SlotEnded`."""
        await self._some.wait()
        if self._ended:
            raise SlotEnded
        thing = self._held.popleft()
        if not self._held:
            self._some.clear()
        return thing
