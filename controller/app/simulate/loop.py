"""An event loop in virtual time: when nothing is ready, time jumps to the next timer.

There are no descriptors, signals or threads in here: links and lines are memory, and what would go to a thread is done
at once, its answer coming back after a moment of virtual time. With the same callbacks it runs the same way each time.
"""

import asyncio
import contextvars
import functools
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
FOR_EVER_S = 1e9  # longer than any simulation
LETTING_GO_S = 60.0  # of virtual time
Pick = Callable[[deque[asyncio.Handle]], asyncio.Handle]


class Stuck(Exception):
    """Nothing is ready and no timer is set: whoever is waited for will never come."""


class VirtualLoop(asyncio.AbstractEventLoop):
    """`thread_s` says how long the next piece of work on another thread takes; `pick` which ready callback is next (the
    oldest); `after_each` is called behind every callback."""

    def __init__(
        self, *, thread_s: Callable[[], float] = lambda: 0.0, pick: Pick = deque[asyncio.Handle].popleft,
        after_each: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.thread_s = thread_s
        self.after_each = after_each
        self.untaken: list[dict[str, Any]] = []  # exceptions that nobody took, as asyncio tells them
        self._pick = pick
        self._now = 0.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = count()
        self._running = False
        self._closed = False

    def time(self) -> float:
        """Seconds of virtual time since this loop was made."""
        return self._now

    def run_until_complete(self, future: Any) -> Any:
        main = asyncio.ensure_future(future, loop=self)
        asyncio._set_running_loop(self)
        self._running = True
        try:
            while not main.done():
                self._turn()
        finally:
            self._running = False
            asyncio._set_running_loop(None)
        return main.result()

    def end(self) -> None:
        """Cancel what still runs, and let it go."""
        left = asyncio.all_tasks(self)
        for task in left:
            task.cancel()
        if left:
            with suppress(Stuck):
                self.run_until_complete(asyncio.wait(left, timeout=LETTING_GO_S))

    def _turn(self) -> None:
        """One callback, or a jump to the next timer."""
        if not self._ready:
            self._jump()
            return
        handle = self._pick(self._ready)
        if not handle.cancelled():
            handle._run()
            if self.after_each is not None:
                self.after_each()

    def _jump(self) -> None:
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not timers:
            raise Stuck
        self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(timers)[2])

    # What tasks, futures and libraries ask of a loop.

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """`func` is done now; that it is done is known `thread_s` later."""
        done: asyncio.Future[T] = self.create_future()
        try:
            settle: Callable[[], None] = functools.partial(done.set_result, func(*args))
        except Exception as failed:  # noqa: BLE001  # why: whoever awaits it takes it, as from a thread
            settle = functools.partial(done.set_exception, failed)
        self.call_later(self.thread_s(), lambda: None if done.done() else settle())
        return done

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.untaken.append(context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        self.untaken.append(context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are thrown away when their time comes."""


def run(main: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Run `main` to its end on `loop`, from outside any loop; what is left then is cancelled."""
    try:
        result: T = loop.run_until_complete(main)
        return result
    finally:
        loop.after_each = None
        loop.end()
        loop.close()
