"""A remote session from the wish to the talk: asked for, rung, answered, connected, held, interrupted, moved.

It goes with a service event that waits, is called (to the booth) and is served like any other; in mode `support` with
the one that an advisor is serving at a counter, which it does not move. While a session lives no counter calls its
customer by itself. How it ends: session_ends.py.
"""

from msgspec import UNSET

from controller.domain import bookings, counters, transfers, visits
from controller.domain import commands as c
from controller.domain.draft import Draft, Refused
from controller.domain.event_words import Entry, SessionMode
from controller.domain.events import (
    ServiceCalled,
    ServiceEnded,
    ServiceHeld,
    ServiceResumed,
    ServiceStarted,
    TicketIssued,
)
from controller.domain.point import Booth, Service
from controller.domain.remote_events import IdentityChecked, RemoteRequested
from controller.domain.session_ends import fail, sent_on
from controller.domain.session_facts import answered, live, own_turn, room, turn_to
from controller.domain.state import ServiceEvent, Session


def request(draft: Draft, wish: c.RequestSession) -> None:
    """A session for whoever the wish names. Gives its id as the subject."""
    if wish.language not in draft.config.point.languages:
        raise Refused("invalid", f"language {wish.language!r} is none of {', '.join(draft.config.point.languages)}")
    if wish.mode == "support":
        _support(draft, wish)
        return
    booth = _free_booth(draft, wish)
    turn, service = _turn_for(draft, wish)
    if "remote" not in service.channels:
        raise Refused("invalid", f"service {service.id} is not served remotely")
    if not wish.appointment and _by_themselves(wish) and booth.services and service.id not in booth.services:
        raise Refused("invalid", f"booth {booth.id} is not for service {service.id}")
    mode: SessionMode = "appointment" if _is_booked(draft, wish, service) else "walk_in"
    draft.subject = _wanted(draft, wish, mode, turn, service.id, service.provider)
    room(draft, booth, occupied=True)


def _support(draft: Draft, wish: c.RequestSession) -> None:
    counter = draft.counter(wish.counter)
    if not counter.current:
        raise Refused("wrong-state", f"counter {counter.id} has no customer to be supported with")
    turn = draft.turn(counter.current)
    if turn.session:
        raise Refused("wrong-state", f"counter {counter.id} has asked for support already")
    supports = (s for s in draft.state.sessions.values() if s.mode == "support" and s.outcome is None)
    if any(s.counter == counter.id for s in supports):
        raise Refused("wrong-state", f"counter {counter.id} is supported with a customer it holds: end that first")
    counters.ensure_started(draft, counter, turn)
    service = visits.open_service(draft, wish.service)
    draft.subject = _wanted(draft, wish, "support", turn.id, service.id, service.provider)


def _turn_for(draft: Draft, wish: c.RequestSession) -> tuple[str, Service]:
    """The service event that the session is for, new or known, and its service."""
    if wish.ticket:
        ticket = visits.ticket_or_refuse(draft, wish.ticket)
        return _waiting(draft, draft.turn(draft.state.visits[ticket.visit].current), ticket.number)
    if wish.appointment:
        return _booked(draft, wish)
    if wish.counter:
        return _sent(draft, wish)
    service = visits.open_service(draft, wish.service)
    visits.room_in_queue(draft, service)
    entry: Entry = "kiosk" if _by_themselves(wish) else "reception"
    visits.issue(draft, service, entry, wish.language, (service.id,), service.priority)
    return _new_turn(draft), service


def _sent(draft: Draft, wish: c.RequestSession) -> tuple[str, Service]:
    """From a counter to the booth: a transfer like any other, for a service that experts give."""
    counter = draft.counter(wish.counter)
    turn = counters.current_of(draft, counter, wish.service_event)
    to = c.Transfer(counter=counter.id, to_service=wish.service or turn.service, position=wish.position)
    service, _, _, place = transfers.target_of(draft, to, turn)
    back = transfers.wanted_by(draft, turn, counter.id, come_back=wish.come_back)
    if turn.stage != "held":
        counters.ensure_started(draft, counter, turn)
    draft.add(ServiceEnded(service_event=turn.id, outcome="transferred", accurate=True))
    id_ = visits.queue_again(draft, turn, service, "transfer", place, back_to=back)
    if turn.id == counter.current:
        draft.set_advisor(counter, "available", "explicit")
    return id_, service


def _is_booked(draft: Draft, wish: c.RequestSession, service: Service) -> bool:
    """Whether this customer came for an appointment at this service, wherever they checked in."""
    if wish.appointment:
        return True
    if wish.counter:
        visit = counters.current_of(draft, draft.counter(wish.counter), wish.service_event).visit
    else:
        ticket = draft.state.tickets.get(wish.ticket)
        visit = ticket.visit if ticket is not None else ""
    known = draft.state.visits.get(visit)
    booking = draft.state.appointments.get(known.appointment or "") if known is not None else None
    return booking is not None and booking.service == service.id


def _booked(draft: Draft, wish: c.RequestSession) -> tuple[str, Service]:
    """Who comes with a code: checked in here, or before at the kiosk and waiting since."""
    known = bookings.with_code(draft, wish.appointment)
    if known.state == "checked_in":
        mine = [v for v in draft.state.visits.values() if v.appointment == known.id and v.outcome is None]
        if mine:
            return _waiting(draft, draft.turn(mine[-1].current), wish.appointment)
    bookings.check_in(draft, c.CheckIn(actor=wish.actor, code=wish.appointment, language=wish.language))
    return _new_turn(draft), visits.open_service(draft, known.service)


def _waiting(draft: Draft, turn: ServiceEvent, name: str) -> tuple[str, Service]:
    if turn.stage != "waiting" or turn.session:
        raise Refused("wrong-state", f"{name} is not waiting for anybody")
    return turn.id, visits.open_service(draft, turn.service)


def _new_turn(draft: Draft) -> str:
    return next(f.event for f in draft.facts if isinstance(f.event, TicketIssued)).service_event


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
    session = live(draft, wish.session)
    if wish.on and session.state == "queued":
        turn_to(draft, session, "ringing", "expert_ready")
    elif not wish.on and session.state == "ringing" and not session.answered:
        turn_to(draft, session, "queued", "no_expert")


def answer(draft: Draft, wish: c.AnswerSession) -> None:
    """The wait is over: the customer is called, in the booth where they sit."""
    session = live(draft, wish.session)
    if session.answered:
        raise Refused("wrong-state", f"session {session.id} has an expert already")
    turn_to(draft, session, "ringing", "answered", expert=wish.expert or UNSET)
    turn = own_turn(draft, session)
    if turn is None or turn.stage not in {"waiting", "called"}:
        return
    first = turn.stage == "waiting"
    waited = counters.waited_ms(draft, turn) if first else turn.waiting_ms
    draft.add(ServiceCalled(service_event=turn.id, booth=session.booth, call=turn.call + 1, waiting_ms=waited))


def legs(draft: Draft, told: c.ReportLegs) -> None:
    """Whether they can hear and see each other now. Told of a session that is over it changes nothing."""
    session = draft.state.sessions.get(told.session)
    if session is None or not session.answered:
        return
    if told.up and session.state in {"ringing", "reconnecting"}:
        turn_to(draft, session, "connected", told.why or ("" if session.state == "ringing" else "back"))
        _serve(draft, session)
    elif not told.up and session.state == "connected":
        turn_to(draft, session, "reconnecting", told.why or "lost", quality=told.quality)
    elif not told.up and session.state == "held":
        fail(draft, session, "lost", told.quality)


def hold(draft: Draft, wish: c.HoldSession) -> None:
    session = live(draft, wish.session)
    if session.state not in {"connected", "reconnecting"}:
        raise Refused("wrong-state", f"session {session.id} is {session.state}: only one that is connected can be held")
    turn_to(draft, session, "held", "expert")
    turn = own_turn(draft, session)
    if turn is not None and turn.stage == "serving":
        draft.add(ServiceHeld(service_event=turn.id, cause="expert"))


def resume(draft: Draft, wish: c.ResumeSession) -> None:
    session = live(draft, wish.session)
    if session.state != "held":
        raise Refused("wrong-state", f"session {session.id} is {session.state}, not on hold")
    turn_to(draft, session, "connected", "expert")
    _serve(draft, session)


def drop(draft: Draft, wish: c.DropSession) -> None:
    """It waits again, for another expert; a service that had begun is held meanwhile."""
    session = live(draft, wish.session)
    if not session.answered:
        return
    turn_to(draft, session, "queued", wish.why)
    turn = own_turn(draft, session)
    if turn is not None and turn.stage == "serving":
        draft.add(ServiceHeld(service_event=turn.id, cause=wish.why))


def move(draft: Draft, wish: c.MoveSession) -> None:
    """To the experts of another service: a new service event of the same visit and number, with its old place."""
    session = answered(draft, wish.session)
    if session.mode == "support":
        raise Refused("wrong-state", "an advisor who is supported asks another expert by themselves: end it, or leave")
    service = visits.open_service(draft, wish.service)
    if "remote" not in service.channels:
        raise Refused("invalid", f"service {service.id} is not served remotely")
    turn = own_turn(draft, session)
    if turn is not None and service.id != session.service:
        draft.add(ServiceEnded(service_event=turn.id, outcome=sent_on(turn), accurate=True))
        back = transfers.wanted_by(draft, turn, "")
        visits.queue_again(draft, turn, service, "transfer", turn.place, back_to=back)
    elif turn is not None and turn.stage == "serving":
        draft.add(ServiceHeld(service_event=turn.id, cause="moved"))
    turn_to(draft, session, "queued", "moved")


def identity(draft: Draft, told: c.CheckIdentity) -> None:
    """Checked by the expert or at the counter; the result only."""
    if told.session:
        live(draft, told.session)
        draft.subject = told.session
        draft.add(IdentityChecked(session=told.session, method=told.method, result=told.result))
        return
    turn = draft.turn(told.service_event)
    draft.subject = turn.id
    draft.add(IdentityChecked(service_event=turn.id, method=told.method, result=told.result))


def _serve(draft: Draft, session: Session) -> None:
    """They see each other: the service begins, or goes on."""
    turn = own_turn(draft, session)
    if turn is not None and turn.stage == "called":
        draft.add(ServiceStarted(service_event=turn.id, at="explicit"))
    elif turn is not None and turn.stage == "held":
        draft.add(ServiceResumed(service_event=turn.id, cause="expert"))
    advisor = draft.state.counters.get(session.counter)
    if session.mode == "support" and advisor is not None and advisor.current in {session.service_event, ""}:
        draft.set_advisor(advisor, "remote_serving", "explicit")


def _by_themselves(wish: c.RequestSession) -> bool:
    """Asked for by the customer, at the booth or at a kiosk: no member of staff sees who comes."""
    return wish.actor.startswith(("device:", "kiosk:"))


def _free_booth(draft: Draft, wish: c.RequestSession) -> Booth:
    """Staff may begin there at any time, for they see who comes; a customer by themselves not in another's time."""
    booth = draft.config.booth(wish.booth)
    if booth is None:
        raise Refused("invalid", f"there is no booth {wish.booth!r} at this point")
    if any(s.booth == wish.booth and s.outcome is None for s in draft.state.sessions.values()):
        raise Refused("wrong-state", f"booth {wish.booth} has a session already")
    booked = bookings.reserved_for(draft.state, booth.room, draft.now) if _by_themselves(wish) else None
    if booked is not None and booked.id != _appointment_of(draft, wish):
        raise Refused("wrong-state", f"booth {wish.booth} is booked from {booked.start} on")
    return booth


def _appointment_of(draft: Draft, wish: c.RequestSession) -> str:
    """The booking that this wish is for, "" for none."""
    if wish.appointment:
        return bookings.with_code(draft, wish.appointment).id
    ticket = draft.state.tickets.get(wish.ticket)
    return draft.state.visits[ticket.visit].appointment if ticket is not None else ""
