"""What is plugged in, against what a config asks for: the node that a link leads to, or why it leads nowhere."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from controller.app.faults import plain
from controller.domain.point import Booth, Config, Panel, Printer, Scanner
from drivers.links.link import DeviceGone
from drivers.udev.attached import Attached, Kind
from drivers.udev.library import Libudev
from drivers.udev.roster import Wanted, answers_to, is_hotplugged, link_of, resolve

Device = Printer | Panel | Scanner
WORDS = 60  # characters of a device's own words that are repeated
LISTED = 6  # devices that one line names
CALLED = {Kind.PRINTER: "printer", Kind.KEYBOARD: "keyboard, scanner or button", Kind.SERIAL: "serial line",
          Kind.CAMERA: "camera"}  # fmt: skip


def look() -> tuple[Attached, ...]:
    """Everything that is plugged in now, in a steady order. Blocks. Raises `NoUdev`, OSError."""
    return tuple(sorted(Libudev().look(), key=lambda one: one.path))


def kind_of(device: Device) -> Kind:
    """What a device of the config must be."""
    if device.link.startswith("serial:"):
        return Kind.SERIAL
    match device:
        case Printer():
            return Kind.PRINTER
        case Scanner(kind="serial"):
            return Kind.SERIAL
        case _:
            return Kind.KEYBOARD


def devices(config: Config) -> tuple[Device, ...]:
    return (*config.printers, *config.panels, *config.scanners)


def named_by(one: Attached, config: Config) -> Device | Booth | None:
    """The entry of the config that means this device, or that will once its own is gone; None for a stranger."""
    if one.kind is Kind.CAMERA:
        return next((booth for booth in config.booths if _is_camera_of(one, booth)), None)
    for device in devices(config):
        if kind_of(device) is one.kind and answers_to(one, device.link):
            return device
    return None


def _is_camera_of(one: Attached, booth: Booth) -> bool:
    links = (booth.document_camera, booth.camera)
    return one.node in links or any(answers_to(one, link) for link in links if link)


def node_of(device: Device, attached: Iterable[Attached]) -> Attached:
    """What a usb: or port: link leads to. Raises `DeviceGone`, whose detail says what is there instead."""
    there = tuple(attached)
    wanted = Wanted(device.link, kind_of(device))
    try:
        return resolve(wanted, there)
    except DeviceGone as gone:
        if gone.reason != "absent":
            raise
        raise DeviceGone(device.link, gone.reason, _instead(wanted, there)) from None


def missing_line(path: str, attached: Iterable[Attached]) -> str:
    """A serial line that is not there: what is."""
    lines = [one for one in attached if one.kind is Kind.SERIAL]
    names = [*(str(path) for path in sorted(Path("/dev").glob("ttyS[0-9]*"))[:4])]
    for one in lines:
        names += [one.node, *one.aliases]
    return f"{path} is not there{_near(path, names)}; {_listing(Kind.SERIAL, lines)}"


def words(one: Attached) -> str:
    """What the device says of itself, made harmless: one short line without quotes or anything unprintable."""
    said = plain(re.sub(r"[\"'`\\]", " ", one.words))[:WORDS].strip()
    ids = f" ({plain(one.vendor_id)}:{plain(one.product_id)})" if one.vendor_id else ""
    return f"{said or 'a device without a name'}{ids}"


def names(one: Attached) -> str:
    """Its words and its serial, for whoever compares them with what is printed on it."""
    return f"{words(one)}, serial {plain(one.serial)}" if one.serial else f"{words(one)}, without a serial"


def is_hotplugged_device(device: Device) -> bool:
    return is_hotplugged(device.link)


def _instead(wanted: Wanted, there: tuple[Attached, ...]) -> str:
    other = next((one for one in there if one.kind is not wanted.kind and answers_to(one, wanted.link)), None)
    if other is not None:
        return f"what has that name is a {CALLED[other.kind]}, no {CALLED[wanted.kind]}: {words(other)}"
    alike = [one for one in there if one.kind is wanted.kind]
    # Ports are not guessed at: their names are long and all alike.
    near = _near(wanted.link, [f"usb:{one.serial}" for one in alike if one.serial])
    return f"no {CALLED[wanted.kind]} of that name is plugged in{near}; {_listing(wanted.kind, alike)}"


def _near(found: str, names: list[str]) -> str:
    """Near enough to be a slip of the hand."""
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(found.casefold(), folded, n=1, cutoff=0.75)
    return f'; did you mean "{plain(folded[near[0]])}"?' if near else ""


def _listing(kind: Kind, found: list[Attached]) -> str:
    shown = [f"{link} = {words(one)}" for one in found if (link := link_of(one, found))]
    if not shown:
        return f"no {CALLED[kind]} is plugged in at all"
    more = f" and {len(shown) - LISTED} more" if len(shown) > LISTED else ""
    return f"plugged in: {', '.join(shown[:LISTED])}{more}"
