"""The line of a booth's page, or of a counter's whose advisor is supported: signals of the talk leg, what the page
reports and is told (docs/remote-service.md).
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from aiohttp import WSMsgType, web

from controller.domain.pace import Bucket
from controller.ports.booth import Exchange, FromCounter, FromPage, counter_place
from controller.ports.signalling import MESSAGE_MOST
from controller.web.auth import Credential
from controller.web.problems import Problem
from controller.web.site import SITE, Site

REPLACED = 4409
CLOSE_S = 2.0
SEND_S = 5.0  # a page that cannot take a message within this is gone
BURST, EVERY_S = 400, 0.01  # messages of one page; candidates come in bursts of some dozens

log = structlog.get_logger("booth")
_of_booth = msgspec.json.Decoder(FromPage).decode
_of_counter = msgspec.json.Decoder(FromCounter).decode
_Read = Callable[[str], FromPage]


async def line(request: web.Request, who: Credential) -> web.StreamResponse:
    """Until the page goes, or another page of the booth comes (4409). What cannot be read is answered with a reason,
    and changes nothing."""
    site, booth = request.app[SITE], request.match_info["id"]
    if site.config.booth(booth) is None or site.exchange is None:
        raise Problem("not-found", f"there is no booth {booth[:40]!r} in use at this point")
    if who.id != booth:
        raise Problem("forbidden", f"this sign-in is not booth {booth[:40]}")
    return await _serve(request, site, site.exchange, booth, _of_booth)


async def counter_line(request: web.Request, who: Credential) -> web.StreamResponse:
    """The same for a counter: only what an advisor who is supported can mean is read."""
    site, counter = request.app[SITE], request.match_info["id"]
    if site.config.counter(counter) is None or site.exchange is None:
        raise Problem("not-found", f"counter {counter[:40]!r} of this point can have no support")
    return await _serve(request, site, site.exchange, counter_place(counter), _of_counter)


async def _serve(request: web.Request, site: Site, exchange: Exchange, place: str, read: _Read) -> web.StreamResponse:
    page = web.WebSocketResponse(max_msg_size=MESSAGE_MOST, heartbeat=10, compress=False, timeout=CLOSE_S)
    await page.prepare(request)
    newest = site.line_pages
    if (older := newest.get(place)) is not None:
        older.set()
    newest[place] = replaced = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(_close_when(page, replaced))
            await _listen(page, exchange, place, read)
            watch.cancel()
    finally:
        if newest.get(place) is replaced:
            del newest[place]
    return page


async def _close_when(page: web.WebSocketResponse, replaced: asyncio.Event) -> None:
    """Two pages of one place would fight for its session: the one that came last has it."""
    await replaced.wait()
    await page.close(code=REPLACED, message=b"this line is open on another page")


async def _listen(page: web.WebSocketResponse, exchange: Exchange, place: str, read: _Read) -> None:
    async def send(message: Any) -> None:
        async with asyncio.timeout(SEND_S):
            await page.send_str(msgspec.json.encode(message).decode())

    bucket = Bucket(BURST, EVERY_S)
    exchange.page_came(place, send)
    try:
        async for message in page:
            if message.type is not WSMsgType.TEXT:
                continue
            if bucket.take(asyncio.get_running_loop().time()):
                log.warning("a page says too much", place=place)
                await page.close(code=1008, message=b"too many messages")
                break
            try:
                said = read(message.data)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as bad:
                await send({"t": "refused", "why": str(bad)[:300]})
                continue
            await exchange.page_said(place, said)
    except (ConnectionError, TimeoutError):
        pass  # the page is gone; it will come back by itself
    finally:
        exchange.page_left(place, send)
