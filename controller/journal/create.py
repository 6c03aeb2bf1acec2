"""A new journal takes its name only when it is whole: an empty or half-made file under that name is always damage,
never a first start that lost its power.
"""

import os
import secrets
from contextlib import closing
from pathlib import Path

import apsw

from controller.journal.migrate import migrate


def create(path: Path, vfs: str | None) -> None:
    """Make an empty journal at `path` with an id and a secret of its own, durably. Raises
    apsw.BusyError when another process is making it or has, apsw.IOError and its kin when the disk refuses."""
    made = path.with_name(path.name + ".new")  # SQLite mends what an earlier start may have left of it
    with closing(apsw.Connection(str(made), vfs=vfs)) as db:
        db.set_busy_timeout(0)
        db.execute("BEGIN IMMEDIATE")  # takes the lock
        if path.exists():
            raise apsw.BusyError("another process has just made it")
        migrate(db)
        rows = [("journal", secrets.token_hex(16).encode()), ("secret", secrets.token_bytes(32))]
        db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", rows)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")
    try:
        sync_folder(path.parent)
        os.replace(made, path)
        sync_folder(path.parent)
    except FileNotFoundError as gone:
        raise apsw.BusyError("another process has just made it") from gone
    except OSError as refused:
        raise apsw.IOError(str(refused)) from refused


def sync_folder(folder: Path) -> None:
    """Make new, changed and lost names durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
