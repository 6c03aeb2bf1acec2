"""What the kernel was asked to do with one folder, read from `strace -f -y`, in the same words as a record of ours."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.powercut.disk import Create, Delete, Op, Record, Rename, Sync, SyncFolder, Truncate, Write
from tests.powercut.teller import BEGINS, ENDS

CALLS = (
    "openat,write,writev,pwrite64,pwritev,ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,"
    "unlink,unlinkat,rename,renameat,renameat2,link,linkat"
)
CALL = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)")
FD = re.compile(r"-?\w+<([^>]*)>")
QUOTED = re.compile(r'"([^"]*)"')
CHANCE = re.compile(r"\d{8}T\d{6}Z|(?<=undelivered-)[0-9a-f]{8}")  # a time of day, a journal's id

Said = tuple[object, ...]  # what was done, to which name, with which numbers


def of_record(record: Record) -> list[Said]:
    """A record with names instead of file numbers, and lengths instead of data."""
    names = dict(enumerate(record.start))
    return [_plain(said) for op in record.ops for said in _said(op, names)]


def of_strace(trace: Path, folder: Path, start: set[str]) -> list[Said]:
    """The successful calls of `teller.py` that change `folder`, which held `start` before, in order of completion."""
    known, said = set(start), list[Said]()
    text = trace.read_text()
    for call, arguments in _calls(text[text.index(BEGINS) : text.index(ENDS)]):
        said += [_plain(one) for one in _done(call, arguments, folder, known)]
    return said


def _said(op: Op, names: dict[int, str]) -> Iterator[Said]:
    match op:
        case Create():
            names[op.file] = op.name
            yield "create", op.name
        case Write():
            yield "write", names[op.file], op.offset, len(op.data)
        case Truncate():
            yield "truncate", names[op.file], op.size
        case Sync():
            yield "sync", names[op.file]
        case Delete():
            yield "delete", op.name
        case Rename():
            names.update({file: op.new for file, name in names.items() if name == op.old})
            yield "rename", op.old, op.new
        case SyncFolder():
            yield ("sync folder",)


def _calls(text: str) -> Iterator[tuple[str, str]]:
    """Name and arguments of each call that did not fail; one that another thread interrupted is put together."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        thread = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>")
            continue
        whole = re.sub(r"^(\d+) +<\.\.\. \w+ resumed>", lambda _, thread=thread: begun.pop(thread), line)
        call = CALL.match(whole)
        if call is not None and int(call[4]) >= 0:
            yield call[2], call[3]


def _done(call: str, arguments: str, folder: Path, known: set[str]) -> Iterator[Said]:
    paths = [Path(path) for path in QUOTED.findall(arguments)]
    fd = FD.match(arguments)
    opened = Path(fd[1]) if fd else Path()
    numbers = [int(number) for number in re.findall(r", (\d+)(?=,|$)", arguments)]
    match call:
        case "openat" if paths[0].parent == folder and "O_CREAT" in arguments:
            if paths[0].name not in known:
                known.add(paths[0].name)
                yield "create", paths[0].name
        case "pwrite64" if opened.parent == folder:
            yield "write", opened.name, numbers[-1], numbers[-2]
        case "ftruncate" if opened.parent == folder:
            yield "truncate", opened.name, numbers[-1]
        case "fsync" | "fdatasync" if opened.parent == folder:
            yield "sync", opened.name
        case "fsync" | "fdatasync" if opened == folder:
            yield ("sync folder",)
        case "unlink" if paths[0].parent == folder:
            known.discard(paths[0].name)
            yield "delete", paths[0].name
        case "rename" if paths[0].parent == folder:
            known.discard(paths[0].name)
            known.add(paths[1].name)
            yield "rename", paths[0].name, paths[1].name
        case "openat":
            pass
        case _ if folder in (opened.parent, *(path.parent for path in paths)):
            yield "unforeseen", call, arguments


def _plain(said: Said) -> Said:
    """Without what is another in each life."""
    return tuple(CHANCE.sub("*", one) if isinstance(one, str) else one for one in said)
