"""Hosts as plain as can be, none of ours: they write, in one piece or byte by byte, and read whatever comes.

One reaches the virtual printer over TCP, one over a pty, one holds the machine itself and its clock.
"""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from drivers.sim import glyphs
from drivers.sim.escpos_core import EscposCore
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.piece import Piece
from drivers.sim.printer_server import PrinterConfig, PrinterServer

QUIET_S = 0.7  # so long nothing comes: nothing will
FAST_MM_S = 2000.0
SURELY_S = 30.0  # for what comes in milliseconds


class Host(ABC):
    """One connection, or one after another."""

    @abstractmethod
    async def say(self, data: bytes, step: int = 0) -> None:
        """`step`: so many bytes at a time."""

    @abstractmethod
    async def hear(self, size: int) -> bytes:
        """So many bytes. Fails when they do not come."""

    @abstractmethod
    async def all_that_comes(self) -> bytes:
        """Until it is quiet."""

    async def just(self, wanted: bytes) -> None:
        """These bytes come, and then it is quiet."""
        assert await self.hear(len(wanted)) == wanted
        assert await self.all_that_comes() == b""

    @abstractmethod
    async def is_hung_up(self) -> bool: ...

    @abstractmethod
    async def connect(self) -> None:
        """Anew."""

    @abstractmethod
    def strike(self, kind: FaultKind, **where: float) -> None: ...

    @abstractmethod
    async def last_words(self) -> str:
        """What stands on the newest piece of paper, as soon as there is one."""

    @property
    @abstractmethod
    def received(self) -> int:
        """Bytes that the printer took."""


class InMemory(Host):
    """The core alone, with its clock in hand: as a test in somebody's own process would use it."""

    def __init__(self) -> None:
        self._core = EscposCore(speed_mm_s=FAST_MM_S)
        self._now_s = 0.0
        self._said = b""
        self._drops = 0
        self._pieces: list[Piece] = []

    async def say(self, data: bytes, step: int = 0) -> None:
        for at in range(0, len(data), step or len(data)):
            self._core.feed(data[at : at + (step or len(data))], self._now_s)
            self._pass(0.001)

    async def hear(self, size: int) -> bytes:
        self._pass(5.0)
        heard, self._said = self._said[:size], self._said[size:]
        assert len(heard) == size
        return heard

    async def all_that_comes(self) -> bytes:
        self._pass(5.0)
        heard, self._said = self._said, b""
        return heard

    async def is_hung_up(self) -> bool:
        self._pass(0.0)
        return self._core.drops > self._drops

    async def connect(self) -> None:
        self._drops = self._core.drops
        self._pass(3.0)

    def strike(self, kind: FaultKind, **where: float) -> None:
        self._core.strike(Fault.parse({"kind": kind.value, **where}), self._now_s)

    async def last_words(self) -> str:
        return self._pieces[-1].text

    @property
    def received(self) -> int:
        return self._core.received

    def _pass(self, seconds: float) -> None:
        self._now_s += seconds
        self._said += b"".join(self._core.advance(self._now_s))
        self._pieces += self._core.take_pieces()


class OnTheWire(Host):
    """What TCP and pty share: a real printer behind a real door."""

    def __init__(self, printer: PrinterServer) -> None:
        self.printer = printer

    @abstractmethod
    async def read(self) -> bytes:
        """What comes, b"" at the end."""

    @abstractmethod
    async def open(self) -> bool:
        """False: not yet."""

    async def connect(self) -> None:
        async with asyncio.timeout(SURELY_S):
            while not (self.printer.powered and self.printer.connections == 0 and await self.open()):
                await asyncio.sleep(0.02)
            while self.printer.connections == 0:
                await asyncio.sleep(0.002)

    async def hear(self, size: int) -> bytes:
        heard = b""
        async with asyncio.timeout(SURELY_S):
            while len(heard) < size:
                part = await self.read()
                assert part, "hung up"
                heard += part
        assert len(heard) == size, heard
        return heard

    async def all_that_comes(self) -> bytes:
        heard = b""
        try:
            while True:
                async with asyncio.timeout(QUIET_S):
                    part = await self.read()
                if not part:
                    return heard
                heard += part
        except TimeoutError:
            return heard

    async def is_hung_up(self) -> bool:
        async with asyncio.timeout(SURELY_S):
            return await self.read() == b""

    def strike(self, kind: FaultKind, **where: float) -> None:
        self.printer.strike(Fault.parse({"kind": kind.value, **where}))

    async def last_words(self) -> str:
        async with asyncio.timeout(SURELY_S):
            while not self.printer.pieces:
                await asyncio.sleep(0.002)
        return (self.printer.directory / f"{self.printer.pieces[-1].name}.txt").read_text()

    @property
    def received(self) -> int:
        return self.printer.core.received


class OverTcp(OnTheWire):
    async def open(self) -> bool:
        try:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.printer.port)
        except ConnectionError:
            return False
        return True

    async def say(self, data: bytes, step: int = 0) -> None:
        for at in range(0, len(data), step or len(data)):
            self._writer.write(data[at : at + (step or len(data))])
            await asyncio.sleep(0)

    async def read(self) -> bytes:
        try:
            return await self._reader.read(4096)
        except ConnectionError:
            return b""

    def close(self) -> None:
        self._writer.close()


class OverPty(OnTheWire):
    fd = -1

    async def open(self) -> bool:
        """A line that was hung up refuses (EIO), or is not there, until it is a new one."""
        self.close()
        path = self.printer.config.pty
        assert path is not None
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return False
        return True

    async def say(self, data: bytes, step: int = 0) -> None:
        at = 0
        while at < len(data):
            try:
                at += os.write(self.fd, data[at : at + (step or len(data))])
            except BlockingIOError:
                return  # the line is held back: the rest stays with us
            await asyncio.sleep(0)

    async def read(self) -> bytes:
        while True:
            try:
                return os.read(self.fd, 4096)
            except BlockingIOError:
                await asyncio.sleep(0.002)
            except OSError:
                return b""

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


@asynccontextmanager
async def a_host(door: str, folder: Path) -> AsyncIterator[Host]:
    await asyncio.to_thread(glyphs.warm)
    async with AsyncExitStack() as stack:
        if door == "memory":
            host: Host = InMemory()
        else:
            pty = folder / "tty" if door == "pty" else None
            config = PrinterConfig(speed_mm_s=FAST_MM_S, port=None if pty else 0, pty=pty)
            printer = await stack.enter_async_context(SimulatedPrinter(folder, config))
            wired = OverPty(printer) if pty else OverTcp(printer)
            stack.callback(wired.close)
            host = wired
        await host.connect()
        yield host
