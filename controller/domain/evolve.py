"""What each event does to the state. Total, without judgement: an event that was journalled has happened."""

from typing import assert_never

import msgspec

from controller.domain import events as e
from controller.domain import evolve_service as service
from controller.domain import evolve_session as session
from controller.domain import remote_events as r
from controller.domain import rolls
from controller.domain.event_words import Event
from controller.domain.state import Appointment, Counter, Device, Incident, Print, State, Ticket, Visit

KEPT_ORDERS = 4096  # orders from central remembered for "applied once"; they expire long before


class Stamp(msgspec.Struct, frozen=True):
    """What the journal knows of an event beside its data."""

    seq: int
    ms: int
    mono_ns: int
    boot: str
    business_date: str
    actor: str


def evolve(state: State, event: Event, stamp: Stamp) -> None:
    """Apply one journalled event, in journal order. `state` is changed in place."""
    if stamp.business_date > state.business_date:
        _new_day(state, stamp.business_date)
    state.seq, state.boot = stamp.seq, stamp.boot
    _apply(state, event, stamp)


def _apply(state: State, event: Event, stamp: Stamp) -> None:
    match event:
        case e.ServiceQueued() | e.ServiceCalled() | e.ServiceStarted() | e.ServiceHeld() | e.ServiceResumed():
            service.moved(state, event, stamp.ms, stamp.mono_ns, stamp.boot)
        case e.ServiceEnded():
            service.ended(state, event, stamp.ms)
        case e.ServiceAnnounced():
            turn = state.service_events[event.service_event]
            turn.shown_on.append(f"{event.device}/{turn.call}")
        case r.RemoteRequested() | r.RemoteStateChanged() | r.RemoteEnded():
            session.moved(state, event, stamp.ms, stamp.mono_ns, stamp.boot)
        case e.FeedbackGiven():
            _rated(state, event)
        case e.VisitCreated() | e.VisitEnded():
            _visit(state, event, stamp)
        case e.TicketIssued() | e.TicketVoided() | e.PrintStarted() | e.PrintResulted():
            _ticket(state, event, stamp)
        case e.CounterOpened() | e.CounterClosed() | e.AdvisorStateChanged():
            _counter(state, event, stamp)
        case e.AppointmentChanged():
            _appointment(state, event)
        case e.IncidentRaised() | e.IncidentAcknowledged() | e.IncidentCleared():
            _incident(state, event, stamp)
        case e.CommandApplied():
            _order(state, event.command, applied=True)
        case e.CommandRefused():
            _order(state, event.command, applied=False)
        case e.OpeningChanged():
            _opening(state, event)
        case e.DeviceStateChanged():
            state.devices[event.device] = Device(
                event.device, event.kind, event.state, list(event.causes), event.simulated, stamp.ms
            )
        case e.DeviceCounters():
            rolls.counted(state, event)
        case e.QueueReset() | e.RoomStateChanged() | e.PointStateChanged() | e.WorkRecorded() | r.IdentityChecked():
            pass  # figures only: nothing the core decides by
        case _:
            raise AssertionError(f"no rule for {type(event).__name__}")


def _new_day(state: State, date: str) -> None:
    """Numbers begin anew, and what ended on an earlier day leaves memory (the journal keeps it)."""
    if state.business_date:  # else numbers that a rescue skips are of a day that it could not read
        state.numbers = {}
    state.business_date = date
    state.late = {}
    state.closed_by_order = {}
    state.tail = 0  # nobody waits: a clock that was ahead yesterday is forgotten
    over = {v.id for v in state.visits.values() if v.outcome is not None}
    state.visits = {id_: v for id_, v in state.visits.items() if id_ not in over}
    state.tickets = {id_: t for id_, t in state.tickets.items() if t.visit not in over}
    state.service_events = {id_: s for id_, s in state.service_events.items() if s.visit not in over}
    state.sessions = {id_: s for id_, s in state.sessions.items() if s.outcome is None}
    state.codes = {hash_: id_ for hash_, id_ in state.codes.items() if id_ in state.tickets}
    state.unfinished_prints = {id_: ms for id_, ms in state.unfinished_prints.items() if id_ in state.tickets}
    state.appointments = {id_: a for id_, a in state.appointments.items() if a.end[:10] >= date}


def _rated(state: State, event: e.FeedbackGiven) -> None:
    """A session and its service event are one service, rated once, wherever the customer was asked."""
    served = event.service_event if isinstance(event.service_event, str) else ""
    session = state.sessions.get(event.session) if isinstance(event.session, str) else None
    if session is not None:
        session.rated = True
        served = served or ("" if session.mode == "support" else session.service_event)
    if served in state.service_events:
        state.service_events[served].rated = True
        for other in state.sessions.values():
            other.rated |= other.service_event == served and other.mode != "support"


def _visit(state: State, event: e.VisitCreated | e.VisitEnded, stamp: Stamp) -> None:
    match event:
        case e.VisitCreated():
            appointment = event.appointment if isinstance(event.appointment, str) else ""
            state.visits[event.visit] = Visit(
                event.visit, event.entry, event.language, list(event.services), event.priority, stamp.ms, appointment
            )
        case e.VisitEnded():
            state.visits[event.visit].outcome = event.outcome
            state.late.pop(event.visit, None)
        case _:
            assert_never(event)


def _ticket(
    state: State, event: e.TicketIssued | e.TicketVoided | e.PrintStarted | e.PrintResulted, stamp: Stamp
) -> None:
    if isinstance(event, e.TicketIssued):
        _issued(state, event, stamp)
        return
    ticket = state.tickets.get(event.ticket)
    if ticket is None:
        return  # a result that came after its day was over
    match event:
        case e.TicketVoided():
            ticket.voided = True
        case e.PrintStarted():
            ticket.print = Print(
                "printing", event.job, event.device, event.copy, event.attempt,
                cut0=event.cut0, power_life=event.power_life, since=stamp.ms,
            )  # fmt: skip
            state.unfinished_prints[ticket.id] = stamp.ms
        case e.PrintResulted():
            paper = ticket.print
            paper.state, paper.tier, paper.cause, paper.since = event.result, event.tier, event.cause, stamp.ms
            paper.device = event.device or paper.device
            if event.result != "unknown":
                state.unfinished_prints.pop(ticket.id, None)
            ticket.proven = ticket.proven or event.result == "confirmed"
            if ticket.proven:
                ticket.medium = "paper"
            elif event.result in {"failed", "void"}:
                ticket.medium = "screen"
        case _:
            assert_never(event)


def _issued(state: State, event: e.TicketIssued, stamp: Stamp) -> None:
    ticket = Ticket(
        event.ticket, event.visit, event.series, event.n, event.number, event.business_date, stamp.ms, event.ahead,
        event.estimate, event.medium, event.code_hash,
    )  # fmt: skip
    kind, _, name = stamp.actor.partition(":")
    ticket.kiosk = name if kind == "kiosk" else ""
    if event.medium == "paper":
        ticket.print = Print("requested", since=stamp.ms)
        state.unfinished_prints[ticket.id] = stamp.ms
    state.tickets[ticket.id] = ticket
    state.codes[event.code_hash] = ticket.id
    state.visits[event.visit].ticket = ticket.id
    if state.visits[event.visit].entry != "roll":  # the paper roll counts by itself
        state.numbers[event.series] = event.n


def _counter(state: State, event: e.CounterOpened | e.CounterClosed | e.AdvisorStateChanged, stamp: Stamp) -> None:
    counter = state.counters.setdefault(event.counter, Counter(event.counter))
    counter.since = stamp.ms
    match event:
        case e.CounterOpened():
            counter.open, counter.advisor, counter.state = True, event.advisor, "available"
            counter.services, counter.languages = list(event.services), list(event.languages)
        case e.CounterClosed():
            counter.open, counter.advisor, counter.state = False, "", "available"
        case e.AdvisorStateChanged():
            counter.state = event.to
        case _:
            assert_never(event)


def _appointment(state: State, event: e.AppointmentChanged) -> None:
    known = state.appointments.get(event.appointment)
    code = event.code_hash if isinstance(event.code_hash, str) else (known.code_hash if known else "")
    state.appointments[event.appointment] = Appointment(
        event.appointment, event.rev, event.state, event.provider, event.service, event.start, event.end,
        event.channel, event.room if isinstance(event.room, str) else "", code,
    )  # fmt: skip


def _incident(state: State, event: e.IncidentRaised | e.IncidentAcknowledged | e.IncidentCleared, stamp: Stamp) -> None:
    match event:
        case e.IncidentRaised():
            state.incidents[event.incident] = Incident(event.incident, event.place, event.kind, "raised", stamp.ms)
        case e.IncidentAcknowledged():
            state.incidents[event.incident].state = "acknowledged"
        case e.IncidentCleared():
            del state.incidents[event.incident]
        case _:
            assert_never(event)


def _order(state: State, order: str, *, applied: bool) -> None:
    state.orders[order] = applied
    while len(state.orders) > KEPT_ORDERS:
        del state.orders[next(iter(state.orders))]


def _opening(state: State, event: e.OpeningChanged) -> None:
    for id_ in event.services:
        state.opening[id_] = event.state
        if event.cause in {"order_open", "order_close"}:
            state.closed_by_order[id_] = event.state == "closed"
        elif event.state == "open":  # the hours agree with whoever opened it by hand
            state.closed_by_order.pop(id_, None)
