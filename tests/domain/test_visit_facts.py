"""The very facts of a visit, and what time alone makes happen, to the millisecond."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.event_words import Event
from tests.domain.memory import ALWAYS, JOURNAL, MemoryPoint, config


def facts(point: MemoryPoint, command: c.Command) -> list[Event]:
    return [fact.event for fact in point.do(command).facts]


def here(*counters: str, **point: int | bool) -> MemoryPoint:
    made = MemoryPoint(config(hours=ALWAYS, **point))
    made.tick()
    made.open(*counters) if counters else None
    return made


def test_each_thing_is_named_after_the_journal_and_the_event_that_brings_it_into_the_world() -> None:
    point = here("c1")
    point.take("housing", also=("passport",))
    point.serve()
    point.do(c.RaiseIncident(place="c1", kind="threat"))
    kinds = {"visit.created": "v", "ticket.issued": "t", "service.queued": "s", "incident.raised": "i"}
    members = {"v": "visit", "t": "ticket", "s": "service_event", "i": "incident"}
    named = 0
    for number, (stored, event) in enumerate(zip(point.stored, point.events(), strict=True), 1):
        letter = kinds.get(event.type.removeprefix("luukku.").removesuffix(".v1"))
        if letter:
            assert f'"{members[letter]}":"{letter}-{JOURNAL[:8]}-{number}"'.encode() in stored.body
            named += 1
    assert named == 5


def test_a_number_of_the_roll_is_promised_nothing_and_found_again_among_others() -> None:
    point = here("c1", "c3", paper_roll=True)
    for _ in range(3):
        point.take("housing")
    ended = point.serve("c1")
    late = c.CallRoll(counter="c1", service="housing", n=70)
    issued = facts(point, late)[1]
    assert isinstance(issued, e.TicketIssued) and issued.estimate is None and issued.number == "K070"
    point.do(c.NoShow(counter="c1"))
    again = facts(point, late)
    assert [type(fact) for fact in again] == [e.ServiceQueued, e.ServiceCalled], "the same visit goes on"
    point.end()
    assert ended == "K001"
    assert point.refused(c.CallRoll(counter="c3", service="gone", n=1)) == "unknown-service"
    over = facts(point, c.CallRoll(counter="c1", service="housing", n=70))
    assert isinstance(over[0], e.VisitCreated), "whose visit is over has torn a new number"


@pytest.mark.parametrize(("actor", "outcome", "cause"), [
    ("kiosk:k1", "removed_customer", "customer"), ("counter:c1", "removed_staff", "staff"),
])  # fmt: skip
def test_a_number_given_back(actor: str, outcome: e.ServiceOutcome, cause: str) -> None:
    point = here()
    ticket = point.take()
    assert facts(point, c.CancelTicket(actor=actor, ticket=ticket.id)) == [
        e.ServiceEnded(service_event=point.turn(ticket).id, outcome=outcome, accurate=True),
        e.VisitEnded(visit=ticket.visit, outcome="cancelled", service_events=1),
        e.TicketVoided(ticket=ticket.id, cause=cause),
    ]


def test_a_chain_of_returns_says_in_each_event_who_is_next() -> None:
    point = here("c1", "c3", "c4")
    ticket = point.take()
    for sender in ("c1", "c3"):
        point.do(c.CallTicket(counter=sender, ticket=ticket.id))
        point.do(c.Transfer(counter=sender, to_queue="p", come_back=True))
    point.call("c4")
    point.end("c4", next_service="licence")
    assert (point.turn(ticket).only, point.turn(ticket).back_to) == ("", "c3"), "a further service keeps the wish"
    point.serve("c4")
    assert (point.turn(ticket).only, point.turn(ticket).back_to) == ("c3", "c1")
    point.serve("c3")
    assert (point.turn(ticket).only, point.turn(ticket).back_to) == ("c1", "")


def test_a_further_service_goes_to_its_own_queue_at_the_first_place_that_is_free_there() -> None:
    point = here("c1")
    ticket = point.take("housing", also=("passport",))
    first = point.turn(ticket).place
    point.serve()
    turn = point.turn(ticket)
    assert (turn.queue, turn.place, turn.cause, turn.only, turn.back_to) == ("p", first, "additional", "", "")


def test_a_call_that_nobody_answers_is_a_no_show_at_its_limit_and_nobody_else_is() -> None:
    point = here("c1", "c3", auto_no_show_s=120)
    called, served = point.take(), point.take()
    point.call("c3")
    point.do(c.Start(counter="c3"))
    point.call("c1")
    waits = point.take()
    point.later(119.999)
    assert point.tick() == []
    point.later(0.001)
    [ended] = point.tick()
    assert ended == e.ServiceEnded(service_event=point.turn(served).id, outcome="no_show", accurate=True)
    assert [point.stage(one) for one in (called, served, waits)] == ["serving", "no_show", "waiting"]


@pytest.mark.parametrize(("seconds", "over"), [(599.999, False), (600, True), (-60, False), (-60.001, True)])
def test_the_late_are_waited_for_ten_minutes_and_not_on_a_clock_that_went_back(seconds: float, over: bool) -> None:
    point = here("c1")
    ticket = point.take()
    point.call()
    point.do(c.NoShow(counter="c1"))
    point.step(seconds)
    ended = [e.VisitEnded(visit=ticket.visit, outcome="no_show", service_events=1)]
    assert point.tick() == (ended if over else [])


def test_wrap_up_ends_at_its_limit_and_other_states_do_not() -> None:
    point = here("c1", "c3", wrap_up_s=60)
    point.do(c.SetActivity(counter="c3", activity="break"))
    point.take()
    point.serve()
    point.later(59.999)
    assert point.tick() == []
    point.later(0.001)
    assert point.tick() == [
        e.AdvisorStateChanged(counter="c1", from_="wrap_up", to="available", at="inferred", reason="wrapped_up")
    ]
    assert point.state.counters["c3"].state == "break"


def test_a_wrap_up_without_a_limit_ends_when_the_advisor_says_so() -> None:
    point = here("c1")
    point.do(c.SetActivity(counter="c1", activity="wrap_up"))
    point.later(7200)
    assert point.tick() == []


def test_the_day_ends_each_as_what_they_were() -> None:
    point = here("c1", "c3", "c4")
    serving, held, called, late, waits = (point.take() for _ in range(5))
    point.call("c1")
    point.do(c.Start(counter="c1"))
    point.call("c3")
    point.do(c.Hold(counter="c3"))
    point.call("c3")
    point.do(c.CallTicket(counter="c4", ticket=late.id))
    point.do(c.NoShow(counter="c4"))
    point.do(c.SetActivity(counter="c4", activity="break"))
    before = len(point.stored)
    point.later(86_400)
    point.tick()
    ended = [data for data in point.of(e.ServiceEnded) if data.outcome in {"ended_timeout", "removed_reset"}]
    assert [(one.outcome, one.accurate) for one in ended] == [
        ("ended_timeout", False), ("ended_timeout", False), ("removed_reset", True), ("removed_reset", True),
    ]  # fmt: skip
    visits = {one.visit: one.outcome for one in point.of(e.VisitEnded)}
    assert [visits[one.visit] for one in (serving, held, called, late, waits)] == [
        "served", "served", "removed", "no_show", "removed",
    ]  # fmt: skip
    assert [(one.counter, one.cause) for one in point.of(e.CounterClosed)] == [
        ("c1", "day"), ("c3", "day"), ("c4", "day"),
    ]  # fmt: skip
    reset = [event for event in point.events()[before:] if event.type == "luukku.queue.reset.v1"]
    assert [event.businessdate for event in reset] == ["2026-11-24"]
    assert [(one.business_date, one.removed) for one in point.of(e.QueueReset)] == [("2026-11-23", 4)]
