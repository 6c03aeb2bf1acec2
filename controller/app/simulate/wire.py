"""HTTP without sockets: aiohttp's own client and server, joined by bytes in memory that a network may delay or lose."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import aiohttp
from aiohttp import web
from aiohttp.client_proto import ResponseHandler


class Network(Protocol):
    """What lies between two ends."""

    def connect(self) -> None:
        """Raises OSError when nobody can be reached."""

    def carry(self, to: "End", data: bytes) -> None:
        """Bring `data` to that end, some time, or not; call `to.arrived`."""


class End(asyncio.Transport):
    """One end of a connection: what its protocol writes the network carries to the other."""

    other: "End"
    ask_again: Callable[[bytes], None]  # for a proxy: the same request to the same server, nobody listens to the answer

    def __init__(self, network: Network, protocol: asyncio.Protocol, *, is_client: bool) -> None:
        super().__init__()
        self.is_client = is_client
        self._network = network
        self._protocol: asyncio.Protocol = protocol
        self._closing = False
        self._paused = False
        self._unread = bytearray()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._closing:
            self._network.carry(self.other, bytes(data))

    def close(self) -> None:
        """What was written still arrives, then the end."""
        if not self._closing:
            self._network.carry(self.other, b"")
            self._lost(None)

    def abort(self) -> None:
        """Both ends know at once."""
        self._lost(None)
        self.other._lost(ConnectionResetError("connection reset"))

    def arrived(self, data: bytes) -> None:
        """`data` from the other end; b"" is its end."""
        if self._closing:
            return
        if not data:
            self._lost(None)
        elif self._paused:
            self._unread += data
        else:
            self._protocol.data_received(data)

    def _lost(self, why: Exception | None) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, why)

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        data, self._unread = bytes(self._unread), bytearray()
        if data:
            self.arrived(data)

    def is_reading(self) -> bool:
        return not self._paused

    def is_closing(self) -> bool:
        return self._closing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Memory takes everything at once."""


class Connector(aiohttp.BaseConnector):
    """Connects a client session to whatever `server` makes, over `network`."""

    def __init__(self, server: Callable[[], web.Server], network: Network) -> None:
        super().__init__(limit=4)
        self._server = server
        self._network = network

    async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> ResponseHandler:  # noqa: ASYNC109  # why: aiohttp's own name
        client: ResponseHandler = self._factory()
        try:
            join(self._network, client, self._server)
        except OSError as unreachable:
            raise aiohttp.ClientConnectionError(str(unreachable)) from unreachable
        return client


def join(network: Network, client: asyncio.Protocol, server: Callable[[], web.Server]) -> End:
    """Connect the two; gives the client's end. Raises OSError when nobody can be reached."""
    network.connect()
    serving = server()()
    here, there = End(network, client, is_client=True), End(network, serving, is_client=False)
    here.other, there.other = there, here
    here.ask_again = partial(_ask_again, network, server)
    serving.connection_made(there)
    client.connection_made(here)
    return here


def _ask_again(network: Network, server: Callable[[], web.Server], request: bytes) -> None:
    with suppress(OSError):
        join(network, _Deaf(), server).other.arrived(request)


class _Deaf(asyncio.Protocol):
    """Hears nothing."""
