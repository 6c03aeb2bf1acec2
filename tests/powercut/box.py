"""The box in the power-cut simulation: what it has said, how an image of its disk is opened, and how it is judged."""

import re
from collections.abc import Hashable
from pathlib import Path
from random import Random

import apsw
import msgspec

from controller.journal import migrate
from controller.journal.rescue import open_or_rescue
from controller.journal.store import Journal
from controller.ledger import Key, Ledger
from tests.journal.rig import MONDAY_MS, HandClock, ledger_on, number, refusal, running, same_as_replay, take, ticket
from tests.powercut.campaign import Promises, Story, Wrong
from tests.powercut.point import JOURNAL, Answered, Forgetting, Opened, a_recorded_point

GO_ON = 0.3  # part of the images that a point goes on from
THOROUGH = 0.1  # part of those that SQLite checks whole and that are replayed
ISSUED = re.compile(rb'"type":"luukku\.ticket\.issued\.v1".*"number":"([KV]\d+)"')
VISIT = b'"type":"luukku.visit.created.v1"'


class Owed:
    """What a box has said so far."""

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.answers: dict[str, bytes] = {}
        self.seq, self.ms = 0, MONDAY_MS
        self.all_kept = True

    def add(self, said: object) -> None:
        match said:
            case Opened():
                self.opened = said
            case Answered():
                self.seq, self.ms = max(self.seq, said.seq), max(self.ms, said.ms)
                if said.key:
                    self.answers[said.key] = said.body
            case Forgetting():
                self.all_kept = False

    def copy(self) -> "Owed":
        other = Owed()
        other.__dict__.update(self.__dict__, answers=dict(self.answers))
        return other


class Found(msgspec.Struct, frozen=True):
    """What an opened journal holds, but for its name and secret, which `Owed` knows."""

    events: tuple[tuple[int, bytes], ...]
    answers: tuple[tuple[str, bytes, int, bytes, int], ...]
    cursors: tuple[tuple[str, int], ...]
    snapshots: tuple[tuple[str, int, str, str, bytes], ...]


def found_in(db: apsw.Connection) -> Found:
    tables = ("event ORDER BY seq", "answer ORDER BY key", "cursor ORDER BY name", "snapshot ORDER BY kind")
    return Found(*(tuple(db.execute(f"SELECT * FROM {table}")) for table in tables))


class BoxWitness:
    """Opens an image as the daemon does: `open_or_rescue`, the state replayed, a ledger on it."""

    async def look(self, folder: Path, owed: Promises, chance: Random) -> Hashable:
        assert isinstance(owed, Owed)
        async with open_or_rescue("p1", folder / JOURNAL) as journal:
            found = await journal._call(lambda: found_in(journal._file._db))
            judge(folder, journal, found, owed)
            if chance.random() < GO_ON:
                async with running(await ledger_on(journal, HandClock(owed.ms + 1000))) as ledger:
                    await _go_on(ledger, found, owed, chance)
        return found

    async def live_on(self, story: Story, chance: Random) -> None:
        assert isinstance(story.owed, Owed)
        async with a_recorded_point(story, HandClock(story.owed.ms)) as point:
            for _ in range(3):
                await point.do_something(chance)


def judge(folder: Path, journal: Journal, found: Found, owed: Owed) -> None:
    """Everything that was said is there, nothing of it by halves, and nobody cried damage."""
    strange = {path.name for path in folder.iterdir()} - {JOURNAL, JOURNAL + "-wal"}
    if strange:
        raise Wrong(f"taken for damage, or left over: {sorted(strange)}")
    if owed.opened is not None and owed.opened != Opened(journal.journal, journal.secret):
        raise Wrong("another journal stands in its place")
    if journal.seq < owed.seq:
        raise Wrong(f"events up to {owed.seq} were acknowledged, {journal.seq} is the last")
    if owed.all_kept:
        _nothing_by_halves({key: body for key, _, _, body, _ in found.answers}, found, owed)


def _nothing_by_halves(answers: dict[str, bytes], found: Found, owed: Owed) -> None:
    """A ticket is a visit, an event with its number and an answer; each is there if and only if the others are."""
    if lost := owed.answers.items() - answers.items():
        raise Wrong(f"answers lost or changed: {sorted(lost)[:3]}")
    told = {body for body in answers.values() if body[:1] in (b"K", b"V")}
    issued = [match[1] for _, body in found.events if (match := ISSUED.search(body))]
    visits = sum(VISIT in body for _, body in found.events)
    if not len(issued) == len(told) == visits or set(issued) != told:
        raise Wrong(f"half a transaction: {len(issued)} numbers, {len(told)} answers, {visits} visits")
    rode = max((int(key[2:]) for key in answers if key.startswith("c-")), default=0)
    if dict(found.cursors).get("paper", 0) != rode:
        raise Wrong(f"half a transaction: cursor {dict(found.cursors)}, the answer that rode with it {rode}")


async def _go_on(ledger: Ledger, found: Found, owed: Owed, chance: Random) -> None:
    """What was asked is answered as before, and a new number follows on all that were given out."""
    known = {key: body for key, _, _, body, _ in found.answers}
    if known:
        key = chance.choice(sorted(known))
        again = await ledger.submit(ticket(), key=Key(key, key.encode()), render=number, refusal=refusal)
        if again.fresh or again.body != known[key]:
            raise Wrong(f"{key} was answered {known[key]!r}, now {again.body!r}")
    told = [*owed.answers.values(), *known.values()]
    last = max((int(body[1:]) for body in told if body[:1] == b"K"), default=0)
    new = (await take(ledger, f"new-{chance.random()}")).body.decode()
    if new != f"K{last + 1:03d}":
        raise Wrong(f"the last number was K{last:03d}, the next is {new}")
    if chance.random() < THOROUGH:
        await same_as_replay(ledger)
        db = ledger.journal._file._db
        whole = await ledger.journal._call(lambda: db.execute("PRAGMA integrity_check").fetchall())
        version = await ledger.journal._call(lambda: db.pragma("user_version"))
        if (whole, version) != ([("ok",)], migrate.steps()[-1][0]):
            raise Wrong(f"the file is not whole: {whole}, schema {version}")
