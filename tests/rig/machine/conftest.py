"""One machine for all tests of a run that do not destroy it; what is plugged into it stays."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.machine.point import HostPrinter, Point, host_printer
from tests.rig.machine.qemu import BUILD, Machine


@pytest.fixture(scope="session")
def image() -> Path:
    """What a machine boots: built, or kept from before."""
    told = subprocess.run([str(BUILD)], stdout=subprocess.PIPE, text=True, check=True).stdout
    return Path(told.strip())


@pytest.fixture(scope="session")
def machine(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Booted for the first time after `make install`, and nobody has touched it."""
    with Machine(tmp_path_factory.mktemp("machine") / "first", image) as first:
        first.boot()
        yield first


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostPrinter]:
    """A printer beside the machine, not plugged in yet."""
    with host_printer(tmp_path_factory.mktemp("desk")) as printer:
        yield printer


@pytest.fixture(scope="session")
def bare(machine: Machine) -> Point:
    """The rig's point, started with nothing plugged in, on a machine that has never seen any of its devices."""
    point = Point(machine)
    point.configure()
    return point


class Cables:
    """What hangs on the point. Each is plugged in by the first test that asks for it, and stays."""

    def __init__(self, point: Point, desk: HostPrinter) -> None:
        self.point, self.machine = point, point.machine
        self.desk = desk
        self.seen: dict[str, dict[str, float]] = {}

    def printer(self) -> dict[str, float]:
        """A ticket printer on USB; gives when its node came, was the daemon's group's, and was open."""
        if "lobby" not in self.seen:
            self.machine.tell("make", name="lobby", kind="printer", udc=0, serial="TM0001", maker="EPSON",
                              product="TM-T20III", ids="04b8:0e15")  # fmt: skip
            self.seen["lobby"] = self.machine.tell(
                "plug_and_watch", name="lobby", node="/dev/usb/lp0", group="luukku", within=60
            )
            self.machine.tell("simulate", name="lobby", node="/dev/g_printer0", http=9180)
        return self.seen["lobby"]

    def line(self) -> dict[str, float]:
        """A code reader that is a serial line."""
        if "line" not in self.seen:
            self.machine.tell("make", name="line", kind="acm", udc=1, serial="SC0005", maker="Honeywell",
                              product="Voyager", ids="0c2e:0b6a")  # fmt: skip
            self.seen["line"] = self.machine.tell(
                "plug_and_watch", name="line", node="/dev/ttyACM0", group="dialout", within=60
            )
        return self.seen["line"]

    def button(self) -> None:
        """A call button that pretends to be a keyboard."""
        if "button" not in self.seen:
            self.machine.tell("make", name="button", kind="hid", udc=2, serial="CB0004", maker="Example",
                              product="Call button", ids="1d6b:0104")  # fmt: skip
            self.machine.tell("plug", name="button")
            self.seen["button"] = {}
        self.point.until_device("call-2", "ready")

    def keys(self) -> None:
        """A keypad: QEMU's own USB keyboard."""
        if "keys" not in self.seen:
            self.machine.qmp("device_add", driver="usb-kbd", serial="KP0003", id="keys", bus="usb.0")
            self.seen["keys"] = {}
        self.point.until_device("keys-1", "ready")

    def desk_printer(self) -> HostPrinter:
        """A ticket printer behind a serial adapter of FTDI's, printing beside the machine."""
        if "desk" not in self.seen:
            self.desk.plug_into(self.machine)
            self.seen["desk"] = {"open": self.machine.tell("until_open", node="/dev/ttyUSB0", within=90)}
        self.point.until_device("desk", "ready")
        return self.desk


@pytest.fixture(scope="session")
def cables(bare: Point, desk: HostPrinter) -> Cables:
    return Cables(bare, desk)
