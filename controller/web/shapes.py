"""What goes in and out of the API, as types: bodies are decoded by them, answers are checked by them, OpenAPI is
generated from them (contract, section 3)."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from controller.domain.commands import Position
from controller.domain.event_words import (
    Cause,
    Channel,
    DeviceState,
    Guidance,
    Id,
    IdentityMethod,
    IdentityResult,
    Language,
    Medium,
    Resolution,
    SessionMode,
    SessionOutcome,
    SessionState,
    Word,
)
from controller.domain.events import Delivered

# What becomes part of an event has the event's own type: whatever passes here can be journalled.
Pseudonym = Annotated[Id, Meta(max_length=40, description="never a name")]
Time = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "date-time"})]  # RFC 3339


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of request bodies: a member nobody knows is an error."""


class Nothing(Body, kw_only=True):
    """An empty object, or no body at all."""


class Login(Body, kw_only=True):
    token: Annotated[str, Meta(min_length=8, max_length=200)]


class TakeTicket(Body, kw_only=True):
    service: Id
    language: Language
    kiosk: Id | None = None
    priority: Annotated[int, Meta(ge=0, le=9)] = 0
    also: Annotated[tuple[Id, ...], Meta(max_length=9)] = ()


class CheckIn(Body, kw_only=True):
    language: Language | None = None
    kiosk: Id | None = None


class PutAppointment(Body, kw_only=True):
    rev: Annotated[int, Meta(ge=0, le=2**53)]
    provider: Id
    service: Id
    start: Time
    end: Time
    channel: Channel
    room: Id | None = None
    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{4,32}$(?!\n)")] | None = None


class Speech(Body, kw_only=True):
    """What a kiosk's page wants to say. It is read as plain words: no markup, no commands."""

    language: Language
    text: Annotated[str, Meta(min_length=1, max_length=600)]


class OpenCounter(Body, kw_only=True):
    advisor: Pseudonym
    services: Annotated[tuple[Id, ...], Meta(max_length=200)] = ()
    languages: Annotated[tuple[Language, ...], Meta(max_length=20)] = ()


class Roll(Body, kw_only=True):
    service: Id
    n: Annotated[int, Meta(ge=1, le=999_999)]


class CallTicket(Body, kw_only=True):
    """A ticket of ours, or at a point with a manual paper roll a number of the roll."""

    ticket: Id | None = None
    roll: Roll | None = None


class Which(Body, kw_only=True):
    """Which service event; without it the counter's current one."""

    service_event: Id | None = None


class Target(Body, kw_only=True):
    queue: Id | None = None
    counter: Id | None = None
    service: Id | None = None
    booth: Id | None = None


class Transfer(Body, kw_only=True):
    to: Target
    position: Position = "last"
    return_: bool = msgspec.field(name="return", default=False)
    service_event: Id | None = None


class End(Body, kw_only=True):
    resolution: Resolution
    guidance: Guidance
    channel: Channel = "counter"
    delivered: Annotated[tuple[Delivered, ...], Meta(max_length=50)] = ()
    next: Id | None = None
    service_event: Id | None = None


class Activity(Body, kw_only=True):
    activity: Literal["available", "other_work", "break", "wrap_up"]
    reason: Cause = ""


class Work(Body, kw_only=True):
    provider: Id
    service: Id
    minutes: Annotated[int, Meta(ge=1, le=1440)]
    channel: Channel


class Feedback(Body, kw_only=True):
    score: Annotated[int, Meta(ge=1, le=5)]
    question: Word
    language: Language
    service_event: Id | None = None
    session: Id | None = None


class RequestSession(Body, kw_only=True):
    """`ticket`: a waiting number; `appointment`: a booking's code, which says the service; `counter`: whose customer is
    sent to the booth, or, with mode support, which advisor an expert shall help."""

    service: Id | None = None
    language: Language
    ticket: Id | None = None
    appointment: Annotated[str, Meta(min_length=4, max_length=32)] | None = None
    interpreter: Language | None = None
    counter: Id | None = None
    mode: Literal["walk_in", "appointment", "support"] = "walk_in"


class EndSession(Body, kw_only=True):
    """From the booth: the customer leaves; `declined`: they do not agree to the terms, and keep their number. From
    staff: without `outcome` the customer is helped away."""

    declined: bool = False
    outcome: Literal["completed", "customer_left", "technical_failure"] | None = None
    resolution: Resolution = "pending"
    guidance: Guidance = "none"
    delivered: Annotated[tuple[Delivered, ...], Meta(max_length=50)] = ()


class Identity(Body, kw_only=True):
    method: IdentityMethod
    result: IdentityResult


class Incident(Body, kw_only=True):
    place: Id
    kind: Word = "threat"


class DaySpeed(Body, kw_only=True):
    """How many times faster than real time the demo plays its day."""

    speed: Annotated[int, Meta(ge=1, le=600)] = 60


class EstimateOut(msgspec.Struct):
    p50_s: int
    p80_s: int


class PrintOut(msgspec.Struct, omit_defaults=True):
    state: Literal["requested", "printing", "confirmed", "unknown", "failed", "void", "none"]
    job: str | UnsetType = UNSET
    device: str | UnsetType = UNSET
    copy: int | UnsetType = UNSET
    tier: str | UnsetType = UNSET
    cause: str | UnsetType = UNSET


class Ticket(msgspec.Struct, kw_only=True):
    id: str
    visit: str
    service_event: str
    series: str
    n: int
    number: str
    business_date: str
    queue: str
    service: str
    provider: str
    language: str
    state: Literal["waiting", "called", "serving", "held", "transferred", "done", "no_show", "cancelled", "removed"]
    counter: str | UnsetType = UNSET
    ahead: int
    estimate: EstimateOut | None
    issued_at: str
    medium: Medium
    print: PrintOut
    code: str
    url: str


class ServiceEvent(msgspec.Struct, kw_only=True):
    service_event: str
    visit: str
    ticket: str | None
    number: str | None
    service: str
    provider: str
    queue: str
    counter: str | None
    language: str
    state: str
    call: int
    waiting_ms: int
    called_at: str | None


class Session(msgspec.Struct, kw_only=True):
    """A remote session."""

    id: str
    state: SessionState
    cause: str
    mode: SessionMode
    booth: str | None
    service: str
    provider: str
    language: str
    interpreter: str | None
    service_event: str | None
    ticket: str | None
    number: str | None
    requested_at: Time
    since: Time
    outcome: SessionOutcome | None
    waits: bool
    rated: bool


class Subject(msgspec.Struct, kw_only=True):
    """The thing that was made or changed."""

    id: str
    state: str = ""


DeviceKind = Literal["printer", "panel", "scanner", "screen", "kiosk", "booth"]
Proven = Literal["nothing", "answers", "draws", "paper"]


class TryDevice(Body, kw_only=True):
    """`kind` is needed only where one id names two devices; without it the wired one is tried. `paper`: a printer
    prints a test paper, and is asked everything."""

    kind: DeviceKind | None = None
    paper: bool = False


class LastTest(msgspec.Struct, kw_only=True):
    """How a test ended. `cause` is empty when `ok`. `proven`: nothing; it answers and could work; its page drew itself
    anew; a test paper came out."""

    at: Time
    ok: bool
    cause: str
    proven: Proven
    ms: int


class DeviceTest(LastTest, kw_only=True):
    """What a device answered when it was tried. With a test paper: `tier` is the strongest proof that it gave,
    `answers` what else it answered, and who it says it is. Of a booth: its `light`, and what was `found` of its cameras
    and of its paths to the experts."""

    id: str
    kind: DeviceKind
    state: DeviceState
    cuts: int | None = None
    tier: str | None = None
    answers: list[str] = []
    maker: str = ""
    model: str = ""
    serial: str = ""
    light: Literal["", "green", "yellow", "red"] = ""
    found: dict[str, Any] = {}


class DeviceOut(msgspec.Struct, kw_only=True):
    """`type`, `link`: as the config has them; None for what is a page. `since`: of a device that nobody has heard of,
    the daemon's start."""

    id: str
    kind: DeviceKind
    type: str | None
    link: str | None
    desired: Literal["ready"]
    actual: DeviceState
    causes: list[str]
    since: Time
    tier: str | None
    simulated: bool
    last_test: LastTest | None


class UnownedOut(msgspec.Struct, kw_only=True):
    """A device that no entry of the config owns; `stanza` is the TOML that would."""

    kind: str
    name: str
    link: str
    stanza: str


class Devices(msgspec.Struct, kw_only=True):
    devices: list[DeviceOut]
    unknown: list[UnownedOut]


class CounterOut(msgspec.Struct, kw_only=True):
    id: str
    name: str
    state: Literal["open", "closed"]
    advisor: dict[str, Any] | None
    current: ServiceEvent | None


class Events(msgspec.Struct):
    events: list[msgspec.Raw]
    next: int | None
