"""The faults a simulated printer takes, by the names of the contract, section 2, and when they strike."""

from dataclasses import dataclass
from enum import Enum

LARGEST = 10**9  # bytes or mm: nobody waits that long


class FaultKind(Enum):
    PAPER_OUT = "paper_out"
    NEAR_END = "near_end"
    COVER = "cover"
    JAM = "jam"  # the cutter
    SILENT = "silent"  # takes and prints, answers nothing
    DROP = "drop"  # closes the connection, once
    POWER = "power"  # buffers lost, half-printed paper stays; back after a second
    STALL = "stall"  # the motor rests and nothing is said of it: the buffer fills, and the sender is held back
    TRICKLE = "trickle"  # takes and says one byte at a time
    TORN = "torn"  # the beginning of a picture whose sender died: what comes next is swallowed as its dots
    NV_ERASED = "nv_erased"  # another mainboard: nothing is in its memory of pictures
    CLEAR = "clear"  # paper loaded, cover closed, cutter freed, speaking again, running and quick


class BadFault(ValueError):
    """The message names what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`at_byte`: after that many more received bytes; `at_mm`: after that many more printed millimetres;
    neither: now. `lose_counter`: a power cut comes before the last cut was counted."""

    kind: FaultKind
    at_byte: int | None = None
    at_mm: float | None = None
    lose_counter: bool = False

    @classmethod
    def parse(cls, body: object) -> "Fault":
        if not isinstance(body, dict):
            raise BadFault("body must be a JSON object with kind")
        if unknown := set(body) - {"kind", "at_byte", "at_mm", "lose_counter"}:
            raise BadFault(f"unknown key {sorted(map(str, unknown))[0]!r}; allowed: kind, at_byte, at_mm, lose_counter")
        fault = cls(_kind(body), _bytes(body), _millimetres(body), _flag(body))
        if fault.at_byte is not None and fault.at_mm is not None:
            raise BadFault("give at_byte or at_mm, not both")
        return fault


def _kind(body: dict[str, object]) -> FaultKind:
    found = body.get("kind")
    allowed = [kind.value for kind in FaultKind]
    if found not in allowed:
        raise BadFault(f"kind is {found!r}; allowed: {', '.join(allowed)}")
    return FaultKind(found)


def _flag(body: dict[str, object]) -> bool:
    found = body.get("lose_counter")
    if found is not None and not isinstance(found, bool):
        raise BadFault(f"lose_counter is {found!r}; allowed: true, false")
    if found and body.get("kind") != "power":
        raise BadFault("lose_counter goes with kind power only")
    return bool(found)


def _bytes(body: dict[str, object]) -> int | None:
    found = body.get("at_byte")
    if found is None or (isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= LARGEST):
        return found
    raise BadFault(f"at_byte is {found!r}; allowed: a whole number from 0 to {LARGEST}")


def _millimetres(body: dict[str, object]) -> float | None:
    found = body.get("at_mm")
    if found is None:
        return None
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= LARGEST:
        return found
    raise BadFault(f"at_mm is {found!r}; allowed: a number from 0 to {LARGEST}")
