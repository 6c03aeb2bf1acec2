"""Opening and closing: by the hours, by hand, at the day's end; what becomes of whoever still waits."""

import msgspec
import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.point import OpeningHours
from tests.domain.memory import MemoryPoint, Quality, at, config

HOUSING = c.TakeTicket(service="housing", language="fi", entry="kiosk")


def opened(point: MemoryPoint) -> list[tuple[str, str]]:
    return [(change.state, change.cause) for change in point.of(e.OpeningChanged)]


def test_it_opens_and_closes_once_and_says_so_for_all_its_services() -> None:
    point = MemoryPoint(start="2026-11-23T07:59:59")
    assert point.tick() == []
    assert point.refused(HOUSING) == "closed"
    for time in ("08:00", "08:01", "16:00", "16:01"):
        point.until(f"2026-11-23T{time}")
        point.tick()
    assert opened(point) == [("open", "hours"), ("closed", "hours")]
    assert point.of(e.OpeningChanged)[0].services == ("housing", "pension", "passport", "licence")
    assert point.refused(HOUSING) == "closed"


def test_on_a_public_holiday_it_stays_closed() -> None:
    point = MemoryPoint(config(hours=OpeningHours()), start="2027-01-06T10:00")
    assert point.tick() == []
    assert point.refused(HOUSING) == "closed"


def test_serve_out_serves_whoever_came_before_closing() -> None:
    point = MemoryPoint(config(end_of_day="serve_out"), start="2026-11-23T15:59")
    point.open()
    ticket = point.take("housing", also=("passport",))
    point.tick()
    point.until("2026-11-23T16:10")
    point.tick()
    assert [point.serve(), point.serve()] == [ticket.number] * 2, "also their second service"
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["served"]


def test_remove_at_close_removes_who_waits_and_leaves_who_is_called_served_or_held() -> None:
    point = MemoryPoint(config(end_of_day="remove_at_close"), start="2026-11-23T15:55")
    point.tick()
    point.open("c1", "c3")
    held, called, waits = point.take(), point.take(), point.take()
    point.call("c1")
    point.do(c.Hold(counter="c1"))
    point.call("c3")
    point.until("2026-11-23T16:00")
    point.tick()
    assert [point.stage(t) for t in (held, called, waits)] == ["held", "called", "removed"]
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["removed"]


def test_remove_at_close_comes_also_for_a_queue_that_was_closed_by_hand_before() -> None:
    point = MemoryPoint(config(end_of_day="remove_at_close"), start="2026-11-23T15:00")
    point.tick()
    waits = point.take()
    point.order("close_queue", {"queue": "k"})
    point.tick()
    assert point.stage(waits) == "waiting", "closed for who comes, not for who came"
    point.until("2026-11-23T16:00")
    point.tick()
    assert point.stage(waits) == "removed"


def test_closed_by_hand_takes_no_number_until_opened_again_or_another_day() -> None:
    point = MemoryPoint(start="2026-11-23T10:00")
    point.tick()
    point.order("close_queue", {"queue": "k"})
    assert point.refused(HOUSING) == "closed"
    assert point.take("passport").number == "P001"
    point.order("open_queue", {"queue": "k"})
    point.take()
    point.order("close_queue", {"queue": "k"})
    point.until("2026-11-24T08:00")
    point.tick()
    assert point.take().number == "K001"


def test_opened_by_hand_outside_the_hours_it_is_open_till_the_day_ends() -> None:
    point = MemoryPoint(start="2026-11-23T18:00")
    point.tick()
    point.order("open_queue", {"queue": "k"})
    point.take()
    point.until("2026-11-23T23:59")
    point.tick()
    point.take()
    point.until("2026-11-24T00:01")
    point.tick()
    assert point.refused(HOUSING) == "closed"
    assert opened(point)[-1] == ("closed", "hours")


@pytest.mark.parametrize("time", ["07:30", "12:00"])
def test_opened_by_hand_it_still_closes_with_the_hours(time: str) -> None:
    point = MemoryPoint(start=f"2026-11-23T{time}")
    point.tick()
    point.order("close_queue", {"queue": "k"})
    point.order("open_queue", {"queue": "k"})
    point.take()
    for later in ("12:30", "15:59", "16:00"):
        point.until(f"2026-11-23T{later}")
        point.tick()
    assert point.refused(HOUSING) == "closed"
    assert opened(point)[-1] == ("closed", "hours")


@pytest.mark.parametrize("wrong", ["1970-01-01T02:00", "2026-11-23T20:00"])
def test_a_clock_that_nobody_set_closes_nothing_and_removes_nobody(wrong: str) -> None:
    point = MemoryPoint(config(end_of_day="remove_at_close"))
    point.tick()
    waits = point.take()
    point.ms, point.clock = at(wrong), "unsynced"
    assert point.tick() == []
    assert point.stage(waits) == "waiting"


def whole_house() -> MemoryPoint:
    """One of each: waiting, called, serving, held, a late no-show, a paper under way."""
    point = MemoryPoint(start="2026-11-23T15:30")
    point.open("c1", "c2", "c3")
    point.take(), point.take(), point.take(), point.take("housing", device="pr1"), point.take("passport")
    point.call("c1")
    point.do(c.Hold(counter="c1"))
    point.call("c1")
    point.do(c.NoShow(counter="c1"))
    point.call("c1")
    point.do(c.Start(counter="c1"))
    point.call("c2")
    return point


@pytest.mark.parametrize("clock", ["synced", "holdover"])
@pytest.mark.parametrize("asleep", [False, True], ids=["awake", "started in the morning"])
def test_the_days_end_leaves_nobody_and_nothing_behind(clock: Quality, asleep: bool) -> None:
    point = whole_house()
    if asleep:
        point.reboot()
    point.clock = clock
    point.until("2026-11-24T08:00")
    point.tick()
    state = point.state
    assert (state.visits, state.tickets, state.service_events, state.codes) == ({}, {}, {}, {})
    assert (state.late, state.unfinished_prints, state.numbers) == ({}, {}, {})
    assert not any(state.waiting.values())
    assert not any(counter.open or counter.current or counter.held for counter in state.counters.values())
    outcomes = [end.outcome for end in point.of(e.ServiceEnded)]
    assert sorted(outcomes) == ["ended_timeout", "ended_timeout", "no_show", "removed_reset", "removed_reset"]
    assert sorted(v.outcome for v in point.of(e.VisitEnded)) == ["no_show", "removed", "removed", "served", "served"]
    assert [(r.business_date, r.removed) for r in point.of(e.QueueReset)] == [("2026-11-23", 4)]
    assert [(p.result, p.cause) for p in point.of(e.PrintResulted)] == [("void", "day_over")]


def test_after_the_days_end_the_old_is_unknown_and_the_new_begins_at_one() -> None:
    point = whole_house()
    old = next(iter(point.state.tickets.values()))
    turn = point.turn(old).id
    point.until("2026-11-24T08:00")
    point.tick()
    point.open()
    assert point.refused(c.CancelTicket(ticket=old.id)) == "unknown-ticket"
    assert point.refused(c.CallTicket(counter="c1", ticket=old.id)) == "unknown-ticket"
    assert (
        point.refused(c.FinishPrint(ticket=old.id, result="confirmed", tier="T1", cause="", ms=9)) == "unknown-ticket"
    )
    assert point.refused(c.Resume(counter="c1", service_event=turn)) == "wrong-state"
    assert point.take().number == "K001"


def test_an_alarm_outlives_the_day() -> None:
    point = MemoryPoint(start="2026-11-23T23:59")
    point.do(c.Tick())
    alarm = point.do(c.RaiseIncident(place="c1", kind="threat")).subject
    point.until("2026-11-24T08:00")
    point.tick()
    assert point.state.incidents[alarm].state == "raised"


def test_at_midnight_a_late_customer_goes_with_the_old_day_and_the_reset_opens_the_new() -> None:
    point = MemoryPoint(start="2026-11-23T18:00")
    point.tick()
    point.order("open_queue", {"queue": "k"})
    point.open()
    late = point.take()
    point.until("2026-11-23T23:58")
    point.tick()
    point.call()
    point.do(c.NoShow(counter="c1"))
    assert late.visit in point.state.late
    point.until("2026-11-24T00:01")
    point.tick()
    ends = [event for event in point.events() if event.type.endswith(("visit.ended.v1", "queue.reset.v1"))]
    assert [(event.type.split(".")[1], event.businessdate) for event in ends] == [
        ("visit", "2026-11-23"), ("queue", "2026-11-24"),
    ]  # fmt: skip


def test_a_late_customer_is_given_up_when_the_time_is_over_or_the_clock_went_back() -> None:
    point = MemoryPoint()
    point.open()
    point.take(), point.take()
    for wait_s, given_up in ((point.config.point.late_s - 1, 0), (1, 1)):
        if not point.state.late:
            point.call()
            point.do(c.NoShow(counter="c1"))
        point.later(wait_s)
        point.tick()
        assert len(point.of(e.VisitEnded)) == given_up
    point.call()
    point.do(c.NoShow(counter="c1"))
    for back_ms, given_up in ((60_000, 1), (1, 2)):
        point.ms -= back_ms
        point.tick()
        assert len(point.of(e.VisitEnded)) == given_up, "a minute of doubt is no reason"


def test_a_closed_counter_that_the_new_config_has_no_more_is_left_alone() -> None:
    point = MemoryPoint()
    point.tick()
    point.open("c3")
    point.do(c.CloseCounter(counter="c3"))
    point.config = msgspec.structs.replace(
        point.config, counters=tuple(one for one in point.config.counters if one.id != "c3")
    )
    assert point.tick() == []


def test_what_was_opened_by_hand_keeps_its_customers_while_the_hours_close_another_service() -> None:
    """By hand a queue is open beyond the hours: nobody in it is removed when the rest of the house closes."""
    point = MemoryPoint(config(end_of_day="remove_at_close"), start="2026-11-23T15:00")
    point.tick()
    passport = point.take("passport")
    point.order("close_queue", {"queue": "k"})
    point.tick()
    point.order("open_queue", {"queue": "k"})
    waits = point.take()
    point.until("2026-11-23T15:59")
    point.tick()
    assert [point.stage(t) for t in (passport, waits)] == ["waiting", "waiting"]
    point.until("2026-11-23T16:00")
    point.tick()
    assert [point.stage(t) for t in (passport, waits)] == ["removed", "removed"]
