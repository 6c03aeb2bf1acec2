"""The line to central's broker: one WebSocket, always opened by the box, for sessions and signals."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import aiohttp
import msgspec
import structlog

from controller.ports.booth import FromCentral
from controller.ports.signalling import MESSAGE_MOST
from controller.uplink.line import Backoff, OpenSession, Voice, bearer, open_session, point_url

HEARTBEAT_S = 3.0  # a broker that does not answer a ping within half of this is gone: a dead path is found in time
SEND_S = 5.0

Send = Callable[[Any], Awaitable[None]]
log = structlog.get_logger("broker")
_read = msgspec.json.Decoder(FromCentral).decode


async def run_signals(
    base_url: str, token: str, point: str, *, came: Callable[[Send], Awaitable[None]],
    said: Callable[[FromCentral], Awaitable[None]], left: Callable[[Send], None], random: Random,
    session: OpenSession = open_session,
) -> None:  # fmt: skip
    """Keep the line for ever; ends only by cancellation."""
    url, voice, backoff = point_url(base_url, point, "line"), Voice("the line for remote sessions"), Backoff(random)
    async with session() as http:
        while True:
            try:
                async with http.ws_connect(
                    url, headers=bearer(token), heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_MOST,
                    timeout=aiohttp.ClientWSTimeout(ws_close=SEND_S),
                ) as line:  # fmt: skip
                    voice.back()
                    backoff.reset()
                    await _talk(line, came, said, left)
                    voice.lost(ConnectionError("closed by central"))
            except (aiohttp.ClientError, ConnectionError, TimeoutError) as gone:
                voice.lost(gone)
            await asyncio.sleep(backoff.next())


async def _talk(
    line: aiohttp.ClientWebSocketResponse, came: Callable[[Send], Awaitable[None]],
    said: Callable[[FromCentral], Awaitable[None]], left: Callable[[Send], None],
) -> None:  # fmt: skip
    async def send(message: Any) -> None:
        async with asyncio.timeout(SEND_S):
            await line.send_str(msgspec.json.encode(message).decode())

    await came(send)
    try:
        async for message in line:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                heard = _read(message.data)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as odd:
                log.warning("central said what we do not know", why=str(odd)[:200], t=_kind(message.data))
                continue  # a newer central says more than we know; or it refused what we said
            await said(heard)
    finally:
        left(send)


def _kind(text: str) -> str:
    """Which message it was to be; never what it carried: credentials, addresses."""
    try:
        return str(msgspec.json.decode(text, type=dict).get("t"))[:40]
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
