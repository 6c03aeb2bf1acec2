"""Whose hand works the journal's file: a thread of its own, so that no disk ever holds up the loop; or, in virtual
time, what the loop has instead of threads.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Job = Callable[[], Any]


class Hand(Protocol):
    """Does one job after the other, in the order in which they were asked."""

    async def do(self, job: Callable[[], T]) -> T:
        """What `job` gives, or the exception that it raises."""

    def leave(self) -> None:
        """No job comes any more; what was asked is still done."""


class OwnThread:
    """One thread. Leaner than an executor: one future and one wake-up a job, on the path of every ticket."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked: SimpleQueue[tuple[Job, asyncio.Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def do(self, job: Callable[[], T]) -> T:
        done: asyncio.Future[T] = self._loop.create_future()
        self._asked.put((job, done))
        return await done

    def leave(self) -> None:
        self._asked.put(None)

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            job, done = asked
            try:
                result, error = job(), None
            except BaseException as failed:  # noqa: BLE001  why: whoever asked takes it
                result, error = None, failed
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(_settle, done, result, error)
            del asked, job, done, result, error  # nothing is kept alive while it waits


class LoopsOwn:
    """Whatever the running loop makes of `run_in_executor`: for a loop of virtual time, which has no threads."""

    async def do(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(None, job)

    def leave(self) -> None:
        """Nothing of it is ours."""


def _settle(done: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
