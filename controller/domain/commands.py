"""Everything that can be asked of the core: the closed union of commands.

A command says who wants what. Whether it may happen is `decide`'s affair; that the asker may ask at all was
settled at the door (web/auth.py).
"""

from typing import Literal

import msgspec

from controller.domain.events import (
    AdvisorState,
    AnnounceMedium,
    Channel,
    Delivered,
    DeviceState,
    Entry,
    Guidance,
    PointCause,
    PrintResult,
    Resolution,
)

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
    service_event: str


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
