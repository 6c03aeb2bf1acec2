"""A USB device made by this machine's own kernel: a gadget of configfs, put into a port of a device controller.

On a PC that is `dummy_hcd`, whose ports lead back into the same machine: what is plugged in there is found, bound and
opened as any device is. Paths and files: the kernel's Documentation/usb/gadget_configfs.rst. Root only; all of it
blocks for milliseconds and raises OSError.
"""

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CONFIGFS = Path("/sys/kernel/config")
CONTROLLERS = Path("/sys/class/udc")
MODULES = ("libcomposite", "dummy_hcd")
PORTS = 4  # of dummy_hcd: each a bus of its own
ENGLISH = "strings/0x409"
LINUX_FOUNDATION, COMPOSITE = 0x1D6B, 0x0104  # usb.ids: "Multifunction Composite Gadget"; it passes for nobody's


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """What the device says of itself. `serial` "" is a device that has none."""

    maker: str
    product: str
    serial: str
    vendor_id: int = LINUX_FOUNDATION
    product_id: int = COMPOSITE


@dataclass(frozen=True, slots=True)
class Function:
    """What it does: the kernel's name for it ("printer", "acm", "hid"), and the attributes that it is given."""

    kind: str
    attributes: Mapping[str, bytes] = field(default_factory=dict)


def load_drivers() -> None:
    """Have the kernel load what makes gadgets; nothing where there is a device controller already."""
    if CONTROLLERS.is_dir() and any(CONTROLLERS.iterdir()):
        return
    for module in MODULES:
        words = ["modprobe", module] + ([f"num={PORTS}"] if module == "dummy_hcd" else [])
        if not _did(words):
            raise OSError(f"this kernel has no {module} (or this is not root): no USB device can be simulated here")
    if not (CONFIGFS / "usb_gadget").is_dir():
        _did(["mount", "-t", "configfs", "configfs", str(CONFIGFS)])


def _did(words: list[str]) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:  # a machine without kmod
        return False


def free_controller() -> str:
    """The first device controller that has nothing in it. Raises OSError."""
    for one in sorted(CONTROLLERS.iterdir()):
        if not (one / "function").read_text().strip():
            return one.name
    raise OSError("every USB port that could be simulated is taken")


class Gadget:
    """One device. `name`: its directory; `controller`: the port it is plugged into each time."""

    def __init__(self, name: str, controller: str, identity: UsbIdentity, function: Function) -> None:
        self.controller = controller
        self._folder = CONFIGFS / "usb_gadget" / name
        self._function = self._folder / "functions" / f"{function.kind}.{name}"
        self._configuration = self._folder / "configs" / "c.1"
        self._identity, self._attributes = identity, function.attributes

    def build(self) -> None:
        """It lies on the table. One of that name that a killed program left is taken away first."""
        self.remove()
        who = self._identity
        for folder in (self._folder / ENGLISH, self._configuration / ENGLISH, self._function):
            folder.mkdir(parents=True)
        self._say(self._folder / "idVendor", f"{who.vendor_id:#06x}")
        self._say(self._folder / "idProduct", f"{who.product_id:#06x}")
        self._say(self._folder / ENGLISH / "manufacturer", who.maker)
        self._say(self._folder / ENGLISH / "product", who.product)
        if who.serial:
            self._say(self._folder / ENGLISH / "serialnumber", who.serial)
        for name, value in self._attributes.items():
            (self._function / name).write_bytes(value)
        (self._configuration / self._function.name).symlink_to(self._function)

    @property
    def is_plugged(self) -> bool:
        return (self._folder / "UDC").read_text().strip() != ""

    def plug(self) -> None:
        self._say(self._folder / "UDC", self.controller)

    def unplug(self) -> None:
        """Nothing where it is not plugged in. Whoever has its node open must have closed it (kernel 6.1, f_printer)."""
        if self._folder.is_dir() and self.is_plugged:
            self._say(self._folder / "UDC", "\n")

    def remove(self) -> None:
        """Nothing of it is left; nothing where there is none."""
        if not self._folder.is_dir():
            return
        self.unplug()
        for link in self._configuration.glob("*.*"):
            link.unlink()
        for folder in (self._configuration / ENGLISH, self._configuration, self._function, self._folder / ENGLISH):
            with suppress(FileNotFoundError):
                folder.rmdir()
        self._folder.rmdir()

    def _say(self, file: Path, value: str) -> None:
        file.write_text(value, encoding="utf-8")
