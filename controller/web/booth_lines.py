"""The line of a booth's page: signals of the talk leg, what the page reports and is told (docs/remote-service.md)."""

import asyncio
from typing import Any

import msgspec
import structlog
from aiohttp import WSMsgType, web

from controller.domain.pace import Bucket
from controller.ports.booth import Exchange, FromPage
from controller.ports.signalling import MESSAGE_MOST
from controller.web.auth import Credential
from controller.web.problems import Problem
from controller.web.site import SITE

REPLACED = 4409
CLOSE_S = 2.0
SEND_S = 5.0  # a page that cannot take a message within this is gone
BURST, EVERY_S = 400, 0.01  # messages of one page; candidates come in bursts of some dozens

log = structlog.get_logger("booth")
_read = msgspec.json.Decoder(FromPage).decode


async def line(request: web.Request, who: Credential) -> web.StreamResponse:
    """Until the page goes, or another page of the booth comes (4409). What cannot be read is answered with a reason,
    and changes nothing."""
    site, booth = request.app[SITE], request.match_info["id"]
    if site.config.booth(booth) is None or site.exchange is None:
        raise Problem("not-found", f"there is no booth {booth[:40]!r} in use at this point")
    if who.id != booth:
        raise Problem("forbidden", f"this sign-in is not booth {booth[:40]}")
    page = web.WebSocketResponse(max_msg_size=MESSAGE_MOST, heartbeat=10, compress=False, timeout=CLOSE_S)
    await page.prepare(request)
    newest = site.booth_pages
    if (older := newest.get(booth)) is not None:
        older.set()
    newest[booth] = replaced = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(_close_when(page, replaced))
            await _listen(page, site.exchange, booth)
            watch.cancel()
    finally:
        if newest.get(booth) is replaced:
            del newest[booth]
    return page


async def _close_when(page: web.WebSocketResponse, replaced: asyncio.Event) -> None:
    """Two pages of one booth would fight for its session: the one that came last has it."""
    await replaced.wait()
    await page.close(code=REPLACED, message=b"this booth is open on another page")


async def _listen(page: web.WebSocketResponse, exchange: Exchange, booth: str) -> None:
    async def send(message: Any) -> None:
        async with asyncio.timeout(SEND_S):
            await page.send_str(msgspec.json.encode(message).decode())

    bucket = Bucket(BURST, EVERY_S)
    exchange.page_came(booth, send)
    try:
        async for message in page:
            if message.type is not WSMsgType.TEXT:
                continue
            if bucket.take(asyncio.get_running_loop().time()):
                log.warning("a booth's page says too much", booth=booth)
                await page.close(code=1008, message=b"too many messages")
                break
            try:
                said = _read(message.data)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as bad:
                await send({"t": "refused", "why": str(bad)[:300]})
                continue
            await exchange.page_said(booth, said)
    except (ConnectionError, TimeoutError):
        pass  # the page is gone; it will come back by itself
    finally:
        exchange.page_left(booth, send)
