"""Promises worked out by hand: log-normal service times, the work before shared by who can do it, whole minutes up.

The figures stand here as numbers, from the definitions in waiting.py's docstrings and mission.md, not from its code.
"""

import math

import pytest

from controller.domain import waiting
from controller.domain.events import Estimate
from controller.domain.point import Service
from tests.domain.memory import ALWAYS, MemoryPoint, config

MEAN_480, VARIANCE_480 = 574.664334, 143_102.314618  # of a log-normal with median 480 s and sigma 0.6


def housing(point: MemoryPoint) -> Service:
    service = point.config.service("housing")
    assert service is not None
    return service


def promise(point: MemoryPoint, service: str = "housing") -> Estimate | None:
    known = point.config.service(service)
    assert known is not None
    return waiting.for_newcomer(point.state, point.config, known, point.ms)


def lobby(*counters: str, before: int, busy: int = 0, service: str = "housing") -> MemoryPoint:
    """`before` wait, and `busy` of these counters serve somebody."""
    point = MemoryPoint(config(hours=ALWAYS))
    point.open(*counters)
    for counter in counters[:busy]:
        point.take(service)
        point.call(counter)
    for _ in range(before):
        point.take(service)
    return point


@pytest.mark.parametrize(
    ("counters", "before", "busy", "p50_min", "p80_min"),
    [
        (("c1",), 0, 0, 0, 0),
        (("c1",), 2, 0, 18, 26),
        (("c1",), 3, 0, 27, 37),
        (("c1", "c3"), 3, 0, 14, 19),  # two share the work of three
        (("c1",), 0, 1, 3, 7),  # half of what is going on
        (("c1", "c3"), 2, 2, 11, 16),  # the first to become free is half-way
        (("c1", "c3"), 0, 1, 0, 0),  # one is idle
        (("c1", "c3"), 2, 1, 9, 13),
    ],
)
def test_a_promise_is_what_the_definition_gives(
    counters: tuple[str, ...], before: int, busy: int, p50_min: int, p80_min: int
) -> None:
    assert promise(lobby(*counters, before=before, busy=busy)) == Estimate(60 * p50_min, 60 * p80_min)


@pytest.mark.parametrize(
    ("seconds", "mean", "variance"),
    [
        ([], MEAN_480, VARIANCE_480),
        ([1000] * 3, 753.444011, 238_911.306685),
        ([1] * 3, 362.852177, 226_231.910813),  # pressed through: counts as an eighth of the median
        ([99_999] * 40, 3849.556625, 8_821_980.257441),  # forgotten: as eight times
        ([60, 99_999] * 20, 791.386210, 1_076_146.391917),  # no promise is wider than a sigma of 1
    ],
)
def test_what_was_observed_and_five_times_the_assumed_median_are_one_distribution(
    seconds: list[int], mean: float, variance: float
) -> None:
    point = MemoryPoint()
    point.state.durations["housing"] = [1000 * one for one in seconds]
    assert waiting.moments(point.state, housing(point)) == pytest.approx((mean, variance), rel=1e-6)


@pytest.mark.parametrize(("others", "share"), [((), 1.0), (("c4",), 0.5)])
def test_another_queues_work_counts_as_far_as_it_falls_on_the_same_counters(
    others: tuple[str, ...], share: float
) -> None:
    """c1 does everything, c2 no passports: both serve housing, and the passports before fall on c1, or on c1 and c4."""
    point = lobby("c1", "c2", *others, before=2)
    for _ in range(3):
        point.take("passport")  # median 240 s, and the queue has no other service
    mean = (2 * MEAN_480 + 3 * share * MEAN_480 / 2) / 2
    variance = (2 * VARIANCE_480 + 3 * share * VARIANCE_480 / 4) / 4
    sigma = math.sqrt(math.log(1 + variance / mean**2))
    median = mean / math.exp(sigma**2 / 2)
    expected = [math.ceil(one / 60) * 60 for one in (median, median * math.exp(0.8416 * sigma))]
    assert promise(point) == Estimate(*expected)


def test_a_queue_is_as_slow_as_its_services_are_on_average() -> None:
    """Housing takes what was observed, pension what is assumed: who waits in their queue is taken for the mean."""
    point = lobby("c1", before=1)
    point.state.durations["housing"] = [1_000_000] * 3
    mean, variance = (753.444011 + MEAN_480) / 2, (238_911.306685 + VARIANCE_480) / 2
    sigma = math.sqrt(math.log(1 + variance / mean**2))
    assert promise(point) == Estimate(math.ceil(mean / math.exp(sigma**2 / 2) / 60) * 60, 960)


def test_who_has_priority_is_promised_the_wait_of_their_place() -> None:
    point = lobby("c1", before=3)
    assert promise(point, "pension") == Estimate(0, 0), "ten minutes of priority are before all of these"
    point.later(601)
    point.take()
    assert promise(point, "pension") == Estimate(1620, 2220)
