"""The broker against points, experts and strangers that do whatever they can (Hypothesis): each session is with one
expert at most, only its two ends hear its signals, and whatever is said, nothing breaks.
"""

import itertools
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from controller.central.broker import Broker
from controller.central.engine import P2p
from controller.central.experts import Expert
from controller.central.pools import Durations
from controller.central.shapes import Joined, PointOrder, read_expert, read_point
from controller.central.standing import Say
from controller.ports.signalling import Ack, Signal
from tests.central.remote import T0, brief, expert, picture, signal

POINTS = ("kemi", "utsjoki")
EXPERTS = {one.id: one for one in (expert("E1"), expert("E2", "kela", "vero"), expert("E3", "vero", languages=("se",)))}
SESSIONS = {f"r-{point}-{n}": point for point in POINTS for n in (1, 2)}
PROVIDERS = {session: ("kela", "vero")[n % 2] for n, session in enumerate(SESSIONS)}
WITH = {"ringing", "connected", "held", "reconnecting"}


class PointModel:
    """A point as it is: does an order once, refuses what its state does not allow, sends pictures. Who has a session
    is in its journal, the expert's name is not: an order that is said again teaches it (readers/booth.py)."""

    def __init__(self) -> None:
        self.state: dict[str, tuple[str, str | None]] = {}
        self.answers: dict[str, bool] = {}
        self.inbox: list[PointOrder] = []
        self.here = False

    def do(self, order: PointOrder) -> dict[str, Any]:
        if order.id not in self.answers:
            self.answers[order.id] = self._done(order)
        if order.do == "answer" and self.answers[order.id] and self.state.get(order.session, ("", None))[1] is not None:
            assert self.state[order.session][1] == order.expert, f"{order.session} is taught to be {order.expert}'s"
        return {"t": "done", "id": order.id, "ok": self.answers[order.id]}

    def _done(self, order: PointOrder) -> bool:
        state, had = self.state.get(order.session, ("", None))
        by = order.id.partition(".")[0] if "." in order.id else had
        moves = {
            "ring": ({"queued"}, ("ringing", None)), "unring": ({"ringing"}, ("queued", None)),
            "answer": ({"queued", "ringing"}, ("ringing", order.expert)), "drop": (WITH, ("queued", None)),
            "hold": (WITH, ("held", had)), "resume": (WITH, ("connected", had)), "move": (WITH, ("queued", None)),
            "end": (WITH, ("ended", None)), "identity": (WITH, (state, had)), "hand_over": (WITH, ("ended", None)),
        }  # fmt: skip
        allowed, following = moves[order.do]
        if state not in allowed or by != had:
            return False
        if order.do == "answer" and had is not None:
            return False  # an answer that the broker had given up was heard after all: the point gives it once
        self.state[order.session] = following  # type: ignore[assignment]  # why: expert is set in an answer
        return True

    def picture(self) -> str:
        return picture(*(self._brief(session, *had) for session, had in self.state.items()))

    def _brief(self, session: str, state: str, had: str | None) -> dict[str, Any]:
        cause = "answered" if had is not None else None
        return brief(session, state=state, cause=cause, expert=had, provider=PROVIDERS[session])


class World(RuleBasedStateMachine):
    """`joined` is what pages were told, `truth` what points have."""

    @initialize()
    def begin(self) -> None:
        self.numbers = itertools.count(1)
        self.now_s = T0
        self.points = {point: PointModel() for point in POINTS}
        self.pages: dict[str, str | None] = {}  # expert with a page -> session that it was joined to
        self.restart()

    @rule()
    def restart(self) -> None:
        """The broker is killed: every line breaks, nothing is remembered."""
        self.broker = Broker(P2p(None, lambda: self.now_s), lambda: f"b-{next(self.numbers)}", self.now_s, Durations())
        for point in self.points.values():
            point.here, point.inbox = False, []
        self.pages.clear()

    # ---- points

    @rule(point=st.sampled_from(POINTS))
    def point_comes(self, point: str) -> None:
        self.points[point].here = True
        self.hear(self.broker.point_came(point, self.now_s))
        self.draw(point)

    @precondition(lambda self: any(p.here for p in self.points.values()))
    @rule(data=st.data())
    def point_goes(self, data: st.DataObject) -> None:
        point = self.a_point(data)
        self.points[point].here = False
        self.hear(self.broker.point_gone(point, self.now_s))

    @rule(session=st.sampled_from(sorted(SESSIONS)))
    def customer_asks(self, session: str) -> None:
        point = SESSIONS[session]
        self.points[point].state.setdefault(session, ("queued", None))
        self.draw(point)

    @rule(session=st.sampled_from(sorted(SESSIONS)), ends=st.booleans())
    def customer_leaves(self, session: str, ends: bool) -> None:
        point = self.points[SESSIONS[session]]
        if session in point.state:
            point.state.pop(session) if not ends else point.state.update({session: ("ended", None)})
            self.draw(SESSIONS[session])

    @precondition(lambda self: any(p.here and p.inbox for p in self.points.values()))
    @rule(data=st.data(), picture_first=st.booleans(), lost=st.booleans())
    def point_answers(self, data: st.DataObject, picture_first: bool, lost: bool) -> None:
        """One order is done; `lost`: its answer is not heard."""
        point = data.draw(st.sampled_from([p for p, one in self.points.items() if one.here and one.inbox]))
        model = self.points[point]
        order = model.inbox.pop(data.draw(st.integers(0, len(model.inbox) - 1)))
        done = model.do(order)
        if picture_first:
            self.draw(point)
        if not lost:
            self.hear(self.broker.point_said(point, read_point(msgspec.json.encode(done)), self.now_s))
        if not picture_first:
            self.draw(point)

    @rule(point=st.sampled_from(POINTS))
    def point_is_killed(self, point: str) -> None:
        model = self.points[point]
        if model.here:
            model.inbox, model.here = [], False
            self.hear(self.broker.point_gone(point, self.now_s))
        self.point_comes(point)

    @rule(session=st.sampled_from(sorted(SESSIONS)), state=st.sampled_from(["connected", "reconnecting"]))
    def legs(self, session: str, state: str) -> None:
        model = self.points[SESSIONS[session]]
        was, had = model.state.get(session, ("", None))
        if had is not None and was != "held":
            model.state[session] = (state, had)
            self.draw(SESSIONS[session])

    @rule()
    def points_do_what_they_were_told(self) -> None:
        for point, model in self.points.items():
            while model.here and model.inbox:
                done = model.do(model.inbox.pop(0))
                self.hear(self.broker.point_said(point, read_point(msgspec.json.encode(done)), self.now_s))
                self.draw(point)

    # ---- experts

    @rule(who=st.sampled_from(sorted(EXPERTS)))
    def page_comes(self, who: str) -> None:
        self.pages[who] = None
        self.hear(self.broker.expert_came(EXPERTS[who], self.now_s))

    @precondition(lambda self: self.pages)
    @rule(data=st.data())
    def page_goes(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.pages)))
        del self.pages[who]
        self.hear(self.broker.expert_gone(who, self.now_s))

    @rule(session=st.sampled_from(sorted(SESSIONS)), who=st.sampled_from(sorted(EXPERTS)))
    def conversation(self, session: str, who: str) -> None:
        """The usual way, as far as it is open: a customer, an expert, an answer."""
        point = SESSIONS[session]
        if not self.points[point].here:
            self.point_comes(point)
        if who not in self.pages:
            self.page_comes(who)
        self.customer_asks(session)
        answer = msgspec.json.encode({"t": "answer", "session": session})
        self.hear(self.broker.expert_said(who, read_expert(answer), self.now_s))
        self.points_do_what_they_were_told()

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), ready=st.booleans())
    def ready(self, data: st.DataObject, ready: bool) -> None:
        self.expert(data, t="ready", ready=ready)

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), session=st.sampled_from([*SESSIONS, "r-nobody"]), t=st.sampled_from(["answer", "join"]))
    def wants(self, data: st.DataObject, session: str, t: str) -> None:
        self.expert(data, t=t, session=session)

    @precondition(lambda self: self.pages)
    @rule(
        data=st.data(), session=st.sampled_from(sorted(SESSIONS)), n=st.integers(1, 3),
        do=st.sampled_from(["hold", "resume", "end", "move", "identity"]),
    )  # fmt: skip
    def orders(self, data: st.DataObject, session: str, n: int, do: str) -> None:
        more = {"end": {"outcome": "completed"}, "move": {"provider": "vero", "service": "vero-kortti"},
                "identity": {"method": "passport", "result": "verified"}}.get(do, {})  # fmt: skip
        self.expert(data, t="order", id=f"o{n}-{do}", session=session, do=do, **more)

    # ---- whoever says whatever

    @precondition(lambda self: self.pages)
    @rule(data=st.data(), session=st.sampled_from([*SESSIONS, "r-nobody"]), leg=st.sampled_from(["talk", "booth"]),
          from_=st.sampled_from(["expert", "booth", "media"]))  # fmt: skip
    def expert_signals(self, data: st.DataObject, session: str, leg: str, from_: str) -> None:
        who = data.draw(st.sampled_from(sorted(self.pages)))
        says = self.broker.expert_said(who, read_expert(signal(session, from_, leg)), self.now_s)
        for to, message in says:
            if isinstance(message, Signal | Ack):
                assert (to.kind, to.id) == ("point", SESSIONS[session])
                assert self.pages[who] == session and from_ == "expert"

    @precondition(lambda self: any(p.here for p in self.points.values()))
    @rule(data=st.data(), session=st.sampled_from([*SESSIONS, "r-nobody"]), leg=st.sampled_from(["talk", "booth"]),
          from_=st.sampled_from(["expert", "booth", "media"]))  # fmt: skip
    def point_signals(self, data: st.DataObject, session: str, leg: str, from_: str) -> None:
        point = self.a_point(data)
        for to, message in self.broker.point_said(point, read_point(signal(session, from_, leg)), self.now_s):
            if isinstance(message, Signal | Ack):
                assert SESSIONS.get(session) == point
                assert from_ == {"talk": "booth", "booth": "media"}[leg]
                assert to.kind == "expert" and self.pages[to.id] == session

    @rule(seconds=st.integers(1, 40))
    def time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            self.hear(self.broker.tick(self.now_s))

    @invariant()
    def each_session_is_with_one_expert_at_most(self) -> None:
        had = [session for session in getattr(self, "pages", {}).values() if session is not None]
        assert len(had) == len(set(had)), self.pages

    # ----

    def a_point(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([p for p, one in self.points.items() if one.here]))

    def draw(self, point: str) -> None:
        if self.points[point].here:
            self.hear(self.broker.point_said(point, read_point(self.points[point].picture()), self.now_s))

    def expert(self, data: st.DataObject, **message: Any) -> None:
        who = data.draw(st.sampled_from(sorted(self.pages)))
        self.hear(self.broker.expert_said(who, read_expert(msgspec.json.encode(message)), self.now_s))

    def hear(self, says: list[Say]) -> None:
        for to, message in says:
            if to.kind == "point" and isinstance(message, PointOrder) and self.points[to.id].here:
                assert SESSIONS[message.session] == to.id
                self.points[to.id].inbox.append(message)
            elif to.kind == "expert" and to.id in self.pages:
                self.page_hears(EXPERTS[to.id], message)

    def page_hears(self, who: Expert, message: Any) -> None:
        if isinstance(message, Joined):
            assert self.points[SESSIONS[message.session]].state[message.session][1] == who.id
            assert message.brief.expert == who.id and message.brief.state in WITH
            self.pages[who.id] = message.session
        elif type(message).__name__ == "Lost" and self.pages[who.id] == message.session:
            self.pages[who.id] = None


World.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault of the broker's
TestBroker = World.TestCase
