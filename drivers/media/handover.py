"""From a thread to the loop, picture by picture: one call waits there at a time, and few pictures with it, however long
the loop stands still (a raw picture has 1.8 MB, and 30 of them come a second)."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.media.letting_go import back
from drivers.media.slots import RUN_MOST

T = TypeVar("T")


class Handover(Generic[T]):
    """`take` is called in the loop with what came since its last call, in order. When RUN_MOST wait, all of them are
    dropped, and it goes on with the next key."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[list[T]], None]) -> None:
        self._loop, self._take = loop, take
        self._lock = threading.Lock()
        self._held: list[T] = []
        self._wants_key = False
        self._is_called = False

    def put(self, thing: T, *, is_key: bool) -> bool:
        """In the thread. False: the loop is closed."""
        with self._lock:
            if len(self._held) >= RUN_MOST:
                self._held.clear()
                self._wants_key = True
            if self._wants_key and not is_key:
                return True
            self._wants_key = False
            self._held.append(thing)
            if self._is_called:
                return True
            self._is_called = True
        return back(self._loop, self._give)

    def _give(self) -> None:
        with self._lock:
            things, self._held = self._held, []
            self._is_called = False
        self._take(things)
