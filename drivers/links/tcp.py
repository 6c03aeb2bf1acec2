"""A device behind a TCP port: every wait bounded, a dead peer noticed by the kernel, never reused."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from drivers.links.link import DeviceGone

CONNECT_S = 3.0  # a printer on the same floor answers SYN in milliseconds; one lost SYN is resent after 1 s
CLOSE_S = 0.5  # an orderly close lets a network board accept the next connection at once (UB-E02 4.5)
KEEPALIVE_IDLE_S = 10  # seconds of quiet before the kernel asks the peer for a sign of life
KEEPALIVE_EVERY_S = 3
KEEPALIVE_TRIES = 3
USER_TIMEOUT_MS = 8_000  # unacknowledged bytes end the connection: a cable pulled at the far side of a switch


class TcpLink(asyncio.Protocol):
    """A `Link` that is its connection's protocol: a printer answers in a dozen little packets a ticket, and each goes
    straight to whoever listens."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._transport: asyncio.Transport
        self._heard: Callable[[bytes], None] | None = None
        self._early: list[bytes] = []
        self._room = asyncio.Event()
        self._room.set()
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=0)  # a write is done only when the kernel has every byte
        _tune(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        if self._heard is None:
            self._early.append(data)
        else:
            self._heard(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.set()
        if not self._lost.done():
            self._lost.set_result(str(exc or ""))

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    async def listen(self, heard: Callable[[bytes], None]) -> NoReturn:
        early, self._early, self._heard = self._early, [], heard
        for data in early:
            heard(data)
        try:
            detail = await asyncio.shield(self._lost)
        finally:
            self._heard = None
        raise DeviceGone(self._name, "closed", detail)

    async def write(self, data: bytes, *, within: float) -> None:
        if self._transport.is_closing():
            raise DeviceGone(self._name, "closed")
        self._transport.write(data)
        if not self._room.is_set():
            try:
                async with asyncio.timeout(within):
                    await self._room.wait()
            except TimeoutError as error:
                self._transport.abort()
                raise DeviceGone(self._name, "stalled") from error
        if self._lost.done():
            raise DeviceGone(self._name, "closed", self._lost.result())

    async def close(self) -> None:
        """Close in order if that is quick, else drop what is left: nobody waits for a dead peer."""
        self._transport.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await asyncio.shield(self._lost)
        except TimeoutError:
            self._transport.abort()


@asynccontextmanager
async def open_tcp(host: str, port: int) -> AsyncIterator[TcpLink]:
    """A fresh connection to `host:port`; raises `DeviceGone` when there is none within `CONNECT_S`."""
    name = f"tcp:{host}:{port}"
    try:
        async with asyncio.timeout(CONNECT_S):
            _, link = await asyncio.get_running_loop().create_connection(lambda: TcpLink(name), host, port)
    except TimeoutError as error:
        raise DeviceGone(name, "unreachable", f"no answer in {CONNECT_S:g} s") from error
    except ConnectionRefusedError as error:
        raise DeviceGone(name, "refused") from error
    except OSError as error:
        raise DeviceGone(name, "unreachable", str(error)) from error
    try:
        yield link
    finally:
        await link.close()


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_TRIES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
