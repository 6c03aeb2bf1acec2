"""What follows from how things stand: rings, drops, ICE servers, outlooks, lists of who waits, the session as it is.

Looked at anew after whatever happened, and said only where it differs from what was said before. No I/O here.
"""

from collections.abc import Iterable

from controller.central.engine import Engine
from controller.central.ordering import Orders
from controller.central.owners import Owners
from controller.central.pools import Durations
from controller.central.shapes import Ice, Session, Waiting
from controller.central.standing import (
    Desk,
    Home,
    Say,
    To,
    Waiter,
    is_answered,
    outlook,
    reachable,
    rows,
    staffed,
    waiters,
    waits,
)  # fmt: skip

LEFT_S = 20.0  # an expert whose page is gone for so long during a session has left it


class Following:
    """Looks at the broker's own tables; changes only what was said (`iced`, `outlooks`, `shown`, `rows`)."""

    def __init__(
        self, homes: dict[str, Home], desks: dict[str, Desk], owners: Owners, orders: Orders, engine: Engine,
        durations: Durations,
    ) -> None:  # fmt: skip
        self._homes, self._desks, self._owners, self._orders = homes, desks, owners, orders
        self._engine, self._durations = engine, durations
        self._absent: dict[str, float] = {}  # session -> since when its expert's page is not there

    def settle(self, now_s: float) -> list[Say]:
        homes, desks = [home for home in self._homes.values() if home.here and home.drawn], self._desks.values()
        waiting = waiters(homes)
        claimed = {desk.session for desk in desks if desk.session is not None}
        may = reachable(waiting, desks)
        quiet = claimed | {waiter.brief.session for waiter in waiting if not waiter.brief.agreed}
        rings = {session: set() if session in quiet else experts for session, experts in may.items()}
        return [
            *self._rung(waiting, rings, claimed, now_s),
            *self._dropped(now_s),
            *self._iced(homes, now_s),
            *self._outlooks(waiting, may),
            *self._shown(),
            *self._listed(waiting, rings),
        ]

    def _rung(
        self, waiting: Iterable[Waiter], rings: dict[str, set[str]], claimed: set[str], now_s: float
    ) -> list[Say]:
        said: list[Say] = []
        for home, brief, _ in waiting:
            wanted = bool(rings[brief.session])
            do = {("queued", True): "ring", ("ringing", False): "unring"}.get((brief.state, wanted))
            if do is not None and brief.session not in claimed and self._orders.may_ring(brief.session, now_s):
                said.append(self._orders.own(home.id, brief.session, do, now_s))
        return said

    def _dropped(self, now_s: float) -> list[Say]:
        """Sessions whose expert's page is not there: since when, and for how long they wait for it."""
        said: list[Say] = []
        absent: dict[str, float] = {}
        there = {(desk.session, desk.expert.id) for desk in self._desks.values() if desk.here and desk.joined}
        for home in self._homes.values():
            for brief in home.sessions.values():
                if not is_answered(brief) or (brief.session, brief.expert) in there:
                    continue
                absent[brief.session] = since = self._absent.get(brief.session, now_s)
                is_due = now_s - since >= LEFT_S and home.here and home.drawn
                if is_due and not self._orders.is_under_way(brief.session, "drop"):
                    said.append(self._orders.own(home.id, brief.session, "drop", now_s, why="expert_left"))
                    absent[brief.session] = now_s  # if the point will not: asked again after as long
        self._absent = absent
        return said

    def _iced(self, homes: Iterable[Home], now_s: float) -> list[Say]:
        """Told as soon as it rings, so that the booth has them when somebody answers."""
        said: list[Say] = []
        for home in homes:
            home.iced &= home.sessions.keys()
            for session, brief in home.sessions.items():
                if brief.state not in {"queued", "ended"} and session not in home.iced:
                    home.iced.add(session)
                    ice = self._engine.terms(session)
                    desk = self._desks.get(brief.expert or "") if is_answered(brief) else None
                    who = {} if desk is None else {"expert": desk.expert.id, "name": desk.expert.name}
                    told = Ice(session=session, servers=ice.servers, relay_only=ice.relay_only, **who)
                    said.append((To("point", home.id), told))
        return said

    def _outlooks(self, waiting: Iterable[Waiter], may: dict[str, set[str]]) -> list[Say]:
        said: list[Say] = []
        staff = staffed(self._desks.values())
        for waiter in waiting:
            told = waiter.home.outlooks
            now = outlook(waiter, len(may[waiter.brief.session]), staff, self._durations)
            if told.get(now.session) != now:
                told[now.session] = now
                said.append((To("point", waiter.home.id), now))
        for home in self._homes.values():
            for session in [s for s in home.outlooks if not _waits(home, s)]:
                del home.outlooks[session]
        return said

    def _shown(self) -> list[Say]:
        said: list[Say] = []
        for desk in self._desks.values():
            if not desk.joined or desk.session is None or (home := self._owners.home(desk.session)) is None:
                continue
            if desk.shown != (now := (home.sessions[desk.session], home.here)):
                desk.shown = now
                said.append((To("expert", desk.expert.id), Session(brief=now[0], reached=now[1])))
        return said

    def _listed(self, waiting: list[Waiter], rings: dict[str, set[str]]) -> list[Say]:
        said: list[Say] = []
        for desk in self._desks.values():
            if desk.here and (now := rows(desk, waiting, rings)) != desk.rows:
                desk.rows = now
                said.append((To("expert", desk.expert.id), Waiting(sessions=now)))
        return said


def _waits(home: Home, session: str) -> bool:
    brief = home.sessions.get(session)
    return brief is not None and waits(brief)
