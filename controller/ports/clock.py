"""Where time comes from: one reading of all clocks, and nothing else in the program asks the machine for the time."""

from typing import Protocol

from controller.domain.commands import Now


class Clock(Protocol):
    def now(self) -> Now:
        """Wall time, time since boot, and how far the wall time can be trusted. Never blocks."""
