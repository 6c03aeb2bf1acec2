"""The machine that is measured on: what it is, and who else used it meanwhile."""

import ctypes
import os
import platform
import time
from pathlib import Path
from statistics import median

import apsw

STRANGERS_MOST = 0.15  # of all processors; the kernel's own work for our disk writes is a few hundredths
STOLEN_MOST = 0.02
QUEUED_MOST = 0.25  # browsers on two processors wait a little for each other also on a quiet machine
SPREAD_MOST = 2.0  # the floor does the same each round: more than this and the disk or the machine did not
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE = 4096
SYNCS = 25
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def described(folder: Path) -> dict[str, str]:
    """Processor, memory, kernel, Python, SQLite, and the disk that `folder` is on."""
    return {
        "processor": _first("/proc/cpuinfo", "model name"),
        "processors": str(os.cpu_count()),
        "memory": f"{int(_first('/proc/meminfo', 'MemTotal').split()[0]) // 1024} MiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "disk": f"{_filesystem(folder)}, 4 KiB overwritten and synced in {1000 * sync_s(folder):.2f} ms",
    }


def sync_s(folder: Path) -> float:
    """Median seconds of overwriting 4 KiB in place and fdatasync."""
    path, found = folder / "sync", []
    with path.open("wb", buffering=0) as file:
        file.write(bytes(PAGE))
        os.fsync(file.fileno())
        for _ in range(SYNCS):
            began = time.perf_counter()
            os.pwrite(file.fileno(), os.urandom(PAGE), 0)
            os.fdatasync(file.fileno())
            found.append(time.perf_counter() - began)
    path.unlink()
    return median(found)


def keep_orphans() -> None:
    """Let what a child of ours started, and left behind, still be ours: else a browser's parts would be strangers."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


class Watch:
    """`with Watch() as watch: ...; watch.why(spread)`: was the machine ours alone while that ran?"""

    def __enter__(self) -> "Watch":
        self._began = _use()
        return self

    def __exit__(self, *_: object) -> None:
        before, after = self._began, _use()
        wall = max(TICK_S, after.wall - before.wall) * (os.cpu_count() or 1)
        self.own_s = after.family - before.family
        self.strangers = max(0.0, after.busy - before.busy - self.own_s) / wall
        self.stolen = (after.stolen - before.stolen) / wall

    def why(self, spread: float) -> list[str]:
        """What makes the figures unfit for judging; empty on a quiet machine."""
        found = []
        if self.strangers > STRANGERS_MOST:
            found.append(f"other programs took {self.strangers:.0%} of the processors (at most {STRANGERS_MOST:.0%})")
        if self.stolen > STOLEN_MOST:
            found.append(f"the hypervisor took {self.stolen:.0%} of the processors (at most {STOLEN_MOST:.0%})")
        if spread > SPREAD_MOST:
            found.append(f"the floor's own rounds differ {spread:.1f} times (at most {SPREAD_MOST:.1f})")
        return found


class Queue:
    """`look` now and then: of the time in which our processes wanted to run, `share` is how much they stood in line for
    a processor (proc(5), schedstat). What is timed meanwhile is the machine's, not the program's."""

    def __init__(self) -> None:
        self._ran = self._stood = 0
        self._known: dict[str, tuple[int, int]] = {}

    @property
    def share(self) -> float:
        return round(self._stood / max(1, self._ran + self._stood), 3)

    def look(self) -> None:
        """Threads that are new or gone since the last look count for nothing."""
        now = _scheduled(os.getpid())
        for task in now.keys() & self._known.keys():
            self._ran += now[task][0] - self._known[task][0]
            self._stood += now[task][1] - self._known[task][1]
        self._known = now

    def why(self) -> list[str]:
        """Empty when they ran nearly whenever they wanted to."""
        if self.share <= QUEUED_MOST:
            return []
        return [f"our processes stood in line for {self.share:.0%} of their time (at most {QUEUED_MOST:.0%})"]


class _Use:
    """Seconds of processor time: of everybody, of this process and all it started, and taken by the hypervisor."""

    def __init__(self, wall: float, busy: float, family: float, stolen: float) -> None:
        self.wall, self.busy, self.family, self.stolen = wall, busy, family, stolen


def _use() -> _Use:
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, _, _, stolen = (int(word) for word in file.readline().split()[1:9])
    return _Use(time.monotonic(), (user + nice + system) * TICK_S, family_cpu_s(os.getpid()), stolen * TICK_S)


def family_cpu_s(root: int) -> float:
    """Processor seconds of a process and of everything below it, ended children included."""
    spent = _spent_by_family(root)
    return sum(spent.values()) * TICK_S


def _scheduled(root: int) -> dict[str, tuple[int, int]]:
    """Nanoseconds run and stood in line, of each thread of the family."""
    found = {}
    for pid in _spent_by_family(root):
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                ran, stood, _ = path.read_text().split()
            except OSError:
                continue
            found[str(path)] = (int(ran), int(stood))
    return found


def _spent_by_family(root: int) -> dict[int, int]:
    """Ticks of each process of the family."""
    parent, spent = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        pid = int(path.parent.name)
        parent[pid], spent[pid] = int(words[1]), sum(map(int, words[11:15]))
    family, grew = {root}, True
    while grew:
        more = {pid for pid, above in parent.items() if above in family} - family
        family, grew = family | more, bool(more)
    return {pid: spent[pid] for pid in family if pid in spent}


def _first(file: str, key: str) -> str:
    """The first value of `key` in a file of `key : value` lines."""
    for line in Path(file).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"


def _filesystem(folder: Path) -> str:
    """The type of the file system that holds `folder`: the longest mount point above it."""
    found = ("", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split(" ")
        if folder.resolve().is_relative_to(mount) and len(mount) >= len(found[0]):
            found = (mount, kind)
    return found[1]
