"""Which keys a keyboard has, and what a panel or a code reader cannot do without the others."""

from collections.abc import Iterator, Set
from typing import Literal

from drivers.panels.keypad import COUNTER
from drivers.panels.names import NAMES
from drivers.scanners.layouts import ENDS, LETTERS_AND_DIGITS

WORD_BITS = 64  # of the kernel's `long` on every machine that this runs on
DIGITS = frozenset("0123456789")
STEPS = frozenset({"up", "down", "left", "right", "next"})
Use = Literal["call_button", "panic", "leave", "counter_keypad", "kiosk_keypad", "scanner"]


def codes_of(capabilities: str) -> frozenset[int]:
    """Key codes of a device, from its `capabilities/key` in sysfs: hexadecimal words of the kernel's long, the highest
    first (Linux, drivers/input/input.c, input_print_bitmap). Raises ValueError for anything else."""
    words = [int(word, 16) for word in reversed(capabilities.split())]
    return frozenset(64 * at + bit for at, word in enumerate(words) for bit in range(WORD_BITS) if word >> bit & 1)


def lacks(use: Use, codes: Set[int]) -> tuple[str, ...]:
    """What the device cannot say in this use, in words for a technician; nothing when it has all that is wanted."""
    if use in {"call_button", "panic", "leave"}:
        return () if codes else ("any key",)
    if use == "scanner":
        return tuple(_of_a_reader(codes))
    names = {NAMES[code] for code in codes if code in NAMES}
    return tuple(_of_a_counter(names) if use == "counter_keypad" else _of_a_kiosk(names))


def useless(use: Use, codes: Set[int]) -> bool:
    """Nothing that this use is for can be done with it."""
    if use == "scanner":
        return not codes >= LETTERS_AND_DIGITS
    names = {NAMES[code] for code in codes if code in NAMES}
    if use == "counter_keypad":
        return not names & set(COUNTER)
    if use == "kiosk_keypad":
        return not (names >= DIGITS or ("enter" in names and names & STEPS))
    return not codes


def _of_a_reader(codes: Set[int]) -> Iterator[str]:
    if not codes >= LETTERS_AND_DIGITS:
        yield "letters and digits: this is no code reader"
    if not codes & ENDS:
        yield "Enter or Tab, which ends a code"


def _of_a_counter(names: Set[str]) -> Iterator[str]:
    for wish in dict.fromkeys(COUNTER.values()):
        keys = [key for key, means in COUNTER.items() if means == wish]
        if not names & set(keys):
            yield f"{wish} ({', '.join(keys)})"


def _of_a_kiosk(names: Set[str]) -> Iterator[str]:
    if not names & STEPS and not names >= DIGITS:
        yield "arrows or all digits, to choose"
    if "enter" not in names:
        yield "enter"
    if not names & {"home", "back"}:
        yield "home or back"
    if not names >= {"volume_up", "volume_down"} and "volume" not in names:
        yield "volume keys"
