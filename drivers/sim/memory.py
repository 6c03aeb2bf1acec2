"""What a printer keeps without power: its maintenance counters; and who it says it is."""

from dataclasses import asdict, dataclass

from drivers.sim.paper_width import DEFAULT_SPACING

CUTS, LINES, HOURS = 50, 20, 70  # GS g numbers; + 128 is the counter that cannot be reset
CUMULATIVE = 128


@dataclass(frozen=True, slots=True)
class Identity:
    """Answers to GS I. The names say that it is simulated; nothing here passes for a real printer."""

    maker: str = "SIMULATED"
    model: str = "LUUKKU-SIM-80"
    firmware: str = "1.00 ESC/POS"
    serial: str = "SIM0000001"


@dataclass(slots=True)
class Counters:
    """Cuts made and dot rows moved since the printer was built, and since they were last reset."""

    cuts: int = 0
    rows: int = 0
    cuts_reset_at: int = 0
    rows_reset_at: int = 0

    def value(self, number: int) -> int | None:
        """The answer to GS g 2; None for a counter that this printer does not have."""
        return {
            CUTS: self.cuts - self.cuts_reset_at,
            LINES: (self.rows - self.rows_reset_at) // DEFAULT_SPACING,
            HOURS: 0,
            CUTS + CUMULATIVE: self.cuts,
            LINES + CUMULATIVE: self.rows // DEFAULT_SPACING,
            HOURS + CUMULATIVE: 0,
        }.get(number)

    def reset(self, number: int) -> None:
        if number == CUTS:
            self.cuts_reset_at = self.cuts
        elif number == LINES:
            self.rows_reset_at = self.rows

    def lose_last_cut(self) -> None:
        """Power went before the last cut was saved."""
        self.cuts = max(self.cuts - 1, 0)
        self.cuts_reset_at = min(self.cuts_reset_at, self.cuts)

    def as_dict(self) -> dict[str, int]:
        return asdict(self)
