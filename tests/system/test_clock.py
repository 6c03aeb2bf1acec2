"""The real daemon under a false clock: never set, across midnight, off at midnight, and set back (libfaketime)."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.system.laws import numbers_are_whole
from tests.system.stage import PATIENCE_S, Point
from tests.system.stranger import Stranger, chained, stranger, told

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("libfaketime is not installed"))
SHIPPED = (Path(__file__).parents[2] / "config" / "demo.toml").read_text()
# A summer's and a winter's evening would do; this one is after any day on which this program was made.
BEFORE_MIDNIGHT, AFTER_MIDNIGHT = "2026-12-24 21:59:57", "2026-12-24 22:00:30"  # UTC; Helsinki is two hours ahead
EVENING, MORNING = "2026-12-24", "2026-12-25"
Clocked = Callable[[str], Any]
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def at(moment: str, file: Path) -> dict[str, str]:
    """The environment in which a program's wall clock shows this moment of UTC, and time since boot is true.

    How far the clock is off stands in `file` and is read again all the time: `turn` turns the clock."""
    turn(moment, file)
    told = {"FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return told | {"LD_PRELOAD": str(LIBRARY), "TZ": "UTC"}


def turn(moment: str, file: Path) -> None:
    off = datetime.fromisoformat(f"{moment}+00:00") - datetime.now(UTC)
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{off.total_seconds():+.0f}\n")
    fresh.replace(file)


@pytest.fixture
async def clocked(tmp_path: Path) -> AsyncIterator[Clocked]:
    """`async with clocked(moment) as client`: the same point, started at that moment."""
    assert LIBRARY.exists(), LIBRARY
    point = Point(tmp_path, SHIPPED)

    @asynccontextmanager
    async def start(moment: str) -> AsyncIterator[Stranger]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(asyncio.to_thread, point.stop)
            await asyncio.to_thread(point.start, **(at(moment, tmp_path / "clock") if moment else {}))
            yield await stack.enter_async_context(stranger(point))

    yield start


async def view(client: Stranger, role: str, query: str) -> Any:
    headers = {"Authorization": f"Bearer {client.tokens[role]}"}
    async with client.session.ws_connect(f"{client.urls['point']}/api/v1/stream?{query}", headers=headers) as page:
        return (await page.receive_json(timeout=PATIENCE_S))["state"]


async def test_with_no_clock_ever_set_nothing_is_numbered_and_the_screens_say_so(clocked: Clocked) -> None:
    assert os.environ.get("FAKETIME") is None
    async with clocked("1970-01-01 00:10:00") as client:
        ready = await client.ask("", "GET", "/readyz", base="")
        assert ready.status == 503 and "clock_not_set" in ready.json["reasons"]
        said = await client.ask("kiosk", "POST", "/tickets", {"service": "kela-liite", "language": "fi"})
        assert (said.status, said.problem) == (503, "clock-not-set")
        assert (await view(client, "kiosk", "view=kiosk&id=main"))["issuing"] == "clock_not_set"
        assert (await view(client, "tv", "view=tv&id=lobby"))["issuing"] == "clock_not_set"
        state = await client.get("staff", "/state")
        assert state["business_date"] is None and state["clock"] == "unsynced"
        early = await client.journal()
        assert all(event["clock"] == "unsynced" and "businessdate" not in event for event in told(early))
    async with clocked("") as client:
        assert (await client.ask("", "GET", "/readyz", base="")).status == 200
        ticket = await client.take("kela-liite")
        assert ticket["n"] == 1 and ticket["business_date"] >= "2026-11-21"
        events = await client.journal()
        chained(events)
        assert events[: len(early)] == early
        assert [event["data"]["n"] for event in told(events, "ticket.issued")] == [1]


async def test_numbers_begin_anew_at_midnight_and_the_evenings_leftovers_are_removed(
    clocked: Clocked, tmp_path: Path
) -> None:
    async with clocked("2026-12-24 21:50:00") as client:
        taken = [await client.take("kela-liite", by="staff") for _ in range(4)]
        await asyncio.to_thread(turn, BEFORE_MIDNIGHT, tmp_path / "clock")
        while taken[-1]["business_date"] == EVENING:
            await asyncio.sleep(0.15)
            taken.append(await client.take("kela-liite", by="staff"))
        taken += [await client.take("kela-liite", by="staff"), await client.take("vero-verokortti", by="staff")]
        evening = [ticket for ticket in taken if ticket["business_date"] == EVENING]
        assert len(evening) > 3 and {t["business_date"] for t in taken} == {EVENING, MORNING}
        events = await client.journal()
        assert numbers_are_whole(events) == {(EVENING, "K"): len(evening), (MORNING, "K"): 2, (MORNING, "V"): 1}
        leftovers_are_removed(events, len(evening))
        waiting = [t["id"] for q in (await client.get("staff", "/state"))["queues"] for t in q["waiting"]]
        assert sorted(waiting) == sorted(ticket["id"] for ticket in taken if ticket["business_date"] == MORNING)
        gone = await client.ask("kiosk", "GET", f"/tickets/{evening[0]['id']}")
        assert gone.problem == "unknown-ticket" or gone.json["state"] == "removed"


async def test_a_point_that_was_off_at_midnight_begins_its_day_all_the_same(clocked: Clocked) -> None:
    async with clocked("2026-12-24 21:30:00") as client:
        evening = [await client.take("kela-liite") for _ in range(3)]
        assert {ticket["business_date"] for ticket in evening} == {EVENING}
    async with clocked(AFTER_MIDNIGHT) as client:
        first = await client.take("kela-liite")
        assert (first["business_date"], first["n"]) == (MORNING, 1)
        leftovers_are_removed(await client.journal(), len(evening))


async def test_a_clock_that_was_set_back_gives_no_number_twice(clocked: Clocked) -> None:
    async with clocked("2026-12-25 09:00:00") as client:
        await client.take("kela-liite")
    async with clocked("2026-12-24 09:00:00") as client:
        again = await client.take("kela-liite")
        assert (again["business_date"], again["n"]) == (MORNING, 2)
        assert again["ahead"] == 1
        numbers_are_whole(await client.journal())


def leftovers_are_removed(events: list[bytes], count: int) -> None:
    """Before the first number of the new day: each leftover ended as removed, then the reset that counts them."""
    all_ = told(events)
    reset = next(n for n, event in enumerate(all_) if event["name"] == "queue.reset")
    assert all_[reset]["data"] == {"business_date": EVENING, "removed": count}
    before = [event["data"].get("outcome") for event in all_[:reset] if event["name"] == "service.ended"]
    assert before == ["removed_reset"] * count
    assert all(e["data"]["business_date"] == EVENING for e in all_[:reset] if e["name"] == "ticket.issued")
    assert all(e["data"]["business_date"] == MORNING for e in all_[reset:] if e["name"] == "ticket.issued")
    assert sum(event["name"] == "queue.reset" for event in all_) == 1
