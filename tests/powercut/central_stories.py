"""What happens at central while its disk is written down: few boxes and many, new journals, commands, small logs."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from controller.central.store import Store
from tests.central.rig import Box
from tests.powercut.campaign import Story
from tests.powercut.central import STORE, Doors, Owed, clock
from tests.powercut.disk import Recording, recording

EVENTS = 120  # of each box, of which central has had some when the power goes


def boxes(points: int, journals: int = 1) -> dict[tuple[str, str], Box]:
    """Boxes with real sealed events; a later journal of a point is one of a new disk."""
    made = [Box(f"p{p}", f"j{j}").fill(EVENTS, prints=p * 1000 + j) for p in range(points) for j in range(journals)]
    return {(box.point, box.journal): box for box in made}


async def one_box_at_a_time(doors: Doors, owed: Owed, chance: Random, things: int) -> None:
    """Batches in order, again, and past a gap; commands kept, handed out, polled again; a log that is soon full."""
    await doors.store.disk.read(lambda db: db.wal_autocheckpoint(30))
    for _ in range(things):
        box = chance.choice(list(owed.boxes.values()))
        head = (await doors.store.head(box.point, box.journal)).seq
        match chance.randrange(6):
            case 0 | 1 | 2:
                await doors.send(box, head + 1, chance.randint(1, 12))
            case 3:
                await doors.send(box, max(1, head - chance.randrange(5)), chance.randint(1, 8))
            case 4:
                await doors.command(box.point)
            case _:
                await doors.hand_out(box.point, 0)


async def many_at_once(doors: Doors, owed: Owed, chance: Random, things: int) -> None:
    """What queued while the last sync ran shares a commit."""
    for _ in range(things // 2):
        some = chance.sample(list(owed.boxes.values()), 3)
        heads = [await doors.store.head(box.point, box.journal) for box in some]
        sent = [doors.send(box, head.seq + 1, chance.randint(1, 4)) for box, head in zip(some, heads, strict=True)]
        await asyncio.gather(*sent, doors.command(some[0].point))


Telling = Callable[[Doors, Owed, Random, int], Awaitable[None]]
POINTS: dict[Telling, tuple[int, int]] = {one_box_at_a_time: (2, 2), many_at_once: (4, 1)}


async def told(telling: Telling, folder: Path, chance: Random, things: int, how: Recording = recording) -> Story:
    """The story, in a new folder, recorded: a first start, an orderly end, and a second start."""
    folder.mkdir()
    owed = Owed(boxes(*POINTS[telling]))
    with how(folder) as record:
        story = Story(record, owed.copy())
        for _ in range(2):
            async with Store(folder / STORE, clock) as store:
                await telling(Doors(store, story, chance), owed, chance, things // 2)
    return story


STORIES: tuple[Telling, ...] = (one_box_at_a_time, many_at_once)
