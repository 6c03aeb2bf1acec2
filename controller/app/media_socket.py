"""The door of the media process: DIR/media.sock, a JSON document a line (docs/remote-service.md)."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import structlog

from controller.domain.pace import Bucket
from controller.ports.booth import FromMedia
from controller.ports.signalling import LINE_BURST, LINE_EVERY_S, MESSAGE_MOST
from controller.readers.booth import Booths

SEND_S = 5.0
NAME = "media.sock"

log = structlog.get_logger("media")
_read = msgspec.json.Decoder(FromMedia).decode


@asynccontextmanager
async def open_media_door(booths: Booths, data: Path) -> AsyncIterator[None]:
    """Take the media process whenever it comes; the newest counts. What makes no sense is logged, not heard."""
    path = data / NAME
    busy: set[asyncio.Task[None]] = set()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _talk(booths, reader, writer)
        except (ConnectionError, TimeoutError):
            pass  # it is gone; it comes back by itself
        finally:
            writer.close()

    def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(hear(reader, writer))  # ours: asyncio 3.11 logs its own as an error when cancelled
        busy.add(task)
        task.add_done_callback(busy.discard)

    await asyncio.to_thread(path.unlink, missing_ok=True)
    server = await asyncio.start_unix_server(came, path, limit=MESSAGE_MOST)
    await asyncio.to_thread(os.chmod, path, 0o660)
    try:
        yield
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _talk(booths: Booths, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async def send(message: Any) -> None:
        writer.write(msgspec.json.encode(message) + b"\n")
        async with asyncio.timeout(SEND_S):
            await writer.drain()

    clock, pace, complaints = asyncio.get_running_loop().time, Bucket(LINE_BURST, LINE_EVERY_S), Bucket(20, 10.0)
    await booths.media_came(send)
    log.info("the media process is here")
    try:
        while line := await _line(reader):
            await asyncio.sleep(pace.owe(clock()))
            try:
                heard = _read(line)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as bad:
                if not complaints.take(clock()):
                    log.warning("the media process said what cannot be read", why=str(bad)[:200])
                continue
            await booths.media_said(heard)
    finally:
        booths.media_left(send)
        log.warning("the media process is gone")


async def _line(reader: asyncio.StreamReader) -> bytes:
    """b"" at the end, or when a line is longer than any message."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return b""
    except asyncio.LimitOverrunError:
        log.error("the media process said more than a message may have", most=MESSAGE_MOST)
        return b""
