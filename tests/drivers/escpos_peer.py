"""A tiny printer for one test: it answers over real TCP as it is told to, and keeps what it was sent.

Not the virtual printer: that one lives in `drivers.sim`. This one can be worse than any printer may be.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CUT, COUNT, CLEAR, ASB = b"\x1dVB\x00", b"\x1dg2\x00\xb2\x00", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x1da\xff"


class Peer:
    """What it knows and will do; change it while it runs."""

    def __init__(self) -> None:
        self.cuts = 7
        self.answers = True
        self.answers_marks = True
        self.answers_counts = True
        self.owes = b""
        self.reads = True
        self.hangs_up_at: bytes | None = None
        self.asb = b"\x10\x00\x00\x00"
        self.realtime = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
        self.one_by_one = False
        self.got = bytearray()
        self.connections = 0
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def say(self, data: bytes) -> None:
        """Send something unasked, to whoever is connected."""
        for writer in self._writers:
            for piece in [data[at : at + 1] for at in range(len(data))] if self.one_by_one else [data]:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)

    async def flood(self, data: bytes) -> None:
        """Say it to whoever is connected, again and again, for ever."""
        while True:
            for writer in tuple(self._writers):
                with suppress(ConnectionError):
                    writer.write(data)
                    await writer.drain()
            await asyncio.sleep(0.001)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            with suppress(ConnectionError):
                await self._talk(reader)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader) -> None:
        pending = b""
        while True:
            if not self.reads:
                await asyncio.sleep(0.02)
                continue
            data = await reader.read(4096)
            if not data:
                return
            self.got += data
            if self.hangs_up_at is not None and self.hangs_up_at in pending + data:
                self.hang_up()
                return
            pending = await self._obey(pending + data)

    async def _obey(self, data: bytes) -> bytes:
        """Act on the orders in `data`; gives back what may be the beginning of one."""
        at = 0
        while at < len(data):
            rest = data[at:]
            if rest[:1] in (b"\x10", b"\x1d") and len(rest) < 11 and not self._whole(rest):
                return rest
            at += await self._one(rest)
        return b""

    def _whole(self, rest: bytes) -> bool:
        sizes = {b"\x10\x04": 3, b"\x10\x05": 3, b"\x10\x14": 10, b"\x1dg": 6, b"\x1d(": 11, b"\x1da": 3, b"\x1dr": 3}
        return len(rest) >= 2 and len(rest) >= sizes.get(rest[:2], 4)

    async def _one(self, rest: bytes) -> int:
        if rest.startswith(CUT):
            self.cuts += 1
            return len(CUT)
        if rest.startswith(CLEAR):
            return await self._answer(b"\x37\x25\x00", len(CLEAR))
        if rest.startswith(COUNT):
            answer = b"\x5f%d\x00" % self.cuts if self.answers_counts else b""
            owed, self.owes = self.owes, b""
            return await self._answer(owed + answer, len(COUNT))
        if rest.startswith(b"\x1d(H"):
            return await self._answer(b"\x37\x22" + rest[7:11] + b"\x00" if self.answers_marks else b"", 11)
        if rest.startswith(ASB):
            return await self._answer(self.asb, len(ASB))
        if rest.startswith(b"\x1dr"):
            return await self._answer(b"\x00", 3)
        if rest.startswith(b"\x10\x04"):
            return await self._answer(bytes((self.realtime[rest[2]],)), 3)
        return 1

    async def _answer(self, data: bytes, size: int) -> int:
        if self.answers and data:
            await self.say(data)
        return size


@asynccontextmanager
async def listening(peer: Peer, port: int = 0) -> AsyncIterator[Peer]:
    """The peer on a port of its own (kept in `peer.port`)."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(task) if (task := asyncio.current_task()) else None
        await peer.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        peer.reads = True
        peer.hang_up()
        await asyncio.gather(*tasks)
        await server.wait_closed()
