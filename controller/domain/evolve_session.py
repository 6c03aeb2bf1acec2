"""What the events of a remote session do to the state."""

from typing import assert_never

from msgspec import UNSET

from controller.domain import remote_events as r
from controller.domain.state import ServiceEvent, Session, State


def moved(
    state: State, event: r.RemoteRequested | r.RemoteStateChanged | r.RemoteEnded, ms: int, mono_ns: int, boot: str
) -> None:
    here = (mono_ns, boot)
    match event:
        case r.RemoteRequested():
            _requested(state, event, ms, here)
        case r.RemoteStateChanged():
            _changed(state.sessions[event.session], event, ms, here)
        case r.RemoteEnded():
            session = state.sessions[event.session]
            session.outcome, session.ended = event.outcome, ms
            session.clocks["ended"] = here
            session.interrupted_ms = event.interrupted_ms
            turn = state.service_events.get(session.service_event)
            if turn is not None and turn.session == session.id:
                turn.session = ""
        case _:
            assert_never(event)


def follows(state: State, before: ServiceEvent | None, turn: ServiceEvent) -> None:
    """A visit goes on with a new service event: a session that still lives goes with it (it was moved to others)."""
    session = state.sessions.get(before.session) if before is not None else None
    if before is None or session is None or session.outcome is not None or session.mode == "support":
        return
    before.session, turn.session = "", session.id
    session.service_event, session.service, session.provider = turn.id, turn.service, turn.provider


def _requested(state: State, event: r.RemoteRequested, ms: int, here: tuple[int, str]) -> None:
    turn = state.service_events.get(event.service_event) if isinstance(event.service_event, str) else None
    booth = event.booth if isinstance(event.booth, str) else ""
    session = Session(
        event.session, event.mode, event.provider, event.service, event.language, booth, turn.id if turn else "",
        turn.counter if turn is not None and event.mode == "support" else "", event.interpreter,
        since=ms, requested=ms,
    )  # fmt: skip
    session.clocks |= {"requested": here, "state": here, "waits": here}
    state.sessions[session.id] = session
    if turn is not None:
        turn.session = session.id


def _changed(session: Session, event: r.RemoteStateChanged, ms: int, here: tuple[int, str]) -> None:
    if session.is_apart:
        began, boot = session.clocks["state"]
        session.interrupted_ms += (here[0] - began) // 1_000_000 if boot == here[1] else max(0, ms - session.since)
    if event.cause == "answered":
        session.answered = ms
        session.expert = event.expert if isinstance(event.expert, str) else ""
        session.clocks["answered"] = here
        if not session.connected:
            session.reached, session.clocks["reached"] = ms, here
    elif event.to == "queued" and event.cause != "no_expert":
        session.answered, session.expert = 0, ""  # it waits for another one
        session.clocks["waits"] = here
    if event.quality is not UNSET:
        session.quality = event.quality
    if event.to == "connected" and not session.connected:
        session.connected = ms
        session.clocks["connected"] = here
    session.state, session.cause, session.since = event.to, event.cause, ms
    session.clocks["state"] = here
