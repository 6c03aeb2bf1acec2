"""`luukku check FILE --devices` and the doctor on what hangs on this machine: what is missing, why, the mend."""

import fcntl
import grp
import os
import pwd
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from controller.app import nodes, plugged
from controller.app.doctor import devices as doctor
from controller.app.doctor import printers
from controller.app.doctor.finding import Box
from controller.app.probe import FIND_S, probe
from controller.domain.point import Printer
from controller.ports.printer import PrinterCondition
from drivers.udev.attached import Attached
from tests.app.cli import luukku
from tests.app.test_doctor import says
from tests.app.test_suggest import bare
from tests.drivers.udev_world import World, in_a_world


def entry(section: str, id_: str, link: str, kind: str) -> str:
    return f'[[{section}]]\nid = "{id_}"\nkind = "{kind}"\nlink = "{link}"\n\n'


def printer(link: str, id_: str = "lobby") -> str:
    return entry("printers", id_, link, "escpos")


def scanner(link: str, id_: str = "desk", kind: str = "keyboard") -> str:
    return entry("scanners", id_, link, kind).rstrip() + '\nkiosk = "main"\n\n'


@contextmanager
def config(devices: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "point.toml")
        file.write_text(f"{bare()}\n{devices}", "utf-8")
        yield file


def checked(devices: str) -> tuple[int, str, list[str]]:
    """Exit code, stdout, and the lines on stderr."""
    with config(devices) as file:
        told = luukku("check", str(file), "--devices")
    return told.returncode, told.stdout, told.stderr.splitlines()


def daemon_in(*groups: str) -> None:
    """This machine has the daemon's user, in these groups (ours alone: /etc is put over)."""
    over = Path("/run/udev/etc")
    over.mkdir()
    lines = [*Path("/etc/group").read_text().splitlines(), "luukku:x:4711:"]
    lines = [
        f"{line}{'' if line.endswith(':') else ','}luukku" if line.split(":")[0] in groups else line for line in lines
    ]
    (over / "group").write_text("\n".join(lines) + "\n")
    (over / "passwd").write_text(Path("/etc/passwd").read_text() + "luukku:x:4711:4711::/:/usr/sbin/nologin\n")
    for file in ("passwd", "group"):
        subprocess.run(["mount", "--bind", str(over / file), f"/etc/{file}"], check=True)


@in_a_world
def test_what_is_there_and_opens_is_said_and_what_has_no_driver_is_never_called_well(world: World) -> None:
    world.plug_keyboard("1-3", "SC-0815")
    code, out, errors = checked(scanner("usb:SC-0815"))
    assert (code, errors) == (0, [])
    assert (
        '[[scanners]] "desk" at usb:SC-0815: ready (at /dev/input/event3 = Honeywell Voyager 1400g (0c2e:0b61), serial '
        "SC-0815, and opens; has the keys it is for)" in out
    )


@in_a_world
def test_a_serial_that_is_nowhere_is_answered_with_what_is_there(world: World) -> None:
    world.plug_printer("1-2", "TM0001")
    world.plug_keyboard("1-3", "SC-0815")
    code, _, (slip, other, gone) = checked(
        printer("usb:TM0O01") + printer("usb:SC-0815", "second") + scanner("port:1-9", "third")
    )
    assert code == 1
    assert '[[printers]] "lobby" at usb:TM0O01: detached: absent' in slip
    assert 'did you mean "usb:TM0001"?; plugged in: usb:TM0001 = EPSON TM-T20III (04b8:0e15)' in slip
    assert "what has that name is a keyboard, scanner or button, no printer: Honeywell Voyager" in other
    assert "did you mean" not in gone, "ports are all alike: a wrong guess costs an hour"
    assert "plugged in: usb:SC-0815" in gone


@in_a_world
def test_nothing_at_all_plugged_in_is_said_so(world: World) -> None:
    world.plug_mouse("1-7")
    _, _, (line,) = checked(printer("usb:TM0001"))
    assert "no printer is plugged in at all" in line


@in_a_world
def test_two_with_one_serial_and_two_entries_for_one_device(world: World) -> None:
    world.plug_keyboard("1-3", "SAME", "event3")
    world.plug_keyboard("1-4", "SAME", "event4")
    port = "port:pci-0000:00:14.0-usb-0"
    code, out, (two, taken) = checked(scanner("usb:SAME") + scanner(f"{port}:3", "a") + scanner("port:1-3", "b"))
    assert code == 1
    assert f"ambiguous (more than one has it; name the port instead: {port}:3, {port}:4)" in two
    assert '"a" at port:pci-0000:00:14.0-usb-0:3: ready' in out
    assert 'out_of_service: taken (/dev/input/event3 is [[scanners]] "a" already)' in taken


@in_a_world
def test_a_node_that_the_daemon_may_not_open_names_group_rule_and_mend(world: World) -> None:
    """Whoever checks is root, and root may open everything: what counts is the daemon's user."""
    node = world.plug_printer("1-2", "TM0001")
    os.chmod(node, 0o660)
    daemon_in("input")
    _, _, (line,) = checked(printer("usb:TM0001"))
    assert "out_of_service: no_access" in line
    assert "/dev/usb/lp0 is -rw-rw---- of group root: the daemon's user luukku may not open it" in line
    assert "mend: the udev rule 60-luukku.rules is not installed: make install" in line
    rule = Path("/run", nodes.RULE)
    rule.parent.mkdir(parents=True)
    rule.touch()
    assert "mend: sudo udevadm control --reload" in checked(printer("usb:TM0001"))[2][0]
    os.chown(node, 0, 4711)
    assert "mend: sudo usermod -aG luukku luukku" in checked(printer("usb:TM0001"))[2][0]
    reader = world.plug_keyboard("1-3", "SC-0815")
    os.chmod(reader, 0o660)
    os.chown(reader, 0, _gid("input"))
    assert checked(scanner("usb:SC-0815"))[0] == 0


@in_a_world
def test_whoever_may_not_open_it_is_told_of_the_group(world: World) -> None:
    node = world.plug_keyboard("1-3", "SC-0815")
    os.chmod(node, 0o660)
    os.chown(node, 0, _gid("input"))
    Path("/run", nodes.RULE).parent.mkdir(parents=True)
    Path("/run", nodes.RULE).touch()
    told = str(as_nobody(node))
    assert told.endswith("of group input: you may not open it; mend: sudo usermod -aG input $USER; then sudo systemctl "
                         "restart luukku")  # fmt: skip


@in_a_world
def test_a_device_that_lets_one_program_in_is_held_by_that_one(world: World) -> None:
    """EBUSY from the kernel itself, as usblp gives it to the second who opens: here by TIOCEXCL, which spares root."""
    ours, theirs = os.openpty()
    os.chmod(os.ttyname(theirs), 0o666)
    assert (found := as_nobody(os.ttyname(theirs))) is None, found
    fcntl.ioctl(theirs, termios.TIOCEXCL)
    found = as_nobody(os.ttyname(theirs))
    assert found is not None
    assert (found.cause, found.mend[:6]) == ("busy", "end it")
    assert f"(process {os.getpid()})" in found.seen
    os.close(ours)
    os.close(theirs)


def as_nobody(node: str) -> nodes.Shut | None:
    """What somebody without rights is told."""
    nobody = pwd.getpwnam("nobody")
    os.setegid(nobody.pw_gid)
    os.seteuid(nobody.pw_uid)
    try:
        return nodes.shut(node)
    finally:
        os.seteuid(0)
        os.setegid(0)


@in_a_world
def test_a_serial_line_that_is_not_there_or_that_another_program_holds(world: World) -> None:
    line = world.plug_serial("1-5", "A50285BI")
    code, _, (gone,) = checked(scanner("serial:/dev/ttyUSB1,9600", kind="serial"))
    assert code == 1
    assert 'detached: absent (/dev/ttyUSB1 is not there; did you mean "/dev/ttyUSB0"?; plugged in: usb:A50285BI' in gone
    ours, theirs = os.openpty()
    Path(line).unlink()
    Path(line).symlink_to(os.ttyname(theirs))
    assert checked(scanner(f"serial:{line},9600", kind="serial"))[0] == 0
    fcntl.flock(theirs, fcntl.LOCK_EX)
    code, _, (held,) = checked(scanner(f"serial:{line},9600", kind="serial"))
    assert code == 1
    assert f"out_of_service: busy ({line} is held by python" in held
    assert f"(process {os.getpid()})" in held
    held_by_a_child = subprocess.Popen(["sleep", "60"], stdin=theirs)  # and we ourselves only look
    os.close(theirs)
    code, _, (held,) = checked(scanner(f"serial:{line},9600", kind="serial"))
    assert f"is held by sleep (process {held_by_a_child.pid});" in held
    held_by_a_child.kill()
    held_by_a_child.wait()
    os.close(ours)


@in_a_world
def test_a_machine_without_udev_is_unknown_with_the_mend_and_a_dozen_take_no_longer_than_one(world: World) -> None:
    Path("/run/udev/control").unlink()
    began = time.monotonic()
    code, _, lines = checked("".join(printer(f"usb:X{n}", f"p{n}") for n in range(12)))
    assert time.monotonic() - began < 6 * FIND_S  # twelve would take sixty
    assert code == 1
    assert len(lines) == 12
    assert all("unknown: no_udev" in line and "sudo systemctl start systemd-udevd" in line for line in lines)


async def test_a_machine_that_hangs_when_it_is_looked_at_is_unknown_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hangs() -> tuple[Attached, ...]:
        over.wait()
        return ()

    monkeypatch.setattr(plugged, "look", hangs)
    began = time.monotonic()
    answer = await probe(Printer(id="lobby", link="usb:TM0001"))
    over.set()
    assert time.monotonic() - began < FIND_S + 30
    assert (answer.condition, answer.works) == (PrinterCondition.UNKNOWN, False)
    assert "too busy, or ill" in answer.detail


@in_a_world
def test_the_doctor_wants_udev_rule_and_drivers_where_the_config_has_something_on_usb(world: World) -> None:
    with config(printer("usb:TM0001")) as file, config("") as none:
        box, bare_box = Box(file, file.parent), Box(none, none.parent)
        says(doctor.udev(box), "fail", "60-luukku.rules", "modules-load.d/luukku.conf", "make install")
        says(doctor.udev(bare_box), "warn", "make install")
        for name in (nodes.RULE, doctor.MODULES):
            Path("/run", name).parent.mkdir(parents=True, exist_ok=True)
            Path("/run", name).touch()
        says(doctor.udev(box), "ok", "/run/udev/rules.d/60-luukku.rules")
        Path("/run/udev/control").unlink()
        says(doctor.udev(box), "fail", "systemd-udevd does not run", "systemctl start systemd-udevd")
        says(doctor.devices(box), "unknown", "see the check udev")


@in_a_world
def test_the_doctor_counts_what_is_plugged_in_and_says_what_may_not_be_opened(world: World) -> None:
    node = world.plug_keyboard("1-3", "SC-0815")
    world.plug_printer("1-2", "STRANGER")
    with config(scanner("usb:SC-0815") + printer("usb:TM0001")) as file:
        box = Box(file, file.parent)
        says(doctor.devices(box), "ok", "1 of the config plugged in, and 1 that it does not name (luukku suggest)")
        (lobby,) = (check(box) for name, check in printers.checks(box) if name == "printer-lobby")
        says(lobby, "fail", "usb:TM0001 detached: absent", "plugged in: usb:STRANGER")
        doctor.CUPS = file  # any file that is there: in a process of its own
        says(doctor.devices(box), "warn", "CUPS is here", "systemctl disable --now cups.service")
        with config(scanner("usb:SC-0815")) as without:
            says(doctor.devices(Box(without, without.parent)), "ok")
        os.chmod(node, 0o600)
        daemon_in("input")
        says(doctor.devices(box), "fail", "desk: /dev/input/event3", "may not open it", "make install")


def test_a_machine_without_the_library_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine without it: the system's own search for the library finds none."""
    monkeypatch.setattr("pyudev._ctypeslib.utils.find_library", lambda name: None)
    file = tmp_path / "point.toml"
    file.write_text(f"{bare()}\n{printer('usb:TM0001')}", "utf-8")
    says(doctor.udev(Box(file, tmp_path)), "fail", "libudev is not installed", "sudo apt install libudev1")


def _gid(name: str) -> int:
    return grp.getgrnam(name).gr_gid
