"""The power goes after every operation of the disk: what was said is there, nothing else is, and everybody goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest

from controller.journal import migrate
from tests.powercut import box_stories, central_stories, rescue
from tests.powercut.box import BoxWitness
from tests.powercut.campaign import Effort, Story, Tally, Witness, cut_everywhere
from tests.powercut.central import CentralWitness

Told = Callable[[Path, Random, int], Awaitable[Story]]
BOX = {telling.__name__: telling for telling in box_stories.STORIES}
CENTRAL = {telling.__name__: telling for telling in central_stories.STORIES}
OFTEN = Effort(images=12, every=30, then=4)
THINGS, MANY_THINGS = 16, 36  # that happen in a story


def campaign(told: Told, witness: Witness, folder: Path, seed: int, things: int, effort: Effort) -> Tally:
    """Tell a story, cut it everywhere; nothing may be wrong."""

    async def run() -> Tally:
        chance, tally = Random(seed), Tally()
        story = await told(folder / "recorded", chance, things)
        await cut_everywhere(story, witness, folder / "image", chance, effort, tally)
        return tally

    tally = asyncio.run(run())
    print(f"seed {seed}: {tally}")
    assert tally.wrong == [], f"seed {seed}"
    return tally


@pytest.fixture
def story_of_the_box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Told:
    telling = BOX[request.param]
    if telling is box_stories.an_upgrade:
        monkeypatch.setattr(migrate, "steps", box_stories.steps_of_tomorrow)
    return lambda folder, chance, things: box_stories.told(telling, folder, chance, things)


@pytest.fixture
def story_of_central(request: pytest.FixtureRequest) -> Told:
    telling = CENTRAL[request.param]
    return lambda folder, chance, things: central_stories.told(telling, folder, chance, things)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("story_of_the_box", BOX, indirect=True)
def test_a_power_cut_at_the_box_loses_nothing_invents_nothing_and_is_not_taken_for_damage(
    story_of_the_box: Told, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = campaign(story_of_the_box, BoxWitness(), folder, 1, THINGS, Effort())
    record_property("images after a power cut", tally.total)
    assert tally.total >= 2_000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("story_of_central", CENTRAL, indirect=True)
def test_a_power_cut_at_central_loses_nothing_that_was_acknowledged_and_boxes_send_the_rest(
    story_of_central: Told, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = campaign(story_of_central, CentralWitness(), folder, 1, THINGS, Effort(every=167))
    record_property("images after a power cut", tally.total)
    assert tally.total >= 1_000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("damage", rescue.DAMAGES)
def test_a_power_cut_while_a_damaged_journal_is_rescued_loses_nothing_that_could_be_read(
    damage: rescue.Damage, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = asyncio.run(rescue.cut(damage, folder, 1, Effort(images=4, every=333)))
    record_property("images after a power cut", tally.total)
    assert tally.wrong == []
    assert tally.total >= 350


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("damage", rescue.DAMAGES)
def test_many_power_cuts_while_a_damaged_journal_is_rescued(
    damage: rescue.Damage, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = asyncio.run(rescue.cut(damage, folder, 2, OFTEN))
    record_property("images after a power cut", tally.total)
    assert tally.wrong == []
    assert tally.total >= 3_000


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 4))
@pytest.mark.parametrize("story_of_the_box", BOX, indirect=True)
def test_many_power_cuts_at_the_box(
    story_of_the_box: Told, seed: int, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = campaign(story_of_the_box, BoxWitness(), folder, seed, MANY_THINGS, OFTEN)
    record_property("images after a power cut", tally.total)
    assert tally.total >= 9_000


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 4))
@pytest.mark.parametrize("story_of_central", CENTRAL, indirect=True)
def test_many_power_cuts_at_central(
    story_of_central: Told, seed: int, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    tally = campaign(story_of_central, CentralWitness(), folder, seed, MANY_THINGS, OFTEN)
    record_property("images after a power cut", tally.total)
    assert tally.total >= 9_000
