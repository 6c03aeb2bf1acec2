"""The system calls by which a program changes its files, as `strace` sees them: counted, killed at, made to fail.

`strace` counts `when=N` for each call in each thread by itself. That is a position in the program's life only where one
thread alone makes that call on these files, and `counted` says so: the journal and central's store have one writer.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

CHANGES = (
    "openat", "write", "writev", "pwrite64", "pwritev", "ftruncate", "fsync", "fdatasync", "unlink", "unlinkat",
    "rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat", "chmod", "fchmod", "fallocate",
)  # fmt: skip
LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
SQLITE = ("", "-wal", "-journal", "-shm")  # a database and what it has beside it
MAKING = ("", ".new", ".part", ".rescued")  # a journal's names before it has its own


class Call(NamedTuple):
    """The `n`-th (from 1) call of this name in a program's life."""

    name: str
    n: int
    text: str

    def __str__(self) -> str:
        return f"{self.name} {self.n}"


def database(path: Path) -> list[Path]:
    """All names that a journal or a store may have at `path`, and the folder that holds them."""
    return [path.parent, *(path.with_name(path.name + made + part) for made in MAKING for part in SQLITE)]


def watching(files: Iterable[Path], log: Path, *faults: str) -> list[str]:
    """Options of strace: every state-changing call on these files into `log`, with these faults."""
    named = [word for file in files for word in ("-P", str(file))]
    return ["-f", "-qq", "-o", str(log), "-e", f"trace={','.join(CHANGES)}", *named, *_injected(faults)]


def watching_sends(log: Path, *faults: str) -> list[str]:
    """The same for whatever leaves the program: answers, events to central, bytes to the printer."""
    return ["-f", "-qq", "-o", str(log), "-e", "trace=sendto", *_injected(faults)]


def kill(call: Call) -> str:
    """`kill -9` in place of this call."""
    return f"{call.name}:signal=SIGKILL:when={call.n}"


def fail(call: Call, error: str, times: int = 1) -> str:
    """This call and the next of its name do nothing but fail, so many in a row."""
    return f"{call.name}:error={error}:when={call.n}..{call.n + times - 1}"


def counted(log: Path) -> list[Call]:
    """The changes of files in a life, in order."""
    found = [(thread, call) for thread, call in _calls(log) if call.name != "openat" or "O_CREAT" in call.text]
    writers = {name: {thread for thread, call in found if call.name == name} for name in CHANGES}
    shared = {name for name, threads in writers.items() if len(threads) > 1}
    assert not shared, f"{shared}: more than one thread changes these files"
    return [call for _, call in found]


def sends(log: Path) -> list[Call]:
    """The sends of a life's busiest thread, its loop. strace comes to the n-th first in whatever thread sends so often
    first; the others only wake the loop up."""
    found = list(_calls(log))
    (busiest, _), *_ = Counter(thread for thread, _ in found).most_common(1)
    return [call for thread, call in found if thread == busiest]


def fatal(log: Path) -> bool:
    """Was the life killed, as it was meant to be?"""
    return "+++ killed by SIGKILL +++" in log.read_text(errors="replace")


def struck(log: Path) -> bool:
    """Did a call fail because it was made to?"""
    return "(INJECTED" in log.read_text(errors="replace")


def spread(calls: Sequence[Call], most: int, seed: int) -> list[Call]:
    """At most so many of these, from the whole of the life: one of each stretch, which one by the seed."""
    step = max(1.0, len(calls) / most)
    return [calls[int(n * step) + seed % max(1, int(step))] for n in range(min(most, len(calls)))]


def _calls(log: Path) -> Iterator[tuple[str, Call]]:
    """Each call and its thread, numbered as strace does."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        if said := LINE.match(line):  # else it is the second half of a call that another came into, or a signal
            thread, name, text = said.groups()
            counts[thread, name] += 1
            yield thread, Call(name, counts[thread, name], text)


def _injected(faults: Iterable[str]) -> list[str]:
    return [word for fault in faults for word in ("-e", f"inject={fault}")]
