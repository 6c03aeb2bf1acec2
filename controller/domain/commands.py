"""Everything that can be asked of the core: the closed union of commands.

A command says who wants what. Whether it may happen is `decide`'s affair; that the asker may ask at all was
settled at the door (web/auth.py).
"""

from typing import Literal

import msgspec

from controller.domain.event_words import (
    AdvisorState,
    AnnounceMedium,
    Channel,
    DeviceState,
    Entry,
    Guidance,
    IdentityMethod,
    IdentityResult,
    PointCause,
    PrintResult,
    Resolution,
    SessionMode,
)
from controller.domain.events import Delivered
from controller.domain.remote_events import Quality

Position = Literal["first", "last", "keep"]


class Now(msgspec.Struct, frozen=True):
    """One reading of the clocks. `ms`: UTC milliseconds since 1970; `mono_ns`: since boot; `clock`: how far it can be
    trusted: `synced`, `holdover` (runs, was synced within 90 days), `unsynced`."""

    ms: int
    mono_ns: int
    boot: str
    clock: Literal["synced", "holdover", "unsynced"]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Base. `actor` goes into every event of the command."""

    actor: str = "system"


class TakeTicket(Command, frozen=True, kw_only=True):
    """`device`: printer that shall print it, "" for a number on the screen."""

    service: str
    language: str
    entry: Entry
    also: tuple[str, ...] = ()
    priority: int = 0
    kiosk: str = ""
    device: str = ""


class CheckIn(Command, frozen=True, kw_only=True):
    code: str
    language: str
    kiosk: str = ""
    device: str = ""


class CancelTicket(Command, frozen=True, kw_only=True):
    ticket: str


class Reprint(Command, frozen=True, kw_only=True):
    ticket: str
    device: str


class OpenCounter(Command, frozen=True, kw_only=True):
    counter: str
    advisor: str
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class CloseCounter(Command, frozen=True, kw_only=True):
    counter: str


class CallNext(Command, frozen=True, kw_only=True):
    counter: str


class CallTicket(Command, frozen=True, kw_only=True):
    counter: str
    ticket: str


class CallRoll(Command, frozen=True, kw_only=True):
    """Manual paper roll: call number `n` for `service`; the visit begins with the call."""

    counter: str
    service: str
    n: int


class Recall(Command, frozen=True, kw_only=True):
    counter: str
    service_event: str = ""


class Start(Command, frozen=True, kw_only=True):
    counter: str
    service_event: str = ""


class Hold(Command, frozen=True, kw_only=True):
    counter: str
    service_event: str = ""


class Resume(Command, frozen=True, kw_only=True):
    counter: str
    service_event: str = ""


class NoShow(Command, frozen=True, kw_only=True):
    counter: str
    service_event: str = ""


class Transfer(Command, frozen=True, kw_only=True):
    counter: str
    service_event: str = ""
    to_queue: str = ""
    to_counter: str = ""
    to_service: str = ""
    position: Position = "last"
    come_back: bool = False


class End(Command, frozen=True, kw_only=True):
    counter: str
    resolution: Resolution
    guidance: Guidance
    service_event: str = ""
    channel: Channel = "counter"
    delivered: tuple[Delivered, ...] = ()
    next_service: str = ""


class SetActivity(Command, frozen=True, kw_only=True):
    counter: str
    activity: AdvisorState
    reason: str = ""


class RequestSession(Command, frozen=True, kw_only=True):
    """A session with a remote expert: of a customer who comes to the booth (no `ticket`: a new visit), of a waiting
    `ticket`, of a customer of `counter` (sent to the booth; in mode support the expert helps the advisor there), or
    of an `appointment` (its code). `service_event`, `position`, `come_back`: as in `Transfer`, with `counter`."""

    language: str
    service: str = ""  # not needed where a ticket or an appointment says it
    booth: str = ""
    mode: SessionMode = "walk_in"
    ticket: str = ""
    appointment: str = ""
    counter: str = ""
    interpreter: str = ""
    service_event: str = ""
    position: Position = "keep"
    come_back: bool = False


class RingSession(Command, frozen=True, kw_only=True):
    """An expert who could take it hears it ring (or, `on` false, none is ready any more)."""

    session: str
    on: bool = True


class AnswerSession(Command, frozen=True, kw_only=True):
    """An expert takes it. `expert` is a pseudonym."""

    session: str
    expert: str


class ReportLegs(Command, frozen=True, kw_only=True):
    """Whether booth and expert have a way to each other now, by whichever leg; `why` not, in a word. Said of a session
    on hold, which may be quiet, only when it is given up. `quality`: of the talk so far."""

    session: str
    up: bool
    why: str = ""
    quality: Quality | None = None


class HoldSession(Command, frozen=True, kw_only=True):
    session: str


class ResumeSession(Command, frozen=True, kw_only=True):
    session: str


class DropSession(Command, frozen=True, kw_only=True):
    """The expert is gone: it goes back to its place, for another one."""

    session: str
    why: str = "expert_left"


class MoveSession(Command, frozen=True, kw_only=True):
    """The expert sends it to experts of another service (or to another one of the same)."""

    session: str
    service: str


class HandOver(Command, frozen=True, kw_only=True):
    """The expert sends the customer on to a counter of the point."""

    session: str
    to_queue: str = ""
    to_counter: str = ""
    to_service: str = ""
    position: Position = "first"
    quality: Quality | None = None


class LeaveSession(Command, frozen=True, kw_only=True):
    """The customer goes, or is helped away by staff. Before they met it is over; after that the expert still says how
    it ended. `declined`: the customer does not agree to be seen and heard, and waits on without this."""

    session: str
    cause: Literal["customer", "staff", "declined"] = "customer"
    quality: Quality | None = None


class EndSession(Command, frozen=True, kw_only=True):
    """The expert's (or, of a session that nobody has, staff's) word on how it ended. `quality`: what was measured."""

    session: str
    outcome: Literal["completed", "customer_left", "technical_failure"]
    resolution: Resolution = "pending"
    guidance: Guidance = "none"
    delivered: tuple[Delivered, ...] = ()
    next_service: str = ""
    quality: Quality | None = None


class CheckIdentity(Command, frozen=True, kw_only=True):
    method: IdentityMethod
    result: IdentityResult
    session: str = ""
    service_event: str = ""


class CountPaper(Command, frozen=True, kw_only=True):
    """What a printer used since the last of these, and what it says of its roll: `paper` None while it does not say.
    `handled`: since it last spoke of its roll otherwise, somebody may have been at it. `cuts`: its own count of all
    cuts, None where it does not tell."""

    device: str
    prints: int = 0
    pieces: int = 0
    mm: int = 0
    cuts: int | None = None
    paper: Literal["fine", "near_end", "out"] | None = None
    handled: bool = False


class NewRoll(Command, frozen=True, kw_only=True):
    """Somebody says that a full roll was put in."""

    device: str


class RecordWork(Command, frozen=True, kw_only=True):
    provider: str
    service: str
    minutes: int
    channel: Channel


class PutAppointment(Command, frozen=True, kw_only=True):
    appointment: str
    rev: int
    provider: str
    service: str
    start: str
    end: str
    channel: Channel
    room: str = ""
    code: str = ""


class CancelAppointment(Command, frozen=True, kw_only=True):
    appointment: str
    rev: int


class GiveFeedback(Command, frozen=True, kw_only=True):
    score: int
    question: str
    language: str
    device: str
    service_event: str = ""
    session: str = ""


class RaiseIncident(Command, frozen=True, kw_only=True):
    place: str
    kind: str


class AcknowledgeIncident(Command, frozen=True, kw_only=True):
    incident: str


class ClearIncident(Command, frozen=True, kw_only=True):
    incident: str


class StartPrint(Command, frozen=True, kw_only=True):
    ticket: str
    device: str
    cut0: int | None
    power_life: str
    copy: int
    attempt: int


class FinishPrint(Command, frozen=True, kw_only=True):
    ticket: str
    result: PrintResult
    tier: str | None
    cause: str
    ms: int


class ReportShown(Command, frozen=True, kw_only=True):
    """A screen painted, or a speaker spoke, a call."""

    service_event: str
    call: int
    device: str
    medium: AnnounceMedium
    language: str
    latency_ms: int


class ReportDevice(Command, frozen=True, kw_only=True):
    device: str
    kind: str
    state: DeviceState
    causes: tuple[str, ...]
    simulated: bool


class ReportPoint(Command, frozen=True, kw_only=True):
    state: Literal["starting", "ready", "degraded"]
    version: str
    config_hash: str
    cause: PointCause


class CentralOrder(Command, frozen=True, kw_only=True):
    """A command from central, undecoded: what it means and whether it holds is the core's to say."""

    id: str
    type: str
    data: bytes
    expires: str


class RefuseOrder(Command, frozen=True, kw_only=True):
    """An order from central that this program failed to decide: said so, and done with."""

    id: str
    type: str
    reason: str


class Tick(Command, frozen=True, kw_only=True):
    """Time went on: opening hours, the day's end, the late, expired paper."""
