"""What the shipped files are for: each device test again in small, with one of them taken away."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.rig.machine.conftest import Cables
from tests.rig.machine.qemu import Machine

LIB = "/usr/local/lib"
RULE, MODULES = f"{LIB}/udev/rules.d/60-luukku.rules", f"{LIB}/modules-load.d/luukku.conf"


def power(machine: Machine, serial: str) -> str:
    """What the kernel does with the port of the USB device of that serial when it is idle: "on" or "auto"."""
    return machine.sh(
        f'for d in /sys/bus/usb/devices/*; do [ "$(cat $d/serial 2>/dev/null)" = {serial} ] && '
        "cat $d/power/control; done; true"
    )


@contextmanager
def without(machine: Machine, file: str) -> Iterator[None]:
    machine.sh(f"mv {file} /run/away; udevadm control --reload")
    try:
        yield
    finally:
        machine.sh(f"mv /run/away {file}; udevadm control --reload")


def test_no_device_of_the_point_is_put_to_sleep(cables: Cables) -> None:
    cables.printer()
    cables.line()
    cables.button()
    cables.keys()
    cables.desk_printer()
    serials = ("TM0001", "PR0002", "KP0003", "CB0004", "SC0005")
    assert {serial: power(cables.machine, serial) for serial in serials} == dict.fromkeys(serials, "on")


def test_what_sleeps_already_is_woken_when_the_point_is_installed(cables: Cables) -> None:
    """A power saver had its way before: `make install` tells udev, and each device is awake."""
    cables.keys()
    machine = cables.machine
    machine.sh("for d in /sys/bus/usb/devices/*/power/control; do echo auto >$d; done")
    assert power(machine, "KP0003") == "auto"
    machine.sh("udevadm trigger --action=change --subsystem-match=usb --subsystem-match=usbmisc; udevadm settle")
    assert power(machine, "KP0003") == "on"


def test_without_the_rule_a_keypad_sleeps(cables: Cables) -> None:
    """QEMU's keyboard is one of those that Debian's own rules let sleep."""
    machine = cables.machine
    with without(machine, RULE):
        machine.qmp("device_add", driver="usb-kbd", serial="OTHER", id="other", bus="usb.0")
        cables.point.until("it is there", lambda: power(machine, "OTHER"))
        machine.sh("udevadm settle")
        asleep = power(machine, "OTHER")
        machine.qmp("device_del", id="other")
        cables.point.until("it is gone", lambda: not power(machine, "OTHER"))
    assert asleep == "auto"


def test_without_the_rule_a_printer_is_not_the_daemons_and_without_its_names(cables: Cables) -> None:
    machine = cables.machine
    machine.tell(
        "make", name="bare", kind="printer", udc=3, serial="TM0099", maker="EPSON", product="TM", ids="04b8:0e15"
    )
    with without(machine, RULE):
        machine.tell("plug", name="bare")
        node = cables.point.until("it is there", lambda: machine.sh(
            "for d in /sys/class/usbmisc/lp*; do [ \"$(cat $d/device/../serial)\" = TM0099 ] && "
            "echo /dev/usb/$(basename $d); done; true"
        ))  # fmt: skip
        machine.sh("udevadm settle")
        owner = machine.tell("owner", node=node)
        machine.tell("unplug", name="bare")
        cables.point.until("it is gone", lambda: not machine.tell("owner", node=node))
    assert owner["group"] == "lp", "Debian's own rule, which CUPS goes by too"


def test_without_the_list_of_drivers_a_reader_is_shut_out_for_ever(cables: Cables) -> None:
    """systemd looks up `DeviceAllow=char-ttyACM` when the daemon starts (its issue 14322). With the driver not loaded
    by then, a reader that is plugged in later has its node, its group and its names, and is refused all the same."""
    cables.line()
    point, machine = cables.point, cables.machine
    machine.tell("unplug", name="line")
    point.until_device("line-main", "detached")
    with without(machine, MODULES):
        machine.sh("systemctl stop luukku; modprobe -r cdc_acm; ! grep -q ttyACM /proc/devices")
        point.restart()
        machine.tell("plug", name="line")
        assert point.until_device("line-main", "out_of_service")["causes"] == ["no_access"]
        assert machine.tell("owner", node="/dev/ttyACM0")["group"] == "dialout"
        machine.sh("runuser -u luukku -- test -w /dev/ttyACM0")  # its user may: what refuses is the service's policy
    machine.sh("systemctl restart systemd-modules-load")
    point.restart()
    point.until_device("line-main", "ready", "attached")
