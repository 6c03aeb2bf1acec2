"""The line to central's broker: one WebSocket, always opened by the box, for sessions and signals."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any, Protocol

import aiohttp
import msgspec
import structlog

from controller.domain.pace import Bucket
from controller.ports.booth import Done, FromCentral
from controller.ports.signalling import LINE_BURST, LINE_EVERY_S, MESSAGE_MOST
from controller.uplink.ground import Address, Ground
from controller.uplink.line import Backoff, Voice, bearer, point_url

HEARTBEAT_S = 3.0  # a broker that does not answer a ping within half of this is gone: a dead path is found in time
SEND_S = 5.0
SOON_S, KNOCK_MOST_S = (0.3, 0.6), 20.0  # during a session: the line is not waited for

Send = Callable[[Any], Awaitable[None]]
Line = aiohttp.ClientWebSocketResponse
log = structlog.get_logger("broker")
_read = msgspec.json.Decoder(FromCentral).decode


class Side(Protocol):
    """The point, as its line to the broker sees it."""

    @property
    def in_session(self) -> bool:
        """Whether somebody is talking, or about to: the line is not waited for."""

    async def central_came(self, send: Send) -> None: ...

    async def central_said(self, message: FromCentral) -> None: ...

    def central_left(self, send: Send) -> None: ...

    async def moved(self) -> None:
        """The line is back, and this machine has lost the address which it had."""


async def run_signals(
    base_url: str, token: str, point: str, side: Side, *, random: Random, ground: Ground | None = None
) -> None:
    """Keep the line for ever; ends only by cancellation."""
    url, voice, backoff = point_url(base_url, point, "line"), Voice("the line for remote sessions"), Backoff(random)
    ground = ground or Ground()
    async with ground.session() as http:
        peer: Address | None = None  # where central was found last
        has_moved = False  # and nobody was told
        while True:
            lost = asyncio.Event()  # the address
            try:
                if peer is not None and side.in_session:
                    with suppress(OSError):  # it may be found elsewhere
                        await ground.until_answered(peer, KNOCK_MOST_S)
                async with http.ws_connect(
                    url, headers=bearer(token), heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_MOST,
                    timeout=aiohttp.ClientWSTimeout(ws_close=SEND_S),
                ) as line:  # fmt: skip
                    voice.back()
                    backoff.reset()
                    peer = line.get_extra_info("peername") or peer
                    tell, has_moved = side.moved if has_moved else _stayed, False
                    async with _ending_when_moved(line, ground, lost):
                        await _talk(line, side, tell)
                    voice.lost(ConnectionError("another address" if lost.is_set() else "closed by central"))
            except (aiohttp.ClientError, ConnectionError, TimeoutError) as gone:
                voice.lost(gone)
            has_moved = has_moved or lost.is_set()
            if not lost.is_set():  # the others stay where they are: nobody comes with us
                await asyncio.sleep(random.uniform(*SOON_S) if side.in_session else backoff.next())


@asynccontextmanager
async def _ending_when_moved(line: Line, ground: Ground, lost: asyncio.Event) -> AsyncIterator[None]:
    """End the line as soon as its address is not this machine's any more: nothing comes back on it."""

    async def watch() -> None:
        address, transport = line.get_extra_info("sockname"), line.get_extra_info("socket")
        if address is None or transport is None:
            return
        await ground.until_lost(address)
        lost.set()
        transport.shutdown(socket.SHUT_RDWR)  # a polite close would wait for an answer

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _stayed() -> None:
    """Where it was: nothing to tell."""


async def _talk(line: Line, side: Side, moved: Callable[[], Awaitable[None]]) -> None:
    async def send(message: Any) -> None:
        async with asyncio.timeout(SEND_S):
            await line.send_str(msgspec.json.encode(message).decode())

    clock, pace = asyncio.get_running_loop().time, Bucket(LINE_BURST, LINE_EVERY_S)
    await side.central_came(send)
    await moved()
    try:
        async for message in line:
            await asyncio.sleep(pace.owe(clock()))
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                heard = _read(message.data)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as odd:
                kind, id_ = _head(message.data)
                log.warning("central said what we do not know", why=str(odd)[:200], t=kind)
                if kind == "order" and id_:  # whose expert waits for a word; the rest a newer central may say to others
                    await send(Done(id=id_, ok=False, problem="invalid", detail=str(odd)[:200]))
                continue
            await side.central_said(heard)
    finally:
        side.central_left(send)


def _head(text: str) -> tuple[str, str]:
    """Which message it was to be, and its id; never what it carried: credentials, addresses."""
    try:
        told = msgspec.json.decode(text, type=dict)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "", ""
    return str(told.get("t"))[:40], str(told.get("id", ""))[:80]
