"""Devices plugged in for the first time, after the daemon has started, under the shipped DevicePolicy and rules."""

import re
import time
from typing import Any

from tests.rig.machine.conftest import Cables
from tests.rig.machine.point import Point
from tests.system.stranger import told

ENTER = 0x28  # USB HID Usage Tables, keyboard page


def called(point: Point, counter: str, before: int) -> Any:
    events = [e for e in told(point.journal(before), "service.called") if e["data"]["counter"] == counter]
    return events[0] if events else None


def last_seq(point: Point) -> int:
    return len(point.journal())


def open_counter(point: Point, counter: str) -> None:
    point.ask("staff", "POST", f"/counters/{counter}/open", {"advisor": f"a{counter}"})


def test_a_printer_is_the_daemons_at_its_node_with_the_groups_and_names_of_the_rule(cables: Cables) -> None:
    seen = cables.printer()
    print(f"printer: node {seen['node']:.2f} s, group {seen['group']:.2f} s, open {seen['open']:.2f} s after its plug")
    owner = cables.machine.tell("owner", node="/dev/usb/lp0")
    assert (owner["group"], owner["mode"]) == ("luukku", "660")
    names = cables.machine.sh("cd /dev/luukku; for one in *; do echo $one $(readlink -f $one); done")
    assert "printer-TM0001 /dev/usb/lp0" in names
    assert re.search(r"printer-at-platform-dummy_hcd\.0-usb-0:1:1\.0 /dev/usb/lp0", names)
    refused = [e for e in cables.point.told("device.state_changed") if "no_access" in e["data"]["causes"]]
    assert refused == [], "it was never told that it may not"


def test_a_ticket_comes_out_of_it_with_its_proof(cables: Cables) -> None:
    cables.printer()
    cables.point.until_device("lobby", "ready")
    before = int(cables.machine.sh("ls /run/paper/lobby/*.png 2>/dev/null | wc -l"))
    ticket = cables.point.ticket("main")
    result = cables.point.result(ticket)
    assert (result["result"], result["tier"], result["copy"], result["device"]) == ("confirmed", "T1", 0, "lobby")
    assert int(cables.machine.sh("ls /run/paper/lobby/*.png | wc -l")) == before + 1


def test_a_serial_adapter_carries_a_printer_and_is_found_by_the_name_that_udev_gives_it(cables: Cables) -> None:
    desk = cables.desk_printer()
    print(f"printer at a serial adapter: open {cables.seen['desk']['open']:.2f} s after its plug")
    assert cables.machine.tell("owner", node="/dev/ttyUSB0")["group"] == "dialout"
    ticket = cables.point.ticket("side")
    assert cables.point.result(ticket)["result"] == "confirmed"
    assert [piece for piece in desk.pieces() if any(ticket["code"] in code for code in piece.codes)]


def test_what_the_config_names_is_never_called_nobodys(cables: Cables) -> None:
    cables.desk_printer()
    cables.line()
    log = cables.machine.sh("journalctl -u luukku --no-pager -o cat | grep hotplug.nobodys", code=None)
    assert "ttyUSB0" not in log and "ttyACM0" not in log, log


def test_keys_of_a_keypad_are_the_counters_and_nobody_else_hears_them(cables: Cables) -> None:
    cables.keys()
    point, machine = cables.point, cables.machine
    open_counter(point, "1")
    point.ticket("main")
    node = machine.sh("readlink -f /dev/input/by-id/*KP0003*-event-kbd")
    assert machine.tell("holds", pid=machine.tell("daemon"), node=node)
    before = last_seq(point)
    machine.tell("listen", node=node)
    machine.qmp("send-key", keys=[{"type": "qcode", "data": "kp_enter"}])
    turn = point.until("counter 1 calls", lambda: called(point, "1", before))
    assert turn["actor"] == "counter:1"
    assert machine.tell("overheard", node=node) == 0, "the grab keeps it from every other reader"


def test_without_the_daemon_the_same_key_would_be_heard(cables: Cables) -> None:
    """What the test before would have seen had nobody grabbed it."""
    cables.keys()
    machine = cables.machine
    node = machine.sh("readlink -f /dev/input/by-id/*KP0003*-event-kbd")
    machine.sh("systemctl stop luukku")
    try:
        machine.tell("listen", node=node)
        machine.qmp("send-key", keys=[{"type": "qcode", "data": "kp_enter"}])
        cables.point.until("somebody hears it", lambda: machine.tell("overheard", node=node) > 0)
    finally:
        cables.point.restart()


def test_a_call_button_that_is_a_keyboard_calls(cables: Cables) -> None:
    cables.button()
    point = cables.point
    open_counter(point, "2")
    point.ticket("main")
    before = last_seq(point)
    cables.machine.tell("press", node="/dev/hidg0", usages=[ENTER])
    assert point.until("counter 2 calls", lambda: called(point, "2", before))["actor"] == "counter:2"


def test_a_code_reader_on_a_line_is_open_at_once_and_its_code_reaches_the_kiosk(cables: Cables) -> None:
    seen = cables.line()
    print(f"reader: node {seen['node']:.2f} s, group {seen['group']:.2f} s, open {seen['open']:.2f} s after its plug")
    point = cables.point
    ticket = point.ticket("main")
    assert cables.machine.tell("open_page", kiosk="main", token=point.token("kiosk:main"))
    cables.machine.tell("say", node="/dev/ttyGS0", text=f"{ticket['code']}\r")
    (scanned,) = cables.machine.tell("page_said", kiosk="main", least=1)
    assert scanned == {"t": "scan", "kind": "ticket", "code": ticket["code"], "ticket": ticket["id"]}


def test_a_node_that_udev_has_not_given_away_yet_is_waited_for(cables: Cables) -> None:
    """The kernel makes it root's alone; udevd, held up here for two seconds, gives it its group. Nothing is tried
    in between that could fail: the daemon goes by udev's word."""
    cables.printer()
    point, machine = cables.point, cables.machine
    point.until_device("lobby", "ready")
    machine.tell("unplug", name="lobby")
    point.until_device("lobby", "detached")
    before = last_seq(point)
    machine.sh("kill -STOP $(systemctl show systemd-udevd -p MainPID --value)")
    try:
        machine.tell("plug", name="lobby")
        point.until("the node is there", lambda: machine.tell("owner", node="/dev/usb/lp0"))
        time.sleep(2)
        assert machine.tell("owner", node="/dev/usb/lp0") == {"group": "root", "mode": "600", "user": 0}
        assert point.device("lobby")["actual"] == "detached"
    finally:
        machine.sh("kill -CONT $(systemctl show systemd-udevd -p MainPID --value)")
    point.until_device("lobby", "ready")
    causes = {cause for e in told(point.journal(before), "device.state_changed") for cause in e["data"]["causes"]}
    assert "no_access" not in causes


def test_a_printer_pulled_out_and_put_back_prints_on(cables: Cables) -> None:
    cables.printer()
    point, machine = cables.point, cables.machine
    for _ in range(2):
        point.until_device("lobby", "ready")
        machine.tell("unplug", name="lobby")
        point.until_device("lobby", "detached")
        machine.tell("plug", name="lobby")
    point.until_device("lobby", "ready")
    result = point.result(point.ticket("main"))
    assert (result["result"], result["cause"]) == ("confirmed", ""), f"{result}\n{point.log()}"
