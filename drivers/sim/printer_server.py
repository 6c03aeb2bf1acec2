"""One simulated printer on a TCP port, as an Epson UB-E02 board serves it: one printing connection at a time, a
second one is accepted and not read until the first closes; a full printer stops reading; power off closes the port.
"""

import asyncio
import socket
import struct
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from drivers.sim import glyphs
from drivers.sim.escpos_core import RX_BYTES, SPEED_MM_S, EscposCore
from drivers.sim.faults import Fault
from drivers.sim.mechanism import CUT_S
from drivers.sim.memory import Identity
from drivers.sim.paper_store import PaperStore, PieceOnFile
from drivers.sim.piece import Piece

PIECES_SHOWN = 40
IDLE_CLOSE_S = 300.0  # UB-E02 4.5: a silent host loses its connection after 5 minutes
MIN_TICK_S = 0.002  # advance the machine at most this often: 3 dot rows
DEAD_PEER_CHECK_S = 0.1  # while not reading, a reset is only seen by asking the kernel
SEGMENT_BYTES = 1460  # Ethernet's, also on loopback, so that a small window does not stall
SOCKET_BUFFER_BYTES = 8192
TCP_CLOSED = 7  # Linux, first byte of TCP_INFO


@dataclass(frozen=True, slots=True)
class PrinterConfig:
    """One printer: port 0 takes any free one."""

    id: str = "lobby"
    host: str = "127.0.0.1"
    port: int = 0
    speed_mm_s: float = SPEED_MM_S
    rx_bytes: int = RX_BYTES
    identity: Identity = field(default_factory=Identity)
    cut_s: float = CUT_S


class PrinterServer:
    """`async with PrinterServer(config, paper_dir) as printer`; printer.port is the real one."""

    def __init__(self, config: PrinterConfig, paper_dir: Path) -> None:
        self.config = config
        self.port = config.port
        self.pieces: deque[PieceOnFile] = deque(maxlen=PIECES_SHOWN)
        self.directory = paper_dir / config.id

    async def __aenter__(self) -> "PrinterServer":
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(glyphs.warm)
        self._store = await asyncio.to_thread(PaperStore, self.directory)
        self.pieces.extend(await asyncio.to_thread(self._store.pieces, PIECES_SHOWN))
        counters = await asyncio.to_thread(self._store.recall)
        self.core = EscposCore(
            self.config.speed_mm_s, self.config.rx_bytes, counters, self.config.identity, self.config.cut_s
        )
        self._connections: list[Connection] = []
        self._timer: asyncio.TimerHandle | None = None
        self._drops_seen = 0
        self._outbox: asyncio.Queue[tuple[list[Piece], list[bytes], Connection | None]] = asyncio.Queue()
        self._listener: asyncio.Server | None = None
        self._listening = asyncio.Lock()
        await self._listen()
        self._tasks = [self._loop.create_task(self._deliver()), self._loop.create_task(self._tend())]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stop_listening()
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(0)  # lets the aborted transports go
        await asyncio.to_thread(self._store.remember, self.core.counters.as_dict())

    def strike(self, fault: Fault) -> None:
        self.core.strike(fault, self._loop.time())
        self._tick()

    def press_feed(self) -> bool:
        pressed = self.core.press_feed(self._loop.time())
        self._tick()
        return pressed

    @property
    def connections(self) -> int:
        return len(self._connections)

    # --- called by connections ---

    def joined(self, connection: "Connection") -> None:
        self._connections.append(connection)
        self._let_read()

    def left(self, connection: "Connection") -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        self._let_read()

    def arrived(self, data: bytes) -> None:
        self.core.feed(data, self._loop.time())
        self._tick()

    # --- the machine's time ---

    def _tick(self) -> None:
        answers = self.core.advance(self._loop.time())
        pieces = self.core.take_pieces()
        active = self._connections[0] if self._connections else None
        if answers or pieces:
            self._outbox.put_nowait((pieces, answers, active))
        if self.core.drops != self._drops_seen:
            self._drops_seen = self.core.drops
            for connection in list(self._connections):
                connection.abort()
        self._let_read()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if (next_s := self.core.next_event_s()) is not None:
            self._timer = self._loop.call_at(max(next_s, self._loop.time() + MIN_TICK_S), self._tick)

    def _let_read(self) -> None:
        if self._connections:
            self._connections[0].let_read(self.core.room > 0 and self.core.powered)

    async def _deliver(self) -> None:
        """Paper first, then what vouches for it: who has the answer finds the file."""
        while True:
            pieces, answers, connection = await self._outbox.get()
            for piece in pieces:
                self.pieces.append(await asyncio.to_thread(self._store.save, piece))
            if pieces:
                await asyncio.to_thread(self._store.remember, self.core.counters.as_dict())
            if connection and answers:
                connection.send(b"".join(answers))

    async def _tend(self) -> None:
        """What a board does beside printing: listen while there is power, let go of dead and idle hosts."""
        while True:
            await asyncio.sleep(DEAD_PEER_CHECK_S)
            if self.core.powered and self._listener is None:
                await self._listen()
            elif not self.core.powered and self._listener is not None:
                await self._stop_listening()
            for connection in list(self._connections):
                if connection.peer_is_gone() or (connection is self._connections[0] and connection.idle_too_long()):
                    connection.abort()

    async def _listen(self) -> None:
        sock = socket.socket(socket.AF_INET6 if ":" in self.config.host else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        try:
            sock.bind((self.config.host, self.port))
            self._listener = await self._loop.create_server(lambda: Connection(self), sock=sock)
        except OSError:
            sock.close()
            raise
        self.port = sock.getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None


class Connection(asyncio.BufferedProtocol):
    """One host; reads at most what the printer has room for."""

    def __init__(self, printer: PrinterServer) -> None:
        self._printer = printer
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray(1)
        self._reading = True
        self._heard_s = self._loop.time()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # Debian 12's Python (3.11.2) starts to read after this call whatever is asked here: ask in the next turn.
        self._loop.call_soon(self._wait_in_line)

    def _wait_in_line(self) -> None:
        self.let_read(False)
        if self._transport is not None:
            self._printer.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._printer.left(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        self._buffer = bytearray(max(1, self._printer.core.room))
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._heard_s = self._loop.time()
        self._printer.arrived(bytes(self._buffer[:nbytes]))

    def let_read(self, wanted: bool) -> None:
        if self._transport is None or wanted == self._reading:
            return
        self._reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def send(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)

    def abort(self) -> None:
        """Gone without a goodbye: the host sees a reset."""
        if self._transport:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def peer_is_gone(self) -> bool:
        if self._transport is None or self._reading:
            return False
        sock = self._transport.get_extra_info("socket")
        return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSED)

    def idle_too_long(self) -> bool:
        return self._reading and self._loop.time() - self._heard_s > IDLE_CLOSE_S
