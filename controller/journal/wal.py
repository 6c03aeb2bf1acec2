"""What SQLite passes over in silence: a write-ahead log that is gone, zeroed, or broken in its middle.

SQLite reads a log up to the first frame that is not sound and takes the rest for never written. After a power cut
that is right for the one commit that was in hand, and wrong for commits that were acknowledged. Format: sqlite.org's
"Database File Format", section 4.
"""

import os
import struct
from contextlib import suppress
from pathlib import Path

from controller.journal.faults import JournalDamaged

HEADER, FRAME = 32, 24  # bytes
MAGIC = (0x377F0682, 0x377F0683)
IN_HAND = 1  # commits that a power cut may have left behind a hole: the one that was being written


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def size(path: Path) -> int:
    """Bytes of the log of the database at `path`, 0 when there is none."""
    log = log_of(path)
    return log.stat().st_size if log.exists() else 0


def refuse_remains(path: Path) -> None:
    """Before SQLite sees the file: a log without its database would be deleted, an empty file taken for a new one."""
    if path.exists() and not path.stat().st_size:
        raise JournalDamaged(f"{path}: the file is there and empty")
    if not path.exists() and size(path):
        raise JournalDamaged(f"{path}: the file is gone, its write-ahead log is still there")


def refuse_holes(path: Path, frames: int) -> None:
    """`frames`: how many of the log SQLite has taken for sound. Whole commits behind them mean a hole; the one that was
    in hand is wiped out, lest it be counted beside the next one that a power cut leaves."""
    if size(path) <= HEADER:
        return
    with log_of(path).open("rb") as log:
        magic, _, page, _, salts = struct.unpack(">IIII8s", log.read(24))
        if magic not in MAGIC:
            raise JournalDamaged(f"{path}: its write-ahead log does not begin like one")
        behind, at = list[int](), HEADER + frames * (FRAME + page)
        while log.seek(at) == at and len(head := log.read(FRAME)) == FRAME:
            _, commit, salt = struct.unpack(">II8s8x", head)
            behind += [at] if commit and salt == salts else []
            at += FRAME + page
    if len(behind) > IN_HAND:
        raise JournalDamaged(
            f"{path}: its write-ahead log is broken before {len(behind)} commits that were acknowledged"
        )
    with suppress(OSError):  # a disk that refuses says so at the next commit
        _wipe(log_of(path), behind)


def _wipe(log: Path, frames: list[int]) -> None:
    """Durably forget that these frames, by their offsets, ended a commit; the log keeps its length."""
    if frames:
        with log.open("r+b") as file:
            for at in frames:
                os.pwrite(file.fileno(), bytes(FRAME), at)
            os.fsync(file.fileno())
