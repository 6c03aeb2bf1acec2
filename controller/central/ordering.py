"""Orders under way to points: each has an id that is unique across restarts, is said again until it is answered, and
what came of it goes to the expert who gave it. No I/O here.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from controller.central.shapes import Brief, Done, Order, PointOrder
from controller.central.standing import Pending, Say, To

AGAIN_S = 10.0  # an order that its point has not answered is said again: an order that comes twice is done once
OVER_S = 15.0  # a session that is gone answers no more
KEPT_S = 24 * 3600.0  # for a point that has no line: what ended a session there is told when it is back, the same day
HUSH_S = 5.0  # after a ring or unring was answered: the picture may be on its way, or the point may not want it
RINGS_MOST, RINGS_S = 4, 30.0  # of one session in so long, whoever is ready and no longer: each goes into a journal
UNDER_WAY_MOST = 16  # of one session
RINGS = ("ring", "unring")
LAST = ("end", "move", "hand_over")  # after these it is no longer the expert's
MEANT = {  # own orders -> the states in which they still mean something
    "ring": {"queued"}, "unring": {"ringing"}, "answer": {"queued", "ringing"},
    "drop": {"ringing", "connected", "held", "reconnecting"},
}  # fmt: skip


class Orders:
    """`new_id` makes ids for the broker's own orders; an expert's keeps its page's id, so that a page may repeat it to
    a broker that has forgotten."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._pending: dict[str, Pending] = {}
        self._of: dict[str, dict[str, Pending]] = {}  # the same by session
        self._hushed: dict[str, float] = {}  # session -> until when it is neither rung nor unrung
        self._rung: dict[str, list[float]] = {}  # session -> when it was rung or unrung lately

    def own(self, point: str, session: str, do: str, now_s: float, **members: Any) -> tuple[To, PointOrder]:
        """An order of the broker's own; `by` in `members` is the expert for whom it is."""
        by = members.pop("by", None)
        order = PointOrder(id=self._new_id(), session=session, do=do, **members)
        self._keep(Pending(point, order, now_s, by, "", now_s))
        if do in RINGS:
            self._rung[session] = [*self._lately(session, now_s), now_s]
        return To("point", point), order

    def of(self, expert: str, point: str, order: Order, now_s: float) -> list[Say]:
        """An expert's order; refused when too many are under way."""
        if len(self._of.get(order.session, ())) >= UNDER_WAY_MOST:
            return [(To("expert", expert), Done(id=order.id, ok=False, problem="too-many"))]
        members = {
            name: getattr(order, name) for name in order.__struct_fields__ if name not in {"id", "session", "do"}
        }
        passed = PointOrder(id=f"{expert}.{order.id}", session=order.session, do=order.do, **members)
        if passed.id not in self._pending:
            self._keep(Pending(point, passed, now_s, expert, order.id, now_s))
        return [(To("point", point), self._pending[passed.id].order)]

    def done(self, point: str, done: Done, now_s: float) -> Pending | None:
        """The order that this answers, if it is one of this point's."""
        pending = self._pending.get(done.id)
        if pending is None or pending.point != point:
            return None
        self._drop(pending)
        if pending.order.do in RINGS:
            self._hushed[pending.order.session] = now_s + HUSH_S
        return pending

    def recall(self, pending: Iterable[Pending]) -> None:
        """Orders that were kept over a restart."""
        for one in pending:
            self._keep(one)

    def last(self) -> list[Pending]:
        """Those that end what an expert had, and are not answered: they are kept over a restart."""
        return [pending for pending in self._pending.values() if pending.order.do in LAST]

    def is_under_way(self, session: str, *dos: str) -> bool:
        return any(pending.order.do in dos for pending in self._of.get(session, {}).values())

    def may_ring(self, session: str, now_s: float) -> bool:
        """Not while an order that changes this is under way, nor just after one was answered, nor time and again."""
        hushed = now_s < self._hushed.get(session, 0.0) or len(self._lately(session, now_s)) >= RINGS_MOST
        return not hushed and not self.is_under_way(session, *RINGS, "answer", "end", "drop")

    def pictured(self, brief: Brief, before: Brief | None) -> None:
        """Forget what its state has overtaken: it is said no more. What was hushed may be looked at anew."""
        if before is not None and before.state != brief.state:
            self._hushed.pop(brief.session, None)
        for pending in list(self._of.get(brief.session, {}).values()):
            order = pending.order
            if brief.state not in MEANT.get(order.do, {brief.state}) or order.expert == brief.expert:
                self._drop(pending)

    def resent(self, point: str, now_s: float) -> list[Say]:
        """All that this point has not answered: it has a new line."""
        return [self._said(p, now_s) for p in self._pending.values() if p.point == point]

    def again(self, here: Collection[str], known: Collection[str], now_s: float) -> list[Say]:
        """What time brings. `here`: points with a line; `known`: sessions that are in a picture."""
        said: list[Say] = []
        for pending in list(self._pending.values()):
            kept_s = KEPT_S if pending.order.do in LAST and pending.point not in here else OVER_S
            if pending.order.session not in known and now_s - pending.since_s >= kept_s:
                self._drop(pending)
                if pending.by is not None and pending.page_id:
                    done = Done(id=pending.page_id, ok=False, problem="session-over")
                    said.append((To("expert", pending.by), done))
            elif pending.point in here and now_s - pending.said_s >= AGAIN_S:
                said.append(self._said(pending, now_s))
        for session in [s for s, until in self._hushed.items() if until <= now_s]:
            del self._hushed[session]
        self._rung = {one: times for one in self._rung if (times := self._lately(one, now_s))}
        return said

    def _keep(self, pending: Pending) -> None:
        self._pending[pending.order.id] = pending
        self._of.setdefault(pending.order.session, {})[pending.order.id] = pending

    def _drop(self, pending: Pending) -> None:
        session, id_ = pending.order.session, pending.order.id
        del self._pending[id_], self._of[session][id_]
        if not self._of[session]:
            del self._of[session]

    def _lately(self, session: str, now_s: float) -> list[float]:
        return [at for at in self._rung.get(session, ()) if 0 <= now_s - at < RINGS_S]

    def _said(self, pending: Pending, now_s: float) -> Say:
        pending.said_s = now_s
        return To("point", pending.point), pending.order
