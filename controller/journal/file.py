"""The journal as a file: one apsw connection, used by one thread only. Blocking; `store.py` gives it its thread.

WAL with `synchronous=FULL`: a commit that returned is on the disk. Exclusive, so that nobody else can write, and so
that the WAL needs no shared memory file.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import msgspec

from controller.journal import wal, wire
from controller.journal.create import create
from controller.journal.faults import JournalDamaged, JournalFault, JournalFull, JournalInUse
from controller.journal.migrate import migrate
from controller.ports.journal import Stored

CHECKPOINT_PAGES = 4000  # of 4 KiB: the WAL is reused below this, never truncated (overwriting is cheaper)
WHOLE = 16 << 20  # bytes: a file up to this is checked whole at each start, a larger one while it works (patrol.py)
WALKED = 2000  # newest events whose chain is walked at each start; `replay` proves the same of all after a snapshot
ONE_EVENT = "INSERT INTO event VALUES (?, ?)"
FULL = (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError)


class Answer(msgspec.Struct, frozen=True):
    """A stored answer to an idempotent request: `request` is the hash of what was asked."""

    key: str
    request: bytes
    status: int
    body: bytes
    at: int  # UTC ms


class Snapshot(msgspec.Struct, frozen=True):
    kind: str  # "base" or "latest"
    seq: int
    chain: str
    shape: str
    state: bytes


class JournalFile:
    """An open journal. `journal` is its id, `secret` what its ticket codes are made with."""

    def __init__(self, path: Path, *, vfs: str | None = None) -> None:
        """Open or create. Raises JournalDamaged, JournalInUse, JournalTooNew, JournalFull."""
        self.path = path
        self._marked = False
        with self._told():
            wal.refuse_remains(path)
            if not path.exists():
                create(path, vfs)
            log_bytes = wal.size(path)
            self._db = apsw.Connection(str(path), vfs=vfs)
            try:
                self._prepare(log_bytes)
                self.journal = self._meta("journal").decode("ascii", "replace")
                self.secret = self._meta("secret")
            except apsw.SQLError as strange:  # what we ask is right: then this file is not
                self.leave()
                raise JournalDamaged(f"{path}: this is no journal ({strange})") from strange
            except BaseException:
                self.leave()
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's troubles, said as the journal's."""
        try:
            yield
        except apsw.BusyError as held:
            raise JournalInUse(f"{self.path}: another process holds this journal") from held
        except (apsw.NotADBError, apsw.CorruptError, wire.NotAnEvent) as bad:
            raise JournalDamaged(f"{self.path}: {bad}") from bad
        except FULL as full:
            raise JournalFull(f"{self.path}: {full}") from full
        except apsw.Error as bad:
            if isinstance(bad.__context__, FULL):  # SQLite has rolled back by itself, and apsw's own rollback says this
                raise JournalFull(f"{self.path}: {bad.__context__}") from bad
            raise JournalFault(f"{self.path}: {type(bad).__name__}: {bad}") from bad

    @contextmanager
    def _commit(self) -> Iterator[None]:
        """One transaction. Not apsw's own `with`: that holds the interpreter, and the loop with it, while the disk
        syncs; `execute` lets go."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite has not rolled back by itself
                self._db.execute("ROLLBACK")
            raise

    def _prepare(self, log_bytes: int) -> None:
        db = self._db
        db.set_busy_timeout(0)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        mode = db.pragma("journal_mode", "wal")  # reads the file, and with that takes the lock for good
        if mode != "wal":  # an I/O error during the switch is swallowed by SQLite: the answer must be looked at
            raise JournalFull(f"{self.path}: the disk refuses write-ahead logging (journal_mode is {mode})")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute("PRAGMA journal_size_limit = -1")
        db.execute("PRAGMA cache_size = -1000")
        frames, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
        wal.refuse_holes(self.path, frames)
        migrate(db)
        if self._runs() and log_bytes <= wal.HEADER:
            raise JournalDamaged(f"{self.path}: its write-ahead log is gone, and with it the newest events")

    def _runs(self) -> bool:
        """Was it open when its last owner went?"""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'runs'").fetchone()
        return row is not None and row[0] == b"\1"

    def begin(self) -> None:
        """Say in the file itself, not only in the log, that from now on the log belongs to it. Only a sound file is
        written to; no room to say so is no room to lose anything either, and `probe` says it later."""
        with suppress(apsw.Error):
            with self._commit():
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('runs', x'01')")
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._marked = True

    def check(self, *, suspect: bool = False) -> None:
        """Raises JournalDamaged when a newer link is broken; of a file that is not large, or `suspect`, also when
        SQLite finds it inconsistent, an event missing or any link broken."""
        whole = suspect or self.path.stat().st_size <= WHOLE
        try:
            if whole:
                self._check_tables()
            newest = self._db.execute("SELECT seq, body FROM event ORDER BY seq DESC LIMIT ?", (WALKED,))
            rows = [(int(seq), body if isinstance(body, bytes) else b"") for seq, body in newest]
        except (apsw.CorruptError, apsw.NotADBError, apsw.IOError) as bad:
            raise JournalDamaged(f"{self.path}: {bad}") from bad
        rows.reverse()
        if rows:
            self._own(*rows[-1])
            self._walk(rows[0][0], _chain(rows[0][1]), rows[1:])
        at, last = (0, wire.GENESIS), (-1, "")
        while whole and at != last:
            at, last = self.walk(*at, WALKED), at

    def _own(self, seq: int, body: bytes) -> None:
        """Does this event bear the journal's id? One under another id would not be told to central any more."""
        if f'"id":"{self.journal}-{seq}"'.encode() not in body:
            raise JournalDamaged(f"{self.path}: event {seq} is not of journal {self.journal!r}")

    def _check_tables(self) -> None:
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchall()[0]
        if found != "ok":
            raise JournalDamaged(f"{self.path}: {' '.join(str(found).split())}")
        span = "SELECT count(*), ifnull(max(seq) - min(seq) + 1, 0), ifnull(max(seq), 0) FROM event"
        count, expected, newest = self._db.execute(span).fetchall()[0]
        if count != expected:
            raise JournalDamaged(f"{self.path}: of the {expected} events up to {newest} only {count} are there")

    def walk(self, after: int, chain: str, limit: int) -> tuple[int, str]:
        """Prove the next `limit` events after the one with `after` and `chain`; gives the last one's, the same at the
        end. Events that retention took meanwhile are passed over. Raises JournalDamaged."""
        with self._told():
            gone = self._db.execute("SELECT seq, chain FROM snapshot WHERE kind = 'base' AND seq > ?", (after,))
            after, chain = next(((int(seq), str(base)) for seq, base in gone), (after, chain))
            found = self._db.execute("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
            rows = [(int(seq), body if isinstance(body, bytes) else b"") for seq, body in found]
        return self._walk(after, chain, rows)

    def _walk(self, before: int, chain: str, rows: list[tuple[int, bytes]]) -> tuple[int, str]:
        for seq, body in rows:
            try:
                sound = seq == before + 1 and wire.follows(chain, body)
            except wire.NotAnEvent:
                sound = False
            if not sound:
                raise JournalDamaged(f"{self.path}: event {seq} does not follow event {before}")
            before, chain = seq, _chain(body)
        return before, chain

    def head(self) -> tuple[int, str]:
        """The newest seq and its chain; (0, GENESIS) for a new journal, the base's for one with nothing left."""
        with self._told():
            row = self._db.execute("SELECT seq, body FROM event ORDER BY seq DESC LIMIT 1").fetchone()
            if row:
                return int(row[0]), wire.split(row[1])[1]
        base = self.snapshot("base")
        return (base.seq, base.chain) if base else (0, wire.GENESIS)

    def append(
        self, first: int, bodies: list[bytes], answers: list[Answer], cursors: dict[str, int], now_ms: int
    ) -> None:
        """One transaction: events from seq `first` on, answers, cursors. Durable on return.

        Raises JournalFull and stores nothing when the disk refuses; any other trouble is JournalFault.
        """
        rows = list(enumerate(bodies, first))
        with self._told():
            if len(rows) == 1 and not answers and not cursors:
                self._db.execute(ONE_EVENT, rows[0])  # one statement is a transaction of its own
                return
            with self._commit():
                self._db.executemany(ONE_EVENT, rows)
                for a in answers:
                    row = (a.key, a.request, a.status, a.body, now_ms)
                    self._db.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", row)
                for cursor in cursors.items():
                    self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", cursor)

    def read(self, after: int, limit: int) -> list[Stored]:
        with self._told():
            rows = self._db.execute("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
            return [Stored(seq, body, wire.split(body)[1]) for seq, body in rows]

    def answer(self, key: str) -> Answer | None:
        with self._told():
            row = self._db.execute("SELECT key, request, status, body, at FROM answer WHERE key = ?", (key,)).fetchone()
        return Answer(*row) if row else None

    def answer_keys(self) -> list[str]:
        with self._told():
            return [key for (key,) in self._db.execute("SELECT key FROM answer")]

    def forget_answers(self, before_ms: int) -> list[str]:
        """Drop answers older than `before_ms`; gives their keys."""
        with self._told(), self._commit():
            keys = [key for (key,) in self._db.execute("SELECT key FROM answer WHERE at < ? LIMIT 5000", (before_ms,))]
            self._db.executemany("DELETE FROM answer WHERE key = ?", [(key,) for key in keys])
        return keys

    def cursor(self, name: str) -> int:
        with self._told():
            row = self._db.execute("SELECT value FROM cursor WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def snapshot(self, kind: str) -> Snapshot | None:
        with self._told():
            row = self._db.execute("SELECT * FROM snapshot WHERE kind = ?", (kind,)).fetchone()
        return Snapshot(*row) if row else None

    def keep_snapshot(self, snapshot: Snapshot) -> None:
        with self._told(), self._commit():
            self._keep(snapshot)

    def _keep(self, snapshot: Snapshot) -> None:
        self._db.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?)", msgspec.structs.astuple(snapshot))

    def forget_events(self, base: Snapshot, limit: int = 5000) -> int:
        """Retention: `base` becomes the start of replay and events up to its seq go; gives how many went now."""
        with self._told(), self._commit():
            self._keep(base)
            self._db.execute(
                "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE seq <= ? ORDER BY seq LIMIT ?)",
                (base.seq, limit),
            )
            gone = int(self._db.changes())
        return gone

    def checkpoint(self) -> None:
        """Move what the log holds into the file: while nobody waits, so that no ticket's commit has to."""
        with self._told():
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def probe(self) -> bool:
        """Is there room to write again?"""
        try:
            with self._commit():
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('probe', randomblob(65536))")
            with self._commit():
                self._db.execute("DELETE FROM meta WHERE key = 'probe'")
            if not self._marked:
                self.begin()
        except apsw.Error:
            return False
        return True

    def adopt(self, secret: bytes) -> None:
        """Take over the secret of the journal that this one continues: papers that are out keep their codes."""
        with self._told(), self._commit():
            self._db.execute("UPDATE meta SET value = ? WHERE key = 'secret'", (secret,))
        self.secret = secret

    def become(self, journal: str) -> None:
        """Bear the id of the journal whose readable events this one will hold."""
        with self._told(), self._commit():
            self._db.execute("UPDATE meta SET value = ? WHERE key = 'journal'", (journal.encode(),))
        self.journal = journal

    def close(self) -> None:
        """Let go; the log is moved into the file and deleted, unless there is no room to say that it may be missing."""
        try:
            with self._commit():
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('runs', x'00')")
        except apsw.Error:
            self.leave()
        else:
            with suppress(apsw.Error):  # what could not be moved stays in the log
                self._db.close()

    def leave(self) -> None:
        """Let go and touch nothing."""
        with suppress(apsw.Error):
            self._db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        self._db.close()

    def _meta(self, key: str) -> bytes:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None or not isinstance(row[0], bytes):
            raise JournalDamaged(f"{self.path}: it does not say its {key} any more")
        return row[0]


def _chain(body: bytes) -> str:
    try:
        return wire.split(body)[1]
    except wire.NotAnEvent:
        return ""
