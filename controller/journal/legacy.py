"""What a damaged journal still holds for central: its unbroken events in a file of their own, until central has them.

The rescued point goes on as another journal; without this, events that were never sent would stay on the box.
"""

from pathlib import Path

from controller.journal import salvage, wire
from controller.journal.file import JournalFile
from controller.ports.journal import Stored

NAME, DELIVERED = "undelivered", "delivered"
BY_THE_WAY = (".part", ".new", "-wal", "-journal", "-shm")  # of files being made or open
BATCH = 1000


def keep(find: salvage.Find, start: tuple[int, str], beside: Path) -> Path | None:
    """Write every event that follows on `start` (seq, chain) without a break; None when there is none. Blocking."""
    path = beside.with_name(f"{beside.name}.{NAME}-{find.journal[:8]}")
    if not find.journal or path.exists():
        return None  # kept before a crash of this rescue
    made = path.with_name(path.name + ".part")
    for suffix in ("", "-wal", "-shm"):
        made.with_name(made.name + suffix).unlink(missing_ok=True)
    file = JournalFile(made)
    try:
        file.become(find.journal)
        count = _write(find, start, file)
    finally:
        file.close()
    if not count:
        made.unlink()
        return None
    return made.rename(path)


def waiting(beside: Path) -> list[Path]:
    """Journals of this point that central may not have whole, oldest first."""
    found = [p for p in beside.parent.glob(f"{beside.name}.{NAME}-*") if not p.name.endswith(BY_THE_WAY)]
    return sorted(found, key=lambda path: path.stat().st_mtime)


def done(path: Path) -> None:
    """Central has all of it. Kept, under a name that says so."""
    path.rename(path.with_name(path.name.replace(f".{NAME}-", f".{DELIVERED}-")))


def _write(find: salvage.Find, start: tuple[int, str], file: JournalFile) -> int:
    seq, chain = start
    first, batch, count = seq + 1, list[Stored](), 0
    for readings in find.readings(seq):
        true = [r for r in readings if r.seq == seq + 1 and wire.follows(chain, r.body)]
        if not true:
            break
        seq, chain = true[0].seq, true[0].chain
        batch.append(true[0])
        count += 1
        if len(batch) == BATCH:
            file.append(first, [r.body for r in batch], [], {}, 0)
            first, batch = seq + 1, []
    if batch:
        file.append(first, [r.body for r in batch], [], {}, 0)
    return count
