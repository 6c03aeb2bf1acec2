"""A bad line, as a process: an HTTP proxy that cuts, delays, truncates, loses answers and says things twice.

    main([PORT, TARGET_PORT, SEED, BADNESS])     BADNESS: the share of requests to which something happens, 0 to 1

What happens to the n-th request is drawn from the seed. A request that was already answered may be sent once more, now
or much later: whoever is at the far end has to bear it.
"""

import asyncio
import enum
import re
from collections import Counter
from collections.abc import Sequence
from random import Random

HOST = "127.0.0.1"
LONGEST_S = 0.3
KEPT = 20  # answered requests that may come again
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
OURS = re.compile(rb"\r\n(?:host|connection):[^\r]*", re.IGNORECASE)
CHANGES = (b"POST ", b"PUT ", b"DELETE ")


class Bad(enum.Enum):
    """What a line can do to a request and its answer."""

    SLOW = enum.auto()
    CUT_REQUEST = enum.auto()  # the far end gets the beginning of it
    LOST_ANSWER = enum.auto()  # done, but nobody hears of it
    CUT_ANSWER = enum.auto()
    TWICE = enum.auto()  # the same again, at once
    LATE = enum.auto()  # an old one again, after newer ones


class Line:
    """One target and everything that was done to what was said to it."""

    def __init__(self, target: int, seed: int, badness: float) -> None:
        self._target, self._random, self._badness = target, Random(seed), badness
        self._kept: list[bytes] = []
        self.counts: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of one connection; its answer ends it."""
        try:
            writer.write(await self._relayed(await _request(reader, self._target)))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # one end is gone: so is the line
        finally:
            writer.close()

    async def _relayed(self, request: bytes) -> bytes:
        """What whoever asked gets of the answer."""
        bad = self._random.choice(list(Bad)) if self._random.random() < self._badness else None
        share = self._random.random()
        self.counts[bad.name if bad else "sound"] += 1
        if bad is Bad.SLOW:
            await asyncio.sleep(share * LONGEST_S)
        if bad is Bad.CUT_REQUEST:
            await _asked(self._target, request[: int(len(request) * share)], whole=False)
            return b""
        answer = await _asked(self._target, request)
        await self._again(request, bad)
        if bad is Bad.LOST_ANSWER:
            return b""
        return answer[: int(len(answer) * share)] if bad is Bad.CUT_ANSWER else answer

    async def _again(self, request: bytes, bad: Bad | None) -> None:
        if not request.startswith(CHANGES):
            return
        if bad is Bad.TWICE:
            await _asked(self._target, request)
        if bad is Bad.LATE and self._kept:
            await _asked(self._target, self._random.choice(self._kept))
        self._kept = [*self._kept[1 - KEPT :], request]


async def _request(reader: asyncio.StreamReader, target: int) -> bytes:
    """One whole request, addressed to the target, its connection for it alone."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    ours = f"\r\nHost: {HOST}:{target}\r\nConnection: close\r\n\r\n".encode()
    return OURS.sub(b"", head[: -len(b"\r\n\r\n")]) + ours + body


async def _asked(target: int, request: bytes, *, whole: bool = True) -> bytes:
    """The answer, to its end. Raises OSError where there is nobody."""
    reader, writer = await asyncio.open_connection(HOST, target)
    try:
        writer.write(request)
        await writer.drain()
        return await reader.read(-1) if whole else b""
    finally:
        writer.close()


async def _serve(port: int, target: int, seed: int, badness: float) -> None:
    line = Line(target, seed, badness)
    async with await asyncio.start_server(line.serve, HOST, port):
        while True:
            await asyncio.sleep(1.0)
            print(dict(line.counts), flush=True)


def main(words: Sequence[str]) -> int:
    port, target, seed, badness = words
    asyncio.run(_serve(int(port), int(target), int(seed), float(badness)))
    return 0
