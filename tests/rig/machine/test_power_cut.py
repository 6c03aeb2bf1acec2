"""The whole machine loses its power while it hands out tickets, again and again; its printer keeps its own."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.rig.machine.point import HostPrinter, Point, every_paper_is_one_or_marked, host_printer
from tests.rig.machine.qemu import Machine
from tests.system import laws
from tests.system.stranger import told

CUTS = int(os.environ.get("LUUKKU_RIG_CUTS", "3"))
SEED = int(os.environ.get("LUUKKU_RIG_SEED", "1"))
FIRST_S, LAST_S = 2.0, 8.0  # of tickets before a cut: it comes between two commits, in a paper, between two papers
JOURNAL = "/opt/luukku/current/venv/lib/python3*/site-packages/controller/journal/file.py"

Taken = dict[str, dict[str, Any]]  # what was answered, by the key that asked


@contextmanager
def point_with_printer(folder: Path, image: Path) -> Iterator[tuple[Point, HostPrinter]]:
    """A machine of its own, on, its point ready, the printer plugged in."""
    with host_printer(folder / "printer") as desk, Machine(folder / "machine", image) as machine:
        machine.boot()
        point = Point(machine)
        point.configure()
        desk.plug_into(machine)
        point.until_device("desk", "ready")
        yield point, desk


def cut_while_taking(point: Point, after_s: float, taken: Taken) -> None:
    """Take one ticket after the other until the power goes."""
    power = threading.Timer(after_s, point.machine.kill)
    power.start()
    try:
        while True:
            key = f"cut-{point.machine.boots}-{len(taken)}"
            taken[key] = point.ticket("side", key)
            time.sleep(0.3)
    except OSError:  # the machine is off
        return
    finally:
        power.join()
        point.machine.cut_power()


def back_again(point: Point, desk: HostPrinter) -> None:
    point.machine.boot()
    desk.plug_into(point.machine)
    point.wait_until_ready()


def not_in_the_journal(taken: Taken, events: list[bytes]) -> list[str]:
    given = {e["data"]["ticket"]: e["data"]["number"] for e in told(events, "ticket.issued")}
    return [ticket["number"] for ticket in taken.values() if given.get(ticket["id"]) != ticket["number"]]


@pytest.mark.timeout(600 + 300 * CUTS)
def test_through_power_cuts_every_number_is_given_once_and_every_paper_is_one_or_marked(
    image: Path, tmp_path: Path
) -> None:
    random, taken = Random(SEED), Taken()
    with point_with_printer(tmp_path, image) as (point, desk):
        for _ in range(CUTS):
            cut_while_taking(point, random.uniform(FIRST_S, LAST_S), taken)
            back_again(point, desk)
            point.until_device("desk", "ready")
        last = taken["last"] = point.ticket("side")
        ended = point.result(last)
        assert ended["result"] == "confirmed", f"{ended}\n{point.log()}"
        point.until("every paper has its end", lambda: not laws.unproven(point.journal()), within=240)
        events = point.journal()
        assert not_in_the_journal(taken, events) == []
        laws.numbers_are_whole(events)
        laws.every_paper_has_one_proof(events)
        pieces = desk.pieces()
        every_paper_is_one_or_marked(events, pieces, list(taken.values()))
        boots = {e["boot"] for e in told(events, "point.state_changed") if e["data"]["state"] == "starting"}
        assert len(boots) == CUTS + 1
        assert point.machine.sh("ls /var/lib/luukku | grep -i damaged", code=None) == "", "a power cut is no damage"
        print(f"{CUTS} cuts: {len(taken)} tickets answered, {len(pieces)} pieces, {laws.results(events)}")


@pytest.mark.timeout(900)
def test_the_same_cut_takes_numbers_from_a_journal_that_does_not_wait_for_the_disk(image: Path, tmp_path: Path) -> None:
    """Else the test before proved nothing: what the machine had not flushed really is lost."""
    taken = Taken()
    with point_with_printer(tmp_path, image) as (point, desk):
        point.machine.sh(f"sed -i 's/PRAGMA synchronous = FULL/PRAGMA synchronous = OFF/' {JOURNAL} && sync")
        assert "synchronous = OFF" in point.machine.sh(f"grep 'PRAGMA synchronous' {JOURNAL}")
        point.restart()
        cut_while_taking(point, LAST_S, taken)
        back_again(point, desk)
        assert not_in_the_journal(taken, point.journal())
