"""Between a thread or a peer that makes pictures and a track that takes them: nothing ever queues up.

`Latest` keeps one thing; `Run` keeps a short run of H.264 pictures that can be decoded from its first.
"""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")
RUN_MOST = 12  # pictures, 0.4 s at 30 a second; who is further behind starts anew at a key picture


class Latest(Generic[T]):
    """One thing, the newest. `get` waits for one that was not taken yet."""

    def __init__(self) -> None:
        self._held: list[T] = []
        self._some = asyncio.Event()
        self.missed = 0  # things that nobody took

    def put(self, thing: T) -> None:
        self.missed += len(self._held)
        self._held = [thing]
        self._some.set()

    async def get(self) -> T:
        await self._some.wait()
        self._some.clear()
        return self._held.pop()


class Run(Generic[T]):
    """Pictures in order, of which each but a key picture needs the one before. A run that grew too long, or that was
    `broken`, is dropped whole, and goes on with the next key picture."""

    def __init__(self, most: int = RUN_MOST) -> None:
        self._most = most
        self._held: deque[T] = deque()
        self._some = asyncio.Event()
        self._wants_key = True
        self.missed = 0

    def put(self, thing: T, *, is_key: bool) -> None:
        if len(self._held) >= self._most:
            self.cut()
        if self._wants_key and not is_key:
            self.missed += 1
            return
        self._wants_key = False
        self._held.append(thing)
        self._some.set()

    def cut(self) -> None:
        """Drop what waits; the next is a key picture."""
        self.missed += len(self._held)
        self._held.clear()
        self._some.clear()
        self._wants_key = True

    async def get(self) -> T:
        await self._some.wait()
        thing = self._held.popleft()
        if not self._held:
            self._some.clear()
        return thing
