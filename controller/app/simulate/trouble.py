"""One thing that goes wrong in a schedule of the sweep, and when."""

from typing import Literal

import msgspec

from controller.app.simulate.disk import Instant
from drivers.sim.faults import Fault, FaultKind


class Trouble(msgspec.Struct, frozen=True):
    """One thing that goes wrong. `kind`: a printer's fault, `unplug` (the cable), `crash` (the daemon, kill -9) or
    `test` (a technician has it print a test paper).
    `at` and `where`: at that byte or millimetre of what the printer gets from the first press on, that many seconds
    after it, or at that append of the journal (`instant`). `mended_s` later somebody mends everything."""

    kind: str
    at: Literal["byte", "mm", "s", "append"]
    where: float
    mended_s: float = 0.0
    instant: Instant = Instant.BEFORE
    lose_counter: bool = False

    def fault(self, *, now: bool = False) -> Fault:
        """As the virtual printer takes it."""
        return Fault(
            FaultKind(self.kind), at_byte=int(self.where) if self.at == "byte" and not now else None,
            at_mm=self.where if self.at == "mm" and not now else None, lose_counter=self.lose_counter,
        )  # fmt: skip

    def __str__(self) -> str:
        what = f"{self.kind} {self.instant.value}" if self.at == "append" else self.kind
        mended = f", mended after {self.mended_s:g} s" if self.mended_s else ""
        return f"{what}{' without its count' if self.lose_counter else ''} at {self.at} {self.where:g}{mended}"
