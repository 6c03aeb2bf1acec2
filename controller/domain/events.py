"""Everything that can have happened: the closed union of event data (contract, section 4).

An event carries ids, enums, whole numbers and times; never a name, a personal identity code or free text.
Field order here is field order on the wire. Three members are ours, beyond the contract's list, because
replay needs them: `place`, `counter` and `back_to` of `service.queued` (ADR 0006). Two more because the figures come
from events alone: `target_s` of `service.queued` and `providers` of `service.ended` (ADR 0014).
"""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType


def _all(pattern: str) -> Meta:
    """A whole text of this pattern: `$` alone would take a line break after it."""
    return Meta(pattern=rf"^{pattern}$(?!\n)")


# A personal identity code (DDMMYY, sign of the century, three digits, check character) is nobody's id here.
_NO_PERSON = r"(?![0-3][0-9][01][0-9]{3}[-A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]$)"
Id = Annotated[str, _all(rf"{_NO_PERSON}[A-Za-z0-9][A-Za-z0-9._:-]{{0,79}}")]
Word = Annotated[str, _all(r"[a-z][a-z0-9_-]{0,39}")]  # what a program calls a thing
Language = Annotated[str, _all(r"[a-z]{2,3}")]
Day = Annotated[str, _all(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")]
Moment = Annotated[str, _all(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")]
Hex64 = Annotated[str, _all(r"[0-9a-f]{64}")]
Cause = Annotated[str, _all(r"([a-z][a-z0-9_]{0,39})?")]  # a word, or nothing to say
Count = Annotated[int, Meta(ge=0, le=2**53)]  # what every reader of JSON can hold
Job = Annotated[str, _all(r"[!-~]{4}")]  # four printable characters that name a paper to its printer
Version = Annotated[str, _all(r"[0-9]{1,4}(\.[0-9A-Za-z+-]{1,20}){1,6}")]  # as PEP 440 writes them

Entry = Literal["kiosk", "reception", "check_in", "web", "roll", "button"]
Medium = Literal["paper", "screen", "none"]
PrintResult = Literal["confirmed", "unknown", "failed", "void"]
QueuedCause = Literal["initial", "transfer", "recycle", "additional", "return"]
AnnounceMedium = Literal["tv", "voice", "led"]
Inference = Literal["explicit", "inferred"]
ServiceOutcome = Literal[
    "served", "no_show", "transferred", "recycled", "removed_staff", "removed_customer",
    "removed_reset", "ended_logout", "ended_timeout", "technical_failure",
]  # fmt: skip
VisitOutcome = Literal["served", "no_show", "cancelled", "removed"]
Resolution = Literal["first_contact", "referred", "pending"]
Guidance = Literal["none", "e_channel_shown", "e_channel_assisted"]
Channel = Literal["counter", "remote", "provider_on_site", "e_service", "paper"]
AdvisorState = Literal["available", "serving", "remote_serving", "wrap_up", "other_work", "break"]
Opening = Literal["open", "closed"]
AppointmentState = Literal["booked", "checked_in", "cancelled", "no_show", "done"]
RoomState = Literal["booked", "occupied", "released", "no_show"]
DeviceState = Literal["attached", "ready", "degraded", "out_of_service", "detached", "unknown"]
RollCause = Literal["printed", "low", "near_end", "paper_out", "new_roll", "another_printer"]
SessionState = Literal["queued", "ringing", "connected", "held", "reconnecting", "ended"]
SessionMode = Literal["walk_in", "appointment", "support"]
SessionOutcome = Literal["completed", "no_answer", "customer_left", "technical_failure", "transferred"]
IdentityMethod = Literal["document", "strong_authentication", "known_customer", "questions"]
IdentityResult = Literal["confirmed", "not_confirmed", "not_needed"]
PointCause = Literal["boot", "ready", "config", "clock_step", "disk_low", "link_up", "link_down"]


class Estimate(msgspec.Struct, frozen=True):
    """A promised wait in whole seconds: half wait at most p50_s, four in five at most p80_s."""

    p50_s: Count
    p80_s: Count


class Delivered(msgspec.Struct, frozen=True):
    """A performed service and how many of it."""

    service: Id
    qty: Annotated[int, Meta(ge=1, le=999)]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all event data; the name on the wire stands in EVENTS."""


class OpeningChanged(Event, frozen=True, kw_only=True):
    state: Opening
    services: tuple[Id, ...]
    cause: Cause


class VisitCreated(Event, frozen=True, kw_only=True):
    visit: Id
    entry: Entry
    language: Language
    services: tuple[Id, ...]
    priority: Annotated[int, Meta(ge=0, le=9)]
    appointment: Id | UnsetType = UNSET


class VisitEnded(Event, frozen=True, kw_only=True):
    visit: Id
    outcome: VisitOutcome
    service_events: Count


class TicketIssued(Event, frozen=True, kw_only=True):
    visit: Id
    ticket: Id
    service_event: Id
    series: Annotated[str, _all(r"[A-Z]{0,3}")]
    n: Annotated[int, Meta(ge=1)]
    number: Annotated[str, _all(r"[A-Z]{0,3}[0-9]{1,6}")]
    business_date: Day
    queue: Id
    ahead: Count
    estimate: Estimate | None
    medium: Medium
    code_hash: Hex64


class PrintStarted(Event, frozen=True, kw_only=True):
    """Durable before the first byte goes to the printer."""

    ticket: Id
    job: Job
    device: Id
    attempt: Annotated[int, Meta(ge=1)]
    copy: Count
    cut0: int | None
    power_life: Id


class PrintResulted(Event, frozen=True, kw_only=True):
    ticket: Id
    job: Job
    device: Id
    attempt: Annotated[int, Meta(ge=1)]
    copy: Count
    result: PrintResult
    tier: Literal["T1", "T2", "T3", "T4", "T5"] | None
    cause: Cause
    ms: Count


class TicketVoided(Event, frozen=True, kw_only=True):
    ticket: Id
    cause: Cause


class ServiceQueued(Event, frozen=True, kw_only=True):
    """`n`: which service event of the visit this is, from 1. `place`: the key that orders a queue, smallest first
    (milliseconds since 1970, moved by priority). `counter`: only this counter may call it. `back_to`: the counter
    that wants the customer back afterwards. `target_s`: the wait that was promised for this service at that time."""

    service_event: Id
    visit: Id
    n: Annotated[int, Meta(ge=1)]
    queue: Id
    provider: Id
    service: Id
    cause: QueuedCause
    place: int
    counter: Id | UnsetType = UNSET
    back_to: Id | UnsetType = UNSET
    target_s: Count | UnsetType = UNSET


class ServiceCalled(Event, frozen=True, kw_only=True):
    service_event: Id
    counter: Id | UnsetType = UNSET
    booth: Id | UnsetType = UNSET
    call: Annotated[int, Meta(ge=1)]
    waiting_ms: Count


class ServiceAnnounced(Event, frozen=True, kw_only=True):
    """A device really showed or spoke a call; `language` is what was heard, not what was wished."""

    service_event: Id
    device: Id
    medium: AnnounceMedium
    language: Annotated[str, _all(r"([a-z]{2,3}(\+[a-z]{2,3})*)?")]
    latency_ms: Count


class ServiceStarted(Event, frozen=True, kw_only=True):
    """An inferred start carries, as its `time`, the moment that was inferred: last call plus walk time."""

    service_event: Id
    at: Inference


class ServiceHeld(Event, frozen=True, kw_only=True):
    service_event: Id
    cause: Cause


class ServiceResumed(Event, frozen=True, kw_only=True):
    service_event: Id
    cause: Cause


class ServiceEnded(Event, frozen=True, kw_only=True):
    """`providers`: whose each delivered service is, in the order of `delivered`."""

    service_event: Id
    outcome: ServiceOutcome
    resolution: Resolution | UnsetType = UNSET
    guidance: Guidance | UnsetType = UNSET
    channel: Channel | UnsetType = UNSET
    delivered: tuple[Delivered, ...] = ()
    providers: tuple[Id, ...] | UnsetType = UNSET
    accurate: bool


class CounterOpened(Event, frozen=True, kw_only=True):
    """`advisor` is a pseudonym; `services` and `languages` are what this counter serves now, () all."""

    counter: Id
    advisor: Id
    services: tuple[Id, ...]
    cause: Cause
    languages: tuple[Language, ...] = ()


class CounterClosed(Event, frozen=True, kw_only=True):
    counter: Id
    advisor: Id
    services: tuple[Id, ...]
    cause: Cause


class AdvisorStateChanged(Event, frozen=True, kw_only=True):
    counter: Id
    from_: AdvisorState = msgspec.field(name="from")
    to: AdvisorState
    at: Inference
    reason: Cause


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How the talk of a session was at the booth. `loss`: share of packets that did not come, 0 to 1; `relay`: through
    a TURN server."""

    rtt_p95_ms: Count
    loss: Annotated[float, Meta(ge=0, le=1)]
    freeze_ms: Count
    audio_ok: bool
    video_ok: bool
    relay: bool


class RemoteRequested(Event, frozen=True, kw_only=True):
    """A session with a remote expert is wanted. `booth`: where the customer is; none while an advisor is supported at
    a counter. `interpreter`: the language to interpret from or to, "" for none."""

    session: Id
    service_event: Id | UnsetType = UNSET
    provider: Id
    service: Id
    mode: SessionMode
    booth: Id | UnsetType = UNSET
    language: Language
    interpreter: Annotated[str, _all(r"([a-z]{2,3})?")]


class RemoteStateChanged(Event, frozen=True, kw_only=True):
    """`expert`: who answered, a pseudonym; with cause `answered` only (ADR 0027)."""

    session: Id
    from_: SessionState = msgspec.field(name="from")
    to: SessionState
    cause: Cause
    expert: Id | UnsetType = UNSET


class RemoteEnded(Event, frozen=True, kw_only=True):
    """`wait_ms`: from the request to the (last) answer, or to the end of a session that nobody answered. `setup_ms`:
    from the answer to sound and picture. `connected_ms`: with the expert, holds and interruptions included;
    `interrupted_ms` of it without a way to each other. `quality` None: there was no talk to judge."""

    session: Id
    outcome: SessionOutcome
    wait_ms: Count
    setup_ms: Count
    connected_ms: Count
    interrupted_ms: Count
    quality: Quality | None


class IdentityChecked(Event, frozen=True, kw_only=True):
    """Who the customer is was checked; never what the document says."""

    service_event: Id | UnsetType = UNSET
    session: Id | UnsetType = UNSET
    method: IdentityMethod
    result: IdentityResult


class AppointmentChanged(Event, frozen=True, kw_only=True):
    """`code_hash` finds the booking when its customer checks in; the code itself is never kept."""

    appointment: Id
    rev: Count
    state: AppointmentState
    provider: Id
    service: Id
    start: Moment
    end: Moment
    channel: Channel
    room: Id | UnsetType = UNSET
    code_hash: Hex64 | UnsetType = UNSET


class RoomStateChanged(Event, frozen=True, kw_only=True):
    room: Id
    state: RoomState


class FeedbackGiven(Event, frozen=True, kw_only=True):
    service_event: Id | UnsetType = UNSET
    session: Id | UnsetType = UNSET
    provider: Id
    question: Word
    scale: Annotated[int, Meta(ge=2, le=10)]
    score: Annotated[int, Meta(ge=1, le=10)]
    device: Id
    language: Language


class QueueReset(Event, frozen=True, kw_only=True):
    """The day `business_date` is over; `removed` tickets were still unfinished."""

    business_date: Day
    removed: Count


class IncidentRaised(Event, frozen=True, kw_only=True):
    incident: Id
    place: Id
    kind: Word


class IncidentAcknowledged(Event, frozen=True, kw_only=True):
    incident: Id
    place: Id
    kind: Word


class IncidentCleared(Event, frozen=True, kw_only=True):
    incident: Id
    place: Id
    kind: Word


class DeviceStateChanged(Event, frozen=True, kw_only=True):
    device: Id
    kind: Word
    state: DeviceState
    causes: tuple[Cause, ...]
    simulated: bool


class DeviceCounters(Event, frozen=True, kw_only=True):
    """What a printer has done since this journal began (`cuts`: in its whole life, where it tells). `cause`: why it is
    said now. `tickets_left`: what its roll still holds, None where nobody can know (ADR 0023)."""

    device: Id
    kind: Word
    prints: Count
    cuts: Count
    paper_mm: Count
    cause: RollCause = "printed"
    tickets_left: Count | None = None


class PointStateChanged(Event, frozen=True, kw_only=True):
    state: Literal["starting", "ready", "degraded"]
    version: Version
    config_hash: Hex64
    cause: PointCause


class CommandApplied(Event, frozen=True, kw_only=True):
    command: Id
    type: Id


class CommandRefused(Event, frozen=True, kw_only=True):
    command: Id
    type: Id
    reason: Cause


class WorkRecorded(Event, frozen=True, kw_only=True):
    provider: Id
    service: Id
    minutes: Annotated[int, Meta(ge=1, le=1440)]
    channel: Channel


EVENTS: dict[str, type[Event]] = {
    "site.opening_changed": OpeningChanged,
    "visit.created": VisitCreated,
    "visit.ended": VisitEnded,
    "ticket.issued": TicketIssued,
    "ticket.print_started": PrintStarted,
    "ticket.print_result": PrintResulted,
    "ticket.voided": TicketVoided,
    "service.queued": ServiceQueued,
    "service.called": ServiceCalled,
    "service.announced": ServiceAnnounced,
    "service.started": ServiceStarted,
    "service.held": ServiceHeld,
    "service.resumed": ServiceResumed,
    "service.ended": ServiceEnded,
    "counter.opened": CounterOpened,
    "counter.closed": CounterClosed,
    "advisor.state_changed": AdvisorStateChanged,
    "remote.requested": RemoteRequested,
    "remote.state_changed": RemoteStateChanged,
    "remote.ended": RemoteEnded,
    "identity.checked": IdentityChecked,
    "appointment.changed": AppointmentChanged,
    "room.state_changed": RoomStateChanged,
    "feedback.given": FeedbackGiven,
    "queue.reset": QueueReset,
    "incident.raised": IncidentRaised,
    "incident.acknowledged": IncidentAcknowledged,
    "incident.cleared": IncidentCleared,
    "device.state_changed": DeviceStateChanged,
    "device.counters": DeviceCounters,
    "point.state_changed": PointStateChanged,
    "command.applied": CommandApplied,
    "command.refused": CommandRefused,
    "work.recorded": WorkRecorded,
}

NAMES: dict[type[Event], str] = {data: name for name, data in EVENTS.items()}
ADVISOR_STATES: tuple[str, ...] = get_args(AdvisorState)
