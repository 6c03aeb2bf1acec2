"""What happens because time goes on: opening and closing, the late, the day's end."""

from controller.domain import bookings, counters, hours, numbering, printing, session_ends, visits
from controller.domain.commands import Now
from controller.domain.draft import Draft, Fact
from controller.domain.events import OpeningChanged, QueueReset, VisitEnded
from controller.domain.point import Config
from controller.domain.state import Counter, State, live


def day_is_over(state: State, config: Config, now: Now) -> bool:
    """Does the business date of this moment differ from the last one journalled?"""
    return bool(state.business_date) and numbering.business_date(state.business_date, now, config.point.zone) != (
        state.business_date
    )


def end_day(draft: Draft) -> None:
    """The old day's leftovers are removed, its counters closed; the new day begins with the reset."""
    old = draft.state.business_date
    new = numbering.business_date(old, draft.now, draft.config.point.zone)
    session_ends.end_day(draft)
    removed = live(draft.state)
    for turn in removed:
        serving = turn.stage in {"serving", "held"}
        visits.remove(draft, turn, "ended_timeout" if serving else "removed_reset", "served" if serving else "removed")
    _end_late(draft, everyone=True)
    for counter in draft.state.counters.values():
        if counter.open:
            counters.close(draft, _without_customers(draft, counter.id), "day")
    printing.give_up(draft, "day_over")
    bookings.missed(draft)
    bookings.finished(draft)
    draft.facts = [Fact(f.event, f.ms, f.mono_ns, old) for f in draft.facts]
    draft.facts.append(Fact(QueueReset(business_date=old, removed=len(removed)), business_date=new))


def tick(draft: Draft) -> None:
    """Everything that is due now. Nothing due: no facts. A clock that nobody set opens and closes nothing."""
    if draft.now.clock != "unsynced":
        _opening(draft)
    _taken_away(draft)
    bookings.missed(draft)
    _end_late(draft, everyone=False)
    _unanswered(draft)
    _wrapped_up(draft)
    session_ends.tick(draft)
    printing.expire(draft)


def _taken_away(draft: Draft) -> None:
    """A counter that the new configuration has no more closes: whoever was called there goes back to the line."""
    for counter in draft.state.counters.values():
        if counter.open and draft.config.counter(counter.id) is None:
            counters.close(draft, counter, "config")


def _opening(draft: Draft) -> None:
    """Say what opened or closed since it was last said; at closing, the configured end of day.

    What was opened by hand before its time goes on by the hours once they agree: it closes when the hours close it.
    """
    changed: dict[bool, list[str]] = {True: [], False: []}
    over: set[str] = set()  # closed by hand, and now by the hours too
    point_is_open = hours.is_open(draft.config, None, draft.now.ms)  # once: this is asked every second
    for service in draft.config.services:
        by_order = draft.state.closed_by_order.get(service.id)
        by_hours = point_is_open if service.hours is None else hours.is_open(draft.config, service, draft.now.ms)
        is_open = by_hours if by_order is None else not by_order  # as `queues.is_open`
        if draft.state.opening.get(service.id, "closed") != ("open" if is_open else "closed"):
            changed[is_open].append(service.id)
        elif by_order is False and by_hours:
            changed[True].append(service.id)
        if by_order and not by_hours:
            over.add(service.id)
    for is_open, services in changed.items():
        if services:
            draft.add(OpeningChanged(state="open" if is_open else "closed", services=tuple(services), cause="hours"))
    if draft.config.point.end_of_day == "remove_at_close":
        for turn in live(draft.state):
            came_before = turn.cause == "initial" and not draft.visit(turn).appointment
            closing = turn.service in changed[False] or (turn.service in over and came_before)
            if closing and turn.stage == "waiting":
                visits.remove(draft, turn, "removed_reset", "removed")


def _end_late(draft: Draft, *, everyone: bool) -> None:
    for id_, ended in draft.state.late.items():
        if everyone or draft.now.ms >= ended + draft.config.point.late_s * 1000 or draft.now.ms < ended - 60_000:
            visit = draft.state.visits[id_]
            draft.add(VisitEnded(visit=id_, outcome="no_show", service_events=visit.service_events))


def _unanswered(draft: Draft) -> None:
    """The late-tolerance rule: a call nobody answered for `auto_no_show_s` is a no-show (actor: system)."""
    limit = draft.config.point.auto_no_show_s * 1000
    if not limit:
        return
    for turn in live(draft.state):
        if turn.stage == "called" and not turn.booth and draft.now.ms >= turn.last_called + limit:
            counters.end_no_show(draft, turn)


def _wrapped_up(draft: Draft) -> None:
    limit = draft.config.point.wrap_up_s * 1000
    for counter in draft.state.counters.values():
        if limit and counter.open and counter.state == "wrap_up" and draft.now.ms >= counter.since + limit:
            draft.set_advisor(counter, "available", "inferred", "wrapped_up")


def _without_customers(draft: Draft, id_: str) -> Counter:
    """The counter as it is once its customers were removed by the facts before."""
    known = draft.state.counters[id_]
    return Counter(known.id, known.advisor, True, known.services, known.languages, known.state, known.since)
