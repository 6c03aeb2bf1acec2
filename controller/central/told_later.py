"""DIR/told_later.json: what ended sessions at points that are away. It must outlive central, for the expert was told
that it will be told.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog

from controller.central.auth import write_private
from controller.central.shapes import PointOrder
from controller.central.standing import Pending

AGAIN_S = 5.0  # a disk that takes nothing is tried again

log = structlog.get_logger()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is kept; the members of `Pending`."""

    point: str
    order: PointOrder
    by: str | None
    page_id: str
    since_s: float


def load(path: Path) -> list[Pending]:
    """Nothing without the file. One that cannot be read is put aside: it keeps nobody from being served. Raises
    OSError."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=tuple[Kept, ...])
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError as wrong:
        aside = path.replace(path.with_suffix(".damaged"))
        log.error("what points were to be told later cannot be read", file=str(aside), why=str(wrong))
        return []
    return [Pending(one.point, one.order, one.since_s, one.by, one.page_id, one.since_s) for one in kept]


class Keeper:
    """Writes what is to be kept whenever it has changed: `look` at any time, `run` is its task."""

    def __init__(self, path: Path, had: Iterable[Pending]) -> None:
        self._path = path
        self._written = self._wanted = _text(had)
        self._news = asyncio.Event()

    def look(self, pending: Iterable[Pending]) -> None:
        wanted = _text(pending)
        if wanted != self._wanted:
            self._wanted = wanted
            self._news.set()

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self.write()
            if self._wanted != self._written:
                await asyncio.sleep(AGAIN_S)
                self._news.set()

    async def write(self) -> None:
        """What is wanted now is on the disk, or the log says why not: `run` tries again."""
        if (wanted := self._wanted) == self._written:
            return
        try:
            await asyncio.to_thread(write_private, self._path, wanted)
        except OSError as no:
            log.error("what points are to be told later could not be kept", why=str(no))
        else:
            self._written = wanted


def _text(pending: Iterable[Pending]) -> str:
    kept = [Kept(point=p.point, order=p.order, by=p.by, page_id=p.page_id, since_s=p.since_s) for p in pending]
    return msgspec.json.encode(kept).decode()
