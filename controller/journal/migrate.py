"""The schema of the journal file, step by step; each step is one transaction and the version rises with it."""

from pathlib import Path

import apsw

from controller.journal.faults import JournalTooNew

SCHEMA = Path(__file__).parent / "schema"


def steps() -> list[tuple[int, str]]:
    """Every migration: its number and its SQL, oldest first."""
    return sorted((int(path.name[:3]), path.read_text(encoding="utf-8")) for path in SCHEMA.glob("[0-9]*.sql"))


def migrate(db: apsw.Connection) -> int:
    """Bring the file to the newest version; gives it. Raises JournalTooNew for a file from the future."""
    version = int(db.pragma("user_version"))
    newest = steps()[-1][0]
    if version > newest:
        raise JournalTooNew(f"the journal has schema {version}; this program knows {newest}: install the newer Luukku")
    for number, sql in steps():
        if number > version:
            with db:
                db.execute(sql)
                db.execute(f"PRAGMA user_version = {number}")
    return newest
