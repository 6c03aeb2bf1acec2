"""The journal for the loop: every call goes to the one hand that owns the file; waiting readers are woken.

The newest events stay at hand, so that readers who keep up cost the disk nothing.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from controller.journal import wire
from controller.journal.faults import JournalDamaged
from controller.journal.file import Answer, JournalFile, Snapshot
from controller.journal.hand import Hand, OwnThread
from controller.ports.journal import Stored

T = TypeVar("T")
READ_MOST = 1000  # events in one turn of the thread, so that a commit never waits long behind a reader
TAIL = 128  # newest events kept at hand: a reader that keeps up never asks the disk


def suspect(path: Path) -> Path:
    """A file beside the journal that says: something in it was found damaged while it worked."""
    return path.with_name(path.name + ".suspect")


class Journal:
    """One point's journal, open. Implements `ports.journal.JournalReader`; only the ledger appends."""

    def __init__(
        self, point: str, path: Path, *, vfs: str | None = None, hand: Callable[[], Hand] = lambda: OwnThread("journal")
    ) -> None:
        self.point = point
        self._path = path
        self._vfs = vfs
        self._is_open = False
        self._made_hand = hand
        self._hand: Hand
        self._file: JournalFile
        self._tail: list[Stored] = []
        self._changed = asyncio.Event()
        self.seq = 0

    async def open(self) -> None:
        """Open, check, and stand at the end. Raises the JournalFault that says what is wrong."""
        self._hand = self._made_hand()
        try:
            self._file = await self._call(lambda: JournalFile(self._path, vfs=self._vfs))
            try:
                await self._call(self._check)
                self.seq, self.chain = await self._call(self._file.head)
                await self._call(self._file.begin)
            except BaseException:
                await self._call(self._file.leave)
                raise
        except BaseException:
            self._hand.leave()
            raise
        self._is_open = True

    def _check(self) -> None:
        mark = suspect(self._path)
        self._file.check(suspect=mark.exists())
        mark.unlink(missing_ok=True)

    async def __aenter__(self) -> Self:
        """As `open`, unless it is open already."""
        if not self._is_open:
            await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await asyncio.shield(self._call(self._file.close))
        finally:
            self._hand.leave()

    @property
    def journal(self) -> str:
        return self._file.journal

    @property
    def secret(self) -> bytes:
        return self._file.secret

    async def append(
        self, first: int, bodies: list[bytes], answers: list[Answer], cursors: dict[str, int], now_ms: int
    ) -> None:
        """Durable on return, or JournalFault and nothing stored. Readers hear of it by `publish`."""
        await self._call(lambda: self._file.append(first, bodies, answers, cursors, now_ms))

    def publish(self, bodies: list[bytes]) -> None:
        """The ledger has applied these next events, which are durable: wake whoever waits."""
        stored = [Stored(self.seq + 1 + n, body, wire.split(body)[1]) for n, body in enumerate(bodies)]
        self.seq, self.chain = stored[-1].seq, stored[-1].chain
        self._tail += stored
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]
        self._changed.set()
        self._changed = asyncio.Event()

    async def read(self, after: int, limit: int) -> list[Stored]:
        if self._tail and after >= self._tail[0].seq - 1:
            first = after + 1 - self._tail[0].seq
            return self._tail[first : first + limit]
        return await self._call(lambda: self._file.read(after, min(limit, READ_MOST)))

    async def wait(self, after: int) -> int:
        while self.seq <= after:
            await self._changed.wait()
        return self.seq

    async def walk(self, after: int, chain: str, limit: int) -> tuple[int, str]:
        """Prove the next events (JournalFile.walk). Damage is marked: the next start looks at the whole file."""
        try:
            return await self._call(lambda: self._file.walk(after, chain, limit))
        except JournalDamaged:
            await self._call(suspect(self._path).touch)
            raise

    async def answer(self, key: str) -> Answer | None:
        return await self._call(lambda: self._file.answer(key))

    async def answer_keys(self) -> list[str]:
        return await self._call(self._file.answer_keys)

    async def forget_answers(self, before_ms: int) -> list[str]:
        return await self._call(lambda: self._file.forget_answers(before_ms))

    async def cursor(self, name: str) -> int:
        return await self._call(lambda: self._file.cursor(name))

    async def set_cursor(self, name: str, value: int) -> None:
        """A cursor on its own, for what does not come with events."""
        await self._call(lambda: self._file.append(0, [], [], {name: value}, 0))

    async def snapshot(self, kind: str) -> Snapshot | None:
        return await self._call(lambda: self._file.snapshot(kind))

    async def keep_snapshot(self, snapshot: Snapshot) -> None:
        await self._call(lambda: self._file.keep_snapshot(snapshot))

    async def forget_events(self, base: Snapshot) -> int:
        self._tail.clear()
        return await self._call(lambda: self._file.forget_events(base))

    async def checkpoint(self) -> None:
        await self._call(self._file.checkpoint)

    async def adopt(self, secret: bytes) -> None:
        await self._call(lambda: self._file.adopt(secret))

    async def probe(self) -> bool:
        return await self._call(self._file.probe)

    async def _call(self, job: Callable[[], T]) -> T:
        return await self._hand.do(job)
