"""A process of the point that freezes holds up nobody: its line is let go, and what was said to it is not kept."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from controller.app import unix_lines
from controller.app.unix_lines import line_of, listening

MORE = "x" * 60_000
MOST = 2_000_000


async def test_who_takes_nothing_is_let_go_and_may_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unix_lines, "SEND_S", 0.3)
    sends: list[Callable[[Any], Awaitable[None]]] = []
    ended = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, send: Callable[[Any], Awaitable[None]]) -> None:
        sends.append(send)
        await send("hello")
        while await line_of(reader):
            pass
        ended.set()

    path = tmp_path / "media.sock"
    async with listening(path, talk, most=MOST):
        reader, writer = await asyncio.open_unix_connection(path, limit=1000)  # takes that much, then no more
        assert await reader.readuntil(b"\n") == b'"hello"\n'
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                while True:
                    await sends[0](MORE)
        async with asyncio.timeout(60):
            await ended.wait()
        with pytest.raises(ConnectionError):
            await sends[0]("at once")
        writer.close()
        again, writer = await asyncio.open_unix_connection(path)
        assert await again.readuntil(b"\n") == b'"hello"\n'
        writer.close()
