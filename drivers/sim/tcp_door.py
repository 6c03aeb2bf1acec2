"""A printer's network port, as an Epson UB-E02 board serves it: a host that waits in line is accepted and not read."""

import asyncio
import socket
import struct

from drivers.sim.door import Machine

IDLE_CLOSE_S = 300.0  # UB-E02 4.5: a silent host loses its connection after 5 minutes
SEGMENT_BYTES = 1460  # Ethernet's, also on loopback, so that a small window does not stall
SOCKET_BUFFER_BYTES = 8192
TCP_CLOSED = 7  # Linux, first byte of TCP_INFO


class TcpDoor:
    """Port 0 takes any free one; `port` is the real one once it is open, and kept across power cuts."""

    def __init__(self, machine: Machine, host: str, port: int) -> None:
        self.port = port
        self._host = host
        self._machine = machine
        self._listener: asyncio.Server | None = None

    @property
    def name(self) -> str:
        return f"tcp {self._host}:{self.port}"

    async def open(self) -> None:
        sock = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        try:
            sock.bind((self._host, self.port))
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(lambda: Connection(self._machine), sock=sock)
        except OSError:
            sock.close()
            raise
        self.port = sock.getsockname()[1]

    async def shut(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    def tend(self) -> None:
        """It needs nothing."""


class Connection(asyncio.BufferedProtocol):
    """One host; reads at most what the printer has room for."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
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
            self._machine.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._machine.left(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        self._buffer = bytearray(max(1, self._machine.room))
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._heard_s = self._loop.time()
        self._machine.arrived(bytes(self._buffer[:nbytes]))

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

    def tend(self, *, active: bool) -> None:
        if self._peer_is_gone() or (active and self._idle_too_long()):
            self.abort()

    def _peer_is_gone(self) -> bool:
        """While not reading, a reset is only seen by asking the kernel."""
        if self._transport is None or self._reading:
            return False
        sock = self._transport.get_extra_info("socket")
        return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSED)

    def _idle_too_long(self) -> bool:
        return self._reading and self._loop.time() - self._heard_s > IDLE_CLOSE_S
