"""The events of all points in SQLite: each once, in order, byte for byte, with the head of every journal.

The head is what the table holds without a gap, counted again at each start: after a loss at central the boxes
send the missing part once more, and what is there already is compared, never overwritten.
"""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw
import msgspec

from controller.central.disk import Disk
from controller.central.sink import Batch, Head, Received, Taken
from controller.journal.wire import GENESIS, follows, split


class Kept(msgspec.Struct, frozen=True):
    """A stored event, where it stands in central's own order of arrival."""

    arrival: int
    point: str
    journal: str
    seq: int
    body: bytes
    quarantined: str | None


class PointRow(msgspec.Struct, frozen=True):
    """What is stored of a point: `journal`, `seq`, `chain` and `last_event_at` of its newest journal; `gaps`
    (numbers missing between 1 and the greatest) and `quarantined` over all its journals."""

    id: str
    journal: str
    seq: int
    chain: str
    last_event_at: str | None
    contact_ms: int
    gaps: int
    quarantined: int
    fork: bool
    journals: int


def _one(connection: apsw.Connection, sql: str, *values: object) -> Any:
    """The only row of a query, its only column bare, or None."""
    return connection.execute(sql, values).get


class Store:
    """An `EventSink` on one SQLite file. An async context manager: it holds the file alone."""

    def __init__(self, path: Path, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._counted: dict[int, tuple[int, int]] = {}  # journal -> (greatest seq, rows up to it); the disk's thread
        self.disk = Disk(path, self._opened)

    async def __aenter__(self) -> "Store":
        """Raises InUse, StorageFull."""
        await self.disk.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disk.__aexit__()

    async def head(self, point: str, journal: str | None) -> Head:
        def job(connection: apsw.Connection) -> Head:
            row = _journal(connection, point, journal)
            return Head(row[1], row[2], row[3]) if row else Head(journal or "")

        return await self.disk.read(job)

    async def take(self, batch: Batch) -> Taken:
        return await self.disk.write(lambda connection: self._take(connection, batch))

    async def events(self, point: str, journal: str | None, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` stored events with seq > after, in order."""

        def job(connection: apsw.Connection) -> list[tuple[int, bytes]]:
            row = _journal(connection, point, journal)
            sql = "select seq, body from events where journal = ? and seq > ? order by seq limit ?"
            return list(connection.execute(sql, (row[0], after, limit))) if row else []

        return await self.disk.read(job)

    async def journals(self, point: str | None) -> list[tuple[str, str]]:
        """(point, journal) of everything that is stored of a point, or of all for None; oldest first."""
        sql = "select point, journal from journals where ?1 is null or point = ?1 order by id"
        return await self.disk.read(lambda connection: list(connection.execute(sql, (point,))))

    async def understood(self, point: str, journal: str, after: int, limit: int) -> list[bytes]:
        """As `events`, without those in quarantine."""
        sql = """select body from events where journal = (select id from journals where point = ? and journal = ?)
                 and seq > ? and quarantined is null order by seq limit ?"""
        rows = await self.disk.read(lambda connection: list(connection.execute(sql, (point, journal, after, limit))))
        return [body for (body,) in rows]

    async def newest(self, limit: int) -> list[Kept]:
        """The last `limit` events of all points, oldest first."""
        sql = """select e.rowid, j.point, j.journal, e.seq, e.body, e.quarantined
                 from events e join journals j on j.id = e.journal order by e.rowid desc limit ?"""
        rows = await self.disk.read(lambda connection: list(connection.execute(sql, (limit,))))
        return [Kept(*row) for row in reversed(rows)]

    async def points(self) -> list[PointRow]:
        """One row per point, by id."""
        return await self.disk.read(self._points)

    def _opened(self, connection: apsw.Connection) -> None:
        connection.execute(files("controller.central").joinpath("schema.sql").read_text())
        self._counted.clear()
        for journal, seq in list(connection.execute("select id, seq from journals")):
            whole = _contiguous(connection, journal)
            if whole != seq:
                chain = _chain(connection, journal, whole)
                connection.execute("update journals set seq = ?, chain = ? where id = ?", (whole, chain, journal))

    def _take(self, connection: apsw.Connection, batch: Batch) -> Taken:
        row = _journal(connection, batch.point, batch.journal)
        if row is None and not (batch.events and batch.events[0].seq == 1):
            return Taken(Head(batch.journal))
        key, _, seq, chain = row or _new_journal(connection, batch, self._now_ms())
        stored: list[Received] = []
        fork: int | None = None
        for event in batch.events:
            if event.seq > seq + 1:
                break  # a gap: the box will be told the head
            if event.seq <= seq:
                if _body(connection, key, event.seq) != event.body:
                    fork = event.seq
                    break
            elif not follows(chain, event.body) or not _put(connection, key, event):
                fork = event.seq
                break
            else:
                seq, chain = event.seq, split(event.body)[1]
                stored.append(event)
        taken = Taken(Head(batch.journal, seq, chain), tuple(stored), fork)
        self._mark(connection, key, taken)
        return taken

    def _mark(self, connection: apsw.Connection, key: int, taken: Taken) -> None:
        if taken.stored:
            time = next((event.time for event in reversed(taken.stored) if event.time), None)
            connection.execute(
                """update journals set seq = ?, chain = ?, last_event_at = coalesce(?, last_event_at), contact_ms = ?
                   where id = ?""",
                (taken.head.seq, taken.head.chain, time, self._now_ms(), key),
            )
            if taken.stored[0].seq <= self._counted.get(key, (0, 0))[0]:
                del self._counted[key]  # a hole was filled: count anew
        if taken.fork is not None:
            connection.execute("update journals set fork = ? where id = ? and fork is null", (taken.fork, key))

    def _points(self, connection: apsw.Connection) -> list[PointRow]:
        sql = """select id, point, journal, seq, chain, last_event_at, contact_ms, fork is not null,
                        (select count(*) from events e where e.journal = j.id and e.quarantined is not null)
                 from journals j order by point, id"""
        rows: dict[str, PointRow] = {}
        for key, point, journal, seq, chain, last, contact, fork, quarantined in list(connection.execute(sql)):
            old = rows.get(point)
            rows[point] = PointRow(
                id=point, journal=journal, seq=seq, chain=chain, last_event_at=last, contact_ms=contact,
                gaps=self._gaps(connection, key) + (old.gaps if old else 0),
                quarantined=quarantined + (old.quarantined if old else 0),
                fork=bool(fork) or (old is not None and old.fork),
                journals=1 + (old.journals if old else 0),
            )  # fmt: skip
        return list(rows.values())

    def _gaps(self, connection: apsw.Connection, key: int) -> int:
        """Numbers missing between 1 and the greatest stored. Rows counted before are not counted again: no other
        process can touch the file, and nothing here deletes."""
        top, rows = self._counted.get(key, (0, 0))
        sql = "select coalesce(max(seq), ?), count(*) from events where journal = ? and seq > ?"
        greatest, more = _one(connection, sql, top, key, top)
        self._counted[key] = (greatest, rows + more)
        return int(greatest - rows - more)


def _journal(connection: apsw.Connection, point: str, journal: str | None) -> tuple[int, str, int, str] | None:
    """id, name, seq and chain of a journal; of the newest for None."""
    where = "point = ?1 and journal = ?2" if journal is not None else "point = ?1 and ?2 is null"
    sql = f"select id, journal, seq, chain from journals where {where} order by id desc limit 1"  # noqa: S608  why: constants
    row: tuple[int, str, int, str] | None = _one(connection, sql, point, journal)
    return row


def _new_journal(connection: apsw.Connection, batch: Batch, now_ms: int) -> tuple[int, str, int, str]:
    sql = "insert into journals (point, journal, chain, contact_ms) values (?, ?, ?, ?)"
    connection.execute(sql, (batch.point, batch.journal, GENESIS, now_ms))
    return connection.last_insert_rowid(), batch.journal, 0, GENESIS


def _put(connection: apsw.Connection, key: int, event: Received) -> bool:
    """Store an event; False if another one stands in its place already (past a hole that is being filled)."""
    sql = "insert into events (journal, seq, body, quarantined) values (?, ?, ?, ?) on conflict do nothing"
    connection.execute(sql, (key, event.seq, event.body, event.quarantined))
    return connection.changes() == 1 or _body(connection, key, event.seq) == event.body


def _body(connection: apsw.Connection, key: int, seq: int) -> bytes | None:
    body: bytes | None = _one(connection, "select body from events where journal = ? and seq = ?", key, seq)
    return body


def _chain(connection: apsw.Connection, key: int, seq: int) -> str:
    body = _body(connection, key, seq)
    return split(body)[1] if body is not None else GENESIS


def _contiguous(connection: apsw.Connection, key: int) -> int:
    """The greatest seq up to which nothing is missing."""
    count, greatest = _one(connection, "select count(*), coalesce(max(seq), 0) from events where journal = ?", key)
    if count == greatest:
        return int(greatest)
    sql = """select min(n) from (select 1 as n union all select seq + 1 from events where journal = ?1)
             where not exists (select 1 from events where journal = ?1 and seq = n)"""
    return int(_one(connection, sql, key)) - 1
