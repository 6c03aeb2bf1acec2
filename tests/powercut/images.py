"""Which disks can be found after a power cut: everything synced, and of what was not synced any part.

The model is SQLite's own ("powersafe overwrite"): a sector of 512 bytes is written whole or not at all, in any order;
a file's size and a name in the folder may lag behind the data or run before it. What a sync returned for is there:
a disk that lies about that is not modelled.
"""

import itertools
from collections.abc import Callable, Iterator
from random import Random
from typing import TypeVar

from tests.powercut.disk import Create, Delete, Op, Rename, Sync, SyncFolder, Truncate, Write

SECTOR = 512
Image = dict[str, bytes]  # name -> content of each file in the folder
Change = Write | Truncate
Named = Create | Delete | Rename
T = TypeVar("T")
HOWS = ("torn", "in order", "reordered", "last torn", "only the last", "torn", "all but one")


class Disk:
    """What is durable and what is only written, after any number of operations."""

    def __init__(self, start: Image) -> None:
        self._names = {name: file for file, name in enumerate(start)}
        self._pending_names: list[Named] = []
        self._durable = {file: content for file, content in enumerate(start.values())}
        self._pending: dict[int, list[Change]] = {file: [] for file in self._durable}

    def apply(self, op: Op) -> None:
        match op:
            case Write() | Truncate():
                self._pending[op.file].append(op)
            case Sync():
                self._durable[op.file] = written(self._durable[op.file], self._pending[op.file])
                self._pending[op.file] = []
            case Create() | Delete() | Rename():
                if isinstance(op, Create):
                    self._durable[op.file], self._pending[op.file] = b"", []
                self._pending_names.append(op)
            case SyncFolder():
                self._names = renamed(self._names, self._pending_names)
                self._pending_names = []

    @property
    def settled(self) -> bool:
        """Nothing is left to lose."""
        return not self._pending_names and not any(self._pending.values())

    def images(self, chance: Random, more: int) -> Iterator[tuple[str, Image]]:
        """The kill (everything written is there), the loss of all that was not synced, and `more` in between; each
        with what was done to the unsynced part."""
        yield "kept", self._image(list, list, _as_chosen)
        if self.settled:
            return
        yield "dropped", self.synced()
        for how in itertools.islice(itertools.cycle(HOWS), chance.randrange(len(HOWS)), None):
            if more == 0:
                return
            more -= 1
            yield how, self._in_between(how, chance)

    def synced(self) -> Image:
        """Everything that was not synced is lost."""
        return self._image(_nothing, _nothing, _as_chosen)

    def without_the_first(self, writes: int) -> Image:
        """Of each file all that was not synced has reached the disk but its first writes."""
        return self._image(list, lambda ops: ops[writes:], _as_chosen)

    def _in_between(self, how: str, chance: Random) -> Image:
        names = chance.choice((list, _nothing, lambda ops: _first(ops, chance), lambda ops: _some(ops, chance)))
        sized = chance.choice((_as_chosen, lambda *contents: _resized(*contents, chance)))
        match how:
            case "in order":
                return self._image(lambda ops: _first(ops, chance), lambda ops: _first(ops, chance), _as_chosen)
            case "reordered":
                return self._image(names, lambda ops: _some(ops, chance), sized)
            case "only the last":
                return self._image(names, lambda ops: ops[-1:], sized)
            case "all but one":
                return self._image(names, lambda ops: _all_but_one(ops, chance), sized)
            case "last torn":
                return self._image(names, lambda ops: [*ops[:-1], *_torn(ops[-1:], chance)], sized)
            case _:
                return self._image(names, lambda ops: _torn(ops, chance), sized)

    def _image(self, names: Callable[[list[Named]], list[Named]], data: Callable[[list[Change]], list[Change]],
               sized: Callable[[bytes, bytes, bytes], bytes]) -> Image:  # fmt: skip
        """The folder when of the names' changes and of each file's changes only these have reached the disk."""
        image: Image = {}
        for name, file in sorted(renamed(self._names, names(self._pending_names)).items()):
            durable, pending = self._durable[file], self._pending[file]
            if pending:
                image[name] = sized(durable, written(durable, data(pending)), written(durable, pending))
            else:
                image[name] = durable
        return image


def written(content: bytes, changes: list[Change]) -> bytes:
    """`content` after these changes; what a write leaves out between the end and itself is zeros."""
    now = bytearray(content)
    for change in changes:
        if isinstance(change, Truncate):
            del now[change.size :]
            now.extend(bytes(change.size - len(now)))
        else:
            now.extend(bytes(max(0, change.offset - len(now))))
            now[change.offset : change.offset + len(change.data)] = change.data
    return bytes(now)


def renamed(names: dict[str, int], ops: list[Named]) -> dict[str, int]:
    """The folder after these changes; one that builds on a lost one does what it still can."""
    now = dict(names)
    for op in ops:
        match op:
            case Create():
                now[op.name] = op.file
            case Delete():
                now.pop(op.name, None)
            case Rename():
                if op.old in now:
                    now[op.new] = now.pop(op.old)
    return now


def sectors(change: Change) -> list[Change]:
    """A write in the pieces that reach the disk or not, each by itself."""
    if isinstance(change, Truncate):
        return [change]
    edges = range(change.offset - change.offset % SECTOR, change.offset + len(change.data), SECTOR)
    starts = [max(edge, change.offset) for edge in edges]
    ends = [*starts[1:], change.offset + len(change.data)]
    return [
        Write(change.file, at, change.data[at - change.offset : end - change.offset])
        for at, end in zip(starts, ends, strict=True)
    ]


def _as_chosen(durable: bytes, chosen: bytes, full: bytes) -> bytes:
    return chosen


def _resized(durable: bytes, chosen: bytes, full: bytes, chance: Random) -> bytes:
    """The chosen content in a file that has not grown yet, or that has grown before its data came: then zeros are
    there, or what the disk held there before."""
    size = chance.choice((len(durable), len(full)))
    junk = chance.choice((bytes, chance.randbytes))
    return chosen[:size] + junk(max(0, size - len(chosen)))


def _nothing(ops: list[T]) -> list[T]:
    return []


def _first(ops: list[T], chance: Random) -> list[T]:
    return ops[: chance.randint(0, len(ops))]


def _some(ops: list[T], chance: Random) -> list[T]:
    return [op for op in ops if chance.random() < 0.5]


def _all_but_one(ops: list[T], chance: Random) -> list[T]:
    lost = chance.randrange(len(ops)) if ops else 0
    return [op for n, op in enumerate(ops) if n != lost]


def _torn(ops: list[Change], chance: Random) -> list[Change]:
    return [sector for op in ops for sector in sectors(op) if chance.random() < 0.5]
