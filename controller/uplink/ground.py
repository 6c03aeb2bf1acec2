"""The network that this machine stands on, as a connection needs to know it when it suspects that it is dead.

A cable that is pulled while a telephone network takes over, or another lease, leaves a connection that does not know:
nobody tells it, and its heartbeat needs seconds. The address is gone at once. And what was begun while the line was
down is answered seconds after it is back, as its packets are sent again ever more seldom (tcp(7): after 1, 3, 7 s).
"""

import asyncio
import errno
import socket
from typing import Any

from aiohttp import ClientSession

from controller.uplink.attempts import first_of
from controller.uplink.line import open_session

LOOK_S = 0.5
KNOCK_S, KNOCKS = 1.0, 3

Address = tuple[Any, ...]  # as of getsockname and getpeername


class Ground:
    """This machine's."""

    def opened(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        return socket.socket(family, kind, protocol)

    def session(self) -> ClientSession:
        return open_session(lambda info: self.opened(info[0], info[1], info[2]))

    def has(self, address: Address) -> bool:
        """Whether an interface has it. What cannot be told is believed."""
        try:
            with self.opened(_family(address), socket.SOCK_DGRAM) as trial:
                trial.bind((address[0], 0, *address[2:]))
        except OSError as no:
            return no.errno != errno.EADDRNOTAVAIL  # ip(7)
        return True

    async def until_lost(self, address: Address) -> None:
        """Waits until no interface has it any more."""
        while self.has(address):  # noqa: ASYNC110  why: of the kernel's tables, which say nothing of themselves
            await asyncio.sleep(LOOK_S)

    async def until_answered(self, peer: Address, within: float) -> None:
        """Waits until somebody answers there. Raises what kept them from it (OSError), TimeoutError."""
        sock = await first_of(
            lambda: self._knock(peer), every_s=KNOCK_S, at_once=KNOCKS, within=within, unused=socket.socket.close
        )  # fmt: skip
        sock.close()

    async def _knock(self, peer: Address) -> socket.socket:
        sock = self.opened(_family(peer), socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, peer)
        except BaseException:
            sock.close()
            raise
        return sock


def _family(address: Address) -> int:
    return socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET
