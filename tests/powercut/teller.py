"""The stories of both programs by name; as a program (`python -m tests.powercut.teller NAME FOLDER`), tells one with
nothing in between. What it prints shows, in a trace of its system calls, where a record would begin and end.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.powercut import box_stories, central_stories, rescue
from tests.powercut.disk import Record, Recording

BEGINS, ENDS = "the record begins", "the record ends"
Tell = Callable[[Path, Recording], Awaitable[Record]]


def _box(telling: box_stories.Telling) -> Tell:
    async def tell(folder: Path, how: Recording) -> Record:
        return (await box_stories.told(telling, folder, Random(7), 24, how)).record

    return tell


async def _central(folder: Path, how: Recording) -> Record:
    return (await central_stories.told(central_stories.one_box_at_a_time, folder, Random(7), 24, how)).record


def _rescue(damage: rescue.Damage) -> Tell:
    async def tell(folder: Path, how: Recording) -> Record:
        return (await rescue.told(damage, folder, how))[0].record

    return tell


TELL: dict[str, Tell] = {
    **{telling.__name__: _box(telling) for telling in box_stories.STORIES},
    **{damage.__name__: _rescue(damage) for damage in rescue.DAMAGES},
    central_stories.one_box_at_a_time.__name__: _central,
}


@contextmanager
def _said_aloud(folder: Path) -> Iterator[Record]:
    print(BEGINS, flush=True)
    yield Record(folder)
    print(ENDS, flush=True)


async def _main(name: str, folder: Path) -> None:
    await TELL[name](folder, _said_aloud)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], Path(sys.argv[2])))
