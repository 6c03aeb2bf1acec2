"""At the counter: start, hold, resume, recall, no-show, end and next; what nobody pressed is inferred, once."""

from typing import Any

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.events import Delivered
from tests.domain.memory import MemoryPoint, config


def called(**rules: Any) -> MemoryPoint:
    point = MemoryPoint(config(**rules))
    point.open()
    point.take()
    point.later(10)
    point.call()
    point.tick()
    return point


def outcomes(point: MemoryPoint) -> list[str]:
    return [end.outcome for end in point.of(e.ServiceEnded)]


def starts(point: MemoryPoint) -> list[tuple[str, str, int]]:
    """How, at what time, at what time since boot (ns)."""
    found = [x for x in point.events() if x.type == "luukku.service.started.v1"]
    return [("inferred" if b"inferred" in bytes(x.data) else "explicit", x.time, int(x.mono)) for x in found]


def test_a_recall_is_a_second_call_of_the_same_wait() -> None:
    point = called()
    point.later(20)
    point.do(c.Recall(counter="c1"))
    assert [(x.call, x.waiting_ms) for x in point.of(e.ServiceCalled)] == [(1, 10_000), (2, 10_000)]
    point.do(c.Start(counter="c1"))
    assert point.refused(c.Recall(counter="c1")) == "wrong-state"
    assert point.refused(c.Start(counter="c1")) == "wrong-state"


def test_a_start_that_nobody_pressed_is_the_call_plus_the_walk() -> None:
    point = called()
    point.later(300)
    point.end()
    assert starts(point) == [("inferred", "2026-11-23T08:00:55.000Z", 60_000_000_000 + 55_000_000_000)]
    assert [(x.outcome, x.accurate) for x in point.of(e.ServiceEnded)] == [("served", True)]
    advisor = [x for x in point.events() if x.type == "luukku.advisor.state_changed.v1"]
    assert (advisor[0].time, int(advisor[0].mono)) == starts(point)[0][1:], "the advisor began when the service did"


def test_an_inferred_start_is_never_later_than_now() -> None:
    point = called()
    point.later(5)
    point.do(c.Hold(counter="c1"))
    assert starts(point)[0][1] == "2026-11-23T08:00:15.000Z"
    point = called()
    point.step(-3600)
    point.do(c.Hold(counter="c1"))
    assert starts(point)[0][1] == "2026-11-23T07:00:10.000Z"


def test_an_inferred_start_after_a_restart_is_told_by_the_clock_of_this_boot() -> None:
    """The time since boot at the call is another boot's: it says nothing about this one."""
    point = called()
    point.reboot()
    point.later(36_000 - 14_400)
    point.do(c.Tick())
    point.end()
    since_boot = 21_600_000_000_000
    assert since_boot - starts(point)[0][2] == (21_600 - 45) * 1_000_000_000


def test_the_next_call_ends_who_was_called_and_served_without_a_press() -> None:
    point = called()
    second = point.take()
    assert point.refused(c.CallNext(counter="c1")) == "counter-busy", "they may still be walking"
    point.later(46)
    assert point.call() == second.number
    assert [(x.outcome, x.accurate, x.resolution) for x in point.of(e.ServiceEnded)] == [("served", False, "pending")]


def test_who_is_being_served_is_never_ended_by_the_next_call() -> None:
    point = called()
    point.do(c.Start(counter="c1"))
    point.later(7200)
    assert point.refused(c.CallNext(counter="c1")) == "counter-busy"


def test_hold_serves_another_and_resume_goes_on() -> None:
    point = called()
    first = point.state.counters["c1"].current
    point.do(c.Start(counter="c1"))
    point.later(100)
    point.do(c.Hold(counter="c1"))
    second = point.take()
    assert point.serve() == second.number
    point.later(200)
    point.do(c.Resume(counter="c1"))
    point.later(50)
    point.end()
    turn = point.state.service_events[first]
    assert (turn.outcome, turn.held_ms) == ("served", 500_000)
    assert point.state.durations["housing"] == [300_000, 150_000], "time on hold is no service time"


def test_resume_needs_a_free_counter_and_somebody_on_hold() -> None:
    point = called()
    assert point.refused(c.Resume(counter="c1")) == "counter-busy"
    point.do(c.Hold(counter="c1"))
    held = point.state.counters["c1"].held[0]
    assert point.refused(c.Resume(counter="c1", service_event="gone")) == "wrong-state"
    point.do(c.Resume(counter="c1", service_event=held))
    assert point.refused(c.Resume(counter="c1")) == "counter-busy"
    point.end()
    assert point.refused(c.Resume(counter="c1")) == "wrong-state"


def test_a_no_show_may_come_late_and_is_over_after_the_tolerance() -> None:
    point = called(late_s=600)
    ticket = next(iter(point.state.tickets.values()))
    point.do(c.NoShow(counter="c1"))
    assert point.tick() == []
    point.later(599)
    point.do(c.CallTicket(counter="c1", ticket=ticket.id))
    assert [x.cause for x in point.of(e.ServiceQueued)] == ["initial", "recycle"]
    point.do(c.NoShow(counter="c1"))
    point.later(600)
    assert [x.outcome for x in point.tick() if isinstance(x, e.VisitEnded)] == ["no_show"]
    assert point.refused(c.CallTicket(counter="c1", ticket=ticket.id)) == "wrong-state"


def test_without_tolerance_a_no_show_is_over_at_once() -> None:
    point = called(late_s=0)
    point.do(c.NoShow(counter="c1"))
    assert [x.outcome for x in point.of(e.VisitEnded)] == ["no_show"]


def test_a_call_that_nobody_answers_is_a_no_show_only_where_the_point_says_so() -> None:
    for limit, outcome in ((0, []), (120, ["no_show"])):
        point = called(auto_no_show_s=limit)
        point.later(3600)
        point.tick()
        assert outcomes(point) == outcome


def test_only_who_was_called_can_be_a_no_show() -> None:
    point = called()
    point.do(c.Start(counter="c1"))
    assert point.refused(c.NoShow(counter="c1")) == "wrong-state"
    point.do(c.Hold(counter="c1"))
    held = point.state.counters["c1"].held[0]
    assert point.refused(c.NoShow(counter="c1", service_event=held)) == "wrong-state"


def test_end_tells_what_was_delivered_and_goes_on_with_the_next_service() -> None:
    point = called()
    point.end(delivered=(Delivered(service="passport", qty=2),), next_service="licence", channel="paper")
    ended = point.of(e.ServiceEnded)[0]
    assert (ended.channel, ended.delivered) == ("paper", (Delivered(service="passport", qty=2),))
    assert [(x.service, x.cause) for x in point.of(e.ServiceQueued)][1:] == [("licence", "additional")]
    assert point.of(e.VisitEnded) == []


@pytest.mark.parametrize("wish", [{"delivered": (Delivered(service="gone", qty=1),)}, {"next_service": "gone"}])
def test_an_end_with_an_unknown_service_is_refused_whole(wish: dict[str, object]) -> None:
    point = called()
    command = c.End(counter="c1", resolution="pending", guidance="none", **wish)  # type: ignore[arg-type]  # why: one at a time
    assert point.refused(command) == "unknown-service"
    assert outcomes(point) == []


def test_one_ticket_for_several_services_keeps_its_number_and_its_place() -> None:
    point = MemoryPoint()
    point.open()
    ticket = point.take("housing", also=("passport", "housing", "licence"))
    later = point.take("passport")
    assert [point.serve() for _ in range(4)] == [ticket.number] * 3 + [later.number]
    assert point.of(e.VisitCreated)[0].services == ("housing", "passport", "licence")
    assert [x.service_events for x in point.of(e.VisitEnded)] == [3, 1]


def test_closing_a_counter_puts_the_called_first_again_and_ends_the_served() -> None:
    point = called()
    point.do(c.Start(counter="c1"))
    point.do(c.Hold(counter="c1"))
    waits = point.take()
    second = point.take()
    point.do(c.CallTicket(counter="c1", ticket=second.id))
    point.do(c.CloseCounter(counter="c1"))
    assert outcomes(point) == ["recycled", "ended_logout"]
    assert [point.ahead(second), point.ahead(waits)] == [0, 1]
    assert (point.state.counters["c1"].held, point.state.counters["c1"].current) == ([], "")


def test_new_services_while_serving_leave_the_advisor_serving() -> None:
    point = called()
    point.do(c.Start(counter="c1"))
    point.open("c1", services=("housing",))
    assert (point.state.counters["c1"].state, point.state.counters["c1"].services) == ("serving", ["housing"])
    assert point.refused(c.OpenCounter(counter="c1", advisor="another")) == "wrong-state"


def test_wrap_up_ends_by_itself() -> None:
    point = called(wrap_up_s=60)
    point.end()
    point.later(59)
    assert point.tick() == []
    point.later(1)
    point.tick()
    changes = [(x.from_, x.to, x.at) for x in point.of(e.AdvisorStateChanged)][1:]
    assert changes == [("serving", "wrap_up", "explicit"), ("wrap_up", "available", "inferred")]


def test_idle_and_serving_are_derived_and_never_typed_in() -> None:
    point = called()
    assert point.refused(c.SetActivity(counter="c1", activity="serving")) == "invalid"
    assert point.refused(c.SetActivity(counter="c1", activity="break")) == "counter-busy"
    point.end()
    point.do(c.SetActivity(counter="c1", activity="break", reason="lunch"))
    point.take()
    point.call()
    assert point.state.counters["c1"].state == "available"


def test_a_customer_gives_the_number_back_while_waiting_or_called() -> None:
    point = called()
    ticket = next(iter(point.state.tickets.values()))
    point.do(c.CancelTicket(actor="kiosk:k1", ticket=ticket.id))
    assert (outcomes(point), point.stage(ticket)) == (["removed_customer"], "cancelled")
    assert point.state.counters["c1"].current == ""
    assert point.refused(c.CancelTicket(ticket=ticket.id)) == "wrong-state"
    other = point.take()
    point.do(c.CancelTicket(actor="counter:c1", ticket=other.id))
    assert outcomes(point)[1:] == ["removed_staff"]
