"""The box's disk, and the journal on it, at whose every append the box may crash: real files under SQLite that never
wait for a sync, can be full, and can die in the middle of a commit.

Syncs cost nothing here because only processes die, no machine loses power: what the system took stays (power cuts are
`tests/powercut`).
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import apsw

from controller.app.simulate.loop import FOR_EVER_S
from controller.journal.faults import JournalFault, JournalFull
from controller.journal.file import Answer
from controller.journal.hand import LoopsOwn
from controller.journal.store import Journal

T = TypeVar("T")
NEVER = 1 << 60  # writes


class Instant(Enum):
    """When the box dies, seen from one append."""

    BEFORE = "before"  # nothing of it is written
    DURING = "during"  # some of it is written, the commit is not
    AFTER = "after"  # it is durable, and nobody has heard of it


class Disk(apsw.VFS):
    """One mounted disk, known to SQLite by `name`; `close` takes it away."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.full = False
        self.writes_left = NEVER
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> "File":
        return File(self, name, flags)

    def may_write(self) -> None:
        """Raises what SQLite makes of a disk that is dead or full."""
        if self.writes_left <= 0:
            raise apsw.IOError("the disk is dead")
        self.writes_left -= 1
        if self.full:
            raise apsw.FullError("the disk is full")

    def revive(self) -> None:
        """The box that starts next finds a disk that works."""
        self.writes_left = NEVER


class File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.may_write()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        """What is written stays written."""


class SimulatedJournal(Journal):
    """The real journal. `fate` is asked before each append whether the box dies at it; `die` ends the box; `seen` is
    called when something is durable and applied."""

    def __init__(
        self, point: str, path: Path, disk: Disk, *, fate: Callable[[], tuple[Instant, int] | None],
        die: Callable[[Instant, int], None], seen: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(point, path, vfs=disk.name, hand=LoopsOwn)
        self.durable = 0
        self.dead = False
        self._disk = disk
        self._fate, self._die, self._seen = fate, die, seen

    async def open_as(self, journal: str, secret: bytes) -> None:
        """Open; a new one gets this id and this secret, so that the same seed gives the same bytes."""
        await self.open()
        if not self.seq:
            self._file.become(journal)
            self._file.adopt(secret)
        self.durable = self.seq

    async def append(
        self, first: int, bodies: list[bytes], answers: list[Answer], cursors: dict[str, int], now_ms: int
    ) -> None:
        fate = self._fate() if bodies else None
        if fate is not None and fate[0] is not Instant.AFTER:
            if fate[0] is Instant.DURING:
                self._disk.writes_left = fate[1]
                try:
                    await super().append(first, bodies, answers, cursors, now_ms)
                except JournalFault:
                    pass
                else:  # the whole commit fitted into the writes that were left
                    fate = (Instant.AFTER, fate[1])
            await self._end(fate[0], len(bodies))
        await super().append(first, bodies, answers, cursors, now_ms)
        self.durable += len(bodies)
        if fate is not None:
            await self._end(Instant.AFTER, len(bodies))

    async def _end(self, instant: Instant, events: int) -> None:
        """The box is gone; whoever waits here is never answered."""
        self.kill()
        self._die(instant, events)
        await asyncio.sleep(FOR_EVER_S)

    def publish(self, bodies: list[bytes]) -> None:
        super().publish(bodies)
        self._seen()

    def stored(self, after: int) -> list[bytes]:
        """The exact bytes that the file holds after `after`."""
        bodies: list[bytes] = []
        while batch := self._file.read(after + len(bodies), 1000):
            bodies += [one.body for one in batch]
        return bodies

    def kill(self) -> None:
        """As SIGKILL: the file stays as it is, and nobody reaches it any more."""
        if not self.dead:
            self.dead = True
            self._disk.writes_left = 0
            self._file.leave()

    async def _call(self, job: Callable[[], T]) -> T:
        if self.dead:
            raise JournalFull("this box is dead")
        return await super()._call(job)
