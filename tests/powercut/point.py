"""A box at work that says everything it does aloud, so that an image of its disk can be held against it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import msgspec

from controller.domain import commands as c
from controller.domain.draft import Refused
from controller.journal.rescue import open_or_rescue
from controller.journal.retention import retire
from controller.journal.store import Journal
from controller.ledger import Key, Ledger
from tests.journal.rig import HandClock, ledger_on, number, refusal, running, same_as_replay, some_command, ticket
from tests.powercut.campaign import Story

JOURNAL = "journal.db"
MINUTES_MS = 60_000


class Opened(msgspec.Struct, frozen=True):
    """The journal is open: from now on it has this name and this secret."""

    journal: str
    secret: bytes


class Answered(msgspec.Struct, frozen=True):
    """An answer left the house; events up to `seq` are visible. Without a key: a thing done."""

    seq: int
    ms: int
    key: str = ""
    body: bytes = b""


class Forgetting(msgspec.Struct, frozen=True):
    """From now on old answers and old events may go."""


class Point:
    """A point at work that says everything it does aloud. What a key asks is the key itself."""

    def __init__(self, story: Story, ledger: Ledger, clock: HandClock) -> None:
        self.story, self.ledger, self.clock = story, ledger, clock

    @property
    def journal(self) -> Journal:
        return self.ledger.journal

    def say(self, key: str = "", body: bytes = b"") -> None:
        self.story.say(Answered(self.journal.seq, self.clock.ms, key, body))

    async def take(self, key: str, service: str = "kela-tuet", cursor: tuple[str, int] | None = None) -> None:
        reply = await self.ledger.submit(
            ticket(service), key=Key(key, key.encode()), render=number, refusal=refusal, cursor=cursor
        )
        self.say(key, reply.body)

    async def do_something(self, chance: Random) -> None:
        """One thing that happens in a day; time goes on."""
        self.clock.ms += chance.randrange(2 * MINUTES_MS)
        key = f"k-{chance.getrandbits(60):x}"
        match chance.choices(range(9), (6, 2, 8, 1, 3, 1, 2, 1, 1))[0]:
            case 0:
                await self.take(key, chance.choice(("kela-tuet", "verot")))
            case 1:
                await asyncio.gather(*(self.take(f"{key}-{n}") for n in range(chance.randint(2, 5))))
            case 2:
                command = some_command(self.ledger, chance)
                with suppress(Refused):
                    await (self.take(key) if isinstance(command, c.TakeTicket) else self.ledger.submit(command))
            case 3:
                await self.take(key, "no-such-service")
            case 4 if self.journal.seq:
                await self.take(f"c-{self.journal.seq}", cursor=("paper", self.journal.seq))
            case 5:
                await self.journal.set_cursor("clock_synced_ms", self.clock.ms)
            case 6:
                await self.journal.checkpoint()
            case 7:
                await self.ledger.snapshot()
            case _:
                await self.journal.probe()
        self.say()

    async def clear_out(self, chance: Random) -> None:
        """Retention, as `app/tending.py` does it: old answers, then old events that central has."""
        self.story.say(Forgetting())
        await self.journal.forget_answers(self.clock.ms - 10 * MINUTES_MS)
        self.ledger.remember_keys(await self.journal.answer_keys())
        acked = max(0, self.journal.seq - chance.randrange(10))
        await retire(self.journal, acked=acked, now_ms=self.clock.ms, keep_ms=chance.randrange(20) * MINUTES_MS)
        self.say()


@asynccontextmanager
async def a_recorded_point(story: Story, clock: HandClock) -> AsyncIterator[Point]:
    """Opened as the daemon opens it, closed in good order."""
    async with open_or_rescue("p1", story.record.folder / JOURNAL) as journal:
        story.say(Opened(journal.journal, journal.secret))
        async with running(await ledger_on(journal, clock)) as ledger:
            point = Point(story, ledger, clock)
            yield point
            await same_as_replay(ledger)
    point.say()
