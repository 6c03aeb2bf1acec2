"""The live state of a point: what a replay of its journal gives. Only `evolve` writes it.

Times are UTC milliseconds since 1970 unless a name says otherwise. Everything here can be encoded, so that a
snapshot is a cache of a replay and nothing else.
"""

from typing import Literal

import msgspec

from controller.domain.event_words import (
    AdvisorState,
    AppointmentState,
    Channel,
    DeviceState,
    Entry,
    Medium,
    QueuedCause,
    ServiceOutcome,
    SessionMode,
    SessionOutcome,
    SessionState,
    VisitOutcome,
)
from controller.domain.events import Estimate
from controller.domain.remote_events import Quality

Stage = Literal["waiting", "called", "serving", "held", "ended"]
PrintState = Literal["requested", "printing", "confirmed", "unknown", "failed", "void", "none"]


class Print(msgspec.Struct):
    """What became of a ticket's paper so far. `cut0` and `power_life` are what recovery needs to judge it."""

    state: PrintState = "none"
    job: str = ""
    device: str = ""
    copy: int = 0
    attempt: int = 0
    tier: str | None = None
    cause: str = ""
    cut0: int | None = None
    power_life: str = ""
    since: int = 0


class Ticket(msgspec.Struct):
    id: str
    visit: str
    series: str
    n: int
    number: str
    business_date: str
    issued: int
    ahead: int
    estimate: Estimate | None
    medium: Medium
    code_hash: str
    kiosk: str = ""
    voided: bool = False
    proven: bool = False  # a paper of it is known to be in the customer's hand
    print: Print = msgspec.field(default_factory=Print)


class Visit(msgspec.Struct):
    """One customer at the point. `wanted` are services asked for and not yet begun."""

    id: str
    entry: Entry
    language: str
    wanted: list[str]
    priority: int
    created: int
    appointment: str = ""
    ticket: str = ""
    current: str = ""
    service_events: int = 0
    history: list[str] = msgspec.field(default_factory=list)  # its service events, oldest first
    outcome: VisitOutcome | None = None


class ServiceEvent(msgspec.Struct):
    """One service for one visit. `first_called` decides waiting, `last_called` and `started` decide walk."""

    id: str
    visit: str
    n: int
    queue: str
    provider: str
    service: str
    cause: QueuedCause
    place: int
    queued: int
    queued_mono: int
    queued_boot: str
    only: str = ""  # the one counter that may call it
    back_to: str = ""
    stage: Stage = "waiting"
    counter: str = ""
    booth: str = ""  # where a remote expert called them
    call: int = 0
    waiting_ms: int = 0
    first_called: int = 0
    last_called: int = 0
    last_called_mono: int = 0
    last_called_boot: str = ""
    started: int = 0
    held_since: int = 0
    held_ms: int = 0
    ended: int = 0
    outcome: ServiceOutcome | None = None
    rated: bool = False
    session: str = ""  # the live session that it is the service event of
    shown_on: list[str] = msgspec.field(default_factory=list)  # "device/call" that announced it


class Session(msgspec.Struct):
    """A meeting with a remote expert, wanted or under way. Times are UTC milliseconds, 0 for not yet; `clocks` has what
    the boot's own clock read at them, in nanoseconds, and which boot it was: durations come from it."""

    id: str
    mode: SessionMode
    provider: str
    service: str
    language: str
    booth: str = ""
    service_event: str = ""
    counter: str = ""  # of an advisor who is supported
    interpreter: str = ""
    expert: str = ""  # who answered, a pseudonym
    state: SessionState = "queued"
    cause: str = ""
    since: int = 0
    requested: int = 0
    answered: int = 0  # by the expert who has it now
    reached: int = 0  # the answer that led to the first connection, or the newest so far
    connected: int = 0  # the first time
    ended: int = 0
    interrupted_ms: int = 0  # after the first connection, without an expert
    quality: Quality | None = None  # when the talk last broke off
    clocks: dict[str, tuple[int, str]] = msgspec.field(default_factory=dict)  # moment -> what the boot's clock read
    outcome: SessionOutcome | None = None
    rated: bool = False

    @property
    def is_apart(self) -> bool:
        """They have met, and cannot see each other now; nobody wanted that (as on hold)."""
        return bool(self.connected) and self.state in {"reconnecting", "queued", "ringing"}


class Counter(msgspec.Struct):
    id: str
    advisor: str = ""
    open: bool = False
    services: list[str] = msgspec.field(default_factory=list)
    languages: list[str] = msgspec.field(default_factory=list)
    state: AdvisorState = "available"
    since: int = 0
    current: str = ""
    held: list[str] = msgspec.field(default_factory=list)


class Appointment(msgspec.Struct):
    id: str
    rev: int
    state: AppointmentState
    provider: str
    service: str
    start: str
    end: str
    channel: Channel
    room: str = ""
    code_hash: str = ""


class Device(msgspec.Struct):
    id: str
    kind: str
    state: DeviceState
    causes: list[str]
    simulated: bool
    since: int


class Roll(msgspec.Struct):
    """What is known of a printer's paper. Places are in millimetres of paper since this journal began: `began` where
    this roll did (None: nobody saw it put in), `near` where its end came in sight. `reserve`: what earlier rolls still
    held from there."""

    prints: int = 0
    cuts: int = 0
    paper_mm: int = 0
    began: int | None = None
    near: int | None = None
    reserve: int | None = None
    low: bool = False
    out: bool = False


class Incident(msgspec.Struct):
    id: str
    place: str
    kind: str
    state: Literal["raised", "acknowledged"]
    raised: int


class State(msgspec.Struct):
    """`numbers`: newest number per series of `business_date`. `waiting`: per queue, (place, service event) sorted.
    `tail`: the last arrival, and what its clocks read, so that a clock that steps back lets nobody jump the queue.
    `opening`: service to "open" or "closed" as last announced. `closed_by_order`: services that central closed (True)
    by hand, or opened (False) before the hours do."""

    journal: str
    seq: int = 0
    chain: str = "0" * 64
    boot: str = ""
    business_date: str = ""
    numbers: dict[str, int] = msgspec.field(default_factory=dict)
    tail: int = 0
    tail_mono: int = 0
    tail_boot: str = ""
    tickets: dict[str, Ticket] = msgspec.field(default_factory=dict)
    visits: dict[str, Visit] = msgspec.field(default_factory=dict)
    service_events: dict[str, ServiceEvent] = msgspec.field(default_factory=dict)
    codes: dict[str, str] = msgspec.field(default_factory=dict)  # code_hash -> ticket
    waiting: dict[str, list[tuple[int, str]]] = msgspec.field(default_factory=dict)
    unfinished_prints: dict[str, int] = msgspec.field(default_factory=dict)  # ticket -> since
    late: dict[str, int] = msgspec.field(default_factory=dict)  # visit of a no-show -> ended
    opening: dict[str, str] = msgspec.field(default_factory=dict)
    closed_by_order: dict[str, bool] = msgspec.field(default_factory=dict)
    counters: dict[str, Counter] = msgspec.field(default_factory=dict)
    devices: dict[str, Device] = msgspec.field(default_factory=dict)
    rolls: dict[str, Roll] = msgspec.field(default_factory=dict)  # by printer
    sessions: dict[str, Session] = msgspec.field(default_factory=dict)
    incidents: dict[str, Incident] = msgspec.field(default_factory=dict)
    appointments: dict[str, Appointment] = msgspec.field(default_factory=dict)
    orders: dict[str, bool] = msgspec.field(default_factory=dict)  # orders from central: applied?
    durations: dict[str, list[int]] = msgspec.field(default_factory=dict)  # service -> newest served ms, at most 40


def ticket_of(state: State, event: ServiceEvent) -> Ticket | None:
    """The ticket of a service event's visit; None for a visit without one (manual roll has one, sessions may not)."""
    return state.tickets.get(state.visits[event.visit].ticket)


def live(state: State) -> list[ServiceEvent]:
    """Service events that are not ended, oldest first."""
    current = (state.service_events[v.current] for v in state.visits.values() if v.current and v.outcome is None)
    return [event for event in current if event.stage != "ended"]
