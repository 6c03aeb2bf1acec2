"""What becomes of packets, without a network: shares as asked, order kept, the same seed the same fates."""

from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.network.impairment import Impairment, Lane

OCTETS = 1000
EVERY_S = 0.002


def lane(seed: int = 1, **how: object) -> Lane:
    made = Lane(Random(seed))
    made.impairment = msgspec.convert(how, Impairment)
    return made


def fates(one: Lane, count: int) -> list[tuple[float, ...]]:
    return [one.fates(OCTETS, n * EVERY_S) for n in range(count)]


def runs(lost: list[bool]) -> list[int]:
    """Lengths of the runs of lost packets."""
    told = "".join("x" if one else "." for one in lost)
    return [len(run) for run in told.split(".") if run]


def test_a_clear_lane_hands_on_at_once() -> None:
    assert fates(lane(), 3) == [(0.0,), (EVERY_S,), (2 * EVERY_S,)]


@pytest.mark.parametrize("burst", [1.0, 4.0])
def test_as_many_are_lost_as_asked_in_runs_as_long_as_asked(burst: float) -> None:
    lost = [not one for one in fates(lane(loss=0.1, burst=burst), 50_000)]
    assert 0.085 < sum(lost) / len(lost) < 0.115
    lengths = runs(lost)
    assert 0.8 * burst < sum(lengths) / len(lengths) < 1.3 * burst


def test_all_are_lost_when_all_shall_be() -> None:
    assert not any(fates(lane(loss=1.0, burst=9.0), 100))


def test_the_line_takes_its_time_and_a_full_queue_drops() -> None:
    slow = lane(rate_kbit=800, queue_ms=50)  # 1000 octets take 10 ms, they come each 2 ms
    came = [one[0] for one in fates(slow, 100) if one]
    gaps = [later - earlier for earlier, later in pairwise(came)]
    assert min(gaps) > 0.0099 and slow.counts.dropped == 100 - len(came) > 50
    waited = [one[0] - n * EVERY_S for n, one in enumerate(fates(lane(rate_kbit=800, queue_ms=50), 100)) if one]
    assert max(waited) < 0.0601  # the queue, and its own time on the line


def test_a_blackhole_swallows_and_moves_no_chance() -> None:
    """What comes after it has the fate that it would have had without."""
    whole, holed = lane(seed=7, loss=0.3), lane(seed=7, loss=0.3)
    before, after = fates(whole, 200), []
    for n in range(200):
        holed.impairment = Impairment(loss=0.3, blackhole=50 <= n < 100)
        after.append(holed.fates(OCTETS, n * EVERY_S))
    assert not any(after[50:100]) and holed.counts.swallowed == 50
    assert after[:50] == before[:50] and after[100:] == before[100:]


def test_some_are_doubled_and_some_go_ahead() -> None:
    assert sum(len(one) == 2 for one in fates(lane(duplicate=0.2), 2000)) in range(300, 500)
    came = fates(lane(delay_ms=100, reorder=0.2), 2000)
    assert sum(one[0] < n * EVERY_S + 0.05 for n, one in enumerate(came)) in range(300, 500)


@given(seed=st.integers(0, 2**32), jitter=st.floats(0, 80), delay=st.floats(0, 200))
def test_jitter_keeps_the_order_and_its_bounds(seed: int, jitter: float, delay: float) -> None:
    came = [one[0] for one in fates(lane(seed, delay_ms=delay, jitter_ms=jitter), 60)]
    assert came == sorted(came)
    assert all(one <= n * EVERY_S + (delay + jitter) / 1000 + 1e-9 for n, one in enumerate(came))


@given(seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_fates(seed: int) -> None:
    how = {"loss": 0.2, "burst": 3.0, "delay_ms": 40.0, "jitter_ms": 30.0, "reorder": 0.05, "duplicate": 0.05}
    assert fates(lane(seed, **how), 300) == fates(lane(seed, **how), 300)


@pytest.mark.parametrize("how", [{"loss": 1.1}, {"loss": -0.1}, {"delay_ms": -1}, {"rate_kbit": 0}, {"los": 0.1}])
def test_what_cannot_be_is_refused(how: dict[str, float]) -> None:
    with pytest.raises(msgspec.ValidationError):
        lane(**how)
