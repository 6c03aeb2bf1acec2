"""Whatever happens at a point, the SQL says what the slow oracle says, and is idle when the core has nobody to call."""

from collections import defaultdict

import pytest

from controller.reports.engine import Engine
from controller.reports.figures import Span
from tests.reports import oracle, oracle_answers
from tests.reports.asked import figure, same
from tests.reports.played import TICK_S, PlayedPoint, play

STARTS = ("2026-11-23T08:00", "2026-10-25T01:00", "2026-03-29T01:00")  # an ordinary day, an hour twice, an hour missing


def holds(seed: int, *, wild: bool, steps: int) -> None:
    point = play(
        seed, steps=steps, start=STARTS[seed % 3], wild=wild, auto_no_show_s=300 * (seed % 2), paper_roll=seed % 2 == 0
    )
    bodies = [stored.body for stored in point.stored]
    for name in ("volumes", "waiting", "durations", "resolution", "feedback", "estimates"):
        same(figure(name, bodies), (vars(oracle) | vars(oracle_answers))[name](bodies))
    rows = figure("capacity", bodies)
    same(rows, oracle.capacity(bodies, TICK_S))
    idle: dict[str, float] = defaultdict(float)
    for row in rows:
        idle[row["date"]] += row["idle_s"]
        parts = (row[f"{part}_s"] for part in ("idle", "busy", "walk", "between", "other_work", "break"))
        assert sum(parts) == pytest.approx(row["open_s"])
    assert {date: s for date, s in idle.items() if s} == {date: s for date, s in point.idle_s.items() if s}


@pytest.mark.parametrize("wild", [False, True], ids=["steady clocks", "wild clocks"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_the_oracles(seed: int, wild: bool) -> None:
    holds(seed, wild=wild, steps=100)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_the_figures_are_the_oracles_over_long_days(seed: int) -> None:
    holds(seed, wild=seed % 4 > 0, steps=500)


@pytest.fixture(scope="module")
def days() -> PlayedPoint:
    return play(7, steps=400, start="2026-11-22T20:00", wild=True)


@pytest.mark.parametrize("name", ["volumes", "capacity"])
def test_a_days_figures_do_not_depend_on_which_days_are_asked_for_together(name: str, days: PlayedPoint) -> None:
    bodies = [stored.body for stored in days.stored]
    dates = sorted({event.businessdate for event in days.events() if isinstance(event.businessdate, str)})
    assert len(dates) > 1
    together = figure(name, bodies)
    assert together == [row for date in dates for row in figure(name, bodies, Span(date, date))]


def test_how_the_events_come_in_changes_nothing(days: PlayedPoint) -> None:
    bodies = [stored.body for stored in days.stored]
    for name in ("durations", "capacity"):
        with Engine(Span("2026-01-01", "2027-01-01")) as engine:
            for body in bodies[:50]:
                engine.add([body])
            engine.add(bodies[50:])
            assert engine.figure(name).rows == engine_rows(name, bodies)


def engine_rows(name: str, bodies: list[bytes]) -> list[tuple[object, ...]]:
    with Engine(Span("2026-01-01", "2027-01-01"), threads=1) as engine:
        engine.add(bodies)
        return engine.figure(name).rows
