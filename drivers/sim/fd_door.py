"""A door that is a file descriptor with a host at its other end: made anew whenever it was lost."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from drivers.sim.door import Machine
from drivers.sim.fd_host import FdHost

AGAIN_S = 0.1  # between two tries to make it
T = TypeVar("T")


async def _to_its_end(work: Callable[[], T], undo: Callable[[T], None] | None = None) -> T:
    """On a thread, and whole also when the door is shut meanwhile: a descriptor that was half let go would stay open
    for ever, and its far end would never hear that the line is gone. `undo`: of what nobody takes any more."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if undo is not None and task.exception() is None:
            undo(task.result())
        raise


def _close(fd: int | None) -> None:
    if fd is not None:
        os.close(fd)


class FdDoor(ABC):
    """Open, there is a descriptor or one is being made, for ever."""

    def __init__(self, machine: Machine, baud: int | None = None) -> None:
        self._machine = machine
        self._baud = baud
        self._serving: asyncio.Task[None] | None = None
        self._host: FdHost | None = None
        self._fd = -1  # while a host may come

    @property
    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    def make(self) -> int | None:
        """On a thread: a descriptor that does not block; None when there can be none now. Raises OSError."""

    @abstractmethod
    def unmake(self) -> None:
        """On a thread: nothing of it is left. Called after the last descriptor is closed."""

    @abstractmethod
    def leave(self) -> None:
        """On a thread: a descriptor is about to be closed. Nobody may find the way to it any more."""

    def parted(self) -> None:  # noqa: B027  why: most doors have nothing to do then
        """On a thread: a descriptor was lost and closed. Before the next one is made."""

    def hang_up(self) -> None:
        """The descriptor is of no use any more, whatever else it says."""
        if self._host is not None:
            self._host.abort()

    async def open(self) -> None:
        fd = await _to_its_end(self.make, _close)
        self._serving = asyncio.create_task(self._serve(fd))

    async def shut(self) -> None:
        if self._serving is None:
            return
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        self._serving = None
        await asyncio.to_thread(self.unmake)

    async def _serve(self, fd: int | None) -> None:
        while True:
            if fd is not None:
                await self._have(fd)
                await asyncio.to_thread(self.parted)
            fd = await self._made_again()

    async def _have(self, fd: int) -> None:
        """Serve whoever comes until it is lost."""
        self._host = host = FdHost(self._machine, fd, self._baud)
        self._fd = fd
        try:
            await asyncio.shield(host.over)
        finally:
            self._fd, self._host = -1, None
            host.abort()
            await _to_its_end(lambda: self._part(fd))

    def _part(self, fd: int) -> None:
        try:
            self.leave()
        finally:
            os.close(fd)

    async def _made_again(self) -> int | None:
        if not self._machine.powered:
            await asyncio.sleep(AGAIN_S)  # it is about to be shut
            return None
        fd: int | None = None
        with suppress(OSError):
            fd = await _to_its_end(self.make, _close)
        if fd is None:
            await asyncio.sleep(AGAIN_S)
        return fd
