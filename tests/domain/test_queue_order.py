"""Who is next: the order of coming, priority that ages, competence and language; nobody waits for ever."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from tests.domain.memory import ALWAYS, MemoryPoint, config


def test_one_line_over_all_queues_in_the_order_of_coming() -> None:
    point = MemoryPoint()
    point.open()
    numbers = []
    for service in ("housing", "passport", "licence", "housing"):
        numbers.append(point.take(service).number)
        point.later(1)
    assert [point.serve() for _ in range(5)] == [*numbers, ""]


def test_priority_goes_before_those_of_the_last_ten_minutes_and_not_before_those_before() -> None:
    point = MemoryPoint()
    point.open()
    old = point.take()
    point.later(601)
    new = point.take()
    urgent = point.take(priority=1)
    assert [point.call(), point.refused(c.Recall(counter="c2"))] == [old.number, "counter-not-open"]
    point.end()
    assert [point.serve(seconds=1), point.serve(seconds=1)] == [urgent.number, new.number]


def steady_stream(point: MemoryPoint, rounds: int) -> int | None:
    """A normal customer comes, then one urgent for each that is served: after how many is the first served?"""
    normal = point.take()
    for served in range(rounds):
        point.take(priority=1)
        point.later(60)
        if point.serve(seconds=1) == normal.number:
            return served
    return None


def test_nobody_starves_behind_a_stream_of_priority() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open()
    assert steady_stream(point, 100) == 10


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_nobody_starves_when_the_clock_was_moved(hours: int) -> None:
    """The wall clock stands hours behind the last arrival; priority ages by the time since boot."""
    point = MemoryPoint(config(hours=ALWAYS))
    point.open()
    point.take()
    point.step(hours * 3600)
    point.do(c.Tick())
    point.open() if not point.state.counters["c1"].open else None
    point.serve()
    served = steady_stream(point, 100)
    assert served is not None and served <= 11


def test_a_clock_that_was_a_day_ahead_is_forgotten_with_its_day() -> None:
    point = MemoryPoint(config(hours=ALWAYS), start="2026-11-23T10:00")
    point.step(26 * 3600)
    point.take()
    point.step(-26 * 3600)
    point.reboot()
    point.until("2026-11-25T09:00")
    point.do(c.Tick())
    point.open()
    assert steady_stream(point, 100) == 10


def test_a_clock_that_steps_back_lets_nobody_jump_the_queue() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    tickets = []
    for seconds in (-3600, 10, -3600, -26 * 3600, 7200):
        tickets.append(point.take())
        point.step(seconds)
    assert [point.ahead(t) for t in tickets] == [0, 1, 2, 3, 4]


def test_a_counter_calls_only_what_it_is_competent_for() -> None:
    point = MemoryPoint()
    point.open("c4")
    point.take("housing")
    passport = point.take("passport")
    assert [point.serve("c4"), point.serve("c4")] == [passport.number, ""]


def test_what_an_advisor_says_at_opening_wins_over_the_config() -> None:
    point = MemoryPoint()
    point.open("c4", services=("housing",))
    housing, _ = point.take("housing"), point.take("passport")
    assert [point.serve("c4"), point.serve("c4")] == [housing.number, ""]


def test_a_language_waits_for_the_open_counter_that_speaks_it() -> None:
    point = MemoryPoint()
    point.open("c2", "c3")
    swedish = point.take(language="sv")
    finnish = point.take(language="fi")
    assert point.serve("c2") == finnish.number
    assert point.serve("c2") == ""
    assert point.serve("c3") == swedish.number


def test_a_language_that_nobody_speaks_today_is_served_all_the_same() -> None:
    point = MemoryPoint()
    point.open("c2", "c3")
    sami = point.take(language="se")
    assert point.serve("c2") == sami.number


def test_who_speaks_a_language_but_cannot_do_the_service_keeps_nobody_waiting() -> None:
    point = MemoryPoint()
    point.open("c2")
    point.open("c4", languages=("sv",))
    swedish = point.take("housing", language="sv")
    assert point.serve("c2") == swedish.number


def test_when_the_only_speaker_goes_home_the_others_serve() -> None:
    point = MemoryPoint()
    point.open("c2", "c3")
    swedish = point.take(language="sv")
    assert point.serve("c2") == ""
    point.do(c.CloseCounter(counter="c3"))
    assert point.serve("c2") == swedish.number


def test_when_the_only_speaker_is_at_lunch_the_others_serve() -> None:
    point = MemoryPoint()
    point.open("c2", "c3")
    swedish = point.take(language="sv")
    assert point.serve("c2") == ""
    point.do(c.SetActivity(counter="c3", activity="break"))
    assert point.serve("c2") == swedish.number


def test_call_this_one_calls_anybody_who_waits() -> None:
    point = MemoryPoint()
    point.open("c4")
    point.take("housing")
    second = point.take("housing", language="se")
    point.do(c.CallTicket(counter="c4", ticket=second.id))
    assert point.stage(second) == "called"
    assert point.refused(c.CallTicket(counter="c4", ticket=second.id)) == "wrong-state"
    assert point.refused(c.CallTicket(counter="c4", ticket="gone")) == "unknown-ticket"


def test_the_cap_counts_who_waits_and_not_who_is_served() -> None:
    point = MemoryPoint(config(cap=2))
    point.open()
    point.take()
    point.take("pension")
    wish = c.TakeTicket(service="housing", language="fi", entry="kiosk")
    assert point.refused(wish) == "cap-reached"
    assert point.take("passport").number == "P001"
    point.call()
    point.do(wish)
    assert len(point.of(e.TicketIssued)) == 4
    assert [t.n for t in point.of(e.TicketIssued) if t.series == "K"] == [1, 2, 3], "a refusal takes no number"


def test_waiting_is_measured_by_the_time_since_boot_and_is_never_negative() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1", "c3")
    point.take()
    point.take()
    point.later(120)
    point.step(-3600)
    point.call()
    point.reboot()
    point.call("c3")
    assert [called.waiting_ms for called in point.of(e.ServiceCalled)] == [120_000, 0]
