"""What the live page shows: each event as it is stored, with the number of the ticket it is about.

Most events name a service event or a visit, not the number a person would know: it is remembered here, for the
page only. A viewer that is slow loses the oldest lines, never memory.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence

import msgspec

from controller.central.sink import Batch, Received, Taken
from controller.central.store import Kept
from controller.journal import wire

REMEMBERED = 20_000  # ids with a number: a week of one point, some minutes of the country
SHOWN = 60  # newest events that a new viewer is given
KEPT_FOR_SLOW = 200  # events kept for a viewer that does not read
ABOUT = ("service_event", "ticket", "visit")
WHERE = ("counter", "booth", "queue", "device", "room", "place")
HOW = ("result", "outcome", "to", "state", "medium", "type")


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event for people: its name, its ticket's number, where it was, how it went."""

    t: str
    point: str
    seq: int
    type: str
    time: str | None
    number: str | None = None
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
        for event in events:
            received = Received(event.seq, event.body, None, event.quarantined)
            self._newest.append(self._line(event.point, event.journal, received))

    def taken(self, batch: Batch, taken: Taken) -> None:
        """Show what a batch brought."""
        for event in taken.stored:
            line = self._line(batch.point, batch.journal, event)
            self._newest.append(line)
            for viewer in self._viewers:
                viewer.put(line)

    def join(self) -> Viewer:
        viewer = Viewer(self._newest)
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def _line(self, point: str, journal: str, event: Received) -> Line:
        name, time, data = _read(event.body)
        return Line(
            t="event", point=point, seq=event.seq, type=name, time=time,
            number=self._numbers.about(journal, data),
            where=_first(data, WHERE), how=_first(data, HOW), quarantined=event.quarantined is not None,
        )  # fmt: skip


def _read(body: bytes) -> tuple[str, str | None, dict[str, object]]:
    """Name, time and data of an event; of one that nobody understands, what there is."""
    try:
        envelope = wire.read(body)
        data = msgspec.json.decode(envelope.data)
    except (wire.NotAnEvent, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "", None, {}
    return wire.name_of(envelope)[:80], envelope.time[:40], data if isinstance(data, dict) else {}


def _first(data: dict[str, object], names: Sequence[str]) -> str | None:
    return next((value[:80] for name in names if isinstance(value := data.get(name), str)), None)
