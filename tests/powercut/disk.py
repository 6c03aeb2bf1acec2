"""Writes down everything that changes a folder on the disk: SQLite's part by a VFS around the real one, Python's part
(renames, deletions, directory syncs) by a wrapper around `os`. What is written down is done as well.

`test_model_truth.py` holds this record against the kernel's own.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import apsw
import msgspec

SYNCS_ITS_FOLDER = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
NAME = "recording"


class Write(msgspec.Struct, frozen=True):
    file: int
    offset: int
    data: bytes


class Truncate(msgspec.Struct, frozen=True):
    file: int
    size: int


class Sync(msgspec.Struct, frozen=True):
    """Data and size of one file."""

    file: int


class Create(msgspec.Struct, frozen=True):
    name: str
    file: int


class Delete(msgspec.Struct, frozen=True):
    name: str


class Rename(msgspec.Struct, frozen=True):
    old: str
    new: str


class SyncFolder(msgspec.Struct, frozen=True):
    """Every name in the folder."""


Op = Write | Truncate | Sync | Create | Delete | Rename | SyncFolder


class Record:
    """What was in the folder at the start, and every operation since. A file is a number, so that it can change its
    name: those of the start come first, in the order of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        self.ops: list[Op] = []
        self._names = {name: number for number, name in enumerate(self.start)}
        self._files = len(self.start)

    def here(self, path: str) -> str | None:
        """The name of a file of this folder; None for any other."""
        folder, name = os.path.split(path)
        return name if folder == str(self.folder) else None

    def file(self, name: str) -> int:
        """The number of the file that bears this name now, a new one if none does."""
        if name not in self._names:
            self._names[name] = self._files
            self._files += 1
            self.ops.append(Create(name, self._names[name]))
        return self._names[name]

    def delete(self, name: str) -> None:
        del self._names[name]
        self.ops.append(Delete(name))

    def rename(self, old: str, new: str) -> None:
        self._names[new] = self._names.pop(old)
        self.ops.append(Rename(old, new))


@contextmanager
def recording(folder: Path) -> Iterator[Record]:
    """Everything that happens in `folder` is written down; every SQLite connection opened here goes through it."""
    record = Record(folder)
    disk = _Disk(record)
    try:
        with _python_calls(record):
            yield record
    finally:
        disk.unregister()


@contextmanager
def unrecorded(folder: Path) -> Iterator[Record]:
    """The same, with nothing in between and nothing written down."""
    yield Record(folder)


Recording = Callable[[Path], AbstractContextManager[Record]]


class _Disk(apsw.VFS):
    """The real disk, made the default."""

    def __init__(self, record: Record) -> None:
        self._record, self._real = record, apsw.vfs_names()[0]
        super().__init__(NAME, self._real, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        here = self._record.here(path) if path else None
        existed = path is not None and os.path.exists(path)
        opened = _File(self._record, self._real, name, flags)
        if here is not None and (existed or os.path.exists(str(path))):
            opened.follow(
                self._record.file(here), bool(flags[0] & SYNCS_ITS_FOLDER and flags[0] & apsw.SQLITE_OPEN_CREATE)
            )
        return opened

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        here = self._record.here(filename)
        if here is not None:
            self._record.delete(here)
            if syncdir:
                self._record.ops.append(SyncFolder())


class _File(apsw.VFSFile):
    """A file of the folder, or any other, of which nothing is written down."""

    def __init__(self, record: Record, real: str, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._record = record
        self._file: int | None = None
        self._syncs_folder = False
        super().__init__(real, name, flags)

    def follow(self, file: int, syncs_folder: bool) -> None:
        """`syncs_folder`: the first sync of a log is one of its folder too (SQLite's os_unix.c, UNIXFILE_DIRSYNC)."""
        self._file, self._syncs_folder = file, syncs_folder

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        if self._file is not None:
            self._record.ops.append(Write(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        if self._file is not None:
            self._record.ops.append(Truncate(self._file, newsize))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        if self._file is not None:
            self._record.ops.append(Sync(self._file))
            if self._syncs_folder:
                self._record.ops.append(SyncFolder())
                self._syncs_folder = False


@contextmanager
def _python_calls(record: Record) -> Iterator[None]:
    """What the journal asks of `os` itself or by `pathlib`: names, a frame wiped out of a log, syncs."""
    real = {name: getattr(os, name) for name in ("rename", "replace", "unlink", "pwrite", "fsync")}

    def renamed(call: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
        def rename(old: Path, new: Path) -> None:
            call(old, new)
            names = record.here(str(old)), record.here(str(new))
            if names[0] is not None and names[1] is not None:
                record.rename(names[0], names[1])

        return rename

    def unlink(path: Path) -> None:
        real["unlink"](path)
        if (here := record.here(str(path))) is not None:
            record.delete(here)

    def pwrite(fd: int, data: bytes, offset: int) -> int:
        written = int(real["pwrite"](fd, data, offset))
        if (here := record.here(_path(fd))) is not None:
            record.ops.append(Write(record.file(here), offset, data[:written]))
        return written

    def fsync(fd: int) -> None:
        real["fsync"](fd)
        path = _path(fd)
        if path == str(record.folder):
            record.ops.append(SyncFolder())
        elif (here := record.here(path)) is not None:
            record.ops.append(Sync(record.file(here)))

    watched = {
        "rename": renamed(real["rename"]), "replace": renamed(real["replace"]), "unlink": unlink, "pwrite": pwrite,
        "fsync": fsync,
    }  # fmt: skip
    try:
        for name, call in watched.items():
            setattr(os, name, call)
        yield
    finally:
        for name, call in real.items():
            setattr(os, name, call)


def _path(fd: int) -> str:
    return os.readlink(f"/proc/self/fd/{fd}")
