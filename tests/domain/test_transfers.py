"""Sent on: to a queue, a counter or a service; first, last or keeping the place; and back to whoever asked for it."""

from typing import Any

import msgspec
import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.state import Ticket
from tests.domain.memory import MemoryPoint


def at_work() -> tuple[MemoryPoint, Ticket]:
    """Counter 1 serves a customer."""
    point = MemoryPoint()
    point.open("c1", "c2", "c3", "c4")
    ticket = point.take()
    point.call("c1")
    point.do(c.Start(counter="c1"))
    point.later(60)
    return point, ticket


def send(point: MemoryPoint, counter: str = "c1", **to: str | bool) -> None:
    point.do(c.Transfer(counter=counter, **to))  # type: ignore[arg-type]  # why: `to` is a mixture, checked by the core


def causes(point: MemoryPoint) -> list[tuple[str, str]]:
    return [(queued.cause, queued.service) for queued in point.of(e.ServiceQueued)]


def test_a_transfer_is_an_end_and_a_new_service_event_of_the_same_visit_and_number() -> None:
    point, ticket = at_work()
    before = point.turn(ticket).id
    send(point, to_service="passport")
    after = point.turn(ticket)
    assert (after.id != before, after.visit, after.queue, after.n) == (True, ticket.visit, "p", 2)
    assert [(end.service_event, end.outcome) for end in point.of(e.ServiceEnded)] == [(before, "transferred")]
    assert point.serve("c4") == ticket.number
    assert [(v.outcome, v.service_events) for v in point.of(e.VisitEnded)] == [("served", 2)]


@pytest.mark.parametrize(("position", "ahead"), [("first", 0), ("keep", 1), ("last", 3)])
def test_first_last_or_keeping_the_place(position: str, ahead: int) -> None:
    point = MemoryPoint()
    point.open("c1", "c4")
    older = point.take("passport")
    point.later(60)
    moved = point.take("housing")
    for _ in range(2):
        point.later(60)
        point.take("passport")
    point.do(c.CallTicket(counter="c1", ticket=moved.id))
    send(point, to_service="passport", position=position)
    assert point.ahead(moved) == ahead
    newcomer = point.take("passport", priority=0)
    assert point.ahead(newcomer) == 4
    assert point.ahead(older) == (1 if position == "first" else 0)


def test_last_is_not_behind_somebody_booked_for_later() -> None:
    """Else everyone who comes within the hour would pass the one who was sent on."""
    point, ticket = at_work()
    book = c.PutAppointment(appointment="b", rev=1, provider="police", service="passport", channel="counter",
                            start="2026-11-23T09:59:00Z", end="2026-11-23T10:30:00Z", code="CODE")  # fmt: skip
    point.do(book)
    booked = point.state.tickets[point.do(c.CheckIn(code="CODE", language="fi")).subject]
    send(point, to_service="passport", position="last")
    point.later(1)
    newcomer = point.take("passport")
    assert [point.ahead(t) for t in (ticket, newcomer, booked)] == [0, 1, 2]


def test_first_in_an_empty_queue_is_not_first_before_everyone_elsewhere() -> None:
    point = MemoryPoint()
    point.open("c1", "c3")
    waits_longest = point.take("housing")
    point.later(60)
    moved = point.take("licence")
    point.do(c.CallTicket(counter="c1", ticket=moved.id))
    send(point, to_service="passport", position="first")
    assert point.call("c3") == waits_longest.number


def test_two_sent_last_under_a_clock_that_stepped_back_keep_their_order() -> None:
    point = MemoryPoint()
    point.open("c1", "c2", "c3")
    tickets = [point.take(), point.take()]
    point.call("c1")
    point.call("c2")
    point.later(100)
    send(point, "c1", to_service="passport")
    point.step(-3600)
    send(point, "c2", to_service="passport")
    assert [point.ahead(t) for t in tickets] == [0, 1]


def test_to_a_counter_only_that_one_calls_while_it_is_open() -> None:
    point, ticket = at_work()
    send(point, to_counter="c4")
    assert point.call("c2") == point.call("c1") == ""
    assert point.call("c4") == ticket.number, "a counter that was named need not be competent"


def test_when_the_named_counter_closes_anybody_may_call() -> None:
    point, ticket = at_work()
    send(point, to_counter="c2")
    point.do(c.CloseCounter(counter="c2"))
    assert point.call("c1") == ticket.number


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        ({}, "invalid"),
        ({"to_queue": "gone"}, "invalid"),
        ({"to_counter": "gone"}, "invalid"),
        ({"to_service": "gone"}, "unknown-service"),
    ],
)
def test_to_nowhere_is_refused_and_the_customer_stays(to: dict[str, Any], problem: str) -> None:
    point, ticket = at_work()
    assert point.refused(c.Transfer(counter="c1", **to)) == problem
    assert (point.stage(ticket), point.state.counters["c1"].current) == ("serving", point.turn(ticket).id)


def test_to_a_closed_counter_or_a_closed_service_is_refused() -> None:
    point, _ = at_work()
    point.do(c.CloseCounter(counter="c4"))
    assert point.refused(c.Transfer(counter="c1", to_counter="c4")) == "counter-not-open"
    point.order("close_queue", {"queue": "p"})
    assert point.refused(c.Transfer(counter="c1", to_service="passport")) == "closed"


def test_to_a_queue_takes_a_service_of_that_queue() -> None:
    point, ticket = at_work()
    send(point, to_queue="l")
    assert (point.turn(ticket).queue, point.turn(ticket).service) == ("l", "licence")


def test_with_return_the_sender_gets_them_back_for_the_same_service() -> None:
    point, ticket = at_work()
    send(point, to_service="passport", come_back=True)
    point.serve("c4")
    assert point.call("c2") == "", "only the sender"
    assert point.serve("c1") == ticket.number
    assert causes(point) == [("initial", "housing"), ("transfer", "passport"), ("return", "housing")]
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["served"]


def test_a_chain_of_returns_unwinds_to_its_beginning() -> None:
    point, ticket = at_work()
    send(point, "c1", to_service="passport", to_counter="c3", come_back=True)
    point.call("c3")
    send(point, "c3", to_service="licence", to_counter="c4", come_back=True)
    assert [point.serve(counter) for counter in ("c4", "c3", "c1")] == [ticket.number] * 3
    assert causes(point)[3:] == [("return", "passport"), ("return", "housing")]
    assert len(point.of(e.VisitEnded)) == 1


def test_sent_on_without_return_still_comes_back_to_the_first_who_asked() -> None:
    point, ticket = at_work()
    send(point, "c1", to_service="passport", to_counter="c3", come_back=True)
    point.call("c3")
    send(point, "c3", to_service="licence", to_counter="c4")
    assert [point.serve(counter) for counter in ("c4", "c1")] == [ticket.number] * 2
    assert causes(point)[3:] == [("return", "housing")]


def test_a_return_survives_a_counter_that_closes_between_and_a_no_show() -> None:
    point, ticket = at_work()
    send(point, "c1", to_service="passport", come_back=True)
    point.call("c4")
    point.do(c.CloseCounter(counter="c4"))
    point.open("c4")
    point.call("c4")
    point.do(c.NoShow(counter="c4"))
    point.do(c.CallTicket(counter="c3", ticket=ticket.id))
    point.end("c3")
    assert point.turn(ticket).service == "housing"
    assert point.serve("c1") == ticket.number


def test_whoever_got_them_back_and_sends_them_on_has_had_them() -> None:
    point, ticket = at_work()
    send(point, "c1", to_service="passport", come_back=True)
    point.serve("c4")
    point.call("c1")
    send(point, "c1", to_service="licence")
    assert point.serve("c4") == ticket.number
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["served"]


def test_returns_in_a_circle_end() -> None:
    point, _ = at_work()
    for here, there in (("c1", "c2"), ("c2", "c1"), ("c1", "c2")):
        send(point, here, to_counter=there, come_back=True)
        point.call(there)
    for _ in range(10):
        for counter in ("c1", "c2"):
            if point.state.counters[counter].current:
                point.end(counter)
            point.call(counter)
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["served"]


def test_held_customers_can_be_sent_on_and_the_current_one_stays() -> None:
    point, held = at_work()
    point.do(c.Hold(counter="c1"))
    current = point.take("licence")
    point.call("c1")
    point.do(c.Start(counter="c1"))
    send(point, "c1", service_event=point.turn(held).id, to_service="passport")
    assert (point.stage(held), point.stage(current)) == ("waiting", "serving")
    assert point.state.counters["c1"].state == "serving"
    assert point.state.counters["c1"].held == []


def test_a_counter_that_fetched_its_customer_back_early_gets_them_back_once() -> None:
    """It asks twice, because it called them itself before the return came: one wish, one return, and the visit ends."""
    point, ticket = at_work()
    for _ in range(2):
        send(point, "c1", to_service="passport", come_back=True)
        point.do(c.CallTicket(counter="c1", ticket=ticket.id))
    send(point, "c1", to_service="passport", come_back=True)
    assert [point.serve(counter) for counter in ("c4", "c1", "c1")] == [ticket.number, ticket.number, ""]
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["served"]


def test_whoever_was_called_and_is_sent_on_was_served_and_the_counter_is_free() -> None:
    point = MemoryPoint()
    point.open("c1")
    ticket = point.take()
    point.call("c1")
    before = point.turn(ticket)
    send(point, to_queue="p")
    assert [(s.service_event, s.at) for s in point.of(e.ServiceStarted)] == [(before.id, "inferred")]
    [end] = point.of(e.ServiceEnded)
    assert (end.accurate, end.outcome) == (True, "transferred")
    assert (point.turn(ticket).only, point.turn(ticket).back_to) == ("", "")
    assert [(a.from_, a.to) for a in point.of(e.AdvisorStateChanged)][-1] == ("serving", "available")


def test_to_a_counter_keeps_the_queue_that_the_customer_stands_in() -> None:
    point, ticket = at_work()
    services = tuple(msgspec.structs.replace(s, queue="l") if s.id == "housing" else s for s in point.config.services)
    point.config = msgspec.structs.replace(point.config, services=services)
    send(point, to_counter="c2")
    assert (point.turn(ticket).queue, point.turn(ticket).only) == ("k", "c2")
