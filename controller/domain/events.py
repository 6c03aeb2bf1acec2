"""Everything that can have happened: the closed union of event data (contract, section 4).

An event carries ids, enums, whole numbers and times; never a name, a personal identity code or free text.
Field order here is field order on the wire. Three members are ours, beyond the contract's list, because
replay needs them: `place`, `counter` and `back_to` of `service.queued` (ADR 0006). Two more because the figures come
from events alone: `target_s` of `service.queued` and `providers` of `service.ended` (ADR 0014).
"""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from controller.domain.event_words import (
    AdvisorState,
    AnnounceMedium,
    AppointmentState,
    Cause,
    Channel,
    Count,
    Day,
    DeviceState,
    Entry,
    Event,
    Guidance,
    Hex64,
    Id,
    Inference,
    Job,
    Language,
    Medium,
    Moment,
    Opening,
    PointCause,
    PrintResult,
    QueuedCause,
    Resolution,
    RollCause,
    RoomState,
    ServiceOutcome,
    Version,
    VisitOutcome,
    Word,
    pattern,
)
from controller.domain.remote_events import IdentityChecked, RemoteEnded, RemoteRequested, RemoteStateChanged


class Estimate(msgspec.Struct, frozen=True):
    """A promised wait in whole seconds: half wait at most p50_s, four in five at most p80_s."""

    p50_s: Count
    p80_s: Count


class Delivered(msgspec.Struct, frozen=True):
    """A performed service and how many of it."""

    service: Id
    qty: Annotated[int, Meta(ge=1, le=999)]


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
    series: Annotated[str, pattern(r"[A-Z]{0,3}")]
    n: Annotated[int, Meta(ge=1)]
    number: Annotated[str, pattern(r"[A-Z]{0,3}[0-9]{1,6}")]
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
    language: Annotated[str, pattern(r"([a-z]{2,3}(\+[a-z]{2,3})*)?")]
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
