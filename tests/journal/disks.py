"""Disks that refuse: a real one that is really full, and one whose n-th write or sync fails."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

SMALL = 3 << 20  # bytes


class TmpfsDisk:
    """A small file system of its own, filled to the last byte by ballast."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leave: int = 0) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue
            file.truncate(max(0, file.tell() - leave))

    def free(self) -> None:
        self._ballast.unlink()

    def read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True, capture_output=True)


class LimitedDisk:
    """Where nothing may be mounted: no file of this process may grow beyond what the journal's log has now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, leave: int = 0) -> None:
        longest = max((path.stat().st_size for path in self.folder.iterdir()), default=0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest + leave, self._before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)

    def read_only(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, self._before[1]))


@contextmanager
def small_disk(folder: Path) -> Iterator[TmpfsDisk | LimitedDisk]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "luukku-test", str(folder)], check=False, capture_output=True
    )
    disk = LimitedDisk(folder) if mounted.returncode else TmpfsDisk(folder)
    try:
        yield disk
    finally:
        if isinstance(disk, LimitedDisk):
            disk.free()
        else:
            subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)


class FailingDisk(apsw.VFS):
    """The usual disk, but the `at`-th write, sync or truncation fails, and `last` of them in a row."""

    def __init__(self, name: str, error: type[apsw.Error], at: int, last: int) -> None:
        self.name, self._error, self._at, self._last = name, error, at, last
        self.count = 0
        super().__init__(name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)

    def done(self) -> None:
        """One more operation that changes the disk; raises when it is one that fails."""
        self.count += 1
        if self._at <= self.count < self._at + self._last:
            raise self._error(f"operation {self.count} fails")


class _File(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.done()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.done()
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:
        self._disk.done()
        super().xTruncate(newsize)
