"""A remote session from the wish to its one outcome: asked for, rung, answered, connected, held, interrupted, ended.

It goes with a service event that waits, is called (to the booth) and is served like any other; in mode `support` with
the one that an advisor is serving at a counter, which it does not move. While a session lives no counter calls its
customer; when it fails the customer is where they were, with the same number.
"""

from msgspec import UNSET

from controller.domain import bookings, counters, queues, transfers, visits
from controller.domain import commands as c
from controller.domain.draft import Draft, Refused
from controller.domain.events import (
    IdentityChecked,
    Quality,
    RemoteEnded,
    RemoteRequested,
    RemoteStateChanged,
    RoomStateChanged,
    ServiceCalled,
    ServiceEnded,
    ServiceHeld,
    ServiceOutcome,
    ServiceResumed,
    ServiceStarted,
    SessionMode,
    SessionOutcome,
    SessionState,
    TicketIssued,
    TicketVoided,
)
from controller.domain.point import Booth
from controller.domain.state import ServiceEvent, Session

WRAP_UP_MS = 180_000  # after the customer ended it the expert has this long to say how the service ended
LOST_MS = 180_000  # without a way to each other: it has failed
SETUP_MS = 120_000  # from the answer to sound and picture
BY_SERVICE: dict[str, SessionOutcome] = {"served": "no_answer", "transferred": "transferred", "recycled": "transferred"}


def request(draft: Draft, wish: c.RequestSession) -> None:
    """A session for whoever the wish names. Gives its id as the subject."""
    service = visits.open_service(draft, wish.service)
    if "remote" not in service.channels and wish.mode != "support":
        raise Refused("invalid", f"service {service.id} is not served remotely")
    if wish.language not in draft.config.point.languages:
        raise Refused("invalid", f"language {wish.language!r} is none of {', '.join(draft.config.point.languages)}")
    if wish.mode == "support":
        _support(draft, wish)
        return
    booth = _free_booth(draft, wish.booth)
    mode: SessionMode = "appointment" if wish.appointment else "walk_in"
    turn, service_id, provider = _turn_for(draft, wish)
    draft.subject = _wanted(draft, wish, mode, turn, service_id, provider)
    _room(draft, booth, occupied=True)


def _support(draft: Draft, wish: c.RequestSession) -> None:
    counter = draft.counter(wish.counter)
    if not counter.current:
        raise Refused("wrong-state", f"counter {counter.id} has no customer to be supported with")
    turn = draft.turn(counter.current)
    if turn.session:
        raise Refused("wrong-state", f"counter {counter.id} has asked for support already")
    counters.ensure_started(draft, counter, turn)
    service = visits.open_service(draft, wish.service)
    draft.subject = _wanted(draft, wish, "support", turn.id, service.id, service.provider)


def _turn_for(draft: Draft, wish: c.RequestSession) -> tuple[str, str, str]:
    """The service event that the session is for, new or known, and its service and provider."""
    service = visits.open_service(draft, wish.service)
    if wish.ticket:
        ticket = visits.ticket_or_refuse(draft, wish.ticket)
        turn = draft.turn(draft.state.visits[ticket.visit].current)
        if turn.stage != "waiting" or turn.session:
            raise Refused("wrong-state", f"ticket {ticket.number} is not waiting for anybody")
        return turn.id, turn.service, turn.provider
    if wish.counter:
        counter = draft.counter(wish.counter)
        turn = counters.current_of(draft, counter, "")
        counters.ensure_started(draft, counter, turn)
        draft.add(ServiceEnded(service_event=turn.id, outcome="transferred", accurate=True))
        id_ = visits.queue_again(draft, turn, service, "transfer", turn.place)
        draft.set_advisor(counter, "available", "explicit")
        return id_, service.id, service.provider
    if wish.appointment:
        bookings.check_in(draft, c.CheckIn(actor=wish.actor, code=wish.appointment, language=wish.language))
    else:
        visits.issue(draft, service, "kiosk", wish.language, (service.id,), service.priority)
    issued = next(f.event for f in draft.facts if isinstance(f.event, TicketIssued))
    booked = next((s for s in draft.config.services if s.queue == issued.queue and s.id == wish.service), service)
    return issued.service_event, booked.id, booked.provider


def _wanted(draft: Draft, wish: c.RequestSession, mode: SessionMode, turn: str, service: str, provider: str) -> str:
    id_ = draft.new_id("r")
    draft.add(
        RemoteRequested(
            session=id_, service_event=turn, provider=provider, service=service, mode=mode,
            booth=wish.booth if mode != "support" else UNSET, language=wish.language, interpreter=wish.interpreter,
        )
    )  # fmt: skip
    return id_


def ring(draft: Draft, wish: c.RingSession) -> None:
    session = _live(draft, wish.session)
    if wish.on and session.state == "queued":
        _turn_to(draft, session, "ringing", "expert_ready")
    elif not wish.on and session.state == "ringing" and not session.answered:
        _turn_to(draft, session, "queued", "no_expert")


def answer(draft: Draft, wish: c.AnswerSession) -> None:
    """The wait is over: the customer is called, in the booth where they sit."""
    session = _live(draft, wish.session)
    if session.answered:
        raise Refused("wrong-state", f"session {session.id} has an expert already")
    _turn_to(draft, session, "ringing", "answered")
    turn = _own_turn(draft, session)
    if turn is None or turn.stage not in {"waiting", "called"}:
        return
    first = turn.stage == "waiting"
    waited = counters.waited_ms(draft, turn) if first else turn.waiting_ms
    draft.add(ServiceCalled(service_event=turn.id, booth=session.booth, call=turn.call + 1, waiting_ms=waited))


def legs(draft: Draft, told: c.ReportLegs) -> None:
    """Whether they can hear and see each other now. What is told of a session that is over, or held, changes nothing."""
    session = draft.state.sessions.get(told.session)
    if session is None or not session.answered:
        return
    if told.up and session.state in {"ringing", "reconnecting"}:
        _turn_to(draft, session, "connected", told.why or ("" if session.state == "ringing" else "back"))
        _serve(draft, session)
    elif not told.up and session.state == "connected":
        _turn_to(draft, session, "reconnecting", told.why or "lost")


def hold(draft: Draft, wish: c.HoldSession) -> None:
    session = _live(draft, wish.session)
    if session.state not in {"connected", "reconnecting"}:
        raise Refused("wrong-state", f"session {session.id} is {session.state}: only one that is connected can be held")
    _turn_to(draft, session, "held", "expert")
    turn = _own_turn(draft, session)
    if turn is not None and turn.stage == "serving":
        draft.add(ServiceHeld(service_event=turn.id, cause="expert"))


def resume(draft: Draft, wish: c.ResumeSession) -> None:
    session = _live(draft, wish.session)
    if session.state != "held":
        raise Refused("wrong-state", f"session {session.id} is {session.state}, not on hold")
    _turn_to(draft, session, "connected", "expert")
    _serve(draft, session)


def drop(draft: Draft, wish: c.DropSession) -> None:
    """It waits again, for another expert; a service that had begun is held meanwhile."""
    session = _live(draft, wish.session)
    if not session.answered:
        return
    _turn_to(draft, session, "queued", wish.why)
    turn = _own_turn(draft, session)
    if turn is not None and turn.stage == "serving":
        draft.add(ServiceHeld(service_event=turn.id, cause=wish.why))


def move(draft: Draft, wish: c.MoveSession) -> None:
    """To the experts of another service: a new service event of the same visit and number, with its old place."""
    session = _answered(draft, wish.session)
    service = visits.open_service(draft, wish.service)
    if "remote" not in service.channels:
        raise Refused("invalid", f"service {service.id} is not served remotely")
    turn = _own_turn(draft, session)
    if turn is not None and service.id != session.service:
        draft.add(ServiceEnded(service_event=turn.id, outcome=_sent_on(turn), accurate=True))
        visits.queue_again(draft, turn, service, "transfer", turn.place)
    elif turn is not None and turn.stage == "serving":
        draft.add(ServiceHeld(service_event=turn.id, cause="moved"))
    _turn_to(draft, session, "queued", "moved")


def hand_over(draft: Draft, wish: c.HandOver) -> None:
    """To a counter of the point: the session is over, the customer waits there with the same number."""
    session = _answered(draft, wish.session)
    turn = _own_turn(draft, session)
    if turn is None:
        raise Refused("wrong-state", f"session {session.id} supports an advisor: its customer is at a counter already")
    target = c.Transfer(counter="", to_queue=wish.to_queue, to_counter=wish.to_counter, to_service=wish.to_service,
                        position=wish.position)  # fmt: skip
    service, queue, only, place = transfers.target_of(draft, target, turn)
    _over(draft, session, "transferred", "expert", None)
    draft.add(ServiceEnded(service_event=turn.id, outcome=_sent_on(turn), accurate=True))
    draft.subject = visits.queue_again(draft, turn, service, "transfer", place, queue=queue, only=only)


def leave(draft: Draft, wish: c.LeaveSession) -> None:
    """The customer ends it. What was connected was a service; how it ended the expert says yet (`end`), or nobody."""
    session = _live(draft, wish.session)
    turn = _own_turn(draft, session)
    if session.connected:
        _over(draft, session, "completed", wish.cause, wish.quality)
        return
    _over(draft, session, "customer_left", wish.cause, wish.quality)
    if turn is not None:
        _gone(draft, turn, "removed_customer" if wish.cause == "customer" else "removed_staff")


def end(draft: Draft, wish: c.EndSession) -> None:
    """How it ended, in the words of whoever served; for a session that the customer has ended, of the service only."""
    session = draft.state.sessions.get(wish.session)
    if session is None:
        raise Refused("wrong-state", f"there is no session {wish.session!r} today")
    turn = _own_turn(draft, session)
    draft.subject = session.id
    if session.outcome is not None:
        if turn is None or turn.stage == "ended" or session.outcome != "completed":
            raise Refused("wrong-state", f"session {session.id} has ended already: {session.outcome}")
        _served(draft, turn, wish, accurate=True)
        return
    if wish.outcome == "completed" and not session.connected:
        raise Refused("wrong-state", f"session {session.id} was never connected: it cannot be completed")
    _over(draft, session, wish.outcome, "expert", wish.quality)
    if turn is None:
        return
    if wish.outcome == "completed":
        _served(draft, turn, wish, accurate=True)
    elif wish.outcome == "technical_failure":
        _back_to_queue(draft, turn)
    elif session.connected:
        _served(draft, turn, wish, accurate=False)
    elif session.answered:
        counters.end_no_show(draft, turn)
    else:
        _gone(draft, turn, "removed_staff")


def identity(draft: Draft, told: c.CheckIdentity) -> None:
    """Checked by the expert or at the counter; the result only."""
    if told.session:
        _live(draft, told.session)
        draft.subject = told.session
        draft.add(IdentityChecked(session=told.session, method=told.method, result=told.result))
        return
    turn = draft.turn(told.service_event)
    draft.subject = turn.id
    draft.add(IdentityChecked(service_event=turn.id, method=told.method, result=told.result))


def tick(draft: Draft) -> None:
    """What time makes of sessions: nobody answered, nobody came back, nobody said how it ended."""
    for session in list(draft.state.sessions.values()):
        if session.outcome is not None:
            turn = _own_turn(draft, session)
            if session.outcome == "completed" and turn is not None and turn.stage != "ended" and (
                _since(draft, session, "ended") >= WRAP_UP_MS
            ):
                _served(draft, turn, c.EndSession(session=session.id, outcome="completed"), accurate=False)
        elif not session.answered and _since(draft, session, "waits") >= _patience_ms(draft, session):
            _nobody(draft, session)
        elif session.state == "ringing" and session.answered and _since(draft, session, "answered") >= SETUP_MS:
            _fail(draft, session, "no_setup")
        elif session.state == "reconnecting" and _since(draft, session, "state") >= LOST_MS:
            _fail(draft, session, "lost")


def end_day(draft: Draft) -> None:
    """No session goes into another day. Their service events end with the day's own."""
    for session in draft.state.sessions.values():
        if session.outcome is None:
            outcome: SessionOutcome = "completed" if session.connected else "no_answer"
            _over(draft, session, outcome, "day_over", None)


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
            _over(draft, session, "transferred", "counter", None)
        elif isinstance(event, ServiceEnded) and session.connected:
            _over(draft, session, "completed", event.outcome, None)
        elif isinstance(event, ServiceEnded):
            _over(draft, session, BY_SERVICE.get(event.outcome, "customer_left"), event.outcome, None)
        else:
            continue
        ended.add(session.id)
    draft.subject = subject


def _nobody(draft: Draft, session: Session) -> None:
    """Nobody answered in time, or nobody took over from who left. Whom an expert has served already is served."""
    turn = _own_turn(draft, session)
    outcome: SessionOutcome = "technical_failure" if session.connected else "no_answer"
    _over(draft, session, outcome, "no_expert", None)
    if turn is not None:
        _back_to_queue(draft, turn, "technical_failure" if session.connected else "recycled")


def _fail(draft: Draft, session: Session, cause: str) -> None:
    turn = _own_turn(draft, session)
    _over(draft, session, "technical_failure", cause, None)
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


def _sent_on(turn: ServiceEvent) -> ServiceOutcome:
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


def _gone(draft: Draft, turn: ServiceEvent, outcome: str) -> None:
    visits.remove(draft, turn, "removed_customer" if outcome == "removed_customer" else "removed_staff", "cancelled")
    ticket = draft.visit(turn).ticket
    if ticket:
        draft.add(TicketVoided(ticket=ticket, cause="customer" if outcome == "removed_customer" else "staff"))


def _serve(draft: Draft, session: Session) -> None:
    """They see each other: the service begins, or goes on."""
    turn = _own_turn(draft, session)
    if turn is not None and turn.stage == "called":
        draft.add(ServiceStarted(service_event=turn.id, at="explicit"))
    elif turn is not None and turn.stage == "held":
        draft.add(ServiceResumed(service_event=turn.id, cause="expert"))
    advisor = draft.state.counters.get(session.counter)
    if session.mode == "support" and advisor is not None and advisor.current == session.service_event:
        draft.set_advisor(advisor, "remote_serving", "explicit")


def _over(
    draft: Draft, session: Session, outcome: SessionOutcome, cause: str, quality: Quality | None
) -> None:
    """The one end of a session: its state, its outcome, its booth free."""
    draft.subject = session.id
    draft.add(RemoteStateChanged(session=session.id, from_=session.state, to="ended", cause=cause))
    lost = session.interrupted_ms + (_since(draft, session, "state") if session.state == "reconnecting" else 0)
    draft.add(
        RemoteEnded(
            session=session.id, outcome=outcome,
            wait_ms=_between(session, "requested", "answered") if session.clocks.get("answered")
            else _since(draft, session, "requested"),
            setup_ms=_between(session, "answered", "connected"),
            connected_ms=_since(draft, session, "connected") if session.connected else 0,
            interrupted_ms=lost, quality=quality if session.connected else None,
        )
    )  # fmt: skip
    booth = _booth(draft, session.booth)
    if booth is not None:
        _room(draft, booth, occupied=False)
    if session.mode == "support" and session.counter:
        counter = draft.state.counters.get(session.counter)
        if counter is not None and counter.open and draft.advisor_state(counter) == "remote_serving":
            draft.set_advisor(counter, "serving", "explicit")


def _turn_to(draft: Draft, session: Session, to: SessionState, cause: str) -> None:
    draft.subject = session.id
    draft.add(RemoteStateChanged(session=session.id, from_=session.state, to=to, cause=cause))


def _room(draft: Draft, booth: Booth, *, occupied: bool) -> None:
    if booth.room:
        draft.add(RoomStateChanged(room=booth.room, state="occupied" if occupied else "released"))


def _live(draft: Draft, id_: str) -> Session:
    session = draft.state.sessions.get(id_)
    if session is None or session.outcome is not None:
        over = "is over" if session is not None else "is none of today's"
        raise Refused("wrong-state", f"session {id_!r} {over}")
    return session


def _answered(draft: Draft, id_: str) -> Session:
    session = _live(draft, id_)
    if not session.answered:
        raise Refused("wrong-state", f"session {session.id} has no expert")
    return session


def _own_turn(draft: Draft, session: Session) -> ServiceEvent | None:
    """The service event that this session serves; None while it supports an advisor, whose it is."""
    if session.mode == "support":
        return None
    return draft.state.service_events.get(session.service_event)


def _booth(draft: Draft, id_: str) -> Booth | None:
    return draft.config.booth(id_)


def _free_booth(draft: Draft, id_: str) -> Booth:
    booth = _booth(draft, id_)
    if booth is None:
        raise Refused("invalid", f"there is no booth {id_!r} at this point")
    if any(s.booth == id_ and s.outcome is None for s in draft.state.sessions.values()):
        raise Refused("wrong-state", f"booth {id_} has a session already")
    return booth


def _patience_ms(draft: Draft, session: Session) -> int:
    booth = _booth(draft, session.booth)
    return (booth.no_answer_s if booth is not None else 1800) * 1000


def _since(draft: Draft, session: Session, moment: str) -> int:
    """Milliseconds since then: by the boot's own clock where it is the same boot."""
    mono, boot = session.clocks.get(moment, (0, ""))
    if boot == draft.now.boot:
        return max(0, (draft.now.mono_ns - mono) // 1_000_000)
    wall = {"requested": session.requested, "answered": session.answered, "connected": session.connected,
            "ended": session.ended, "state": session.since, "waits": session.since}[moment]  # fmt: skip
    return max(0, draft.now.ms - wall) if wall else 0


def _between(session: Session, begin: str, end: str) -> int:
    first, last = session.clocks.get(begin), session.clocks.get(end)
    if first is None or last is None:
        return 0
    if first[1] == last[1]:
        return max(0, (last[0] - first[0]) // 1_000_000)
    wall = {"requested": session.requested, "answered": session.answered, "connected": session.connected}
    return max(0, wall[end] - wall[begin])
