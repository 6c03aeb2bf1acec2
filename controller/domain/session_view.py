"""What is shown of a remote session and its booth: pure pictures of the state."""

from typing import Any

from controller.domain.point import Config
from controller.domain.state import Session, State
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
        "rated": known.rated,
    }


def of_booth(state: State, booth: str) -> Session | None:
    """The session that this booth shows: the one that lives, else the one that ended last today."""
    own = [one for one in state.sessions.values() if one.booth == booth]
    return next((one for one in own if one.outcome is None), max(own, key=lambda one: one.ended, default=None))


def booth_state(state: State, booth: str) -> str:
    """free, or the state of its session."""
    known = of_booth(state, booth)
    return known.state if known is not None and known.outcome is None else "free"
