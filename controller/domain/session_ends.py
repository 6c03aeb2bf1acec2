"""How a remote session ends: by the expert's word, the customer's leaving, a hand-over, or time; always once.

Whatever the end, the customer is where they should be: served, or waiting with the number they have.
"""

from msgspec import UNSET

from controller.domain import commands as c
from controller.domain import counters, queues, transfers, visits
from controller.domain.draft import Draft, Refused
from controller.domain.event_words import ServiceOutcome, SessionOutcome
from controller.domain.events import ServiceCalled, ServiceEnded, ServiceHeld, ServiceStarted, TicketVoided
from controller.domain.remote_events import Quality, RemoteEnded, RemoteStateChanged
from controller.domain.session_facts import answered, live, over, own_turn, since
from controller.domain.state import ServiceEvent, Session

WRAP_UP_MS = 180_000  # after the customer ended it the expert has this long to say how the service ended
LOST_MS = 180_000  # without a way to each other: it has failed
SETUP_MS = 120_000  # from the answer to sound and picture
BEGUN = frozenset({"serving", "held"})  # the service of this event; who was moved waits for another expert's
UNMET: dict[str, SessionOutcome] = {"served": "no_answer", "transferred": "transferred", "recycled": "transferred"}
"""How a session ends whose service event ended so before they met; else the customer left."""


def hand_over(draft: Draft, wish: c.HandOver) -> None:
    """To a counter of the point: the session is over, the customer waits there with the same number."""
    session = answered(draft, wish.session)
    turn = own_turn(draft, session)
    if turn is None:
        raise Refused("wrong-state", f"session {session.id} supports an advisor: its customer is at a counter already")
    target = c.Transfer(counter="", to_queue=wish.to_queue, to_counter=wish.to_counter, to_service=wish.to_service,
                        position=wish.position)  # fmt: skip
    service, queue, only, place = transfers.target_of(draft, target, turn)
    back = transfers.wanted_by(draft, turn, "")
    back = "" if back == only else back  # there they are back already
    over(draft, session, "transferred", "expert", wish.quality)
    draft.add(ServiceEnded(service_event=turn.id, outcome=sent_on(turn), accurate=True))
    draft.subject = visits.queue_again(draft, turn, service, "transfer", place, queue=queue, only=only, back_to=back)


def leave(draft: Draft, wish: c.LeaveSession) -> None:
    """The customer ends it. What was connected was a service; how it ended the expert says yet (`end`), or nobody: what
    they write meanwhile is no service time. Who declines waits on, for a counter or until they agree."""
    session = live(draft, wish.session)
    turn = own_turn(draft, session)
    met = _have_met(session, turn)
    over(draft, session, "completed" if met else "customer_left", wish.cause, wish.quality)
    if turn is None:
        return
    if met:
        if turn.stage == "serving":
            draft.add(ServiceHeld(service_event=turn.id, cause="wrap_up"))
    elif wish.cause == "declined":
        _back_to_queue(draft, turn, "recycled")
    else:
        _gone(draft, turn, by_customer=wish.cause == "customer")


def end(draft: Draft, wish: c.EndSession) -> None:
    """How it ended, in the words of whoever served; for a session that the customer has ended, of the service only."""
    session = draft.state.sessions.get(wish.session)
    if session is None:
        raise Refused("wrong-state", f"there is no session {wish.session!r} today")
    turn = own_turn(draft, session)
    draft.subject = session.id
    if session.outcome is not None:
        _word_on(draft, session, turn, wish)
        return
    begun = _have_met(session, turn)
    if wish.outcome == "completed" and not begun:
        raise Refused("wrong-state", f"nobody has served session {session.id} here yet: it cannot be completed")
    over(draft, session, wish.outcome, "expert", wish.quality)
    if turn is None:
        return
    if wish.outcome == "completed":
        _served(draft, turn, wish, accurate=True)
    elif wish.outcome == "technical_failure":
        _back_to_queue(draft, turn)
    elif begun:
        _served(draft, turn, wish, accurate=False)
    elif session.answered and turn.stage == "called":
        counters.end_no_show(draft, turn)
    else:
        _gone(draft, turn, by_customer=False)


def _word_on(draft: Draft, session: Session, turn: ServiceEvent | None, wish: c.EndSession) -> None:
    """The expert says how it was of a session that the customer has ended; or of one that was given up meanwhile, while
    the point was away: whoever was served then is called no more."""
    late = _still_waiting(draft, turn) if session.cause == "lost" and wish.outcome == "completed" else None
    if late is not None:
        waited = counters.waited_ms(draft, late)
        draft.add(ServiceCalled(service_event=late.id, booth=session.booth, call=late.call + 1, waiting_ms=waited))
        draft.add(ServiceStarted(service_event=late.id, at="inferred"))
        _served(draft, late, wish, accurate=False)
    elif turn is None or turn.stage not in BEGUN or session.outcome != "completed":
        raise Refused("wrong-state", f"session {session.id} has ended already: {session.outcome}")
    elif wish.outcome == "technical_failure":
        visits.remove(draft, turn, "technical_failure", "cancelled")
    else:
        _served(draft, turn, wish, accurate=wish.outcome == "completed")


def _still_waiting(draft: Draft, turn: ServiceEvent | None) -> ServiceEvent | None:
    """The service event in which this customer waits again, until somebody calls them."""
    now = draft.state.service_events[draft.visit(turn).current] if turn is not None else None
    return now if now is not None and now is not turn and now.stage == "waiting" and not now.session else None


def tick(draft: Draft) -> None:
    """What time makes of sessions: nobody answered, nobody came back, nobody said how it ended."""
    for session in list(draft.state.sessions.values()):
        if session.outcome is not None:
            turn = own_turn(draft, session)
            if (
                session.outcome == "completed"
                and turn is not None
                and turn.stage in BEGUN
                and (since(draft, session, "ended") >= WRAP_UP_MS)
            ):
                _served(draft, turn, c.EndSession(session=session.id, outcome="completed"), accurate=False)
        elif not session.answered and since(draft, session, "waits") >= _patience_ms(draft, session):
            _nobody(draft, session)
        elif session.state == "ringing" and session.answered and since(draft, session, "answered") >= SETUP_MS:
            fail(draft, session, "no_setup")
        elif session.state == "reconnecting" and since(draft, session, "state") >= LOST_MS:
            fail(draft, session, "lost")


def end_day(draft: Draft) -> None:
    """No session goes into another day. Their service events end with the day's own."""
    for session in draft.state.sessions.values():
        if session.outcome is None:
            outcome: SessionOutcome = "completed" if _have_met(session, own_turn(draft, session)) else "no_answer"
            over(draft, session, outcome, "day_over", None)


def finished(draft: Draft) -> None:
    """Sessions whose service event went by another door: called to a counter, cancelled, removed, ended there."""
    ended = {f.event.session for f in draft.facts if isinstance(f.event, RemoteEnded)}
    changes = [f.event for f in draft.facts if isinstance(f.event, RemoteStateChanged)]
    moved = {change.session for change in changes if change.cause == "moved"}
    subject = draft.subject
    for event in [f.event for f in draft.facts]:
        turn = draft.state.service_events.get(getattr(event, "service_event", ""))
        session = draft.state.sessions.get(turn.session) if turn is not None else None
        if session is None or session.outcome is not None or session.id in ended | moved:
            continue
        if isinstance(event, ServiceCalled) and isinstance(event.counter, str):
            over(draft, session, "transferred", "counter", None)
        elif isinstance(event, ServiceEnded) and _have_met(session, own_turn(draft, session)):
            over(draft, session, "completed", event.outcome, None)
        elif isinstance(event, ServiceEnded):
            over(draft, session, UNMET.get(event.outcome, "customer_left"), event.outcome, None)
        else:
            continue
        ended.add(session.id)
    draft.subject = subject


def _have_met(session: Session, turn: ServiceEvent | None) -> bool:
    """The customer (or the advisor who is supported) and an expert of this very service: who was moved to others and
    waits for them has not met those."""
    return bool(session.connected) and (turn is None or turn.stage in BEGUN)


def _nobody(draft: Draft, session: Session) -> None:
    """Nobody answered in time, or nobody took over from who left. Whom an expert has served already is served."""
    turn = own_turn(draft, session)
    met = _have_met(session, turn)
    over(draft, session, "technical_failure" if met else "no_answer", "no_expert", None)
    if turn is not None:
        _back_to_queue(draft, turn, "technical_failure" if met else "recycled")


def fail(draft: Draft, session: Session, cause: str, quality: Quality | None = None) -> None:
    """No way to each other any more: who waits for it goes back to the queue, first of all."""
    turn = own_turn(draft, session)
    over(draft, session, "technical_failure", cause, quality)
    if turn is not None:
        _back_to_queue(draft, turn)


def _back_to_queue(draft: Draft, turn: ServiceEvent, outcome: ServiceOutcome = "technical_failure") -> None:
    """With the number they have, before everyone who waits; whom nobody had called yet simply goes on waiting."""
    if turn.stage in {"waiting", "ended"}:
        return
    draft.add(ServiceEnded(service_event=turn.id, outcome=outcome, accurate=outcome == "recycled"))
    service = draft.config.service(turn.service) or draft.config.services[0]
    place = queues.first_place(draft.state, turn.queue, turn.place)
    visits.queue_again(draft, turn, service, "recycle", place, queue=turn.queue, back_to=turn.back_to)


def sent_on(turn: ServiceEvent) -> ServiceOutcome:
    """How a service event ends whose customer is sent on: one that had not begun is nobody's service."""
    return "recycled" if turn.stage == "called" else "transferred"


def _served(draft: Draft, turn: ServiceEvent, wish: c.EndSession, *, accurate: bool) -> None:
    providers = tuple(counters.provider_of(draft, item.service) for item in wish.delivered)
    draft.add(
        ServiceEnded(
            service_event=turn.id, outcome="served", resolution=wish.resolution, guidance=wish.guidance,
            channel="remote", delivered=wish.delivered, providers=providers or UNSET, accurate=accurate,
        )
    )  # fmt: skip
    visits.go_on_or_end(draft, turn, "served", wish.next_service)


def _gone(draft: Draft, turn: ServiceEvent, *, by_customer: bool) -> None:
    visits.remove(draft, turn, "removed_customer" if by_customer else "removed_staff", "cancelled")
    ticket = draft.visit(turn).ticket
    if ticket:
        draft.add(TicketVoided(ticket=ticket, cause="customer" if by_customer else "staff"))


def _patience_ms(draft: Draft, session: Session) -> int:
    booth = draft.config.booth(session.booth)
    return (booth.no_answer_s if booth is not None else 1800) * 1000
