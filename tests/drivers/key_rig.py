"""Keys as the kernel writes them, into the real decoder of evdev, by a socket pair."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from evdev import ecodes as e

from drivers.links.link import DeviceGone
from drivers.panels.events import Source, Wire
from drivers.sim.inputs import PACKET_MOST, SYNC, Event, packed

DROPPED: Event = (e.EV_SYN, e.SYN_DROPPED, 0)


def down(code: int) -> Event:
    return (e.EV_KEY, code, 1)


def up(code: int) -> Event:
    return (e.EV_KEY, code, 0)


def repeat(code: int) -> Event:
    return (e.EV_KEY, code, 2)


def tap(code: int) -> list[Event]:
    return [down(code), SYNC, up(code), SYNC]


class Plug:
    """A device that can be plugged in and out. `held` is what its keys are when somebody asks."""

    def __init__(self) -> None:
        self.held: set[int] = set()
        self.lights: list[bool] = []
        self.opened = 0
        self.refuses: DeviceGone | None = None
        self._far: socket.socket | None = None
        self._at = 1000.0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Source]:
        if self.refuses is not None:
            raise self.refuses
        near, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        self._far.setblocking(False)
        self.opened += 1
        try:
            yield Node(near.fileno(), self)
        finally:
            near.close()
            self.pull()

    def send(self, events: Iterable[Event], later_s: float = 0.001) -> None:
        """One packet, `later_s` after the one before by the device's clock."""
        assert self._far is not None
        self._at += later_s
        self._far.send(packed(events, self._at))

    async def flood(self, events: list[Event], apart_s: float = 0.001) -> None:
        """As many as there are, as fast as they are read, `apart_s` from packet to packet by the device's clock."""
        assert self._far is not None
        for at in range(0, len(events), PACKET_MOST):
            self._at += apart_s
            piece = packed(events[at : at + PACKET_MOST], self._at)
            await asyncio.get_running_loop().sock_sendall(self._far, piece)

    def pull(self) -> None:
        far, self._far = self._far, None
        if far is not None:
            far.close()


class Node(Wire):
    """A wire that knows what is held, and has a light."""

    def __init__(self, fd: int, plug: Plug) -> None:
        super().__init__(fd)
        self._plug = plug

    def held(self) -> Iterable[int]:
        return set(self._plug.held)

    def light(self, on: bool) -> None:
        self._plug.lights.append(on)


@asynccontextmanager
async def running(work: Any) -> AsyncIterator[None]:
    """A coroutine beside the test; what it fails with fails the test."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()


async def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something that will surely come."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.001)


async def turns(n: int = 5) -> None:
    """Let whatever is ready happen."""
    for _ in range(n):
        await asyncio.sleep(0)
