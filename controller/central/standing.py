"""How things stand at the broker: points with their sessions, experts' desks, orders under way, and what follows from
that for those who wait. No I/O here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from controller.central.experts import Expert
from controller.central.pools import Durations, estimate, place, ring_at
from controller.central.shapes import Brief, Outlook, Place, PointOrder, Row, Said, Service

MET = frozenset({"connected", "held", "reconnecting"})


def is_answered(brief: Brief) -> bool:
    """Somebody has answered it and it lives; `expert` says who."""
    return brief.state in MET or (brief.state == "ringing" and brief.expert is not None)


def waits(brief: Brief) -> bool:
    return brief.state in {"queued", "ringing"} and brief.expert is None


def belongs(brief: Brief, expert: str) -> bool:
    """Whether it is this expert's: in session, or over and not yet put into words."""
    return brief.expert == expert and (is_answered(brief) or brief.state == "ended")


class To(NamedTuple):
    """Whom a message is for."""

    kind: str  # "point" or "expert"
    id: str


Say = tuple[To, Said]


@dataclass
class Home:
    """A point. `here`: it has a line. While it has none its sessions are remembered, but nobody waits here."""

    id: str
    here: bool = True
    drawn: bool = False  # has sent its picture on this line
    gone_s: float = 0.0
    name: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Brief] = field(default_factory=dict)
    services: Sequence[Service] = ()
    queues: Sequence[Place] = ()
    counters: Sequence[Place] = ()
    iced: set[str] = field(default_factory=set)  # sessions whose ICE servers were told on this line
    outlooks: dict[str, Outlook] = field(default_factory=dict)  # what was told on this line


@dataclass
class Desk:
    """An expert who has signed in. `session`: answered or had; `joined`: this very page is an end of it."""

    expert: Expert
    here: bool = True
    ready: bool = False
    session: str | None = None
    claimed_s: float | None = None  # since when its answer is under way
    joined: bool = False
    wants: str | None = None  # a session to join whose point is not known yet
    wants_s: float = 0.0
    offered: str | None = None  # a session that a picture gave to it, and its page was told of
    shown: tuple[Brief, bool] | None = None
    rows: tuple[Row, ...] | None = None

    @property
    def is_free(self) -> bool:
        return self.here and self.ready and self.session is None


@dataclass
class Pending:
    """An order that its point has not answered. `by`: the expert who gave it, and the id that its page knows."""

    point: str
    order: PointOrder
    said_s: float
    by: str | None = None
    page_id: str = ""
    since_s: float = 0.0


class Meetings:
    """With whom each session is, since when; a pool learns from each how long one takes."""

    def __init__(self, durations: Durations) -> None:
        self._durations = durations
        self._met: dict[str, tuple[str, str, float]] = {}  # session -> expert, pool, since when

    def meet(self, brief: Brief, now_s: float) -> None:
        expert = brief.expert if is_answered(brief) else None
        if (met := self._met.get(brief.session)) is not None and met[:2] != (expert, brief.provider):
            self.part(brief.session, now_s)
        if expert is not None:
            self._met.setdefault(brief.session, (expert, brief.provider, now_s))

    def part(self, session: str, now_s: float) -> None:
        if (met := self._met.pop(session, None)) is not None:
            self._durations.took(met[1], now_s - met[2])


class Waiter(NamedTuple):
    home: Home
    brief: Brief
    ahead: int


def waiters(homes: Iterable[Home]) -> list[Waiter]:
    """Who waits at the points that have a line, each pool in its order."""
    pools: dict[str, list[tuple[Home, Brief]]] = {}
    for home in homes:
        if home.here and home.drawn:
            for brief in home.sessions.values():
                if waits(brief):
                    pools.setdefault(brief.provider, []).append((home, brief))
    for pool in pools.values():
        pool.sort(key=lambda one: place(one[1]))
    return [Waiter(home, brief, n) for pool in pools.values() for n, (home, brief) in enumerate(pool)]


def reachable(waiting: Sequence[Waiter], desks: Iterable[Desk]) -> dict[str, set[str]]:
    """Session -> experts at whom it may ring."""
    free = [desk.expert for desk in desks if desk.is_free]
    return {waiter.brief.session: ring_at(waiter.brief, free) for waiter in waiting}


def staffed(desks: Iterable[Desk]) -> dict[str, tuple[int, int]]:
    """Pool -> how many of its experts are free, and how many in a session."""
    free, busy = Counter[str](), Counter[str]()
    for desk in desks:
        if desk.here:
            (free if desk.is_free else busy if desk.session is not None else Counter[str]()).update(desk.expert.pools)
    return {pool: (free[pool], busy[pool]) for pool in free.keys() | busy.keys()}


def outlook(waiter: Waiter, ready: int, staff: dict[str, tuple[int, int]], durations: Durations) -> Outlook:
    """`ready`: experts at whom it would ring, were it not another's at this moment."""
    pool = waiter.brief.provider
    free, busy = staff.get(pool, (0, 0))
    expected = estimate(waiter.ahead, free, busy, *durations.quantiles(pool))
    return Outlook(session=waiter.brief.session, ahead=waiter.ahead, ready=ready, estimate=expected)


def rows(desk: Desk, waiting: Sequence[Waiter], rings: dict[str, set[str]]) -> tuple[Row, ...]:
    """Who waits in this expert's pools; what rings at the expert first."""
    mine = [waiter for waiter in waiting if waiter.brief.provider in desk.expert.pools]
    found = [_row(waiter, desk.expert.id in rings[waiter.brief.session]) for waiter in mine]
    return tuple(sorted(found, key=lambda row: (not row.rings, row.mode == "walk_in", row.requested_at, row.session)))


def _row(waiter: Waiter, rings: bool) -> Row:
    home, brief, _ = waiter
    same = {name: getattr(brief, name) for name in _SHOWN}
    return Row(**same, point=home.id, point_name=home.name, rings=rings)


_SHOWN = [name for name in Row.__struct_fields__ if name in Brief.__struct_fields__]
