"""A real pty whose near side a test holds: what the device at the end of a line does, byte by byte."""

import asyncio
import os
import time
import tty
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from drivers.links.fd import FdLink

TICK_S = 0.001
SURELY_S = 30.0  # for what comes in milliseconds


class Line:
    """`path` is for the driver; the rest is the device's side. Reads and writes never block."""

    def __init__(self, near: int, path: str) -> None:
        self.path = path
        self._near: int | None = near

    def find(self) -> str:
        """Where it is now."""
        return self.path

    def take(self, most: int = 65536) -> bytes:
        """What has come, perhaps nothing."""
        assert self._near is not None
        with suppress(BlockingIOError):
            return os.read(self._near, most)
        return b""

    async def take_all(self, size: int, *, piece: int = 65536, within: float = SURELY_S) -> bytes:
        """So many bytes, read in pieces of so many at most."""
        got = bytearray()
        async with asyncio.timeout(within):
            while len(got) < size:
                got += self.take(piece)
                await asyncio.sleep(0)
        return bytes(got)

    async def take_until(self, wanted: bytes, *, within: float = SURELY_S) -> bytes:
        """All up to these bytes: a pty hands over what was written in pieces, when the kernel comes to it."""
        got = bytearray()
        async with asyncio.timeout(within):
            while wanted not in got:
                got += self.take()
                await asyncio.sleep(TICK_S)
        return bytes(got)

    def say(self, data: bytes) -> None:
        assert self._near is not None
        os.write(self._near, data)

    def hang_up(self) -> None:
        if self._near is not None:
            os.close(self._near)
            self._near = None


@contextmanager
def a_line() -> Iterator[Line]:
    near, far = os.openpty()
    tty.setraw(far)
    os.set_blocking(near, False)
    line = Line(near, os.ttyname(far))
    try:
        yield line
    finally:
        line.hang_up()
        os.close(far)


@asynccontextmanager
async def heard_on(link: FdLink) -> AsyncIterator[bytearray]:
    """What the link hears while this lasts. A loss is not told here."""
    got = bytearray()
    listening = asyncio.create_task(link.listen(got.extend))
    try:
        yield got
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def until(wanted: Callable[[], object], within: float = SURELY_S) -> None:
    async with asyncio.timeout(within):
        while not wanted():
            await asyncio.sleep(0.005)


async def longest_hold(work: Awaitable[Any]) -> float:
    """The longest time, in seconds, for which the loop did nothing else while `work` was done: computing or blocked.

    The time that this thread waited for a processor, which others had, is not the work's fault and does not count.
    """
    longest, done = 0.0, asyncio.ensure_future(work)
    with Path("/proc/thread-self/schedstat").open("rb", buffering=0) as schedstat:

        def own_s() -> float:
            waited_ns = int(os.pread(schedstat.fileno(), 100, 0).split()[1])
            return time.perf_counter() - waited_ns / 1e9

        before = own_s()
        while not done.done():
            await asyncio.sleep(TICK_S)
            now = own_s()
            longest, before = max(longest, now - before - TICK_S), now
    await done
    return longest


async def least_hold(work: Callable[[], Awaitable[Any]], enough: float) -> float:
    """The least of twenty such times, or the first below `enough`: a machine may be stopped as a whole; what holds the
    loop by itself does it each time."""
    least = float("inf")
    for _ in range(20):
        least = min(least, await longest_hold(work()))
        if least < enough:
            break
    return least
