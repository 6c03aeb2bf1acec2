"""What is shown of a remote session and its booth: pure pictures of the state."""

from typing import Any

from controller.domain.point import Config, Texts
from controller.domain.state import ServiceEvent, Session, State
from controller.domain.text import moment

View = dict[str, Any]


def session(state: State, config: Config, id_: str) -> View:
    """`GET /sessions/{id}`. Raises KeyError for one this day does not know."""
    known = state.sessions[id_]
    turn = state.service_events.get(known.service_event)
    ticket = state.tickets.get(state.visits[turn.visit].ticket) if turn is not None else None
    return {
        "id": known.id,
        "state": known.state,
        "cause": known.cause,
        "mode": known.mode,
        "booth": known.booth or None,
        "service": known.service,
        "provider": known.provider,
        "language": known.language,
        "interpreter": known.interpreter or None,
        "service_event": known.service_event or None,
        "ticket": ticket.id if ticket else None,
        "number": ticket.number if ticket else None,
        "requested_at": moment(known.requested),
        "since": moment(known.since),
        "outcome": known.outcome,
        "waits": known.outcome is not None and _waits_on(state, turn),
        "rated": known.rated,
    }


def _waits_on(state: State, turn: ServiceEvent | None) -> bool:
    """Whether this customer's number waits, or is being called, all the same."""
    now = state.service_events[state.visits[turn.visit].current] if turn is not None else None
    return now is not None and now.stage in {"waiting", "called"}


def is_from_lobby(state: State, turn: ServiceEvent) -> bool:
    """Is a call of theirs one for the whole lobby: to a counter, or to a booth that they are not in? Who asked in the
    booth itself sits there, as does everybody once they have met their expert."""
    if turn.counter:
        return True
    session, ticket = state.sessions.get(turn.session), state.tickets.get(state.visits[turn.visit].ticket)
    if not turn.booth or session is None or ticket is None:
        return False
    return not session.connected and ticket.issued != session.requested


def booth_name(config: Config, id_: str) -> Texts:
    """What a booth is called: its own name, or its room's, or its id."""
    booth = config.booth(id_)
    room = next((room for room in config.rooms if booth is not None and room.id == booth.room), None)
    return (booth and booth.name) or (room and room.name) or {config.point.house: id_}


def of_booth(state: State, booth: str) -> Session | None:
    """The session that this booth shows: the one that lives, else the one that ended last today."""
    own = [one for one in state.sessions.values() if one.booth == booth]
    return next((one for one in own if one.outcome is None), max(own, key=lambda one: one.ended, default=None))


def booth_state(state: State, booth: str) -> str:
    """free, or the state of its session."""
    known = of_booth(state, booth)
    return known.state if known is not None and known.outcome is None else "free"
