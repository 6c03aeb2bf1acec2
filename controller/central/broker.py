"""Who rings where, who gets what: the broker between points and experts (docs/remote-service.md). A pure machine.

The session is its point's: the broker orders, and believes pictures. It keeps nothing that a restart would cost: points
send their picture again, experts join again. Each session is with at most one expert: a first answer claims it, and
only the point's picture gives it. Signals pass between the two ends of a session and are not kept.
"""

from collections.abc import Callable, Iterable

from msgspec import UNSET

from controller.central.engine import Engine
from controller.central.experts import Expert
from controller.central.following import Following
from controller.central.ordering import LAST, Orders
from controller.central.owners import Owners, Providers
from controller.central.pools import Durations
from controller.central.shapes import (
    Answer,
    Brief,
    Done,
    FromExpert,
    FromPoint,
    Ice,
    Join,
    Joined,
    Lost,
    Name,
    Order,
    Paths,
    PathsSaid,
    Point,
    Ready,
    Refused,
    Terms,
    You,
    misfit,
)  # fmt: skip
from controller.central.standing import Desk, Home, Meetings, Pending, Say, To, belongs, waits
from controller.ports.signalling import BOOTH_END, Ack, Signal

SETTLING_S = 30.0  # after a start somebody unknown may still come; an answer is in the picture by then or never
FORGOTTEN_S = 600.0  # a point without a line for so long is gone, and its sessions with it
POINTS_MOST = 5_000


class Broker:
    """Each method takes the time and gives what must be said now, in order. The time is in seconds, Unix time at the
    start, and steady from then on: a clock that is set in between drops nobody."""

    def __init__(
        self, engine: Engine, new_id: Callable[[], str], started_s: float, durations: Durations,
        kept: Iterable[Pending] = (),
    ) -> None:  # fmt: skip
        """`kept`: what was `to_keep` before a restart."""
        self._engine, self._started_s = engine, started_s
        self._homes: dict[str, Home] = {}
        self._desks: dict[str, Desk] = {}
        self._owners = Owners()
        self._ends: dict[str, Desk] = {}  # session -> whose page was last an end of it
        self._orders = Orders(new_id)
        self._orders.recall(kept)
        self._meetings = Meetings(durations)
        self._seats: dict[str, int] = {}
        self._providers = Providers()
        self._following = Following(self._homes, self._desks, self._owners, self._orders, engine, durations)
        self._out: list[Say] = []

    def to_keep(self) -> list[Pending]:
        """What must not be forgotten: points have not answered it yet."""
        return self._orders.last()

    # ---- points

    def has_room(self, point: str) -> bool:
        return point in self._homes or len(self._homes) < POINTS_MOST

    def point_came(self, point: str, now_s: float) -> list[Say]:
        """A new line; what was told on an older one is told again after its picture."""
        home = self._homes.setdefault(point, Home(point))
        home.here, home.drawn, home.iced, home.outlooks = True, False, set(), {}
        return self._settled(now_s)

    def point_gone(self, point: str, now_s: float) -> list[Say]:
        home = self._homes[point]
        home.here, home.drawn, home.gone_s = False, False, now_s
        return self._settled(now_s)

    def point_said(self, point: str, message: FromPoint, now_s: float) -> list[Say]:
        match message:
            case Point():
                self._picture(self._homes[point], message, now_s)
            case Done():
                self._done(point, message, now_s)
            case Paths():
                ice = self._engine.terms(f"test.{point}")
                paths = PathsSaid(id=message.id, servers=ice.servers, relay_only=ice.relay_only)
                self._out.append((To("point", point), paths))
            case Signal() | Ack():
                return self._from_booth(point, message)
        return self._settled(now_s)

    # ---- experts

    def expert_came(self, expert: Expert, now_s: float) -> list[Say]:
        """A page of this expert: the only one from now on."""
        desk = self._desks.setdefault(expert.id, Desk(expert))
        desk.expert, desk.here, desk.ready, desk.joined = expert, True, False, False
        desk.wants, desk.shown, desk.rows = None, None, None
        desk.offered = self._session_of(expert.id)
        self._introduce(desk)
        return self._settled(now_s)

    def is_in_session(self, expert_id: str) -> bool:
        return (desk := self._desks.get(expert_id)) is not None and desk.session is not None

    def expert_gone(self, expert_id: str, now_s: float) -> list[Say]:
        desk = self._desks[expert_id]
        desk.here, desk.ready, desk.joined, desk.wants = False, False, False, None
        return self._settled(now_s)

    def expert_said(self, expert_id: str, message: FromExpert, now_s: float) -> list[Say]:
        desk = self._desks[expert_id]
        match message:
            case Ready():
                desk.ready = message.ready and desk.session is None and self._session_of(desk.expert.id) is None
                self._introduce(desk)
            case Answer():
                self._answer(desk, message.session, now_s)
            case Join():
                self._join(desk, message.session, now_s)
            case Order():
                self._order(desk, message, now_s)
            case Signal() | Ack():
                return self._from_expert(desk, message)
        return self._settled(now_s)

    def tick(self, now_s: float) -> list[Say]:
        """What time brings; call it about every second."""
        for desk in self._desks.values():
            if desk.wants is not None and now_s - desk.wants_s >= SETTLING_S:
                self._lost(desk, desk.wants, "unknown_session")
                desk.wants = None
            if desk.claimed_s is not None and now_s - desk.claimed_s >= SETTLING_S:
                self._leave(desk, "no_answer")
        for home in [h for h in self._homes.values() if not h.here and now_s - h.gone_s >= FORGOTTEN_S]:
            del self._homes[home.id]
            self._learn(home.id, {})
            for session in self._owners.draw(home, {}):
                self._over(session, now_s)
        self._follow_all(now_s)
        here = {home.id for home in self._homes.values() if home.here and home.drawn}
        self._out += self._orders.again(here, self._owners.sessions(), now_s)
        return self._settled(now_s)

    # ---- pictures

    def _picture(self, home: Home, picture: Point, now_s: float) -> None:
        first = not home.drawn
        mine = {b.session: b for b in picture.sessions if (self._owners.home(b.session) or home) is home}
        if strange := [b.session for b in picture.sessions if b.session not in mine]:
            taken = Refused(why="session_taken", detail=f"{strange[0]} is another point's")
            self._out.append((To("point", home.id), taken))
        before = self._owners.draw(home, mine)
        home.name, home.drawn = picture.name, True
        known, home.services = home.services, picture.services
        home.queues, home.counters = picture.queues, picture.counters
        if known != picture.services:
            self._learn(home.id, {service.provider: service.provider_name for service in picture.services})
        for session in before.keys() - mine.keys():
            self._over(session, now_s)
        for session, brief in mine.items():
            self._orders.pictured(brief, before.get(session))
            self._meetings.meet(brief, now_s)
        if first:
            late = self._orders.resent(home.id, now_s)
            self._out += late
        self._follow_all(now_s)

    def _learn(self, point: str, names: dict[str, Name]) -> None:
        news = self._providers.tell(point, names)
        for desk in self._desks.values() if news else ():
            if desk.here and news.intersection(desk.expert.pools):
                self._introduce(desk)

    def _over(self, session: str, now_s: float) -> None:
        self._meetings.part(session, now_s)
        self._seats.pop(session, None)
        self._ends.pop(session, None)

    # ---- whose session is it

    def _follow_all(self, now_s: float) -> None:
        for desk in self._desks.values():
            self._follow(desk, now_s)

    def _follow(self, desk: Desk, now_s: float) -> None:
        """What the pictures now say of this expert's session, or of the one that it asks for."""
        if desk.wants is not None and desk.wants in self._owners:
            wanted, desk.wants = desk.wants, None
            self._join(desk, wanted, now_s)
        if desk.session is None:
            return self._offer(desk)
        brief = self._owners.brief(desk.session)
        if brief is not None and belongs(brief, desk.expert.id):
            if desk.claimed_s is not None:
                desk.claimed_s = None
                self._seat(desk, brief, now_s)
        elif desk.claimed_s is None:
            self._leave(desk, (brief.cause or brief.state) if brief is not None else "over")
        elif brief is None or not waits(brief):
            self._leave(desk, "gone" if brief is None or brief.expert is None else "taken")

    def _offer(self, desk: Desk) -> None:
        """A session that a picture gives to an expert who does not know of it: the page came before the point."""
        if desk.here and desk.wants is None and (had := self._session_of(desk.expert.id)) != desk.offered:
            desk.offered = had
            self._introduce(desk)

    def _answer(self, desk: Desk, session: str, now_s: float) -> None:
        home, brief = self._owners.home(session), self._owners.brief(session)
        if home is None or brief is None:
            return self._lost(desk, session, "gone")
        if brief.provider not in desk.expert.pools:
            return self._lost(desk, session, "not_yours")
        if (had := desk.session or self._session_of(desk.expert.id)) is not None:
            return None if had == session else self._lost(desk, session, "busy")
        if not home.here:
            return self._lost(desk, session, "point_away")
        if not brief.agreed:
            return self._lost(desk, session, "not_agreed")
        if not waits(brief) or self._claimed(session):
            return self._lost(desk, session, "taken" if brief.state != "ended" else "gone")
        desk.session, desk.claimed_s, desk.ready, desk.joined = session, now_s, False, False
        if brief.state == "queued" and not self._orders.is_under_way(session, "ring"):
            self._out.append(self._orders.own(home.id, session, "ring", now_s))
        expert = desk.expert
        answer = self._orders.own(
            home.id, session, "answer", now_s, expert=expert.id, name=expert.name, by=expert.id
        )  # fmt: skip
        self._out.append(answer)
        return self._introduce(desk)

    def _claimed(self, session: str) -> bool:
        return any(desk.session == session for desk in self._desks.values())

    def _join(self, desk: Desk, session: str, now_s: float) -> None:
        """A page that comes back to its session; a point that is not here yet is waited for."""
        brief = self._owners.brief(session)
        if brief is None:
            if now_s - self._started_s >= SETTLING_S:
                return self._lost(desk, session, "unknown_session")
            desk.wants, desk.wants_s = session, now_s
            return None
        if not belongs(brief, desk.expert.id):
            is_claim = desk.session == session and desk.claimed_s is not None
            return None if is_claim else self._lost(desk, session, "not_yours")
        desk.session, desk.claimed_s, desk.ready = session, None, False
        return self._seat(desk, brief, now_s)

    def _seat(self, desk: Desk, brief: Brief, now_s: float) -> None:
        """This page is the expert's end of it now. A seat is greater than any before, also before a restart."""
        session, home = brief.session, self._owners.home(brief.session)
        if not desk.here or home is None:
            return
        self._ends[session] = desk
        desk.joined, desk.shown, desk.wants = True, (brief, home.here), None
        self._seats[session] = seat = max(self._seats.get(session, 0) + 1, int(now_s))
        ice = self._engine.terms(session)
        joined = Joined(
            session=session, seat=seat, ice=Terms(servers=ice.servers, relay_only=ice.relay_only), brief=brief,
            point_name=home.name, services=tuple(home.services), queues=tuple(home.queues),
            counters=tuple(home.counters),
        )  # fmt: skip
        home.iced.add(session)
        told = Ice(
            session=session, servers=ice.servers, relay_only=ice.relay_only, expert=desk.expert.id,
            name=desk.expert.name,
        )  # fmt: skip
        self._out.append((To("point", home.id), told))
        self._out.append((To("expert", desk.expert.id), joined))

    def _leave(self, desk: Desk, why: str) -> None:
        session, desk.session, desk.claimed_s = desk.session, None, None
        desk.joined, desk.ready, desk.shown, desk.offered = False, False, None, None
        if session is not None:
            self._lost(desk, session, why)
            self._introduce(desk)

    # ---- orders

    def _order(self, desk: Desk, order: Order, now_s: float) -> None:
        to, home = To("expert", desk.expert.id), self._owners.home(order.session)
        if why := misfit(order):
            self._out.append((to, Done(id=order.id, ok=False, problem="invalid", detail=why)))
        elif not desk.joined or desk.session != order.session or home is None:
            self._out.append((to, Done(id=order.id, ok=False, problem="not-yours")))
        else:
            self._out += self._orders.of(desk.expert.id, home.id, order, now_s)
            if order.do in LAST and not home.here:
                self._leave(desk, "told_later")  # nobody waits for a point that is not there

    def _done(self, point: str, done: Done, now_s: float) -> None:
        pending = self._orders.done(point, done, now_s)
        desk = self._desks.get(pending.by or "") if pending is not None else None
        if pending is None or desk is None:
            return
        if pending.page_id:
            answer = Done(id=pending.page_id, ok=done.ok, problem=done.problem, detail=done.detail)
            self._out.append((To("expert", desk.expert.id), answer))
        elif not done.ok and desk.session == pending.order.session and desk.claimed_s is not None:
            self._leave(desk, "refused" if done.problem is UNSET else done.problem)

    # ---- signals

    def _from_expert(self, desk: Desk, message: Signal | Ack) -> list[Say]:
        if not desk.joined or desk.session != message.session or message.from_ != "expert":
            return self._no(To("expert", desk.expert.id), f"signals of {message.session}")
        return self._pass_on(message)

    def _from_booth(self, point: str, message: Signal | Ack) -> list[Say]:
        home = self._owners.home(message.session)
        if home is None or home.id != point or message.from_ != BOOTH_END[message.leg]:
            return self._no(To("point", point), f"signals of {message.session}")
        return self._pass_on(message)

    def _pass_on(self, message: Signal | Ack) -> list[Say]:
        """To the end that it is for, if that is there: who said it will say it again."""
        home, desk = self._owners.home(message.session), self._ends.get(message.session)
        said: list[Say] = []
        for end, passed in self._engine.pass_on(message):
            if end == "expert":
                if desk is not None and desk.joined and desk.session == message.session:
                    said.append((To("expert", desk.expert.id), passed))
            elif home is not None and home.here:
                said.append((To("point", home.id), passed))
        return said

    def _no(self, to: To, what: str) -> list[Say]:
        return [(to, Refused(why="not_yours", detail=what))]

    # ---- what is said

    def _introduce(self, desk: Desk) -> None:
        expert = desk.expert
        you = You(
            expert=expert.id, name=expert.name, pools=expert.pools, languages=expert.languages, ready=desk.ready,
            session=desk.session or self._session_of(expert.id),
            pool_names={pool: name for pool in expert.pools if (name := self._providers.get(pool)) is not None},
        )  # fmt: skip
        self._out.append((To("expert", expert.id), you))

    def _session_of(self, expert: str) -> str | None:
        """The session that the pictures of the points with a line give this expert."""
        mine = (brief.session for brief in self._owners.of(expert))
        return next((session for session in mine if not self._orders.is_under_way(session, *LAST)), None)

    def _lost(self, desk: Desk, session: str, why: str) -> None:
        self._out.append((To("expert", desk.expert.id), Lost(session=session, why=why)))

    def _settled(self, now_s: float) -> list[Say]:
        said, self._out = self._out, []
        return said + self._following.settle(now_s)
