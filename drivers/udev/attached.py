"""One plugged-in device as udev knows it, and which of its names a config may use."""

import re
from enum import Enum

import msgspec

_INTERFACE = re.compile(r"(.*-usb-[0-9a-f:.]+):\d+\.\d+", re.DOTALL)  # "pci-...-usb-0:2:1.0": udev's builtin path_id
_NAME = re.compile(r"[^0-9A-Za-z#+\-.:=@_]")  # what systemd's usb_id keeps of a serial (udev_replace_chars)


class Kind(Enum):
    """What a device can be for a point; the config entry that wants it decides which."""

    PRINTER = "printer"  # a node of usblp: /dev/usb/lp*
    KEYBOARD = "keyboard"  # keys: a scanner, a keypad, a call button: /dev/input/event*
    SERIAL = "serial"  # a serial line on USB: /dev/ttyUSB*, /dev/ttyACM*
    CAMERA = "camera"  # a picture, of a booth or of a document: /dev/video*


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is its place in sysfs ("/devices/..."), `device` that of the USB device it is a part of (or `path`).
    `ports` are the names of its physical port, the one for a config first; ids are four hexadecimal digits or "".
    `words`: maker and model as the device says them: a stranger's text."""

    path: str
    kind: Kind
    subsystem: str
    node: str
    device: str
    serial: str = ""
    ports: tuple[str, ...] = ()
    vendor_id: str = ""
    product_id: str = ""
    words: str = ""
    full: bool = False  # a keyboard with letters, as code readers pretend to be; a keypad has none
    aliases: tuple[str, ...] = ()  # other names of the node: /dev/serial/by-id/...

    @property
    def port(self) -> str:
        """The name of its port, "" where nothing tells it."""
        return self.ports[0] if self.ports else ""


def as_serial(said: str) -> str:
    """The serial of a USB device as udev writes it (ID_SERIAL_SHORT): "" where udev would take none.

    Source: systemd 252, udev-builtin-usb_id.c and udev-util.c.
    """
    if any(not 0x20 <= ord(letter) <= 0x7F or letter == "," for letter in said):
        return ""
    return _NAME.sub("_", re.sub(r"\s+", "_", said.strip()))


def port_names(*id_paths: str, usb: str = "") -> tuple[str, ...]:
    """The names of a port: of the device, then with the interface, then the kernel's own ("1-2", `usb`)."""
    whole = [found[1] if (found := _INTERFACE.fullmatch(path)) else path for path in id_paths]
    return tuple(dict.fromkeys(name for name in (*whole, *id_paths, usb) if name))
