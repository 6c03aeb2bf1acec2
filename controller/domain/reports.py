"""What is told to the core rather than asked of it: devices, the point itself, feedback, work outside the queue."""

from controller.domain.commands import GiveFeedback, RecordWork, ReportDevice, ReportPoint, ReportShown
from controller.domain.draft import Draft, Refused
from controller.domain.events import (
    DeviceStateChanged,
    FeedbackGiven,
    PointStateChanged,
    ServiceAnnounced,
    WorkRecorded,
)

SCALE = 5  # feedback is 1..5


def shown(draft: Draft, told: ReportShown) -> None:
    """A call was really shown or spoken. Once for each call and device; a call that is over is not reported."""
    turn = draft.state.service_events.get(told.service_event)
    if turn is None or turn.call != told.call or turn.stage not in {"called", "serving"}:
        return
    if f"{told.device}/{told.call}" in turn.shown_on:
        return
    draft.add(
        ServiceAnnounced(
            service_event=turn.id, device=told.device, medium=told.medium, language=told.language,
            latency_ms=max(0, told.latency_ms),
        )
    )  # fmt: skip


def device(draft: Draft, told: ReportDevice) -> None:
    """A device's state, when it differs from what was last journalled."""
    known = draft.state.devices.get(told.device)
    if known and (known.state, known.causes, known.simulated) == (told.state, list(told.causes), told.simulated):
        return
    draft.add(
        DeviceStateChanged(
            device=told.device, kind=told.kind, state=told.state, causes=told.causes, simulated=told.simulated
        )
    )


def point(draft: Draft, told: ReportPoint) -> None:
    draft.add(PointStateChanged(state=told.state, version=told.version, config_hash=told.config_hash, cause=told.cause))


def feedback(draft: Draft, given: GiveFeedback) -> None:
    rated, provider = _rated(draft, given)
    if rated:
        raise Refused("wrong-state", "this service has been rated already")
    if not 1 <= given.score <= SCALE:
        raise Refused("invalid", f"score {given.score} is not 1 to {SCALE}")
    if given.language not in draft.config.point.languages:
        raise Refused("invalid", f"language {given.language!r} is not one of this point's")
    draft.subject = given.session or given.service_event
    about = {"session": given.session} if given.session else {"service_event": given.service_event}
    draft.add(
        FeedbackGiven(
            **about, provider=provider, question=given.question, scale=SCALE, score=given.score,
            device=given.device, language=given.language,
        )
    )  # fmt: skip


def _rated(draft: Draft, given: GiveFeedback) -> tuple[bool, str]:
    """Whether it has been rated, and whose service it was."""
    if not given.session:
        turn = draft.turn(given.service_event)
        return turn.rated, turn.provider
    session = draft.state.sessions.get(given.session)
    if session is None or session.outcome is None:
        raise Refused("wrong-state", f"session {given.session!r} is none that has ended today")
    return session.rated, session.provider


def work(draft: Draft, done: RecordWork) -> None:
    service = draft.config.service(done.service)
    if service is None:
        raise Refused("unknown-service", f"there is no service {done.service!r}")
    if service.provider != done.provider:
        raise Refused("invalid", f"service {done.service} is of provider {service.provider}, not {done.provider}")
    draft.add(WorkRecorded(provider=done.provider, service=done.service, minutes=done.minutes, channel=done.channel))
