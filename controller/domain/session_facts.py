"""What every rule of remote sessions needs: which session, whose service event, how long since, and its one end."""

from msgspec import UNSET, UnsetType

from controller.domain.draft import Draft, Refused
from controller.domain.event_words import AdvisorState, SessionOutcome, SessionState
from controller.domain.events import RoomStateChanged
from controller.domain.point import Booth
from controller.domain.remote_events import Quality, RemoteEnded, RemoteStateChanged
from controller.domain.state import Counter, ServiceEvent, Session


def live(draft: Draft, id_: str) -> Session:
    """One that is not over. Raises Refused."""
    session = draft.state.sessions.get(id_)
    if session is None or session.outcome is not None:
        over = "is over" if session is not None else "is none of today's"
        raise Refused("wrong-state", f"session {id_!r} {over}")
    return session


def answered(draft: Draft, id_: str) -> Session:
    """One that an expert has. Raises Refused."""
    session = live(draft, id_)
    if not session.answered:
        raise Refused("wrong-state", f"session {session.id} has no expert")
    return session


def own_turn(draft: Draft, session: Session) -> ServiceEvent | None:
    """The service event that this session serves; None while it supports an advisor, whose it is."""
    if session.mode == "support":
        return None
    return draft.state.service_events.get(session.service_event)


def over(draft: Draft, session: Session, outcome: SessionOutcome, cause: str, quality: Quality | None) -> None:
    """The one end of a session: its state, its outcome, its booth free."""
    draft.subject = session.id
    draft.add(RemoteStateChanged(session=session.id, from_=session.state, to="ended", cause=cause))
    lost = session.interrupted_ms + (since(draft, session, "state") if session.is_apart else 0)
    draft.add(
        RemoteEnded(
            session=session.id, outcome=outcome,
            wait_ms=between(session, "requested", "reached") if session.reached else since(draft, session, "requested"),
            setup_ms=between(session, "reached", "connected"),
            connected_ms=since(draft, session, "connected") if session.connected else 0,
            interrupted_ms=lost, quality=(quality or session.quality) if session.connected else None,
        )
    )  # fmt: skip
    booth = draft.config.booth(session.booth)
    if booth is not None:
        room(draft, booth, occupied=False)
    if session.mode == "support" and session.counter:
        counter = draft.state.counters.get(session.counter)
        if counter is not None and counter.open and draft.advisor_state(counter) == "remote_serving":
            draft.set_advisor(counter, "serving" if counter.current else "available", "explicit")


def free_state(draft: Draft, counter: Counter) -> AdvisorState:
    """What the advisor is at who has no customer before them: with an expert still, or available."""
    supports = (s for s in draft.state.sessions.values() if s.mode == "support" and s.counter == counter.id)
    with_expert = any(s.outcome is None and s.state in {"connected", "held", "reconnecting"} for s in supports)
    return "remote_serving" if with_expert else "available"


def turn_to(
    draft: Draft, session: Session, to: SessionState, cause: str, *, expert: str | UnsetType = UNSET,
    quality: Quality | None = None,
) -> None:  # fmt: skip
    """The session goes to another state."""
    draft.subject = session.id
    draft.add(
        RemoteStateChanged(
            session=session.id, from_=session.state, to=to, cause=cause, expert=expert, quality=quality or UNSET
        )
    )


def room(draft: Draft, booth: Booth, *, occupied: bool) -> None:
    """The room in which the booth stands, if it has one, is taken or free."""
    if booth.room:
        draft.add(RoomStateChanged(room=booth.room, state="occupied" if occupied else "released"))


def since(draft: Draft, session: Session, moment: str) -> int:
    """Milliseconds since then: by the boot's own clock where it is the same boot."""
    mono, boot = session.clocks.get(moment, (0, ""))
    if boot == draft.now.boot:
        return max(0, (draft.now.mono_ns - mono) // 1_000_000)
    wall = {"requested": session.requested, "answered": session.answered, "connected": session.connected,
            "ended": session.ended, "state": session.since, "waits": session.since}[moment]  # fmt: skip
    return max(0, draft.now.ms - wall) if wall else 0


def between(session: Session, begin: str, end: str) -> int:
    """Milliseconds from one moment to the other; 0 when one of them has not come."""
    first, last = session.clocks.get(begin), session.clocks.get(end)
    if first is None or last is None:
        return 0
    if first[1] == last[1]:
        return max(0, (last[0] - first[0]) // 1_000_000)
    wall = {"requested": session.requested, "reached": session.reached, "connected": session.connected}
    return max(0, wall[end] - wall[begin])
