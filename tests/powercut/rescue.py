"""A damaged journal is rescued and the power goes meanwhile: nothing readable is lost, no number comes twice."""

from collections.abc import Callable, Hashable
from pathlib import Path
from random import Random

from controller.journal import legacy, replay, wal
from controller.journal.file import JournalFile
from controller.journal.rescue import open_or_rescue
from tests.journal.rig import HandClock, ledger_on, running, take
from tests.powercut.box import Owed
from tests.powercut.campaign import Effort, Promises, Story, Tally, Wrong, cut_everywhere
from tests.powercut.disk import Record, Recording, recording, unrecorded
from tests.powercut.images import Image
from tests.powercut.point import JOURNAL, Opened, a_recorded_point

LOG = f"{JOURNAL}-wal"
TICKETS = 12
Damage = Callable[[Image], Image]


class Before:
    """What the damaged files were, and what was in them."""

    def __init__(self, files: Image, secret: bytes, bodies: list[bytes]) -> None:
        self.files, self.secret, self.bodies = files, secret, bodies


def no_head(files: Image) -> Image:
    """Ended in good order, then its head was lost: SQLite knows the file no more."""
    return {JOURNAL: bytes(100) + files[JOURNAL][100:]}


def a_hole_in_the_log(files: Image) -> Image:
    """Never ended, and of its log an early sector is lost: SQLite takes all that follows for never written."""
    log = bytearray(files[LOG])
    at = wal.HEADER + 4 * (wal.FRAME + 4096) + wal.FRAME
    log[at : at + 512] = bytes(512)
    return {JOURNAL: files[JOURNAL], LOG: bytes(log)}


DAMAGES: tuple[Damage, ...] = (no_head, a_hole_in_the_log)


async def told(damage: Damage, folder: Path, how: Recording = recording) -> tuple[Story, Before]:
    """A box has worked, its files are damaged, it starts and goes on: recorded from the damage on."""
    folder.mkdir()
    with unrecorded(folder) as quiet:
        first = Story(quiet, Owed())
        async with a_recorded_point(first, HandClock()) as point:
            for n in range(TICKETS):
                await point.take(f"k-{n}")
            secret, bodies = point.journal.secret, [one.body for one in await point.journal.read(0, 1000)]
            open_files = Record(folder).start
    for name, content in damage(open_files if damage is a_hole_in_the_log else Record(folder).start).items():
        (folder / name).write_bytes(content)
    owed = Owed()
    for _, said in first.said:
        owed.add(said)
    owed.opened = None
    with how(folder) as record:
        story = Story(record, owed)
        async with a_recorded_point(story, HandClock()) as point:
            for n in range(3):
                await point.take(f"after-{n}")
    return story, Before(record.start, secret, bodies)


class RescueWitness:
    """Opens an image as the daemon does and looks for everything that the damaged file held."""

    def __init__(self, before: Before) -> None:
        self._before = before

    async def look(self, folder: Path, owed: Promises, chance: Random) -> Hashable:
        assert isinstance(owed, Owed)
        async with open_or_rescue("p1", folder / JOURNAL) as journal:
            if journal.secret != self._before.secret:
                raise Wrong("the secret is another: papers that are out have lost their codes")
            if owed.opened is not None and owed.opened != Opened(journal.journal, journal.secret):
                raise Wrong("another journal stands in its place")
            numbers = {ticket.number for ticket in (await replay.load(journal)).tickets.values()}
            told = {body.decode() for body in owed.answers.values()}
            if told - numbers:
                raise Wrong(f"tickets lost: {sorted(told - numbers)}")
            self._kept(folder)
            async with running(await ledger_on(journal, HandClock(owed.ms + 1000))) as ledger:
                new = (await take(ledger, f"new-{chance.random()}")).body.decode()
            if int(new[1:]) <= max(int(number[1:]) for number in numbers):
                raise Wrong(f"{new} comes after {max(numbers)}")
        return tuple(sorted(numbers))

    def _kept(self, folder: Path) -> None:
        """The damaged file is there as it was, and all its events wait for central, once."""
        aside = [path.read_bytes() for path in folder.glob(f"{JOURNAL}.damaged-*")]
        if any(aside.count(content) != 1 for content in self._before.files.values()):
            raise Wrong(f"the damaged file is not kept as it was: {sorted(path.name for path in folder.iterdir())}")
        waiting = legacy.waiting(folder / JOURNAL)
        if len(waiting) != 1:
            raise Wrong(f"{len(waiting)} files wait for central")
        file = JournalFile(waiting[0])
        bodies = [one.body for one in file.read(0, 1000)]
        file.close()
        if bodies != self._before.bodies:
            raise Wrong(f"of {len(self._before.bodies)} events {len(bodies)} wait for central")

    async def live_on(self, story: Story, chance: Random) -> None:
        assert isinstance(story.owed, Owed)
        async with a_recorded_point(story, HandClock(story.owed.ms)) as point:
            await point.take(f"k-{chance.random()}")


async def cut(damage: Damage, folder: Path, seed: int, effort: Effort) -> Tally:
    """The power goes after every operation of a rescue."""
    tally = Tally()
    story, before = await told(damage, folder / "recorded")
    await cut_everywhere(story, RescueWitness(before), folder / "image", Random(seed), effort, tally)
    print(f"seed {seed}: {tally}")
    return tally
