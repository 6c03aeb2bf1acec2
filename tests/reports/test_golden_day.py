"""The golden day: figures worked out by hand, the engine's, the oracle's and the documentation's are the same."""

from pathlib import Path

import pytest

from controller.reports.engine import Engine
from controller.reports.figures import FIGURES, Span
from controller.reports.table import written
from tests.reports import oracle, oracle_answers
from tests.reports.asked import figure, same
from tests.reports.golden import DATE, golden_day

DOCS = Path(__file__).parents[2] / "docs" / "figures.md"


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    return [stored.body for stored in golden_day().stored]


def test_what_was_served_by_what_was_delivered(bodies: list[bytes]) -> None:
    """One customer took housing and two pension papers away; the other's pension nobody pressed to start or end."""
    row = {"point": "p", "date": DATE, "provider": "kela", "work_records": 0, "work_minutes": 0}
    assert figure("volumes", bodies) == [
        row | {"service": "housing", "channel": "counter", "service_events": 1, "quantity": 1, "unsure_share": 0.0,
               "inferred_start_share": 0.0},
        row | {"service": "housing", "channel": "paper", "service_events": 0, "quantity": 0, "unsure_share": None,
               "inferred_start_share": None, "work_records": 1, "work_minutes": 25},
        row | {"service": "pension", "channel": "counter", "service_events": 2, "quantity": 3, "unsure_share": 0.3333,
               "inferred_start_share": 0.3333},
    ]  # fmt: skip


def test_waits_end_at_the_first_call_and_a_transfer_waits_anew(bodies: list[bytes]) -> None:
    """Waits of 60, 240, 100 and 60 s; one customer did not come, one gave the number back."""
    found = {row["service"]: row for row in figure("waiting", bodies)}
    assert {service: (row["queued"], row["called"], row["abandoned"]) for service, row in found.items()} == {
        "housing": (3, 2, 2), "pension": (1, 1, 0), "passport": (1, 1, 0), None: (5, 4, 2)}  # fmt: skip
    assert found[None] == {
        "point": "p", "provider": None, "service": None, "queued": 5, "called": 4, "p50_s": 80.0, "p90_s": 198.0,
        "mean_s": 115.0, "within_target_share": 1.0, "abandoned": 2, "abandoned_share": 0.4, "by_clock": 0,
        "unknown": 0,
    }  # fmt: skip


def test_holds_are_no_service_and_the_walk_begins_with_the_last_call(bodies: list[bytes]) -> None:
    found = {row["service"]: row for row in figure("durations", bodies)}
    assert found.keys() == {"housing", "pension", None}  # the transferred passport was not served
    assert (found["housing"]["service_mean_s"], found["housing"]["walk_mean_s"]) == (510.0, 30.0)
    assert (found["pension"]["service_mean_s"], found["pension"]["walk_mean_s"]) == (180.0, 45.0)
    assert (found["housing"]["wrap_up_mean_s"], found["pension"]["wrap_up_mean_s"]) == (60.0, None)
    assert (found[None]["service_p50_s"], found[None]["service_p90_s"], found[None]["unsure_share"]) == (345, 477, 0.5)


def test_where_the_open_time_went(bodies: list[bytes]) -> None:
    found = figure("capacity", bodies)
    parts = ("idle_s", "busy_s", "walk_s", "between_s", "other_work_s", "break_s")
    assert [tuple(row[part] for part in parts) for row in found] == [
        (930, 420, 90, 360, 0, 0), (510, 885, 65, 100, 0, 240), (900, 45, 75, 480, 0, 300)]  # fmt: skip
    assert [(row["quarter"][11:], row["counters"], row["open_s"]) for row in found] == [
        ("08:00+02:00", 2, 1800), ("08:15+02:00", 2, 1800), ("08:30+02:00", 2, 1800)]  # fmt: skip
    assert [row["idle_share"] for row in found] == [0.6889, 0.3656, 0.9524]
    assert [row["session_minus_serving_s"] for row in found] == [1380, 975, 1755]


def test_who_was_sent_on_was_not_helped_at_first_contact(bodies: list[bytes]) -> None:
    assert [(row["service"], row["served"], row["first_contact_share"], row["guided_share"])
            for row in figure("resolution", bodies)] == [
        ("housing", 1, 1.0, 1.0), ("pension", 1, 0.0, 0.0), (None, 2, 0.5, 0.5)]  # fmt: skip


def test_one_answer_of_three_visits_that_ended(bodies: list[bytes]) -> None:
    (ours, whole) = figure("feedback", bodies)
    assert (ours["provider"], ours["question"], ours["answers"], ours["mean_score"]) == ("kela", "service", 1, 5.0)
    assert whole == ours | {"provider": None, "response_share": 0.3333}
    assert [ours[f"score_{n}"] for n in range(1, 6)] == [0, 0, 0, 0, 1]


def test_promises_of_no_wait_are_too_short_by_the_wait(bodies: list[bytes]) -> None:
    """Counters were free when the numbers were taken, so nobody was promised a wait; 60, 240 and 60 s came."""
    parts = ("service", "promised", "called", "p50_pinball_s", "p80_pinball_s", "p80_coverage_share")
    assert [tuple(row[part] for part in parts) for row in figure("estimates", bodies)] == [
        ("housing", 3, 2, 30, 48, 0), ("passport", 1, 1, 120, 192, 0), (None, 4, 3, 60, 96, 0)]  # fmt: skip


def test_the_slow_oracle_says_the_same(bodies: list[bytes]) -> None:
    same(figure("capacity", bodies), oracle.capacity(bodies, tick=1))
    for name in set(FIGURES) - {"capacity", "remote"}:  # remote: test_remote.py, worked out by hand
        same(figure(name, bodies), (vars(oracle) | vars(oracle_answers))[name](bodies))


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "remote"])  # whose table: test_remote.py
def test_the_documentation_shows_what_the_program_prints(name: str, bodies: list[bytes]) -> None:
    with Engine(Span(DATE, DATE)) as engine:
        engine.add(bodies)
        assert f"```text\n{written(engine.figure(name), 'table')}```" in DOCS.read_text("utf-8")
