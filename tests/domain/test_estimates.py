"""Promised waits: sane from the first minute of the first day, and after whatever was observed."""

from hypothesis import given
from hypothesis import strategies as st

from controller.domain import commands as c
from controller.domain import waiting
from controller.domain.events import Estimate
from controller.domain.state import State
from tests.domain.memory import JOURNAL, MemoryPoint, config

DAY_S = 86_400


def promised(point: MemoryPoint, service: str = "housing") -> Estimate | None:
    known = point.config.service(service)
    assert known is not None
    return waiting.for_newcomer(point.state, point.config, known, point.ms)


def test_with_no_counter_open_nothing_is_promised() -> None:
    point = MemoryPoint()
    point.take()
    assert promised(point) is None
    point.open("c4")
    assert promised(point) is None, "a counter that cannot do it promises nothing"
    point.open("c1")
    assert promised(point) is not None
    point.do(c.CloseCounter(counter="c1"))
    assert promised(point) is None


def test_an_open_counter_with_nobody_before_promises_no_wait() -> None:
    point = MemoryPoint()
    point.open()
    assert promised(point) == Estimate(0, 0)
    point.take()
    point.call()
    first = promised(point)
    assert first is not None and 60 <= first.p50_s <= 480, "half of the service now going on"


def test_the_first_promise_of_the_first_day_is_of_the_size_of_the_assumed_service_time() -> None:
    point = MemoryPoint()
    point.open()
    for _ in range(4):
        point.take()
    known = promised(point)
    assert known is not None and 4 * 480 * 0.7 <= known.p50_s <= 4 * 480 * 1.5
    assert known.p50_s <= known.p80_s <= 3 * known.p50_s


def test_whoever_stands_further_back_is_never_promised_less() -> None:
    point = MemoryPoint()
    point.open("c1", "c2")
    tickets = [point.take(service) for service in ("housing", "passport", "pension", "housing") * 5]
    housing = point.config.service("housing")
    assert housing is not None
    places = sorted(point.turn(ticket).place for ticket in tickets)
    found = [waiting.estimate(point.state, point.config, housing, place) for place in [*places, point.state.tail + 1]]
    promises = [known for known in found if known is not None]
    assert len(promises) == 21
    assert [p.p50_s for p in promises] == sorted(p.p50_s for p in promises)
    assert [p.p80_s for p in promises] == sorted(p.p80_s for p in promises)


def test_another_counter_that_can_do_it_shortens_the_promise() -> None:
    one, two = MemoryPoint(), MemoryPoint()
    one.open("c1")
    two.open("c1", "c3")
    for point in (one, two):
        for _ in range(6):
            point.take()
    alone, together = promised(one), promised(two)
    assert alone is not None and together is not None
    assert together.p50_s < alone.p50_s and together.p80_s < alone.p80_s


def test_what_was_observed_moves_the_promise_towards_it() -> None:
    promises = []
    for seconds, times in ((120, 8), (480, 0), (1500, 8)):
        point = MemoryPoint()
        point.open()
        for _ in range(times):
            point.take()
            point.serve(seconds=seconds)
        for _ in range(3):
            point.take()
        known = promised(point)
        assert known is not None
        promises.append(known.p50_s)
    quick, assumed, slow = promises
    assert quick < 0.8 * assumed and slow > 1.5 * assumed


def test_what_nobody_pressed_teaches_nothing() -> None:
    point = MemoryPoint()
    point.open()
    point.take()
    point.take()
    point.call()
    point.later(7200)
    point.call()
    assert point.state.durations == {}


OBSERVED = st.lists(st.integers(0, 2**53), max_size=60)


@given(seen=OBSERVED, before=st.integers(0, 300), counters=st.integers(1, 4))
def test_after_absurd_observations_it_stays_bounded_and_p50_is_not_above_p80(
    seen: list[int], before: int, counters: int
) -> None:
    point = MemoryPoint(config())
    point.open(*[f"c{n}" for n in range(1, counters + 1)])
    state: State = point.state
    state.durations = {service.id: seen[-40:] for service in point.config.services}
    state.waiting["k"] = [(n, f"s-{JOURNAL[:8]}-{n}") for n in range(before)]
    known = promised(point)
    assert known is not None
    assert 0 <= known.p50_s <= known.p80_s
    most = (before + 1) * 480 * waiting.OUTLIER * 2 + 60  # the mean of the longest service there can be, twice
    assert known.p50_s <= most
    assert (known.p50_s % 60, known.p80_s % 60) == (0, 0), "nobody is promised seconds"


def test_what_is_promised_is_written_on_the_ticket() -> None:
    point = MemoryPoint()
    point.open()
    point.take()
    second = point.take()
    assert second.estimate is not None and second.ahead == 1
    assert second.estimate.p80_s < DAY_S
