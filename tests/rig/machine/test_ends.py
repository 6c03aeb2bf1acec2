"""The daemon killed and hung under systemd, with a ticket under way on a printer behind a serial adapter."""

import json
from typing import Any

from tests.rig.machine.conftest import Cables
from tests.rig.machine.point import Point, every_paper_is_one_or_marked
from tests.system import laws
from tests.system.stranger import about, told


def state(point: Point) -> dict[str, str]:
    told = point.machine.sh("systemctl show luukku -p MainPID,NRestarts,ActiveState,Result")
    return dict(line.split("=", 1) for line in told.splitlines())


def until_another(point: Point, before: dict[str, str]) -> dict[str, str]:
    def another() -> Any:
        now = state(point)
        return now if now["MainPID"] not in {"0", before["MainPID"]} and now["ActiveState"] == "active" else None

    found: dict[str, str] = point.until("systemd starts it again", another, within=240)
    return found


def test_killed_with_a_ticket_under_way_it_is_started_again_and_the_paper_is_judged(cables: Cables) -> None:
    """Twice: as soon as the journal says that it prints, and a moment later, when the printer may have it all."""
    point, desk = cables.point, cables.desk_printer()
    tickets = []
    for moment in ("0", "1"):
        point.until_device("desk", "ready")
        before, ticket = state(point), point.ticket("side")
        tickets.append(ticket)
        point.until("it prints", lambda t=ticket: about(point.journal(), ticket=t["id"], device="desk"))
        point.machine.sh(f"sleep {moment}; kill -KILL {before['MainPID']}")
        after = until_another(point, before)
        assert int(after["NRestarts"]) > int(before["NRestarts"])
        assert point.result(ticket)["result"] == "confirmed"
    point.until_device("desk", "ready")
    last = point.ticket("side")
    assert point.result(last)["result"] == "confirmed"
    events = point.journal()
    every_paper_is_one_or_marked(events, desk.pieces(), [*tickets, last])
    laws.numbers_are_whole(events)
    ours = {ticket["id"] for ticket in (*tickets, last)}  # the other printer has papers of its own
    laws.every_paper_has_one_proof([event for event in events if json.loads(event)["data"].get("ticket") in ours])


def test_hung_it_is_ended_by_the_watchdog_and_started_again(cables: Cables) -> None:
    point = cables.point
    before = state(point)
    point.machine.sh(f"kill -STOP {before['MainPID']}")
    until_another(point, before)
    point.wait_until_ready()
    log = point.machine.sh("journalctl -u luukku --no-pager -o cat -n 300")
    assert "Failed with result 'watchdog'" in log
    assert [e for e in told(point.journal(), "point.state_changed") if e["data"]["state"] == "starting"]
