"""So much at once, then one by one: never more, over any time, however it is asked."""

from hypothesis import given
from hypothesis import strategies as st

from controller.domain.pace import Bucket


def test_a_burst_then_one_each_time_and_who_waits_as_told_may_go() -> None:
    pace = Bucket(3, 2.0)
    assert [pace.take(100.0) for _ in range(4)] == [0, 0, 0, 2.0]
    assert pace.take(101.0) == 1.0
    assert pace.take(102.0) == 0 and pace.take(102.0) == 2.0
    assert [pace.take(1_000.0) for _ in range(4)] == [0, 0, 0, 2.0], "a long rest saves up one burst and no more"


@given(st.integers(1, 20), st.floats(0.1, 30), st.lists(st.floats(0, 40), max_size=80))
def test_in_no_stretch_of_time_more_go_than_the_burst_and_what_the_time_allows(
    burst: int, every_s: float, pauses: list[float]
) -> None:
    pace, now, went = Bucket(burst, every_s), 0.0, list[float]()
    for pause in pauses:
        now += pause
        if not pace.take(now):
            went.append(now)
    for first in range(len(went)):
        for last in range(first, len(went)):
            assert last - first + 1 <= burst + (went[last] - went[first]) / every_s + 1e-6


def test_who_owes_waits_longer_the_more_it_talks_and_nothing_once_it_has_been_silent() -> None:
    pace = Bucket(2, 0.5)
    assert [pace.owe(10.0) for _ in range(4)] == [0, 0, 0.5, 1.0]
    assert pace.owe(12.0) == 0
