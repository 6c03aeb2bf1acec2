"""What happens at a box while its disk is written down: first starts, days of every kind of work, old journals."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest

from controller.journal import file, migrate
from tests.journal.rig import HandClock
from tests.powercut.box import Owed
from tests.powercut.campaign import Story
from tests.powercut.disk import Recording, recording
from tests.powercut.point import a_recorded_point

REBUILT = """CREATE TABLE rebuilt (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
INSERT INTO rebuilt SELECT * FROM event; DROP TABLE event; ALTER TABLE rebuilt RENAME TO event"""
MORE_STEPS = ["CREATE TABLE place (seq INTEGER PRIMARY KEY, bytes INTEGER NOT NULL)", REBUILT]


async def days(story: Story, chance: Random, things: int) -> None:
    """A first start, work, an orderly end; the same again with what is there."""
    clock = HandClock()
    for _ in range(3):
        async with a_recorded_point(story, clock) as point:
            for _ in range(things // 3):
                await point.do_something(chance)


async def a_small_log(story: Story, chance: Random, things: int) -> None:
    """The log is full every few commits: moving it into the file and beginning it anew happen inside a commit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "CHECKPOINT_PAGES", 20)
        async with a_recorded_point(story, HandClock()) as point:
            for _ in range(things):
                await point.do_something(chance)


async def old_events_go(story: Story, chance: Random, things: int) -> None:
    """Work, and retention now and then."""
    async with a_recorded_point(story, HandClock()) as point:
        for n in range(things):
            await point.do_something(chance)
            if n % 5 == 4:
                await point.clear_out(chance)


async def an_upgrade(story: Story, chance: Random, things: int) -> None:
    """A journal of this version is opened by one with two more schemas, the second of which writes every event anew."""
    clock = HandClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "steps", STEPS)
        async with a_recorded_point(story, clock) as point:
            for _ in range(things // 2):
                await point.do_something(chance)
    async with a_recorded_point(story, clock) as point:
        for _ in range(things // 2):
            await point.do_something(chance)


STEPS = migrate.steps


def steps_of_tomorrow() -> list[tuple[int, str]]:
    first = STEPS()
    return [*first, *enumerate(MORE_STEPS, first[-1][0] + 1)]


Telling = Callable[[Story, Random, int], Awaitable[None]]


async def told(telling: Telling, folder: Path, chance: Random, things: int, how: Recording = recording) -> Story:
    """The story, in a new folder, recorded."""
    folder.mkdir()
    with how(folder) as record:
        story = Story(record, Owed())
        await telling(story, chance, things)
    return story


STORIES: tuple[Telling, ...] = (days, a_small_log, old_events_go, an_upgrade)
