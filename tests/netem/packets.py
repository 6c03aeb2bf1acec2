"""Real datagrams and streams through a network, and what became of them."""

import asyncio
import socket
import struct
import time
from contextlib import ExitStack, suppress

from drivers.sim.network.network import End

SILENCE_S = 2.0  # nothing for so long, from who is alive: nothing more will come
PATIENCE_S = 60.0


class Datagrams:
    """Two sockets, one at each end, that can send to each other."""

    def __init__(self, sender: End, receiver: End) -> None:
        self._stack = ExitStack()
        self.here = self._stack.enter_context(sender.socket(socket.SOCK_DGRAM, port=0))
        self.there = self._stack.enter_context(receiver.socket(socket.SOCK_DGRAM, port=0))

    def __enter__(self) -> "Datagrams":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    async def arrived(self, count: int, *, every_s: float = 0.001, octets: int = 100) -> list[tuple[int, float]]:
        """Sends so many; number and one-way seconds of each that came, as it came."""
        taking = asyncio.create_task(self._take(count))
        for n in range(count):
            await self._send(n, octets)
            await asyncio.sleep(every_s)
        return await taking

    async def _send(self, n: int, octets: int) -> None:
        packet = struct.pack("!Id", n, time.monotonic()).ljust(octets, b".")
        with suppress(OSError):  # a pulled cable says so
            await asyncio.get_running_loop().sock_sendto(self.here, packet, self.there.getsockname())

    async def _take(self, most: int) -> list[tuple[int, float]]:
        came: list[tuple[int, float]] = []
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            while len(came) < most:
                async with asyncio.timeout(SILENCE_S):
                    packet = await loop.sock_recv(self.there, 65_535)
                n, sent_s = struct.unpack_from("!Id", packet)
                came.append((n, time.monotonic() - sent_s))
        return came


class Stream:
    """A TCP connection from one end to another. `async with Stream(near, far) as stream`."""

    def __init__(self, near: End, far: End) -> None:
        self._near, self._far = near, far

    async def __aenter__(self) -> "Stream":
        loop = asyncio.get_running_loop()
        with self._far.socket(port=0) as listener:
            self.near = self._near.socket()
            async with asyncio.timeout(PATIENCE_S):
                _, (self.far, _) = await asyncio.gather(
                    loop.sock_connect(self.near, listener.getsockname()), loop.sock_accept(listener)
                )
        return self

    async def __aexit__(self, *_: object) -> None:
        self.near.close()
        self.far.close()

    async def carry(self, octets: int) -> float:
        """Seconds until so many came from near to far."""
        loop, began_s, came = asyncio.get_running_loop(), time.monotonic(), 0
        sending = asyncio.create_task(loop.sock_sendall(self.near, bytes(octets)))
        while came < octets:
            came += len(await loop.sock_recv(self.far, 65_536))
        await sending
        return time.monotonic() - began_s
