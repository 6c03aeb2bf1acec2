"""Everything readable out of a damaged journal: through SQLite where it can, else by the look of the bytes.

An event is found by how it begins and ends, wherever it lies in the file or its log; the chain says which of several
readings of one sequence number is true. Nothing in the damaged files is changed.
"""

import io
import itertools
import mmap
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import apsw
import msgspec

from controller.journal import wal, wire
from controller.journal.file import Snapshot
from controller.ports.journal import Stored

BEGIN = re.compile(rb'\{"specversion":"1\.0","id":"')
END = re.compile(rb',"chain":"[0-9a-f]{64}"\}')
SNAPSHOT = tuple[str, int, str, str, bytes]
ID = re.compile("[0-9a-f]{32}")  # of a journal
LONGEST = 65_536  # bytes of one event
GREATEST = 2**63 - 1  # whole number that SQLite holds
SECRET = re.compile(rb"\x03\x19\x4csecret(.{32})", re.DOTALL)  # a row of `meta` as SQLite writes it: text 6, blob 32


class Find:
    """What was found: events in a private file of their own (a year of them need not fit into memory), and the rest."""

    def __init__(self) -> None:
        self._events = apsw.Connection("")  # SQLite's temporary file, gone when closed
        self._events.execute("CREATE TABLE found (seq INTEGER, body BLOB, PRIMARY KEY (seq, body)) WITHOUT ROWID")
        self.journal = ""
        self.secret = b""
        self.snapshots: list[Snapshot] = []
        self.cut_off = 0  # bytes that the file once had and has no more

    def close(self) -> None:
        self._events.close()

    def add(self, bodies: Iterator[object]) -> None:
        """Whatever of these is an event; a damaged page gives anything."""
        with self._events, suppress(apsw.Error):  # a page that cannot be read ends this reading; others follow
            for body in bodies:
                with suppress(wire.NotAnEvent, ValueError):
                    if isinstance(body, bytes):
                        self._events.execute("INSERT OR IGNORE INTO found VALUES (?, ?)", (_seq(body), body))

    def last_journal(self) -> str:
        """The id that most of the newest events bear, for one may be damaged itself; "" when there is none."""
        newest = self._events.execute("SELECT body FROM found ORDER BY seq DESC LIMIT 100")
        borne = Counter(id_ for (body,) in newest if ID.fullmatch(id_ := wire.read(body).id.rpartition("-")[0]))
        return borne.most_common(1)[0][0] if borne else ""

    def readings(self, after: int) -> Iterator[list[Stored]]:
        """From `after` on, in order: all readings of each sequence number that was found."""
        same: list[Stored] = []
        rows = self._events.execute("SELECT seq, body FROM found WHERE seq > ? ORDER BY seq", (after,))
        for seq, body in rows:
            if same and same[0].seq != seq:
                yield same
                same = []
            same.append(Stored(seq, body, wire.split(body)[1]))
        if same:
            yield same


def search(path: Path) -> Find:
    """Everything readable at `path` and in its log. Blocking; the caller closes what it gets."""
    find = Find()
    for file in (path, wal.log_of(path)):
        _carve(file, find)
    with suppress(apsw.Error), _as_it_is(path) as db:
        for order in ("", " DESC"):  # from both ends towards the damage
            find.add(body for (body,) in db.execute(f"SELECT body FROM event ORDER BY seq{order}"))  # noqa: S608  # why: two fixed texts
        for kind in ("base", "latest"):
            with suppress(apsw.Error, msgspec.MsgspecError):
                row = db.execute("SELECT * FROM snapshot WHERE kind = ?", (kind,)).fetchone()
                find.snapshots += [Snapshot(*msgspec.convert(row, SNAPSHOT))] if row else []
        with suppress(apsw.Error):
            find.secret = _meta(db, "secret") or find.secret
            id_ = _meta(db, "journal").decode("ascii", "replace")
            find.journal = id_ if ID.fullmatch(id_) else ""
    find.journal = find.last_journal() or find.journal
    find.cut_off = _cut_off(path)
    return find


@contextmanager
def _as_it_is(path: Path) -> Iterator[apsw.Connection]:
    """The damaged database with its log, open without a byte being changed when it is closed."""
    if not path.exists() or not path.stat().st_size:  # SQLite would delete the log of an empty file
        raise apsw.CantOpenError(str(path))
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)) as db:
        db.set_busy_timeout(0)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        yield db


def _cut_off(path: Path) -> int:
    """What the file's own header says of its size, against its size (SQLite's file format, section 1.3)."""
    with path.open("rb") if path.exists() else io.BytesIO() as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return 0
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    return max(0, page * pages - path.stat().st_size)


def _meta(db: apsw.Connection, key: str) -> bytes:
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row and isinstance(row[0], bytes) else b""


def _carve(file: Path, find: Find) -> None:
    if not file.exists() or not file.stat().st_size:
        return
    with file.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        find.add(_bodies(data))
        secret = SECRET.search(data)
        if secret is not None:
            find.secret = secret[1]


def _bodies(data: mmap.mmap) -> Iterator[bytes]:
    edges = [*(begin.start() for begin in BEGIN.finditer(data)), len(data)]
    for start, following in itertools.pairwise(edges):
        end = END.search(data, start, min(following, start + LONGEST))
        if end is not None:
            yield data[start : end.end()]


def _seq(body: bytes) -> int:
    """Raises NotAnEvent or ValueError for what is none: one bit of a digit makes a number that nothing can hold."""
    wire.split(body)
    envelope = wire.read(body)
    seq, mono = int(envelope.sequence), int(envelope.mono)
    if not (0 < seq <= GREATEST and 0 <= mono <= GREATEST):
        raise wire.NotAnEvent(f"sequence {seq}, mono {mono}")
    return seq
