"""An event loop for a machine whose time stands still while it computes.

Under time-travel=inf-cpu the clock moves only while everything waits, and a system call costs 14 microseconds of real
time. So the clock is read once after each wait, descriptors are looked at when nothing else is ready, and what the
daemon does on threads is done on the spot: two changes of threads would cost half a millisecond, and take no time.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TURNS_MOST = 100  # without a look at the descriptors, whatever is ready


class StandingLoop(asyncio.SelectorEventLoop):
    """Time as of the last wait; `run_in_executor` without a thread."""

    def __init__(self) -> None:
        self._now = time.monotonic()
        super().__init__(_Waiting(self))

    def time(self) -> float:
        return self._now

    def waited(self) -> None:
        self._now = time.monotonic()

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  why: whatever it is, it belongs to who asked
            done.set_exception(error)
        return done

    @contextmanager
    def known(self) -> Iterator[None]:
        """Within, to ask for the running loop costs nothing: Python 3.11 asks the kernel each time (getpid)."""
        asked = asyncio.get_running_loop, asyncio.events.get_running_loop, asyncio.events._get_running_loop
        asyncio.get_running_loop = asyncio.events.get_running_loop = asyncio.events._get_running_loop = lambda: self
        try:
            yield
        finally:
            asyncio.get_running_loop, asyncio.events.get_running_loop, asyncio.events._get_running_loop = asked


class _Waiting(selectors.EpollSelector):
    def __init__(self, loop: StandingLoop) -> None:
        super().__init__()
        self._loop = loop
        self._turns = 0

    def select(self, timeout: float | None = None) -> Any:
        """As it is, but for a turn that would not wait: that one looks at no descriptor."""
        if timeout is not None and timeout <= 0 and self._turns < TURNS_MOST:
            self._turns += 1
            return []
        self._turns = 0
        found = super().select(timeout)
        self._loop.waited()
        return found
