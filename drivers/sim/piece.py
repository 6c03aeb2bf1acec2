"""A piece of simulated paper, as it falls from the cutter."""

from dataclasses import dataclass

from drivers.sim.paper_width import Lettered


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of paper as it fell: packed dot rows, the exact bytes since the last cut, and what went wrong in
    between (`paper_out`, `cover`, `jam`, `power`, `cleared`)."""

    rows: list[bytes]
    raw: bytes
    partial: bool
    interruptions: tuple[str, ...]

    @property
    def text(self) -> str:
        """What stands on it, a line each: letters as printed, `[QR] what it says`, `[picture] its size in dots`."""
        return "".join(f"{row.text}\n" for row in self.rows if isinstance(row, Lettered))

    @property
    def scrap(self) -> bool:
        """Print data was lost while it was made."""
        return bool({"power", "cleared"} & set(self.interruptions))
