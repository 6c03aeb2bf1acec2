"""A device behind a TCP port: every wait bounded, a dead peer noticed by the kernel, never reused."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers.links.link import DeviceGone

CONNECT_S = 3.0  # a printer on the same floor answers SYN in milliseconds; one lost SYN is resent after 1 s
CLOSE_S = 0.5  # an orderly close lets a network board accept the next connection at once (UB-E02 4.5)
KEEPALIVE_IDLE_S = 10  # seconds of quiet before the kernel asks the peer for a sign of life
KEEPALIVE_EVERY_S = 3
KEEPALIVE_TRIES = 3
USER_TIMEOUT_MS = 8_000  # unacknowledged bytes end the connection: a cable pulled at the far side of a switch


class TcpLink:
    """A `Link` over an asyncio stream."""

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer

    async def read(self, limit: int, *, within: float) -> bytes:
        try:
            async with asyncio.timeout(within):
                data = await self._reader.read(limit)
        except TimeoutError:
            return b""
        except OSError as error:
            raise DeviceGone(self._name, "closed", str(error)) from error
        if not data:
            raise DeviceGone(self._name, "closed")
        return data

    async def write(self, data: bytes, *, within: float) -> None:
        if self._writer.is_closing():
            raise DeviceGone(self._name, "closed")
        try:
            self._writer.write(data)
            async with asyncio.timeout(within):
                await self._writer.drain()
        except TimeoutError as error:
            self._writer.transport.abort()
            raise DeviceGone(self._name, "stalled") from error
        except OSError as error:
            raise DeviceGone(self._name, "closed", str(error)) from error

    async def close(self) -> None:
        """Close in order if that is quick, else drop what is left: nobody waits for a dead peer."""
        self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()
        except OSError:  # TimeoutError is one of them
            self._writer.transport.abort()


@asynccontextmanager
async def open_tcp(host: str, port: int) -> AsyncIterator[TcpLink]:
    """A fresh connection to `host:port`; raises `DeviceGone` when there is none within `CONNECT_S`."""
    name = f"tcp:{host}:{port}"
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError as error:
        raise DeviceGone(name, "unreachable", f"no answer in {CONNECT_S:g} s") from error
    except ConnectionRefusedError as error:
        raise DeviceGone(name, "refused") from error
    except OSError as error:
        raise DeviceGone(name, "unreachable", str(error)) from error
    link = TcpLink(name, reader, writer)
    try:
        _tune(writer)
        yield link
    finally:
        await link.close()


def _tune(writer: asyncio.StreamWriter) -> None:
    writer.transport.set_write_buffer_limits(high=0)  # drain() returns only when the kernel has every byte
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_TRIES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
