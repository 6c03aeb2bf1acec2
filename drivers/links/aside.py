"""Calls that may block, on threads of their own: every wait has its end, and the loop's own threads stay free.

Not `asyncio.to_thread`: a device whose open hangs in the kernel would keep one of the few threads that the journal and
the papers need, one more at each attempt.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


async def aside(call: Callable[[], T], *, within: float, late: Callable[[T], object] | None = None) -> T:
    """What `call` gives or raises; `TimeoutError` when it takes longer than `within` seconds.

    A call that is given up goes on in its thread; what it gives then is handed to `late`, on a thread too.
    """
    errand = _Errand(call, late)
    threading.Thread(target=errand.run, name="luukku-aside", daemon=True).start()
    async with asyncio.timeout(within):
        return await errand.answer


class _Errand(Generic[T]):
    """One call on its way through a thread, back to the loop that sent it."""

    def __init__(self, call: Callable[[], T], late: Callable[[T], object] | None) -> None:
        self._call = call
        self._late = late
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[T] = self._loop.create_future()

    def run(self) -> None:
        """In the thread."""
        try:
            result = self._call()
        except Exception as error:  # noqa: BLE001  why: whatever it is, it belongs to who asked
            self._back(partial(self._failed, error))
        else:
            if not self._back(partial(self._arrived, result)):
                self._too_late(result)

    def _back(self, say: Callable[[], None]) -> bool:
        """Whether the loop was still there to be told."""
        try:
            self._loop.call_soon_threadsafe(say)
        except RuntimeError:  # it is closed
            return False
        return True

    def _failed(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def _arrived(self, result: T) -> None:
        if not self.answer.done():
            self.answer.set_result(result)
        elif self._late is not None:
            threading.Thread(target=self._too_late, args=(result,), name="luukku-late", daemon=True).start()

    def _too_late(self, result: T) -> None:
        if self._late is not None:
            self._late(result)
