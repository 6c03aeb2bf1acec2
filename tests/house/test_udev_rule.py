"""The device rule, as udev itself reads and plays it; and that one with a fault would be noticed."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.drivers.udev_world import BUS, World, in_a_world

ROOT = Path(__file__).parents[2]
RULE = ROOT / "systemd" / "60-luukku.rules"
GROUP = 4711  # of luukku, on the machine of these tests
PORT = "pci-0000:00:14.0-usb-0"


class Played:
    """What udev makes of one device: its node's last group and mode, its further names, and what was wrong."""

    def __init__(self, world: World, port: str) -> None:
        words = ("udevadm", "test", "--action=add", f"/sys{world.things(port)[-1].path}")
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        ours = [line for line in done.stderr.splitlines() if "60-luukku.rules" in line]
        self.group = _last(ours, r"GROUP (\d+)")
        self.mode = _last(ours, r"MODE (\d+)")
        links = re.search(r"^DEVLINKS=(.*)$", done.stdout, re.MULTILINE)
        self.links = sorted(links[1].split()) if links else []
        self.wrong = [line for line in ours if re.search(r"invalid|unknown|ignoring|failed", line, re.IGNORECASE)]


def _last(lines: list[str], pattern: str) -> str:
    found = re.findall(pattern, "\n".join(lines))
    return found[-1] if found else ""


def install(text: str) -> None:
    """The rule where udev looks for it, and the group that it names."""
    folder = Path("/run/udev/rules.d")
    folder.mkdir(exist_ok=True)
    (folder / RULE.name).write_text(text, "utf-8")
    groups = folder / "group"
    groups.write_text(Path("/etc/group").read_text("utf-8") + f"luukku:x:{GROUP}:\n", "utf-8")
    subprocess.run(["mount", "--bind", str(groups), "/etc/group"], check=True)


@in_a_world
def test_a_printer_is_the_daemons_and_is_named_by_its_serial_and_its_port(world: World) -> None:
    install(RULE.read_text("utf-8"))
    world.plug_printer("1-2", "TM 0001")
    found = Played(world, "1-2")
    assert found.wrong == []
    assert (found.group, found.mode) == (str(GROUP), "0660")
    assert found.links == ["/dev/luukku/printer-TM_0001", f"/dev/luukku/printer-at-{PORT}:2:1.0"]


@in_a_world
def test_a_printer_without_a_serial_does_not_get_the_hubs(world: World) -> None:
    install(RULE.read_text("utf-8"))
    world.plug_printer("1-4", "", "lp1")
    assert Played(world, "1-4").links == [f"/dev/luukku/printer-at-{PORT}:4:1.0"]


@in_a_world
def test_readers_and_serial_lines_are_of_the_groups_that_the_daemon_is_in(world: World) -> None:
    install(RULE.read_text("utf-8"))
    world.plug_keyboard("1-3", "SC-0815")
    world.plug_serial("1-5", "A50285BI")
    input_, dialout = (
        re.search(rf"^{name}:x:(\d+):", Path("/etc/group").read_text(), re.M) for name in ("input", "dialout")
    )
    reader, line = Played(world, "1-3"), Played(world, "1-5")
    assert input_ and dialout
    assert (reader.group, reader.mode, reader.wrong) == (input_[1], "0660", [])
    assert (line.group, line.mode, line.wrong) == (dialout[1], "0660", [])


@in_a_world
def test_what_the_points_drivers_have_never_sleeps_and_nothing_else_is_kept_awake(world: World) -> None:
    install(RULE.read_text("utf-8"))
    world.plug_printer("1-2", "TM0001")
    world.plug_serial("1-5", "A50285BI", "ttyUSB0")
    for port, driver, kept in (("1-2", "usblp", True), ("1-5", "ftdi_sio", True), ("1-5", "btusb", False)):
        interface, has = Path(f"{BUS}/{port}/{port}:1.0"), Path(f"/sys/bus/usb/drivers/{driver}")
        has.mkdir(parents=True, exist_ok=True)
        (interface / "driver").unlink(missing_ok=True)
        (interface / "driver").symlink_to(has)
        words = ("udevadm", "test", "--action=bind", str(interface))
        told = subprocess.run(words, capture_output=True, text=True, check=True).stderr
        # it says what it would write, and writes nothing; that it is written, the rig shows (tests/rig/machine)
        assert (f"ATTR '{interface}/../power/control' writing 'on'" in told) is kept, driver


@in_a_world
def test_our_own_eyes_find_the_port_that_the_rule_names(world: World) -> None:
    """What the rule adds is in udev's database, and a config may name the printer by it."""
    from drivers.udev.library import Libudev

    install(RULE.read_text("utf-8"))
    world.plug_printer("1-2", "TM 0001")
    Played(world, "1-2")
    (found,) = Libudev().look()
    assert (found.serial, found.port) == ("TM_0001", f"{PORT}:2")
    assert "/dev/luukku/printer-TM_0001" in found.aliases


@in_a_world
def test_a_rule_with_a_fault_would_be_noticed(world: World) -> None:
    install(RULE.read_text("utf-8").replace('GROUP="luukku"', 'GROUP="lukku"').replace('MODE="0660"', 'MODE="no"'))
    world.plug_printer("1-2", "TM0001")
    found = Played(world, "1-2")
    assert found.wrong or (found.group, found.mode) != (str(GROUP), "0660")


def test_every_line_of_the_rule_is_one_that_udev_knows() -> None:
    """Strictly: udevadm 252 has no `verify`. Keys, operators and no half line; with 254 and newer, udev itself."""
    part = r'[A-Z]+(\{[a-zA-Z_./]+\})?(==|!=|\+=|:=|=)"[^"]*"'
    for line in RULE.read_text("utf-8").splitlines():
        assert not line or line.startswith("#") or re.fullmatch(rf"{part}(, {part})*", line), line
    newest = subprocess.run(["udevadm", "--version"], capture_output=True, text=True, check=True).stdout
    if int(newest) >= 254:
        subprocess.run(["udevadm", "verify", str(RULE)], check=True)


def test_every_driver_that_the_unit_lets_in_is_loaded_before_it() -> None:
    loaded = (ROOT / "systemd" / "luukku.modules-load.conf").read_text("utf-8").split("\n")
    assert {"usblp", "cdc_acm", "ftdi_sio", "pl2303", "evdev", "videodev", "cec", "snd"} <= set(loaded)
    unit = (ROOT / "systemd" / "luukku.service").read_text("utf-8")
    assert re.search(r"^After=.*systemd-modules-load\.service", unit, re.MULTILINE)
    assert shutil.which("udevadm"), "tools/debian/test.txt"
