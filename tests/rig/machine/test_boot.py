"""A machine that was installed and switched on, with the config that `make install` gave it."""

import json

from tests.rig.machine.point import DATA, Point
from tests.rig.machine.qemu import Machine
from tests.system.stranger import told


def test_switched_on_the_point_starts_by_itself_as_its_own_user_and_is_ready(machine: Machine) -> None:
    Point(machine).wait_until_ready()
    assert machine.sh("systemctl is-enabled luukku; systemctl is-active luukku").split() == ["enabled", "active"]
    assert "StatusText=serving" in machine.sh("systemctl show luukku -p StatusText")
    status = machine.sh("cat /proc/$(systemctl show luukku -p MainPID --value)/status")
    user = machine.sh("id -u luukku")
    assert f"Uid:\t{user}\t{user}\t{user}\t{user}" in status
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert machine.sh("systemctl --failed --no-legend") == ""


def test_every_driver_is_there_before_the_first_device_and_before_the_daemon(machine: Machine) -> None:
    """Whatever the unit lets in by the name of its driver: systemd looks each name up once, when the daemon starts."""
    Point(machine).wait_until_ready()
    known = set(machine.sh("awk 'NF == 2 && /^ *[0-9]/ { print $2 }' /proc/devices").split())
    allowed = machine.sh("systemctl cat luukku | sed -n 's/^DeviceAllow=char-\\([a-zA-Z_]*\\).*/\\1/p'").split()
    assert len(allowed) >= 6
    assert set(allowed) <= known
    assert machine.sh("ls /dev/usb /dev/ttyUSB* /dev/ttyACM* 2>/dev/null", code=None) == "", "nothing is plugged in"
    times = machine.sh(
        "systemctl show systemd-modules-load -p ExecMainExitTimestampMonotonic --value;"
        "systemctl show luukku -p ExecMainStartTimestampMonotonic --value"
    )
    loaded, started = map(int, times.split())
    assert 0 < loaded < started


def test_doctor_finds_the_installed_machine_in_order_and_says_what_it_lacks(machine: Machine) -> None:
    Point(machine).wait_until_ready()
    said = machine.sh("luukku doctor --json --patience 60", within=200, code=None)
    found = {check["name"]: check for check in json.loads(said)["checks"]}
    well = ("daemon", "service", "doors", "journal", "journal-damage", "data-folder", "disk-room", "user", "drivers",
            "udev", "devices", "packages", "python", "browser", "fonts", "voices", "sqlite", "tools")  # fmt: skip
    assert {name: found[name] for name in well if found[name]["verdict"] != "ok"} == {}
    assert found["config"]["verdict"] == "warn" and "example still" in found["config"]["seen"]
    assert found["network"]["verdict"] == "fail", "it has no network"
    assert found["clock"]["verdict"] == "warn", "nobody syncs its clock"
    assert found["printer-lobby"]["verdict"] == "fail", "the example's printer is not there"


def test_switched_off_by_its_button_it_ends_orderly_and_starts_again(machine: Machine) -> None:
    point = Point(machine)
    point.wait_until_ready()
    machine.switch_off()
    machine.boot()
    point.wait_until_ready()
    events = machine.sh(f"luukku events --data {DATA} --json", within=200).encode().splitlines()
    states = [e["data"]["state"] for e in told(events, "point.state_changed")]
    assert states == ["starting", "ready", "starting", "ready"]
    assert "recovery complete" not in machine.sh("dmesg | grep EXT4", code=None), "its disk was left in order"
