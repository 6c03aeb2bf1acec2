"""Faults that wait for their byte or millimetre, counted down while the printer receives and prints."""

from dataclasses import dataclass

from drivers.sim.faults import Fault
from drivers.sim.paper_width import DOTS_PER_MM

NEVER = 1 << 30  # bytes or rows


@dataclass(slots=True)
class Armed:
    fault: Fault
    bytes_left: int = NEVER
    rows_left: int = NEVER


class FaultSchedule:
    def __init__(self) -> None:
        self.armed: list[Armed] = []

    @property
    def bytes_left(self) -> int:
        """Bytes that may come in before the next fault."""
        return min((armed.bytes_left for armed in self.armed), default=NEVER)

    @property
    def rows_left(self) -> int:
        """Dot rows that may be printed before the next fault."""
        return min((armed.rows_left for armed in self.armed), default=NEVER)

    def arm(self, fault: Fault) -> bool:
        """False: it is due now."""
        rows = round((fault.at_mm or 0) * DOTS_PER_MM)
        if not fault.at_byte and not rows:
            return False
        self.armed.append(Armed(fault, fault.at_byte or NEVER, rows or NEVER))
        return True

    def moved(self, received: int = 0, rows: int = 0) -> list[Fault]:
        """Count down; gives the faults that are due now, in the order they were armed."""
        for armed in self.armed:
            armed.bytes_left -= received if armed.bytes_left < NEVER else 0
            armed.rows_left -= rows if armed.rows_left < NEVER else 0
        due = [armed for armed in self.armed if armed.bytes_left <= 0 or armed.rows_left <= 0]
        self.armed = [armed for armed in self.armed if armed not in due]
        return [armed.fault for armed in due]

    def disarm(self) -> None:
        self.armed.clear()
