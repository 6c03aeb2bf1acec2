"""What a served service teaches about its length: from start to end without the holds, the newest forty."""

from controller.domain import commands as c
from tests.domain.memory import ALWAYS, MemoryPoint, config


def lobby() -> MemoryPoint:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1", "c4")
    return point


def test_holds_are_no_service() -> None:
    point = lobby()
    point.take()
    point.call()
    point.do(c.Start(counter="c1"))
    for serve, hold in ((60, 600), (30, 1200)):
        point.later(serve)
        point.do(c.Hold(counter="c1"))
        point.later(hold)
        point.do(c.Resume(counter="c1"))
    point.later(5)
    point.end()
    assert point.state.durations == {"housing": [95_000]}


def test_a_clock_that_steps_back_gives_no_negative_length() -> None:
    point = lobby()
    point.take()
    point.call()
    point.do(c.Start(counter="c1"))
    point.do(c.Hold(counter="c1"))
    point.step(-3600)
    point.do(c.Resume(counter="c1"))
    turn = point.state.service_events[point.state.counters["c1"].current]
    assert turn.held_ms == 0
    point.end()
    assert point.state.durations == {"housing": [0]}


def test_whoever_ends_on_hold_was_held_until_then() -> None:
    point = lobby()
    turn = point.turn(point.take())
    point.call()
    point.do(c.Hold(counter="c1"))
    point.later(90)
    point.do(c.CloseCounter(counter="c1"))
    turn = point.state.service_events[turn.id]
    assert (turn.held_ms, turn.outcome) == (90_000, "ended_logout")
    assert point.state.durations == {}, "nobody pressed its end"


def test_a_transfer_and_a_no_show_teach_nothing() -> None:
    point = lobby()
    point.take()
    point.call()
    point.do(c.Start(counter="c1"))
    point.later(300)
    point.do(c.Transfer(counter="c1", to_queue="p"))
    point.call("c4")
    point.do(c.NoShow(counter="c4"))
    assert point.state.durations == {}


def test_the_newest_forty_are_kept_for_each_service() -> None:
    point = lobby()
    for seconds in range(1, 43):
        point.take()
        point.serve(seconds=seconds)
    point.take("passport")
    point.serve("c4", seconds=7)
    assert point.state.durations == {"housing": [1000 * seconds for seconds in range(3, 43)], "passport": [7000]}
