"""The door of the media process: DIR/media.sock (docs/remote-service.md)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from controller.app.unix_lines import line_of, listening
from controller.domain.pace import Bucket
from controller.ports.booth import Send
from controller.ports.media import read_from_media
from controller.ports.signalling import LINE_BURST, LINE_EVERY_S, MESSAGE_MOST
from controller.readers.booth import Booths

NAME = "media.sock"

log = structlog.get_logger("media")


@asynccontextmanager
async def open_media_door(booths: Booths, data: Path) -> AsyncIterator[None]:
    """Take the media process whenever it comes; the newest counts. What makes no sense is logged, not heard."""

    async def talk(reader: asyncio.StreamReader, send: Send) -> None:
        await booths.media_came(send)
        log.info("the media process is here")
        try:
            await _hear(booths, reader)
        finally:
            booths.media_left(send)
            log.warning("the media process is gone")

    async with listening(data / NAME, talk, most=MESSAGE_MOST):
        yield


async def _hear(booths: Booths, reader: asyncio.StreamReader) -> None:
    clock, pace, complaints = asyncio.get_running_loop().time, Bucket(LINE_BURST, LINE_EVERY_S), Bucket(20, 10.0)
    while line := await line_of(reader):
        await asyncio.sleep(pace.owe(clock()))
        try:
            heard = read_from_media(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as bad:
            if not complaints.take(clock()):
                log.warning("the media process said what cannot be read", why=str(bad)[:200])
            continue
        await booths.media_said(heard)
