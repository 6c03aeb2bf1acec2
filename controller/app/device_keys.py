"""Has a keyboard the keys that the config has it for? Read from sysfs: nothing is opened, and nobody is disturbed."""

from pathlib import Path

import msgspec

from controller.app.plugged import Device
from controller.domain.point import Panel, Scanner
from controller.ports.printer import PrinterCondition
from drivers.panels.abilities import Use, codes_of, lacks, useless
from drivers.udev.attached import Attached, Kind


class Keys(msgspec.Struct, frozen=True):
    """How a keyboard is for its use, and that in words."""

    condition: PrinterCondition
    causes: tuple[str, ...]
    said: str


def judge(device: Device, one: Attached) -> Keys | None:
    """None for what is no keyboard. One whose keys cannot be learnt is unknown, never well."""
    if one.kind is not Kind.KEYBOARD or (use := _use(device)) is None:
        return None
    file = Path("/sys", one.path.removeprefix("/")).parent / "capabilities" / "key"
    try:
        codes = codes_of(file.read_text("ascii"))
    except (OSError, ValueError):
        return Keys(PrinterCondition.UNKNOWN, ("keys_unknown",), f"the kernel does not say which keys it has ({file})")
    missing = ", ".join(lacks(use, codes))
    if useless(use, codes):
        return Keys(PrinterCondition.OUT_OF_SERVICE, ("wrong_keys",), f"it has no key for {missing}")
    if missing:
        return Keys(PrinterCondition.DEGRADED, ("keys_missing",), f"it has no key for {missing}")
    return Keys(PrinterCondition.READY, (), "has the keys it is for")


def _use(device: Device) -> Use | None:
    match device:
        case Scanner(kind="keyboard"):
            return "scanner"
        case Panel(kind="keypad"):
            return "kiosk_keypad" if device.kiosk else "counter_keypad"
        case Panel(kind="call_button"):
            return "call_button"
        case Panel(kind="panic"):
            return "panic"
        case Panel(kind="leave"):
            return "leave"
        case _:
            return None
