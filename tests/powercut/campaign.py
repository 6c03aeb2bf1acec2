"""Cuts the power after every operation of a story, opens what can be found then, and holds it against what was said.

A story is a record of a disk with what its program said aloud, each saying with its place in the record. What a plain
kill would leave after each operation is the measure: an image must hold exactly what a kill at some moment between the
last saying and the cut would have left. What is said itself must be in it as well: the kill may not be trusted alone.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Protocol

import msgspec

from tests.powercut.disk import Record, recording
from tests.powercut.images import Disk, Image


class Wrong(AssertionError):
    """An image that may not be: something is lost, invented, changed, or taken for damage."""


class Promises(Protocol):
    """What the world was told so far."""

    def add(self, said: object) -> None: ...
    def copy(self) -> "Promises": ...


class Story:
    """A recorded folder and what was said meanwhile. `owed`: what was said before the record began."""

    def __init__(self, record: Record, owed: Promises) -> None:
        self.record, self.owed = record, owed
        self.said: list[tuple[int, object]] = []

    def say(self, said: object) -> None:
        self.said.append((len(self.record.ops), said))


class Witness(Protocol):
    """How the images of one kind of program are opened and looked at."""

    async def look(self, folder: Path, owed: Promises, chance: Random) -> Hashable:
        """Open by the program's own way, hold against what is owed, sometimes go on from there; gives what was
        found. Raises Wrong, or whatever the program raises."""

    async def live_on(self, story: Story, chance: Random) -> None:
        """Open and go on, saying so: a story that begins with an image."""


class Tally:
    """What was done and what was wrong."""

    def __init__(self) -> None:
        self.cuts = 0
        self.images = Counter[str]()
        self.wrong: list[str] = []

    @property
    def total(self) -> int:
        return self.images.total()

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {how}" for how, count in self.images.most_common())
        return f"{self.cuts} cuts, {self.total} images ({kinds}), {len(self.wrong)} wrong"


class Effort(msgspec.Struct, frozen=True):
    """`images` after each operation beside the kill and the total loss; `every` so many images (0: never) one is lived
    on from and cut again, with `then` images an operation."""

    images: int = 6
    every: int = 100
    then: int = 2


async def cut_everywhere(
    story: Story, witness: Witness, folder: Path, chance: Random, effort: Effort, tally: Tally
) -> None:
    """Every operation of the story, every chosen image; what is wrong is written into the tally."""
    disk, owed = Disk(story.record.start), story.owed.copy()
    said, seen = iter([*story.said, (len(story.record.ops) + 1, None)]), set[tuple[int, bytes]]()
    versions: list[Hashable] = [await _found(witness, folder, story.record.start, owed, chance)]
    sayings, floor, following = 0, 0, next(said)
    for position, op in enumerate(story.record.ops, 1):
        disk.apply(op)
        tally.cuts += 1
        news = False
        while following[0] <= position:
            owed.add(following[1])
            following, news = next(said), True
        sayings += news
        for how, image in disk.images(chance, effort.images):
            if (key := (sayings, _digest(image))) in seen:
                continue
            seen.add(key)
            tally.images[how] += 1
            where = f"op {position} ({type(op).__name__}), {how}"
            found = await _try(witness, folder, image, owed, chance, where, tally)
            if how == "kept":
                if found is not None and found != versions[-1]:
                    versions.append(found)
                floor = len(versions) - 1 if news else floor
            elif found is not None and found not in versions[floor:]:
                when = "older than what was said" if found in versions else "never there"
                tally.wrong.append(f"{where}: what is found was {when}")
            if effort.every and len(seen) % effort.every == 0:
                await cut_again(witness, folder, image, owed, chance, Effort(effort.then, every=0), tally)


async def cut_again(
    witness: Witness, folder: Path, image: Image, owed: Promises, chance: Random, effort: Effort, tally: Tally
) -> None:
    """The power comes back, the program starts and works, and the power goes again."""
    second = Tally()
    with lying(folder, image), recording(folder) as record:
        story = Story(record, owed.copy())
        await witness.live_on(story, chance)
    await cut_everywhere(story, witness, folder, chance, effort, second)
    tally.cuts += second.cuts
    tally.images["second cut"] += second.total
    tally.wrong += [f"second cut: {wrong}" for wrong in second.wrong]


@contextmanager
def lying(folder: Path, image: Image) -> Iterator[None]:
    """The image as the content of the folder; nothing of it afterwards."""
    folder.mkdir()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    try:
        yield
    finally:
        shutil.rmtree(folder)


async def _try(
    witness: Witness, folder: Path, image: Image, owed: Promises, chance: Random, where: str, tally: Tally
) -> Hashable | None:
    try:
        return await _found(witness, folder, image, owed, chance)
    except Exception as wrong:  # noqa: BLE001  why: whatever the program does with an image is a finding
        tally.wrong.append(f"{where}: {type(wrong).__name__}: {wrong}")
        return None


async def _found(witness: Witness, folder: Path, image: Image, owed: Promises, chance: Random) -> Hashable:
    with lying(folder, image):
        return await witness.look(folder, owed, chance)


def _digest(image: Image) -> bytes:
    whole = hashlib.sha1(usedforsecurity=False)
    for name, content in image.items():
        whole.update(f"{name} {len(content)} ".encode())
        whole.update(content)
    return whole.digest()
