"""What a printer used and what its sensors see of its roll, into the journal: each turn once, counts now and then."""

import asyncio
from typing import Literal

import structlog

from controller.domain.commands import CountPaper
from controller.domain.draft import Refused
from controller.domain.rolls import is_news, wants_paper
from controller.journal.faults import JournalFault
from controller.ledger import Ledger
from controller.ports.printer import Printer, PrinterCondition, PrinterHealth, Usage

SETTLED_PIECES = 5  # papers after which a sensor that fell silent while nobody was seen at the printer is believed
TOLD = frozenset({PrinterCondition.READY, PrinterCondition.DEGRADED})
LOOK_AGAIN_S = 1.0  # after a disk that refused

log = structlog.get_logger("roll")


class RollWatch:
    """Follows one printer. `changed` waits for news of the device, and journals what they say of its roll."""

    def __init__(self, ledger: Ledger, printer: Printer) -> None:
        self._ledger = ledger
        self._printer = printer
        self._seen = printer.health
        self._told = Usage()
        self._handled = True  # nobody saw what was done while the daemon was away
        self._near_at = -1  # pieces when the sensor saw the end last
        self._lifted = False  # it fell silent while nothing moved: a hand, for it flickers only while the roll turns
        self._fine_at: int | None = None  # and when it fell silent

    def seen(self) -> PrinterHealth:
        """How the device is now; `changed` waits until that is another."""
        self._seen = self._as_seen()
        return self._seen

    def _as_seen(self) -> PrinterHealth:
        """The printer's health, and for as long as its roll wants to be changed, that: a sensor may flicker."""
        health = self._printer.health
        wanted = wants_paper(self._ledger.state.rolls.get(self._printer.id))
        if not wanted or health.condition not in TOLD or "near_end" in health.causes:
            return health
        return PrinterHealth(PrinterCondition.DEGRADED, (*health.causes, "near_end"), health.tier)

    async def changed(self) -> None:
        """Until the device is another than `seen` said."""
        while True:
            await self._count()
            if self._as_seen() != self._seen:
                return
            await self._printer.news()

    async def _count(self) -> None:
        """Say what is new; what is not taken is said again with the next news."""
        health, usage = self._printer.health, self._printer.usage
        paper = self._paper(health, usage)
        said = CountPaper(
            actor=f"device:{self._printer.id}", device=self._printer.id, paper=paper, handled=self._handled,
            prints=usage.prints - self._told.prints, pieces=usage.pieces - self._told.pieces,
            mm=round(usage.mm - self._told.mm), cuts=usage.cuts,
        )  # fmt: skip
        if paper is not None:
            self._handled = False
        if not is_news(self._ledger.state, said):
            return
        try:
            taken = (await self._ledger.submit(said)).subject
        except JournalFault:
            self._handled = said.handled
            await asyncio.sleep(LOOK_AGAIN_S)
            return
        except Refused as no:
            log.error("a printer's counts are no event", device=self._printer.id, why=str(no))
            return
        if taken:
            self._told = usage

    def _paper(self, health: PrinterHealth, usage: Usage) -> Literal["fine", "near_end", "out"] | None:
        """What it says of its roll now. A lid that is open, or a link that was lost: somebody may be at it."""
        if "paper_out" in health.causes:
            self._handled = True
            return "out"
        if health.condition not in TOLD:
            self._handled = self._handled or health.condition is PrinterCondition.DETACHED or "cover" in health.causes
            return None
        if "near_end" in health.causes:
            self._near_at, self._fine_at = usage.pieces, None
            return "near_end"
        if self._fine_at is None:
            self._fine_at = usage.pieces
            self._lifted = self._near_at == usage.pieces and not usage.moving
        self._handled = self._handled or self._lifted or usage.pieces - self._fine_at >= SETTLED_PIECES
        return "fine"
