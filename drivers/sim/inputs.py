"""Simulated panels and code readers: they stand at the far end of a Unix socket and send what a kernel would,
`struct input_event` in whole packets, or what a serial reader would, bytes. Who reads them reads a real one.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evdev import ecodes as e

from controller.ports.inputs import KeyName
from drivers.links.local import address_of
from drivers.panels.names import CODES
from drivers.scanners.layouts import Layout, strokes

EVENT = struct.Struct("llHHi")  # linux/input.h: struct input_event with the machine's own struct timeval
PACKET_MOST = 64  # events that one read takes at most (evdev); the rest of a longer packet would be lost
STROKE_S = 0.002  # a wired reader types about 500 keys a second
HELD_MOST_S = 60.0

Event = tuple[int, int, int]  # type, code, value
SYNC: Event = (e.EV_SYN, e.SYN_REPORT, 0)


@dataclass(frozen=True, slots=True)
class InputConfig:
    """`kind`: as in the config of a point. `layout`: of a reader that types."""

    id: str
    kind: Literal["call_button", "keypad", "panic", "leave", "keyboard", "serial"]
    path: Path
    layout: Layout = "us"

    @property
    def is_scanner(self) -> bool:
        return self.kind in {"keyboard", "serial"}


class NobodyListens(Exception):
    """No point has opened this device: what is pressed or scanned goes nowhere."""


class SimulatedInput:
    """`async with SimulatedInput(config) as device`. As with a grabbed node, one reader at a time: the newest."""

    def __init__(self, config: InputConfig) -> None:
        self.config = config
        self._peer: socket.socket | None = None

    async def __aenter__(self) -> "SimulatedInput":
        kind = socket.SOCK_STREAM if self.config.kind == "serial" else socket.SOCK_SEQPACKET
        await asyncio.to_thread(self._clear)
        self._listener = socket.socket(socket.AF_UNIX, kind)
        self._listener.setblocking(False)
        with address_of(self.config.path) as address:
            self._listener.bind(address)
        self._listener.listen(1)
        self._task = asyncio.create_task(self._accept())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.unplug()
        self._listener.close()

    @property
    def connected(self) -> bool:
        return self._peer is not None

    def unplug(self) -> None:
        """The cable is pulled: whoever reads sees the end. A reader that comes back finds it plugged in again."""
        peer, self._peer = self._peer, None
        if peer is not None:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)  # so that a packet on its way ends in an error, not in waiting
            asyncio.get_running_loop().call_soon(peer.close)

    async def press(self, key: KeyName, hold_s: float = 0.05) -> None:
        """A finger on a key for `hold_s`. Raises NobodyListens."""
        await self.send([[(e.EV_KEY, CODES[key], 1), SYNC]])
        await asyncio.sleep(min(hold_s, HELD_MOST_S))
        await self.send([[(e.EV_KEY, CODES[key], 0), SYNC]])

    async def scan(self, text: str) -> None:
        """Read a code that says `text`. Raises NobodyListens, KeyError for what this reader cannot type."""
        if self.config.kind == "serial":
            await self._write(text.encode("latin-1", "replace") + b"\r")
        else:
            await self.send(typed(text, self.config.layout))

    async def send(self, packets: Iterable[Sequence[Event]]) -> None:
        """Packets of events, each some time after the one before. Raises NobodyListens."""
        began = time.time()
        for n, packet in enumerate(packets):
            for at in range(0, len(packet), PACKET_MOST):
                await self._write(packed(packet[at : at + PACKET_MOST], began + n * STROKE_S))

    async def _write(self, data: bytes) -> None:
        if self._peer is None:
            raise NobodyListens(self.config.id)
        try:
            await asyncio.get_running_loop().sock_sendall(self._peer, data)
        except OSError as error:
            self.unplug()
            raise NobodyListens(self.config.id) from error

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            peer, _ = await loop.sock_accept(self._listener)
            self.unplug()
            peer.setblocking(False)
            self._peer = peer

    def _clear(self) -> None:
        self.config.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            self.config.path.unlink()


def packed(events: Iterable[Event], at: float) -> bytes:
    """As the kernel writes them. `at`: seconds since 1970."""
    seconds, rest = divmod(at, 1)
    return b"".join(EVENT.pack(int(seconds), int(rest * 1e6), *event) for event in events)


def typed(text: str, layout: Layout) -> Iterator[list[Event]]:
    """A reader's keys for `text` and Enter: each down and up, with its modifier. Raises KeyError."""
    for code, modifier in [*strokes(layout, text), (e.KEY_ENTER, None)]:
        key: list[Event] = [(e.EV_KEY, code, 1), SYNC, (e.EV_KEY, code, 0), SYNC]
        if modifier is not None:
            key = [(e.EV_KEY, modifier, 1), SYNC, *key, (e.EV_KEY, modifier, 0), SYNC]
        yield key
