"""Days that bend a figure: a machine that starts anew, a clock that is set, a midnight slept through, an hour twice."""

from typing import Any

import pytest

from controller.domain import commands as c
from tests.domain.memory import ALWAYS, MemoryPoint, config
from tests.reports.asked import figure, same
from tests.reports.played import HASH, VERSION


def bodies(point: MemoryPoint) -> list[bytes]:
    return [stored.body for stored in point.stored]


def whole_point(name: str, point: MemoryPoint) -> dict[str, Any]:
    (row,) = [row for row in figure(name, bodies(point)) if row["service"] is None]
    return row


def starts(point: MemoryPoint) -> None:
    point.do(c.ReportPoint(state="starting", version=VERSION, config_hash=HASH, cause="boot"))


def called_and_started(**options: Any) -> MemoryPoint:
    """One who waited a minute, walked half a minute and is being served."""
    point = MemoryPoint(config(hours=ALWAYS), **options)
    point.open()
    point.take()
    point.later(60)
    point.call()
    point.later(30)
    point.do(c.Start(counter="c1"))
    return point


def test_a_clock_that_is_set_during_a_service_changes_no_duration_and_moves_no_quarter() -> None:
    point = called_and_started(start="2026-11-23T08:00")
    point.step(3600)  # it had been an hour slow
    point.later(300)
    point.end()
    row = whole_point("durations", point)
    assert (row["service_mean_s"], row["walk_mean_s"], row["by_clock"]) == (300, 30, 0)
    assert whole_point("waiting", point)["mean_s"] == 60
    (quarter,) = figure("capacity", bodies(point))
    assert (quarter["quarter"], quarter["open_s"]) == ("2026-11-23T09:00+02:00", 390)


def test_a_machine_that_starts_anew_during_a_service_is_measured_by_the_wall_clock_and_says_so() -> None:
    point = called_and_started()
    point.reboot()
    point.later(300)
    point.end()
    row = whole_point("durations", point)
    assert (row["service_mean_s"], row["walk_mean_s"], row["by_clock"], row["unknown"]) == (300, 30, 1, 0)


def test_a_wall_clock_that_nobody_trusts_measures_nothing_across_a_start() -> None:
    point = called_and_started()
    point.reboot()
    point.clock = "unsynced"
    point.later(300)
    point.end()
    row = whole_point("durations", point)
    assert (row["service_mean_s"], row["walk_mean_s"], row["by_clock"], row["unknown"]) == (None, 30, 1, 1)


def test_a_clock_that_runs_backwards_over_a_start_measures_nothing() -> None:
    point = called_and_started()
    point.reboot()
    point.step(-3600)
    point.end()
    assert whole_point("durations", point)["unknown"] == 1


def test_what_happens_under_an_untrusted_clock_is_counted_and_timed_but_has_no_quarter() -> None:
    point = called_and_started()
    point.reboot()
    point.clock = "unsynced"
    point.take()
    point.later(120)
    point.end()
    point.call()
    assert whole_point("waiting", point)["called"] == 2
    rows = figure("capacity", bodies(point))
    assert [(row["quarter"], row["busy_s"]) for row in rows] == [("2026-11-23T10:00+02:00", 0), (None, 120)]


def test_a_counter_left_open_by_a_box_that_was_switched_off_is_not_idle_all_night() -> None:
    point = MemoryPoint(start="2026-11-23T15:00")
    point.open()
    point.later(900)
    point.take()
    point.until("2026-11-24T07:45")
    point.reboot()
    starts(point)
    assert not point.state.counters["c1"].open
    assert [
        (row["date"], row["quarter"], row["open_s"], row["idle_s"]) for row in figure("capacity", bodies(point))
    ] == [("2026-11-23", "2026-11-23T15:00+02:00", 900, 900)]


def test_a_program_that_was_away_within_a_boot_saw_nothing_meanwhile() -> None:
    point = MemoryPoint(start="2026-11-23T10:00")
    point.open()
    point.later(100)
    point.take("passport")
    point.later(200)
    starts(point)
    point.later(50)
    point.call()
    (row,) = figure("capacity", bodies(point))
    assert (row["open_s"], row["idle_s"], row["between_s"]) == (150, 100, 50)
    assert whole_point("waiting", point)["mean_s"] == 250  # the customer waited all the same


def test_midnight_closes_the_day_and_the_new_one_begins_closed() -> None:
    point = MemoryPoint(config(hours=ALWAYS), start="2026-11-23T23:50")
    point.open()
    point.until("2026-11-24T00:00")
    point.tick()
    point.until("2026-11-24T00:10")
    point.open()
    point.until("2026-11-24T00:20")
    point.take()
    rows = figure("capacity", bodies(point))
    assert [(row["date"], row["quarter"][11:16], row["idle_s"]) for row in rows] == [
        ("2026-11-23", "23:45", 600), ("2026-11-24", "00:00", 300), ("2026-11-24", "00:15", 300)]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "end", "quarters"),
    [
        ("2026-10-25T03:30+03:00", "2026-10-25T03:30+02:00",
         ["03:30+03:00", "03:45+03:00", "03:00+02:00", "03:15+02:00"]),
        ("2026-03-29T02:30+02:00", "2026-03-29T04:30+03:00",
         ["02:30+02:00", "02:45+02:00", "04:00+03:00", "04:15+03:00"]),
    ],
    ids=["an hour twice", "an hour missing"],
)  # fmt: skip
def test_an_hour_is_four_quarters_also_when_the_clocks_are_put_back_or_on(
    begin: str, end: str, quarters: list[str]
) -> None:
    point = MemoryPoint(config(hours=ALWAYS), start=begin)
    point.open()
    point.until(end)
    point.do(c.CloseCounter(counter="c1"))
    rows = figure("capacity", bodies(point))
    assert [(row["quarter"][11:], row["open_s"]) for row in rows] == [(quarter, 900) for quarter in quarters]


def test_events_of_before_there_were_targets_and_providers_are_counted_too() -> None:
    point = MemoryPoint()
    point.open()
    point.take("passport")
    point.serve()
    old = [body.replace(b',"target_s":900', b"").replace(b'"languages":[]', b'"older":1') for body in bodies(point)]
    assert old != bodies(point)
    (row, _) = figure("waiting", old)
    assert (row["called"], row["within_target_share"]) == (1, None)
    assert [(row["provider"], row["quantity"]) for row in figure("volumes", old)] == [("police", 1)]
    assert sum(row["open_s"] for row in figure("capacity", old)) == 300


def test_two_journals_of_a_point_are_one_point_and_two_points_are_two() -> None:
    point = MemoryPoint()
    point.open()
    point.take("passport")
    point.serve()
    one = bodies(point)
    again = [body.replace(b"/journals/0123", b"/journals/4567") for body in one]
    other = [body.replace(b"/points/p/", b"/points/q/") for body in one]
    rows = figure("volumes", [*one, *again, *other])
    assert [(row["point"], row["quantity"]) for row in rows] == [("p", 2), ("q", 1)]
    assert [row["queued"] for row in figure("waiting", [*one, *again, *other])] == [2, 2, 1, 1]


def test_nothing_at_all_is_a_figure_without_rows() -> None:
    for name in ("volumes", "waiting", "durations", "capacity"):
        assert figure(name, []) == []
        same(figure(name, []), [])
