"""A simulated device behind a Unix socket on this machine, or any stream socket that somebody made: a `Link`."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NoReturn

from drivers.links.link import DeviceGone

CONNECT_S = 2.0
PIECE_BYTES = 65_536


class SocketLink:
    """A `Link` over a connected, non-blocking stream socket, which its owner closes."""

    def __init__(self, name: str, wire: socket.socket) -> None:
        self._name, self._wire = name, wire

    async def listen(self, heard: Callable[[bytes], None]) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            try:
                data = await loop.sock_recv(self._wire, PIECE_BYTES)
            except OSError as error:
                raise DeviceGone(self._name, "closed", error.strerror or str(error)) from error
            if not data:
                raise DeviceGone(self._name, "closed")
            heard(data)

    async def write(self, data: bytes, *, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                await asyncio.get_running_loop().sock_sendall(self._wire, data)
        except TimeoutError as error:
            raise DeviceGone(self._name, "stalled") from error
        except OSError as error:
            raise DeviceGone(self._name, "closed", error.strerror or str(error)) from error


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """An address of the socket at `path` that is short, however deep it lies: the kernel takes 107 bytes (unix(7)).
    Holds within the context. Raises OSError where its folder is not there."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


async def connect(wire: socket.socket, path: Path) -> None:
    """Connect to the Unix socket at `path`. Raises OSError: no such socket, nobody behind it, or no answer in time."""
    async with asyncio.timeout(CONNECT_S):
        with address_of(path) as address:
            await asyncio.get_running_loop().sock_connect(wire, address)


@asynccontextmanager
async def open_local(path: Path) -> AsyncIterator[SocketLink]:
    """A connection to the Unix socket at `path`. Raises DeviceGone (unreachable)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.setblocking(False)
        try:
            await connect(wire, path)
        except OSError as error:
            raise DeviceGone(str(path), "unreachable", error.strerror or str(error)) from error
        yield SocketLink(str(path), wire)
