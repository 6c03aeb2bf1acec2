"""What a technician asks on the spot, with the real devices plugged in: `luukku check --devices`, `luukku doctor`."""

import json

from tests.rig.machine.conftest import Cables
from tests.rig.machine.point import ETC


def plug_all(cables: Cables) -> None:
    cables.printer()
    cables.line()
    cables.button()
    cables.keys()
    cables.desk_printer()
    cables.point.until_device("lobby", "ready")


def test_with_the_daemon_stopped_every_device_is_asked_over_its_own_driver(cables: Cables) -> None:
    plug_all(cables)
    machine = cables.machine
    machine.sh("systemctl stop luukku")
    try:
        said = machine.sh(f"luukku check {ETC} --devices", within=200)
    finally:
        cables.point.restart()
    answers = [line for line in said.splitlines() if line.strip().startswith("[[") and " at " in line]
    assert [line.rpartition(": ")[2].split(" ")[0] for line in answers] == ["ready"] * 5, said


def test_what_is_not_there_is_named_with_what_is(cables: Cables) -> None:
    plug_all(cables)
    machine = cables.machine
    machine.sh(f"sed 's/usb:TM0001/usb:TM0002/' {ETC} >/run/other.toml")
    said = machine.sh("luukku check /run/other.toml --devices", within=200, code=1)
    (line,) = [one for one in said.splitlines() if '"lobby"' in one and "absent" in one]
    assert 'did you mean "usb:TM0001"?' in line


def test_doctor_sees_each_device_of_the_config_open(cables: Cables) -> None:
    plug_all(cables)
    said = cables.machine.sh("luukku doctor --json --patience 60", within=200, code=None)
    found = {check["name"]: check for check in json.loads(said)["checks"]}
    assert (found["devices"]["verdict"], found["udev"]["verdict"]) == ("ok", "ok"), (found["devices"], found["udev"])
    assert found["devices"]["seen"].startswith("5 of the config plugged in")
    for printer in ("printer-lobby", "printer-desk"):
        assert found[printer]["verdict"] == "ok" and "ready (says the daemon" in found[printer]["seen"]
