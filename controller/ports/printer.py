"""What the core needs of a ticket printer: one model of the paper, four questions with bounded answers."""

from datetime import datetime
from enum import Enum
from typing import Protocol

import msgspec


class Tier(Enum):
    """How a paper was proven; the first is the strongest. Goes with every `ticket.print_result`."""

    PROCESS_ID = "T1"  # the printer said "this job is on paper"
    COUNTER = "T2"  # its cutter counter moved past the count taken before the job
    STATUS = "T3"  # it processed the job and reports no fault
    PORT = "T4"  # only the port's paper bit
    BLIND = "T5"  # nothing ever answers


class TicketPaper(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that stands on one ticket, as finished text in the customer's language.

    Any text may hold any Unicode; the driver makes it printable. `qr` is the full address behind the QR,
    `code` the footer code that makes a piece of paper a *copy* and not a scrap. `copy_mark` is None on the
    first paper, else the words that mark a second one. `bring` may be empty.
    """

    language: str
    point: str
    number: str  # as shown: "K 042"
    provider: str
    service: str
    issued: str  # "lauantai 21.11.2026 klo 9.15"
    ahead: str  # "Edelläsi on 6 asiakasta."
    estimate: str  # "Odotus noin 25 minuuttia.", or ""
    watch: str  # where to look for the call
    bring_title: str
    bring: tuple[str, ...]
    also_title: str
    also: tuple[str, ...]  # further services on the same ticket
    qr: str
    qr_hint: str
    code: str
    copy_mark: str | None = None


class PrinterCondition(Enum):
    READY = "ready"
    DEGRADED = "degraded"  # prints, but wants attention (paper near end)
    OUT_OF_SERVICE = "out_of_service"  # answers, cannot print
    DETACHED = "detached"  # no link
    UNKNOWN = "unknown"  # link is up, no answer: neither well nor broken


class PrinterHealth(msgspec.Struct, frozen=True):
    """Condition with causes (`paper_out`, `near_end`, `cover`, `cutter`, `offline`, `error`, `no_answer`, `no_link`,
    `busy_elsewhere`, `babbling`, `blind`, `another_printer`; with `no_link` also `no_access`, and of a USB device
    `absent`, `ambiguous`, `taken`, `no_udev`; of a refusal `recovering`) and the strongest tier seen on this link so
    far, None before any proof."""

    condition: PrinterCondition
    causes: tuple[str, ...] = ()
    tier: Tier | None = None


class Usage(msgspec.Struct, frozen=True):
    """Since the driver's start: tickets proven, pieces of any kind cut off, the paper that they took (the roll's share
    of a torn one unknown), and the printer's own count of all cuts, None while it has not told. `moving`: a piece is
    under way."""

    prints: int = 0
    pieces: int = 0
    mm: float = 0.0
    cuts: int | None = None
    moving: bool = False


class Prepared(msgspec.Struct, frozen=True):
    """Taken just before a job: the cumulative cut count (None: printer does not tell) and the power life,
    a token that changes whenever the printer may have been switched off or the link was lost."""

    cut0: int | None
    power_life: str


class PrintEnd(Enum):
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    FAILED = "failed"


class PrintOutcome(msgspec.Struct, frozen=True):
    """`cause` is empty when confirmed, else one of PrinterHealth's causes or `timeout`, `link_lost`, `interrupted`."""

    end: PrintEnd
    tier: Tier | None
    cause: str
    ms: int


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What a printer answered while a test paper was printed. `tier`: the strongest proof that it gave, BLIND for none,
    None when nothing could be printed (`cause` says why). `ms` from the first question to the last answer."""

    tier: Tier | None
    process_id: bool = False  # said the job's name when it was on paper (Epson GS ( H)
    cut_counter: bool = False  # its count of all cuts (GS g 2) rose by one
    barrier: bool = False  # said that all was processed (GS r)
    automatic_status: bool = False  # ASB
    realtime_status: bool = False  # DLE EOT
    realtime_clear: bool = False  # DLE DC4 8
    maker: str = ""
    model: str = ""
    serial: str = ""
    cause: str = ""
    ms: int = 0


class PrinterUnavailable(Exception):
    """The printer cannot take a job now; nothing was sent. `cause` is one of PrinterHealth's causes."""

    def __init__(self, printer: str, cause: str) -> None:
        super().__init__(f"printer {printer}: {cause}")
        self.printer = printer
        self.cause = cause


class Printer(Protocol):
    """One ticket printer with one owner. No call waits longer than its stated bound; one job in flight."""

    @property
    def id(self) -> str: ...

    @property
    def health(self) -> PrinterHealth:
        """What the printer last said of itself; UNKNOWN until it said something on this link. Never blocks."""

    @property
    def usage(self) -> Usage: ...

    async def news(self) -> None:
        """Wait (unbounded) until health or usage may be others than when this last returned to its single listener."""

    async def prepare(self) -> Prepared:
        """Within 1 s: is it ready, and what is its cut count? Raises PrinterUnavailable; sends no print data."""

    async def print(self, paper: TicketPaper, job: str, *, simulated: bool) -> PrintOutcome:
        """Send one job (`job`: 4 printable ASCII characters, the printer's process ID) and wait for its proof.

        Bounded by the time the paper needs plus 2 s. UNKNOWN when the answer did not come: bytes may be on paper.
        """

    async def judge(self, before: Prepared) -> PrintOutcome:
        """After a crash or an UNKNOWN: did the cutter counter pass `before.cut0`? CONFIRMED (tier COUNTER), or
        UNKNOWN with the cause when the printer cannot tell now, or FAILED when it surely did not cut since."""

    async def clear(self) -> bool:
        """Clear the printer's buffers, mark a hanging scrap KESKEN / AVBRUTEN and cut it. True when done and proven."""

    async def abandon(self) -> None:
        """The last job is given up: whatever the printer still holds of it must never come out. Said at once if there
        is a link (within 1 s), else with the first bytes of the next; the paper that hangs is cut off as by `clear` as
        soon as the printer is well, before it takes another job."""

    async def run(self) -> None:
        """Keep its link, for as long as the printer is wanted; ends only by cancellation."""

    def reconnect_now(self) -> None:
        """An outside sign of life: try now instead of waiting a backoff out."""

    def learn(self, found: Examined) -> None:
        """What an earlier examination found: it is asked only that."""

    async def examine(self, now: datetime, *, simulated: bool) -> Examined:
        """Print a test paper, the time `now` on it, and find out what the printer answers; from then on it is asked
        only that. Raises PrinterUnavailable when it cannot print now. Takes up to half a minute when it is silent.

        It cuts, so a judgement after it would mistake it for a ticket: never while a paper is in doubt or under way."""
