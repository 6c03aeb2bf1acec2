"""The whole machine loses its power while it hands out tickets, again and again; its printer keeps its own."""

import os
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.rig.machine.point import Point, every_paper_is_one_or_marked, host_printer
from tests.rig.machine.qemu import Machine
from tests.system import laws
from tests.system.stranger import told

CUTS = int(os.environ.get("LUUKKU_RIG_CUTS", "3"))
SEED = int(os.environ.get("LUUKKU_RIG_SEED", "1"))
FIRST_S, LAST_S = 2.0, 8.0  # after the first ticket of a life: between two commits, in a paper, between two papers


def cut_while_taking(point: Point, after_s: float, taken: dict[str, dict[str, Any]]) -> None:
    """Take one ticket after the other until the power goes; what was answered is in `taken`, by its key."""
    power = threading.Timer(after_s, point.machine.kill)
    power.start()
    try:
        while True:
            key = f"cut-{len(taken)}-{point.machine.boots}"
            taken[key] = point.ticket("side", key)
            time.sleep(0.3)
    except (OSError, ConnectionError):
        return
    finally:
        power.join()
        point.machine.cut_power()


@pytest.mark.timeout(600 + 300 * CUTS)
def test_through_power_cuts_every_number_is_given_once_and_every_paper_is_one_or_marked(
    image: Path, tmp_path: Path
) -> None:
    random, taken = Random(SEED), dict[str, dict[str, Any]]()
    with host_printer(tmp_path / "printer") as desk, Machine(tmp_path / "machine", image) as machine:
        point = Point(machine)
        machine.boot()
        point.configure()
        desk.plug_into(machine)
        point.until_device("desk", "ready")
        for _ in range(CUTS):
            cut_while_taking(point, random.uniform(FIRST_S, LAST_S), taken)
            machine.boot()
            desk.plug_into(machine)
            point.wait_until_ready()
            point.until_device("desk", "ready")
        last = point.ticket("side")
        assert point.result(last)["result"] == "confirmed"
        point.until("every paper has its end", lambda: not laws.unproven(point.journal()), within=240)
        events = point.journal()
        given = {e["data"]["ticket"]: e["data"]["number"] for e in told(events, "ticket.issued")}
        lost = [t["number"] for t in taken.values() if given.get(t["id"]) != t["number"]]
        assert lost == [], "a number that was given is in no journal any more"
        laws.numbers_are_whole(events)
        laws.every_paper_has_one_proof(events)
        pieces = desk.pieces()
        every_paper_is_one_or_marked(events, pieces, list(taken.values()))
        assert len(told(events, "point.state_changed")) >= CUTS
        print(f"{CUTS} cuts: {len(taken)} tickets answered, {len(given)} in the journal, {len(pieces)} pieces, "
              f"{laws.results(events)}")  # fmt: skip
        assert machine.sh("ls /var/lib/luukku | grep -i damaged", code=None) == "", "a power cut is no damage"
