"""A number is unique, rising and without gaps in its series and day, whatever the clock does."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.numbering import DIGITS, job_name, written
from tests.domain.memory import ALWAYS, MemoryPoint, at, config


def open_always(start: str, **clock: str) -> MemoryPoint:
    return MemoryPoint(config(hours=ALWAYS), start=start, **clock)  # type: ignore[arg-type]  # why: `clock` is a Quality


def issued(point: MemoryPoint) -> list[tuple[str, str]]:
    return [(ticket.business_date, ticket.number) for ticket in point.of(e.TicketIssued)]


def test_the_second_before_midnight_and_midnight_are_two_days() -> None:
    point = open_always("2026-11-23T23:59:58")
    point.take()
    point.until("2026-11-23T23:59:59")
    point.take()
    point.until("2026-11-24T00:00")
    point.take()
    assert issued(point) == [("2026-11-23", "K001"), ("2026-11-23", "K002"), ("2026-11-24", "K001")]
    assert [(r.business_date, r.removed) for r in point.of(e.QueueReset)] == [("2026-11-23", 2)]


def test_the_facts_that_end_a_day_carry_its_date_and_the_reset_the_new_one() -> None:
    point = open_always("2026-11-23T23:59:59")
    point.open()
    point.take()
    point.later(2)
    point.take()
    dates = [(envelope.type.split(".", 1)[1].removesuffix(".v1"), envelope.businessdate) for envelope in point.events()]
    reset = dates.index(("queue.reset", "2026-11-24"))
    assert {date for _, date in dates[:reset]} == {"2026-11-23"}
    assert ("counter.closed", "2026-11-23") in dates
    assert {date for _, date in dates[reset:]} == {"2026-11-24"}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_of_23_or_25_hours_is_one_day(day: str, hours: int) -> None:
    point = open_always(f"{day}T00:00")
    for _ in range(hours):
        point.take()
        point.later(3600)
    point.take()
    assert issued(point)[:-1] == [(day, f"K{n:03d}") for n in range(1, hours + 1)]
    assert issued(point)[-1][1] == "K001"


def test_new_year_is_a_new_day_and_nothing_more() -> None:
    point = open_always("2026-12-31T23:59:59")
    point.take()
    point.later(1)
    point.take()
    assert issued(point) == [("2026-12-31", "K001"), ("2027-01-01", "K001")]


def test_with_no_clock_ever_set_nothing_is_numbered_and_afterwards_the_first_number_is_one() -> None:
    point = open_always("1970-01-01T02:00", clock="unsynced")
    assert point.refused(c.TakeTicket(service="housing", language="fi", entry="kiosk")) == "clock-not-set"
    point.do(c.RaiseIncident(place="c1", kind="threat"))  # help comes without a clock
    point.ms, point.clock = at("2026-11-23T09:00"), "synced"
    point.take()
    assert issued(point) == [("2026-11-23", "K001")]
    assert point.of(e.QueueReset) == []
    assert [envelope.businessdate for envelope in point.events()][1:] == ["2026-11-23"] * 3


def test_a_clock_lost_after_it_was_set_goes_on_with_the_day_it_was() -> None:
    point = open_always("2026-11-23T09:00")
    point.take()
    point.reboot()
    point.ms, point.clock = at("1970-01-01T02:00"), "unsynced"
    point.take()
    point.ms, point.clock = at("2026-11-23T09:05"), "synced"
    point.take()
    assert issued(point) == [("2026-11-23", f"K00{n}") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("days", "clock", "date"),
    [
        (1, "holdover", "2026-11-24"),
        (2, "holdover", "2026-11-23"),
        (3, "holdover", "2026-11-23"),
        (3, "synced", "2026-11-26"),
        (1, "unsynced", "2026-11-23"),
        (-1, "synced", "2026-11-23"),
    ],
)
def test_how_far_a_clock_may_jump_is_how_far_it_is_trusted(days: int, clock: str, date: str) -> None:
    point = open_always("2026-11-23T09:00")
    point.take()
    point.step(days * 86_400)
    point.clock = clock  # type: ignore[assignment]  # why: the table holds plain words
    point.take()
    assert issued(point)[-1] == (date, "K001" if date != "2026-11-23" else "K002")


def test_a_box_off_for_three_days_in_holdover_waits_for_its_clock_and_repeats_no_number() -> None:
    point = open_always("2026-11-23T09:00")
    point.take()
    point.reboot()
    point.step(3 * 86_400)
    point.clock = "holdover"
    point.take()
    point.clock = "synced"
    point.take()
    assert issued(point) == [("2026-11-23", "K001"), ("2026-11-23", "K002"), ("2026-11-26", "K001")]


def test_a_clock_that_goes_back_and_forth_over_midnight_ends_the_day_once() -> None:
    point = open_always("2026-11-23T23:30")
    for _ in range(6):
        point.take()
        point.step(3600)
        point.take()
        point.step(-3600)
    numbers = [number for date, number in issued(point) if date == "2026-11-24"]
    assert numbers == [f"K{n:03d}" for n in range(1, 12)]
    assert len(point.of(e.QueueReset)) == 1


def test_two_queues_with_one_series_share_its_numbers() -> None:
    point = open_always("2026-11-23T09:00")
    assert [point.take(s).number for s in ("passport", "licence", "housing", "passport")] == [
        "P001",
        "P002",
        "K001",
        "P003",
    ]


def test_the_series_goes_on_where_a_restart_left_it() -> None:
    point = open_always("2026-11-23T09:00")
    first = [point.take().number for _ in range(3)]
    point.reboot()
    assert [*first, point.take().number] == ["K001", "K002", "K003", "K004"]


def test_the_thousandth_number_has_four_digits() -> None:
    assert [written("K", n) for n in (7, 999, 1000)] == ["K007", "K999", "K1000"]


def test_two_jobs_have_one_name_only_after_74_million() -> None:
    assert job_name(0) == job_name(len(DIGITS) ** 4)
    assert len({job_name(n) for n in range(20_000)}) == 20_000
    assert all(len(job_name(n)) == 4 and set(job_name(n)) <= set(DIGITS) for n in (0, 1, 10**6, 2**63))
