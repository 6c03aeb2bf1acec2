"""What a printer's status bits mean, and how well it is now. No answer is neither well nor broken."""

import asyncio
from collections.abc import Mapping

from controller.ports.printer import PrinterCondition, PrinterHealth, Tier
from drivers.escpos.status import Asb
from drivers.links.link import PortStatus

# Bit -> cause, worst first. Epson ESC/POS, pages gs_la and dle_eot.
ASB_STATE = ((0x20, "cover"),)
ASB_ERRORS = ((0x08, "cutter"), (0x64, "error"))  # recoverable 04, unrecoverable 20, auto-recoverable 40
ASB_PAPER = ((0x0C, "paper_out"), (0x03, "near_end"))
ASB_OFFLINE = 0x08
REALTIME_OFFLINE = 0x08  # n = 1
REALTIME_WHY = ((0x04, "cover"), (0x20, "paper_out"))  # n = 2
REALTIME_ERRORS = ((0x08, "cutter"), (0x64, "error"))  # n = 3
REALTIME_PAPER = ((0x60, "paper_out"), (0x0C, "near_end"))  # n = 4
HARMLESS = frozenset({"near_end", "blind"})
SILENCE = frozenset({"no_answer", "busy_elsewhere"})
STRENGTH = tuple(Tier)  # declared from the strongest down


def causes_of_asb(asb: Asb) -> tuple[str, ...]:
    """Everything that is wrong, worst first; empty when all is well."""
    found = _named(asb.state, ASB_STATE) + _named(asb.paper, ASB_PAPER) + _named(asb.errors, ASB_ERRORS)
    return _tidy(found, offline=bool(asb.state & ASB_OFFLINE))


def causes_of_replies(replies: Mapping[int, int]) -> tuple[str, ...]:
    """The same from the four DLE EOT replies, by n."""
    found = _named(replies[2], REALTIME_WHY) + _named(replies[4], REALTIME_PAPER)
    return _tidy(found + _named(replies[3], REALTIME_ERRORS), offline=bool(replies[1] & REALTIME_OFFLINE))


def causes_of_port(port: PortStatus) -> tuple[str, ...]:
    """The same from the USB port's status, which knows little."""
    return ("paper_out",) if port.paper_empty else ("error",) if port.error else ()


def blocking(causes: tuple[str, ...]) -> str:
    """The first cause that keeps it from printing, or ""."""
    return next((cause for cause in causes if cause not in HARMLESS), "")


def stronger(one: Tier | None, other: Tier) -> Tier:
    return other if one is None else min(one, other, key=STRENGTH.index)


class HealthBoard:
    """The printer's last known health; `news` is set when it changes."""

    def __init__(self, news: asyncio.Event) -> None:
        self.now = PrinterHealth(PrinterCondition.DETACHED, ("no_link",))
        self._news = news

    def detached(self, why: str = "") -> None:
        """No link; `why` where more is known: a cause of `SAID`."""
        self._set(PrinterHealth(PrinterCondition.DETACHED, ("no_link", why) if why else ("no_link",)))

    def unknown(self, *causes: str) -> None:
        self._set(PrinterHealth(PrinterCondition.UNKNOWN, causes, self.now.tier))

    def said(self, causes: tuple[str, ...]) -> None:
        """The printer answered, with these causes."""
        condition = PrinterCondition.READY
        if causes:
            condition = PrinterCondition.OUT_OF_SERVICE if blocking(causes) else PrinterCondition.DEGRADED
        self._set(PrinterHealth(condition, causes, self.now.tier))

    def proved(self, tier: Tier) -> None:
        self._set(PrinterHealth(self.now.condition, self.now.causes, stronger(self.now.tier, tier)))

    def _set(self, health: PrinterHealth) -> None:
        if health != self.now:
            self.now = health
            self._news.set()


def _named(bits: int, table: tuple[tuple[int, str], ...]) -> tuple[str, ...]:
    return tuple(cause for mask, cause in table if bits & mask)


def _tidy(found: tuple[str, ...], *, offline: bool) -> tuple[str, ...]:
    causes = tuple(dict.fromkeys(found))
    if "paper_out" in causes:
        causes = tuple(cause for cause in causes if cause != "near_end")
    if offline and not blocking(causes):
        causes = ("offline", *causes)
    return causes
