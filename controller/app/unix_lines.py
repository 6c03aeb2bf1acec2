"""Sockets of this machine at which other processes of the point speak, a JSON document a line."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import structlog

SEND_S = 2.0  # who takes nothing for so long is frozen: it is let go, and comes again when it thaws

log = structlog.get_logger("lines")

Talk = Callable[[asyncio.StreamReader, Callable[[Any], Awaitable[None]]], Awaitable[None]]
"""Hears one line of `lines_of` until its end; the callable says a message. May raise ConnectionError, TimeoutError."""


@asynccontextmanager
async def listening(path: Path, talk: Talk, *, most: int) -> AsyncIterator[None]:
    """Whoever is of the socket's group may come. `most`: bytes of one line."""
    busy: set[asyncio.Task[None]] = set()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def send(message: Any) -> None:
            if writer.is_closing():
                raise ConnectionResetError("the line is closed")
            writer.write(msgspec.json.encode(message) + b"\n")
            try:
                async with asyncio.timeout(SEND_S):
                    await writer.drain()
            except TimeoutError:
                log.warning("a process of this point takes nothing any more", socket=path.name)
                writer.transport.abort()  # others would wait in line behind what is said to it
                raise

        try:
            await talk(reader, send)
        except (ConnectionError, TimeoutError):
            pass  # it is gone; it comes back by itself
        finally:
            writer.close()

    def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(hear(reader, writer))  # ours: asyncio 3.11 logs its own as an error when cancelled
        busy.add(task)
        task.add_done_callback(busy.discard)

    await asyncio.to_thread(path.unlink, missing_ok=True)
    server = await asyncio.start_unix_server(came, path, limit=most)
    await asyncio.to_thread(os.chmod, path, 0o660)
    try:
        yield
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def line_of(reader: asyncio.StreamReader) -> bytes:
    """b"" at the end, or when a line is longer than any message."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return b""
    except asyncio.LimitOverrunError:
        log.error("a process of this point said more than a message may have")
        return b""
