"""What ships in systemd/, as the guest's own udevd and module loader take it: names, groups, and when they come."""

import grp
import os
import pwd
import re
import stat
import subprocess
from pathlib import Path

from drivers.udev.attached import Kind
from tests.rig.kernel.hid import a_hid_keyboard
from tests.rig.kernel.test_serial_printer import LINK as ACM
from tests.rig.kernel.test_serial_printer import a_serial_printer
from tests.rig.kernel.world import SERIAL, a_usb_printer, an_ear, place, plugged, until

ROOT = Path(__file__).parents[3]
PRINTER = Path("/dev/luukku") / f"printer-{SERIAL}"
AT_PORT = Path("/dev/luukku/printer-at-platform-dummy_hcd.0-usb-0:1:1.0")
LUUKKU = ("setpriv", "--reuid=luukku", "--regid=luukku-admin", "--init-groups", "--")


def rights(node: str) -> tuple[str, str]:
    found = os.stat(node)
    return grp.getgrgid(found.st_gid).gr_name, oct(stat.S_IMODE(found.st_mode))


def opens(node: str) -> bool:
    """Whether the daemon's user may have it, to read and to write."""
    return subprocess.run([*LUUKKU, "sh", "-c", f"exec 3<>{node}"], capture_output=True, check=False).returncode == 0


def udevadm(*words: str) -> None:
    subprocess.run(["udevadm", *words], check=True)


async def test_the_rule_gives_a_printer_its_names_and_the_daemon_its_node(tmp_path: Path) -> None:
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug:
        node = await plugged(sim, hotplug)
        assert rights(node) == ("luukku", "0o660")
        assert {PRINTER.resolve(), AT_PORT.resolve()} == {Path(node)}
        assert opens(node)
    assert not PRINTER.exists() and not AT_PORT.exists()


async def test_a_printer_without_a_serial_is_named_by_its_port_alone(tmp_path: Path) -> None:
    async with a_usb_printer(tmp_path, serial="") as sim, an_ear() as hotplug:
        node = await plugged(sim, hotplug, "port:platform-dummy_hcd.0-usb-0:1")
        assert AT_PORT.resolve() == Path(node)
        assert [link.name for link in Path("/dev/luukku").iterdir()] == [AT_PORT.name]


async def test_readers_and_serial_lines_are_the_daemons_too(tmp_path: Path) -> None:
    async with a_hid_keyboard("SC1"), a_serial_printer(tmp_path), an_ear() as hotplug:
        keys = await until(lambda: place(hotplug, "usb:SC1", Kind.KEYBOARD))
        line = await until(lambda: place(hotplug, ACM, Kind.SERIAL))
        assert (rights(keys), rights(line)) == (("input", "0o660"), ("dialout", "0o660"))
        assert opens(keys) and opens(line)


async def test_a_node_is_nobodys_until_udev_has_told_of_it(tmp_path: Path) -> None:
    """Fact 2: devtmpfs makes it root's at once, udev gives it away later; so we hear udev, not the kernel."""
    async with an_ear() as hotplug:
        udevadm("control", "--stop-exec-queue")
        try:
            async with a_usb_printer(tmp_path) as sim:
                await until(lambda: Path("/dev/usb/lp0").exists() and sim.connections)
                assert rights("/dev/usb/lp0") == ("root", "0o600")
                assert not opens("/dev/usb/lp0")
                assert not place(hotplug, f"usb:{SERIAL}")
                udevadm("control", "--start-exec-queue")
                node = await plugged(sim, hotplug)
                assert opens(node)
        finally:
            udevadm("control", "--start-exec-queue")


def test_every_group_of_devices_that_the_unit_lets_in_is_known_once_our_list_is_loaded() -> None:
    """Fact 1: systemd looks the groups of DeviceAllow= up in /proc/devices once, when the service starts."""
    unit = (ROOT / "systemd" / "luukku.service").read_text("utf-8")
    allowed = set(re.findall(r"^DeviceAllow=char-(\S+) ", unit, re.MULTILINE)) - {"ttyS"}  # no machine's UART is here
    at_boot = groups(Path("/run/devices-at-boot").read_text())
    assert not allowed <= at_boot, "nothing has to be loaded here: this test would prove nothing"
    listed = ROOT / "systemd" / "luukku.modules-load.conf"
    for module in re.findall(r"^\w+$", listed.read_text("utf-8"), re.MULTILINE):
        subprocess.run(["modprobe", "--dry-run", module], check=True)
    folder = Path("/run/modules-load.d")
    folder.mkdir(exist_ok=True)
    (folder / "luukku.conf").write_bytes(listed.read_bytes())
    subprocess.run(["/lib/systemd/systemd-modules-load"], check=True)
    assert allowed <= groups(Path("/proc/devices").read_text())


def groups(told: str) -> set[str]:
    return set(re.findall(r"^ *\d+ (\S+)$", told.partition("Block devices:")[0], re.MULTILINE))


def test_the_daemons_user_is_in_the_groups_that_the_rule_names() -> None:
    name = pwd.getpwnam("luukku").pw_name
    for group in ("luukku", "input", "dialout"):
        assert name in grp.getgrnam(group).gr_mem or grp.getgrnam(group).gr_gid == pwd.getpwnam(name).pw_gid, group
