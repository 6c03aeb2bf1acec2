"""A way to a server that can die without a word: what goes over it then is swallowed, and no end is told so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK = 65536


class Way:
    """`url`: where a page finds the server. `die`: every connection there is carries nothing any more, for ever, and
    stays open; those that come later are carried, as by a network that is back with another address."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._living: set[asyncio.StreamWriter] = set()
        self._all: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    def die(self) -> None:
        self._living.clear()

    @asynccontextmanager
    async def carrying(self) -> AsyncIterator["Way"]:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for writer in self._all:
                writer.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._all |= {writer, far_writer}
        self._living |= {writer, far_writer}
        for one, other in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._carry(one, other))
            self._tasks.add(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # an end is gone: the other is told, unless the way is dead
            while octets := await reader.read(CHUNK):
                if writer in self._living:
                    writer.write(octets)
                    await writer.drain()
        if writer in self._living:
            writer.close()
