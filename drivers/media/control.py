"""The media process's side of DIR/media.sock: a line that is opened again for ever, JSON documents a line, bounds
on both ways. What comes that is malformed or oversized is refused with a line in the log, and ends nothing.
"""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from typing import Protocol

import msgspec
import structlog

from controller.ports.media import FromMedia, Hello, ToMedia, read_to_media, write
from controller.ports.signalling import MESSAGE_MOST
from drivers.links.link import Backoff

WAITS = Backoff(0.1, 5.0)  # a socket on this machine: the daemon is back within seconds, or it is away
UNSENT_MOST = 1 << 20  # bytes that a frozen daemon did not take: the line is let go
READ_BYTES = 65_536
SAID_MOST = 200  # characters of an error in the log; of what came, never a word: it may be anybody's

log = structlog.get_logger("media")


class Lines:
    """Cuts a stream of bytes into lines; one longer than `most` is counted, thrown away and ended by its newline."""

    def __init__(self, most: int = MESSAGE_MOST) -> None:
        self._most = most
        self._held = bytearray()
        self._skips = False
        self.oversized = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The whole lines that are there now, without their newline; empty ones are left out."""
        *ended, rest = data.split(b"\n")
        lines = [line for piece in ended if (line := self._end(piece))]
        self._add(rest)
        return lines

    def _end(self, piece: bytes) -> bytes:
        self._add(piece)
        line, skipped = bytes(self._held), self._skips
        self._held.clear()
        self._skips = False
        return b"" if skipped else line

    def _add(self, piece: bytes) -> None:
        if self._skips:
            return
        self._held += piece
        if len(self._held) > self._most:
            self._held.clear()
            self._skips = True
            self.oversized += 1


class House(Protocol):
    """Who hears what the point says. None of these may raise or take long."""

    def opened(self) -> None:
        """A line is there, `hello` was said on it."""

    def heard(self, message: ToMedia) -> None: ...

    def lost(self) -> None:
        """The line is gone; it is being opened again."""


class Control:
    """The line to the point. `run` keeps it until it is cancelled; `say` is for now or never: what is said while
    there is no line is gone (pictures of the whole come again, signals are said again by their `Wire`)."""

    def __init__(self, path: Path, hello: Hello, random: Random, waits: Backoff = WAITS) -> None:
        self._path, self._hello, self._random, self._waits = path, hello, random, waits
        self._writer: asyncio.StreamWriter | None = None
        self.refused: Counter[str] = Counter()

    def say(self, message: FromMedia) -> None:
        writer = self._writer
        if writer is None:
            return
        writer.write(write(message) + b"\n")
        if writer.transport.get_write_buffer_size() > UNSENT_MOST:
            log.warning("media_line_stuck", unsent=writer.transport.get_write_buffer_size())
            self._drop()

    async def run(self, house: House) -> None:
        attempt = 0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path)
            except OSError as error:
                if not attempt:
                    log.info("media_line_waits", socket=str(self._path), why=error.strerror or type(error).__name__)
                await asyncio.sleep(self._waits.wait_s(attempt, self._random))
                attempt += 1
                continue
            spoke = await self._hold(reader, writer, house)
            attempt = 0 if spoke else attempt + 1  # somebody is there who only hangs up
            await asyncio.sleep(self._waits.wait_s(attempt, self._random))

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, house: House) -> bool:
        """One line until it ends; whether the point spoke on it."""
        self._writer = writer
        self.say(self._hello)
        house.opened()
        log.info("media_line_open", socket=str(self._path))
        lines, spoke = Lines(), False
        try:
            while data := await reader.read(READ_BYTES):
                spoke = True
                self._read(lines, data, house)
        except OSError as error:
            log.info("media_line_broke", why=error.strerror or type(error).__name__)
        finally:
            self._drop()
            house.lost()
        return spoke

    def _read(self, lines: Lines, data: bytes, house: House) -> None:
        oversized = lines.oversized
        for line in lines.feed(data):
            try:
                message = read_to_media(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                self._refuse("malformed", str(error)[:SAID_MOST], len(line))
            else:
                house.heard(message)
        if lines.oversized > oversized:
            self._refuse("oversized", f"more than {MESSAGE_MOST} bytes", MESSAGE_MOST)

    def _refuse(self, what: str, why: str, size: int) -> None:
        """The 1st, 2nd, 4th, 8th, ... is told: nobody fills the disk."""
        self.refused[what] += 1
        count = self.refused[what]
        if count & (count - 1) == 0:
            log.warning("media_refused", what=what, why=why, bytes=size, refused=count)

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None
