"""Where a camera of the config is now: `/dev/...`, or by its cable as every other device (contract, section 7), read
from the kernel's own files: nothing is opened, nobody's light goes on.
"""

import os
import stat
from pathlib import Path

from drivers.udev.attached import as_serial

CLASS = Path("/sys/class/video4linux")
BY_PATH = Path("/dev/v4l/by-path")  # udev's names of ports: ID_PATH, "-video-index", a number
SIMULATED = "sim"


class NotFound(Exception):
    """`reason`: "absent" or "ambiguous"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def node_of(name: str) -> str:
    """The device node of a camera. Raises `NotFound`."""
    kind, _, which = name.partition(":")
    if kind == "usb":
        return _the_one([node for node, usb in _cameras() if as_serial(_read(usb / "serial")) == which])
    if kind == "port":
        named = [node for node, usb in _cameras() if usb.name == which]
        return _the_one(named or [os.path.realpath(link) for link in BY_PATH.glob(f"{which}*-video-index0")])
    return name


def state_of(name: str | None) -> str:
    """A word for the technician: "ready", "absent", "ambiguous", "no_access", "simulated", "none"."""
    if not name:
        return "none"
    if name == SIMULATED:
        return "simulated"
    try:
        node = node_of(name)
        is_device = stat.S_ISCHR(os.stat(node).st_mode)
    except NotFound as missing:
        return missing.reason
    except OSError:
        return "absent"
    if not is_device:
        return "absent"
    return "ready" if os.access(node, os.R_OK | os.W_OK) else "no_access"


def _cameras() -> list[tuple[str, Path]]:
    """The first node of each USB camera (the others give metadata), and the USB device it belongs to."""
    found = []
    for entry in CLASS.glob("video*"):
        interface = Path(os.path.realpath(entry / "device"))
        if _read(entry / "index") == "0" and (interface.parent / "idVendor").exists():
            found.append((f"/dev/{entry.name}", interface.parent))
    return found


def _the_one(nodes: list[str]) -> str:
    if not nodes:
        raise NotFound("absent")
    if len(nodes) > 1:
        raise NotFound("ambiguous")
    return nodes[0]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""
