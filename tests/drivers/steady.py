"""A loop's clock that a busy machine does not make jump: what waits for a processor is not late.

Driver and device live in one loop here. A machine that stops both for seconds would let the driver's patience run out,
though nobody was silent: the device had no chance to speak. So time that the process stood still does not pass, and
while a thread of the loop is at work it passes slowly. A silence is as long as ever.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

MOST_S = 0.1  # a turn of the loop that takes longer, or a sleep that ends later: the machine stood still meanwhile
UNHURRIED_S = 60.0  # for a thread or a process that may get no processor for seconds
SHARE = 0.1  # of the time passes while a thread is at work: it may be the one that waits for a processor


class Steady:
    """Instead of the time of `loop`, until `end`."""

    def __init__(self, loop: Any) -> None:
        self._loop, self._select, self._run = loop, loop._selector.select, loop.run_in_executor
        self._lost_s, self._seen = 0.0, time.monotonic()
        self._errands = 0  # that threads have in hand
        loop.time, loop._selector.select, loop.run_in_executor = self.time, self._selected, self._in_thread

    def end(self) -> None:
        del self._loop.time, self._loop._selector.select, self._loop.run_in_executor

    def time(self) -> float:
        now = time.monotonic()
        self._lost_s += max(0.0, now - self._seen - MOST_S)
        self._seen = now
        return now - self._lost_s

    def _selected(self, timeout: float | None = None) -> list[Any]:
        """As the selector's: who has something for us had it before our patience was over, however late we look; and
        who could not run meanwhile may still come."""
        self.time()
        began = self._seen
        events: list[Any] = self._select(timeout)
        self._seen = time.monotonic()
        if timeout is not None:
            took = self._seen - began
            late = took > timeout if events else took > timeout + MOST_S
            passed = timeout - min(timeout / 2, MOST_S) if late else took
            self._lost_s += took - (SHARE * passed if self._errands else passed)
        return events

    def _in_thread(self, executor: Any, call: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        errand: asyncio.Future[Any] = self._run(executor, call, *args)
        self._errands += 1
        errand.add_done_callback(self._done)
        return errand

    def _done(self, _: asyncio.Future[Any]) -> None:
        self._errands -= 1


@pytest.fixture
async def steady_loop() -> AsyncIterator[None]:
    steady = Steady(asyncio.get_running_loop())
    yield
    steady.end()


@pytest.fixture(autouse=True)
def steady_time(request: pytest.FixtureRequest) -> None:
    """Of every test that runs in a loop."""
    if request.node.get_closest_marker("asyncio") is not None:
        request.getfixturevalue("steady_loop")
