"""Who owns which device: the names in a link, one owner a device, and what a config should write."""

import pytest

from drivers.links.link import DeviceGone
from drivers.udev.attached import Attached, Kind, as_serial, port_names
from drivers.udev.roster import Wanted, bind, comes_and_goes, link_of, resolve
from tests.drivers.udev_machine import PCI, printer


def why(wanted: Wanted, attached: list[Attached]) -> str:
    with pytest.raises(DeviceGone) as gone:
        resolve(wanted, attached)
    assert gone.value.device == wanted.link
    return gone.value.reason


@pytest.mark.parametrize(
    ("said", "udev"),
    [
        ("TM0001", "TM0001"), ("TM 0001 ", "TM_0001"), ("a  b c", "a_b_c"), ("a\tb", ""), ("X/1\\2", "X_1_2"),
        ("a+b-c.d:e=f@g#h", "a+b-c.d:e=f@g#h"),
        ("Å1", ""), ("1,2", ""), ("", ""), ("  ", ""), ("\x00\x01", ""),
    ],
)  # fmt: skip
def test_a_serial_is_written_as_udev_writes_it(said: str, udev: str) -> None:
    assert as_serial(said) == udev


def test_a_port_has_a_name_for_the_device_one_for_the_interface_and_the_kernels() -> None:
    assert port_names(f"{PCI}:2.1:1.0", usb="1-2.1") == (f"{PCI}:2.1", f"{PCI}:2.1:1.0", "1-2.1")
    assert port_names("", f"{PCI}:2", usb="1-2") == (f"{PCI}:2", "1-2")
    assert port_names("platform-i8042-serio-0") == ("platform-i8042-serio-0",)
    assert port_names("") == ()


def test_any_name_of_a_port_leads_to_it_and_no_other() -> None:
    both = [printer("2", node="/dev/usb/lp0"), printer("2.1", node="/dev/usb/lp1")]
    for one in both:
        for port in one.ports:
            assert resolve(Wanted(f"port:{port}", Kind.PRINTER), both) == one
    assert why(Wanted("port:1-3", Kind.PRINTER), both) == "absent"
    assert why(Wanted("port:1-2", Kind.SERIAL), both) == "absent"
    assert why(Wanted("usb:", Kind.PRINTER), both) == "absent"


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("usb:A", True), ("port:1-2", True), ("serial:/dev/serial/by-id/x,9600", True),
        ("serial:/dev/ttyUSB0,9600", True), ("serial:/dev/ttyACM0,9600", True),
        ("serial:/dev/ttyS0,9600", False), ("tcp:192.0.2.1:9100", False), ("sim", False),
    ],
)  # fmt: skip
def test_of_what_may_be_plugged_in_udev_tells_and_of_nothing_else(link: str, told: bool) -> None:
    assert comes_and_goes(link) is told


def test_a_port_entry_is_not_given_what_another_entry_has_by_its_serial() -> None:
    by_port, by_serial = Wanted("port:1-2", Kind.PRINTER), Wanted("usb:A", Kind.PRINTER)
    owners = bind([by_port, by_serial], [printer("2", "A")])
    assert isinstance(owners[by_serial], Attached)
    refused = owners[by_port]
    assert isinstance(refused, DeviceGone)
    assert (refused.reason, refused.detail) == ("taken", "what is there is usb:A")


def test_the_link_for_a_config_is_the_serial_unless_it_is_missing_or_shared() -> None:
    one, other, none = printer("2", "A"), printer("3", "A", "/dev/usb/lp1"), printer("4", "", "/dev/usb/lp2")
    assert link_of(one, [one, none]) == "usb:A"
    assert link_of(one, [one, other, none]) == f"port:{PCI}:2"
    assert link_of(none, [one, other, none]) == f"port:{PCI}:4"
