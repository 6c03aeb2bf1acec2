"""The line to central's broker: one WebSocket, always opened by the box, for sessions and signals."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiohttp
import msgspec
import structlog

from controller.domain.pace import Bucket
from controller.ports.booth import Done, FromCentral
from controller.ports.signalling import LINE_BURST, LINE_EVERY_S, MESSAGE_MOST
from controller.uplink.line import Backoff, OpenSession, Voice, bearer, open_session, point_url
from controller.uplink.moved import is_ours, until_moved

HEARTBEAT_S = 3.0  # a broker that does not answer a ping within half of this is gone: a dead path is found in time
SEND_S = 5.0

Send = Callable[[Any], Awaitable[None]]
Address = tuple[Any, ...]
log = structlog.get_logger("broker")
_read = msgspec.json.Decoder(FromCentral).decode


async def run_signals(
    base_url: str, token: str, point: str, *, came: Callable[[Send], Awaitable[None]],
    said: Callable[[FromCentral], Awaitable[None]], left: Callable[[Send], None],
    moved: Callable[[], Awaitable[None]], random: Random, session: OpenSession = open_session,
    is_ours: Callable[[Address], bool] = is_ours,
) -> None:  # fmt: skip
    """Keep the line for ever; ends only by cancellation. `moved` is told once the line is back that this machine lost
    the address which it had, as `is_ours` says."""
    url, voice, backoff = point_url(base_url, point, "line"), Voice("the line for remote sessions"), Backoff(random)
    async with session() as http:
        has_moved = False  # and nobody was told
        while True:
            lost = asyncio.Event()  # the address
            try:
                async with http.ws_connect(
                    url, headers=bearer(token), heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_MOST,
                    timeout=aiohttp.ClientWSTimeout(ws_close=SEND_S),
                ) as line:  # fmt: skip
                    voice.back()
                    backoff.reset()
                    tell, has_moved = moved if has_moved else _stayed, False
                    async with _ending_when_moved(line, is_ours, lost):
                        await _talk(line, came, said, left, tell)
                    voice.lost(ConnectionError("another address" if lost.is_set() else "closed by central"))
            except (aiohttp.ClientError, ConnectionError, TimeoutError) as gone:
                voice.lost(gone)
            has_moved = has_moved or lost.is_set()
            if not lost.is_set():  # the others stay where they are: nobody comes with us
                await asyncio.sleep(backoff.next())


@asynccontextmanager
async def _ending_when_moved(
    line: aiohttp.ClientWebSocketResponse, is_ours: Callable[[Address], bool], lost: asyncio.Event
) -> AsyncIterator[None]:
    """End the line as soon as its address is not this machine's any more: nothing comes back on it."""

    async def watch() -> None:
        address, transport = line.get_extra_info("sockname"), line.get_extra_info("socket")
        if address is None or transport is None:
            return
        await until_moved(address, is_ours)
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


async def _talk(
    line: aiohttp.ClientWebSocketResponse, came: Callable[[Send], Awaitable[None]],
    said: Callable[[FromCentral], Awaitable[None]], left: Callable[[Send], None], moved: Callable[[], Awaitable[None]],
) -> None:  # fmt: skip
    async def send(message: Any) -> None:
        async with asyncio.timeout(SEND_S):
            await line.send_str(msgspec.json.encode(message).decode())

    clock, pace = asyncio.get_running_loop().time, Bucket(LINE_BURST, LINE_EVERY_S)
    await came(send)
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
            await said(heard)
    finally:
        left(send)


def _head(text: str) -> tuple[str, str]:
    """Which message it was to be, and its id; never what it carried: credentials, addresses."""
    try:
        told = msgspec.json.decode(text, type=dict)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "", ""
    return str(told.get("t"))[:40], str(told.get("id", ""))[:80]
