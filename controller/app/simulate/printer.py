"""A virtual printer in the world: the machine of `drivers.sim`, reached over a link of memory, its paper in sight."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from drivers.links.link import DeviceGone
from drivers.sim.escpos_core import EscposCore
from drivers.sim.faults import Fault
from drivers.sim.piece import Piece

WIRE_S = 0.002  # one way
SOCKET_BYTES = 65_536  # what the two kernels take before a sender must wait
MIN_TICK_S = 0.002
CONNECT_S = 0.003


class MemoryLink:
    """A `drivers.links.link.Link` whose other end is a machine in this process."""

    def __init__(self, machine: "PaperMachine") -> None:
        self._machine = machine
        self._heard = bytearray()
        self._news = asyncio.Event()
        self.sent = bytearray()  # on the wire or in the sockets, not yet taken by the printer
        self.taken = asyncio.Event()
        self.gone = ""

    async def listen(self, heard: Callable[[bytes], None]) -> NoReturn:
        while self._heard or not self.gone:
            if self._heard:
                data = bytes(self._heard)
                self._heard.clear()
                heard(data)
                continue
            self._news.clear()
            await self._news.wait()
        raise DeviceGone("memory", self.gone)

    async def write(self, data: bytes, *, within: float) -> None:
        if self.gone:
            raise DeviceGone("memory", self.gone)
        self.sent += data
        asyncio.get_running_loop().call_later(WIRE_S, self._machine.look)
        try:
            async with asyncio.timeout(within):
                while len(self.sent) > SOCKET_BYTES and not self.gone:
                    self.taken.clear()
                    await self.taken.wait()
        except TimeoutError as stalled:
            self.close("stalled")
            raise DeviceGone("memory", "stalled") from stalled

    def hear(self, data: bytes) -> None:
        if not self.gone:
            self._heard += data
            self._news.set()

    def close(self, why: str) -> None:
        self.gone = self.gone or why
        self._news.set()
        self.taken.set()
        self._machine.left(self)


class PaperMachine:
    """One printer: it serves one connection at a time, in the order of their coming, as `drivers.sim.printer_server`.
    `on_piece` gets each piece as it falls."""

    def __init__(self, id_: str, on_piece: Callable[[str, Piece], None]) -> None:
        self.id = id_
        self.core = EscposCore()
        self._on_piece = on_piece
        self._line: list[MemoryLink] = []
        self._timer: asyncio.TimerHandle | None = None
        self._drops_seen = 0

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[MemoryLink]:
        """A `LinkOpener`."""
        await asyncio.sleep(CONNECT_S)
        if not self.core.powered:
            raise DeviceGone(self.id, "refused")
        link = MemoryLink(self)
        self._line.append(link)
        try:
            yield link
        finally:
            link.close("closed")

    def strike(self, fault: Fault) -> None:
        self.core.strike(fault, _now())
        self._tick()

    def left(self, link: MemoryLink) -> None:
        if link in self._line:
            self._line.remove(link)
            asyncio.get_running_loop().call_soon(self.look)

    def unplug(self) -> None:
        """Whoever was connected is gone, without a goodbye."""
        for link in list(self._line):
            link.close("closed")

    def look(self) -> None:
        """Take what has come, as far as there is room."""
        if self._line and (room := self.core.room) and self.core.powered and self._line[0].sent:
            link = self._line[0]
            data = bytes(link.sent[:room])
            del link.sent[:room]
            link.taken.set()
            self.core.feed(data, _now())
        self._tick()

    def _tick(self) -> None:
        answers = b"".join(self.core.advance(_now()))
        for piece in self.core.take_pieces():
            self._on_piece(self.id, piece)
        if answers and self._line:
            asyncio.get_running_loop().call_later(WIRE_S, self._line[0].hear, answers)
        if self.core.drops != self._drops_seen:
            self._drops_seen = self.core.drops
            self.unplug()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting = bool(self._line and self._line[0].sent and self.core.room and self.core.powered)
        next_s = _now() if waiting else self.core.next_event_s()
        if next_s is not None:
            self._timer = asyncio.get_running_loop().call_at(max(next_s, _now() + MIN_TICK_S), self.look)


def _now() -> float:
    return asyncio.get_running_loop().time()
