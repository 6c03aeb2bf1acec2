"""What the live page shows: each event as it is stored, with the number of the ticket it is about.

Most events name a service event or a visit, not the number a person would know: it is remembered here, for the
page only. A viewer that is slow loses the oldest lines, never memory.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence

import msgspec

from controller.central.sink import Batch, Taken
from controller.central.store import Kept
from controller.journal import wire

REMEMBERED = 20_000  # ids with a number: a week of one point, some minutes of the country
SHOWN = 60  # newest events that a new viewer is given
KEPT_FOR_SLOW = 200  # events kept for a viewer that does not read
ABOUT = ("service_event", "ticket", "visit")
WHERE = ("counter", "booth", "queue", "device", "room", "place")
HOW = ("result", "outcome", "to", "state", "medium", "type")


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event for people: its name, its ticket's number, where it was (`kind` says what the place is), how it
    went."""

    t: str
    point: str
    seq: int
    type: str
    time: str | None
    number: str | None = None
    kind: str | None = None
    where: str | None = None
    how: str | None = None
    quarantined: bool = False


class Numbers:
    """The number that belongs to an id of a journal, for the newest ids."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    def about(self, journal: str, data: dict[str, object]) -> str | None:
        """The number an event is about; what it teaches is remembered."""
        ids = [(journal, value) for name in ABOUT if isinstance(value := data.get(name), str)]
        own = data.get("number")
        number = own if isinstance(own, str) else next((self._known[one] for one in ids if one in self._known), None)
        if number is not None:
            self._known.update(dict.fromkeys(ids, number))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return number


class Viewer:
    """The lines that one page has not read yet."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines: deque[Line] = deque(lines, maxlen=KEPT_FOR_SLOW)
        self._news = asyncio.Event()

    def put(self, line: Line) -> None:
        self._lines.append(line)
        self._news.set()

    async def lines(self, wait_s: float) -> list[Line]:
        """What came, as soon as something came; nothing after `wait_s`."""
        try:
            async with asyncio.timeout(0 if self._lines else wait_s):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()
        lines = list(self._lines)
        self._lines.clear()
        return lines


class Feed:
    """Gives each stored event to every viewer."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._newest: deque[Line] = deque(maxlen=SHOWN)
        self._viewers: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def recall(self, events: Sequence[Kept]) -> None:
        """Learn from what was stored before this start."""
        seen = [_Seen.of(event.point, event.journal, event.seq, event.body, event.quarantined) for event in events]
        self._newest.extend(self._lines(seen))

    def taken(self, batch: Batch, taken: Taken) -> None:
        """Show what a batch brought."""
        seen = [_Seen.of(batch.point, batch.journal, one.seq, one.body, one.quarantined) for one in taken.stored]
        for line in self._lines(seen):
            self._newest.append(line)
            for viewer in self._viewers:
                viewer.put(line)

    def join(self) -> Viewer:
        viewer = Viewer(self._newest)
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def _lines(self, seen: Sequence["_Seen"]) -> list[Line]:
        """The newest that anybody could be shown. A visit begins before its ticket has a number: learn first."""
        for one in seen:
            self._numbers.about(one.journal, one.data)
        return [one.line(self._numbers.about(one.journal, one.data)) for one in seen[-KEPT_FOR_SLOW:]]


class _Seen(msgspec.Struct, frozen=True):
    """What can be read of a stored event; of one that nobody understands, little."""

    point: str
    journal: str
    seq: int
    quarantined: bool
    type: str = ""
    time: str | None = None
    data: dict[str, object] = {}

    @classmethod
    def of(cls, point: str, journal: str, seq: int, body: bytes, quarantined: str | None) -> "_Seen":
        try:
            envelope = wire.read(body)
            data = msgspec.json.decode(envelope.data)
        except (wire.NotAnEvent, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return cls(point, journal, seq, quarantined is not None)
        data = data if isinstance(data, dict) else {}
        name = wire.name_of(envelope)[:80]
        return cls(point, journal, seq, quarantined is not None, name, envelope.time[:40], data)

    def line(self, number: str | None) -> Line:
        kind, where = _first(self.data, WHERE)
        _, how = _first(self.data, HOW)
        return Line(
            t="event", point=self.point, seq=self.seq, type=self.type, time=self.time, number=number,
            kind=kind, where=where, how=how, quarantined=self.quarantined,
        )  # fmt: skip


def _first(data: dict[str, object], names: Sequence[str]) -> tuple[str | None, str | None]:
    """The first of these members that is there, and its value."""
    return next(((name, value[:80]) for name in names if isinstance(value := data.get(name), str)), (None, None))
