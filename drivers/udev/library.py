"""libudev, through pyudev: what is there now, and what is told of each change. The only file that knows pyudev."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import msgspec

from drivers.udev.attached import Attached, Kind, as_serial, port_names

SUBSYSTEMS = ("usbmisc", "input", "tty", "video4linux")
RECEIVE_BYTES = 8 << 20  # a hub full of devices says some hundred kB at once; the kernel cuts it to its own limit
AT_ONCE = 20  # messages a turn: each is worth some tenths of a millisecond, and a ticket must not wait for a hub
MEND = "sudo apt install libudev1"
UDEVD = Path("/run/udev/control")  # systemd-udevd's socket: without it nobody names devices or sets their group


class NoUdev(Exception):
    """This machine cannot tell what is plugged in; `mend` is what to do about it."""

    def __init__(self, why: str, mend: str) -> None:
        super().__init__(f"{why} (mend: {mend})")
        self.why = why
        self.mend = mend


class Change(msgspec.Struct, frozen=True):
    """A device came, changed or went. `device` is None when it went, and for what is no device of ours."""

    path: str
    came: bool  # it was plugged in now, even where the same one was there before
    device: Attached | None


class Missed(Exception):
    """The kernel dropped messages: what is there must be looked at again."""


class Ear(Protocol):
    """Hears of changes from now on."""

    def fileno(self) -> int: ...

    def drain(self) -> list[Change]:
        """What came since, or as much of it as one turn of the loop may bear; never waits. Raises `Missed`."""


class Udev(Protocol):
    """What is asked of libudev."""

    def look(self) -> tuple[Attached, ...]:
        """All devices that a point can use, now. Blocks for some milliseconds. Raises OSError, NoUdev."""

    def listen(self) -> Ear:
        """Raises OSError, NoUdev."""


class Libudev:
    """The real one. Making it loads libudev (blocking); raises `NoUdev` where that is not installed."""

    def __init__(self) -> None:
        try:
            import pyudev  # why here: half a point's boxes have no USB device, and none should wait for this

            self._context = pyudev.Context()
        except (ImportError, OSError) as no:  # pyudev's own words for a library that is not there
            raise NoUdev(f"libudev is not installed: {no}", MEND) from no
        self._pyudev = pyudev

    def look(self) -> tuple[Attached, ...]:
        context = self._pyudev.Context()  # why anew: a context is one thread's, and a look is in any
        found = []
        for subsystem in SUBSYSTEMS:
            for device in context.list_devices(subsystem=subsystem).match_is_initialized():
                if (one := describe(device)) is not None:
                    found.append(one)
        if not found and not UDEVD.exists():
            raise NoUdev("systemd-udevd does not run", "sudo apt install udev; sudo systemctl start systemd-udevd")
        return tuple(found)

    def listen(self) -> Ear:
        return LibudevEar(self._pyudev.Monitor.from_netlink(self._context, source="udev"))


class LibudevEar:
    """A started monitor. `source="udev"`: the kernel's own word comes before the node has its group."""

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor
        for subsystem in SUBSYSTEMS:
            monitor.filter_by(subsystem)
        with suppress(OSError):  # beyond the system's limit only root may go; what was allowed is kept
            monitor.set_receive_buffer_size(RECEIVE_BYTES)
        monitor.start()

    def fileno(self) -> int:
        return int(self._monitor.fileno())

    def drain(self) -> list[Change]:
        try:
            return [change(device) for device in islice(iter(partial(self._monitor.poll, 0), None), AT_ONCE)]
        except OSError as no:
            self._take_error()
            raise Missed(str(no)) from no

    def _take_error(self) -> None:
        """Else the socket stays readable for ever: pyudev's poll() raises before it reads the error away."""
        with socket.socket(fileno=os.dup(self.fileno())) as line:
            line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def change(device: Any) -> Change:
    """What a monitor's device says."""
    if device.action == "remove":
        return Change(device.device_path, False, None)
    return Change(device.device_path, device.action == "add", describe(device))


def describe(device: Any) -> Attached | None:
    """A `pyudev.Device` as what a point can use it for; None for everything else."""
    kind = _KINDS.get(device.subsystem)
    if kind is None or not device.device_node or device.device_path.startswith("/devices/virtual/tty/"):
        return None  # consoles: some sixty, on every machine
    usb = device.find_parent("usb", "usb_device")
    properties = device.properties
    if not _is_ours(kind, device.sys_name, properties.get, on_usb=usb is not None):
        return None
    attribute: Callable[[str], str] = partial(_attribute, usb)
    above = usb.properties.get("ID_PATH", "") if usb is not None else ""
    return Attached(
        path=device.device_path,
        kind=kind,
        subsystem=device.subsystem,
        node=device.device_node,
        device=device.device_path if usb is None else usb.device_path,
        serial="" if usb is None else as_serial(attribute("serial")),
        ports=port_names(properties.get("ID_PATH", ""), above, usb="" if usb is None else usb.sys_name),
        vendor_id=attribute("idVendor"),
        product_id=attribute("idProduct"),
        words=" ".join(f"{attribute('manufacturer')} {attribute('product')}".split()) or _model(properties.get),
        full=properties.get("ID_INPUT_KEYBOARD") == "1",
        aliases=tuple(sorted(device.device_links)),
    )


_KINDS = {"usbmisc": Kind.PRINTER, "input": Kind.KEYBOARD, "tty": Kind.SERIAL, "video4linux": Kind.CAMERA}


def _is_ours(kind: Kind, name: str, told: Callable[[str], str | None], *, on_usb: bool) -> bool:
    match kind:
        case Kind.PRINTER:
            return on_usb and name.startswith("lp")
        case Kind.SERIAL:
            return on_usb
        case Kind.CAMERA:  # a camera has nodes that give no picture, only what belongs to one
            return on_usb and name.startswith("video") and ":capture:" in (told("ID_V4L_CAPABILITIES") or "")
        case Kind.KEYBOARD:
            keys = told("ID_INPUT_KEYBOARD") == "1" or (on_usb and told("ID_INPUT_KEY") == "1")
            return name.startswith("event") and keys and told("ID_INPUT_MOUSE") != "1"


def _attribute(usb: Any, name: str) -> str:
    """What the USB device says of itself; "" where it says nothing."""
    value = usb.attributes.get(name) if usb is not None else None
    return value.decode("utf-8", "replace").strip() if value else ""


def _model(told: Callable[[str, str], str]) -> str:
    return f"{told('ID_VENDOR', '')} {told('ID_MODEL', '')}".replace("_", " ").strip()
