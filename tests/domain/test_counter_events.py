"""The very facts of each press at a counter, whole and in their order: central and the figures rely on every member."""

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.event_words import AdvisorState, Event, Inference
from tests.domain.memory import ALWAYS, MemoryPoint, config


def facts(point: MemoryPoint, command: c.Command) -> list[Event]:
    return [fact.event for fact in point.do(command).facts]


def advisor(from_: AdvisorState, to: AdvisorState, at: Inference, reason: str = "") -> Event:
    return e.AdvisorStateChanged(counter="c1", from_=from_, to=to, at=at, reason=reason)


def called(**point: int) -> tuple[MemoryPoint, str, str]:
    """Counter 1 has called the only customer; gives its service event and its visit."""
    here = MemoryPoint(config(hours=ALWAYS, **point))
    here.open("c1")
    ticket = here.take()
    return here, here.do(c.CallNext(counter="c1")).subject, ticket.visit


def served(turn: str, **how: object) -> Event:
    plain = {"outcome": "served", "resolution": "pending", "guidance": "none", "channel": "counter", "accurate": False}
    return e.ServiceEnded(service_event=turn, **(plain | how))  # type: ignore[arg-type]  # why: members by name


def test_the_next_call_infers_start_and_end_of_whoever_was_called() -> None:
    point, turn, visit = called()
    point.later(44.999)
    assert point.refused(c.CallNext(counter="c1")) == "counter-busy", "they are still walking"
    point.later(0.001)
    assert facts(point, c.CallNext(counter="c1")) == [
        e.ServiceStarted(service_event=turn, at="inferred"),
        advisor("available", "serving", "inferred"),
        served(turn),
        e.VisitEnded(visit=visit, outcome="served", service_events=1),
        advisor("serving", "available", "inferred"),
    ]


def test_start_hold_resume_and_end() -> None:
    point, turn, visit = called(wrap_up_s=60)
    assert facts(point, c.Start(counter="c1")) == [
        e.ServiceStarted(service_event=turn, at="explicit"), advisor("available", "serving", "explicit"),
    ]  # fmt: skip
    assert facts(point, c.Hold(counter="c1")) == [
        e.ServiceHeld(service_event=turn, cause="advisor"), advisor("serving", "available", "explicit"),
    ]  # fmt: skip
    assert point.refused(c.Resume(counter="c1", service_event="XX")) == "wrong-state"
    assert facts(point, c.Resume(counter="c1")) == [
        e.ServiceResumed(service_event=turn, cause="advisor"), advisor("available", "serving", "explicit"),
    ]  # fmt: skip
    end = c.End(counter="c1", resolution="referred", guidance="e_channel_shown", channel="provider_on_site")
    assert facts(point, end) == [
        served(turn, resolution="referred", guidance="e_channel_shown", channel="provider_on_site", accurate=True),
        e.VisitEnded(visit=visit, outcome="served", service_events=1),
        advisor("serving", "wrap_up", "explicit"),
    ]


def test_a_no_show_and_the_call_after_all() -> None:
    point, turn, visit = called()
    first = point.state.service_events[turn]
    assert facts(point, c.NoShow(counter="c1")) == [
        e.ServiceEnded(service_event=turn, outcome="no_show", accurate=True)
    ]
    point.do(c.SetActivity(counter="c1", activity="break", reason="lunch"))
    ticket = point.state.visits[visit].ticket
    free, queued, again = facts(point, c.CallTicket(counter="c1", ticket=ticket))
    assert free == advisor("break", "available", "inferred")
    assert isinstance(queued, e.ServiceQueued)
    assert (queued.cause, queued.place, queued.queue, queued.n) == ("recycle", first.place, "k", 2)
    assert again == e.ServiceCalled(service_event=queued.service_event, counter="c1", call=1, waiting_ms=0)


def test_without_tolerance_a_no_show_ends_its_visit() -> None:
    point, turn, visit = called(late_s=0)
    assert facts(point, c.NoShow(counter="c1")) == [
        e.ServiceEnded(service_event=turn, outcome="no_show", accurate=True),
        e.VisitEnded(visit=visit, outcome="no_show", service_events=1),
    ]


def test_a_recall_tells_the_same_wait() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1")
    point.take()
    point.later(61.234)
    turn = point.do(c.CallNext(counter="c1")).subject
    point.later(10)
    assert facts(point, c.Recall(counter="c1")) == [
        e.ServiceCalled(service_event=turn, counter="c1", call=2, waiting_ms=61_234)
    ]


def test_a_counter_that_closes_lets_the_called_go_back_and_ends_the_held() -> None:
    point, held, visit = called()
    point.do(c.Hold(counter="c1"))
    ticket = point.take("passport")
    turn = point.do(c.CallNext(counter="c1")).subject
    place = point.turn(ticket).place
    back, queued, logout, over, closed = facts(point, c.CloseCounter(counter="c1"))
    assert back == e.ServiceEnded(service_event=turn, outcome="recycled", accurate=True)
    assert isinstance(queued, e.ServiceQueued)
    assert (queued.visit, queued.cause, queued.place, queued.queue) == (ticket.visit, "recycle", place, "p")
    assert logout == e.ServiceEnded(service_event=held, outcome="ended_logout", accurate=False)
    assert over == e.VisitEnded(visit=visit, outcome="served", service_events=1)
    assert isinstance(closed, e.CounterClosed) and (closed.counter, closed.cause) == ("c1", "advisor")


def test_opening_again_with_other_words_keeps_the_customer_and_with_none_changes_nothing() -> None:
    point, turn, _ = called()
    assert facts(point, c.OpenCounter(counter="c1", advisor="a-c1")) == []
    for said in ({"services": ("housing",)}, {"languages": ("sv",)}):
        closed, opened = facts(point, c.OpenCounter(counter="c1", advisor="a-c1", **said))  # type: ignore[arg-type]  # why: one member by name
        assert isinstance(closed, e.CounterClosed) and closed.cause == "reopened"
        assert isinstance(opened, e.CounterOpened) and opened.counter == "c1"
        assert point.state.counters["c1"].current == turn
    point.do(c.Start(counter="c1"))
    names = [type(fact) for fact in facts(point, c.OpenCounter(counter="c1", advisor="a-c1", languages=("fi",)))]
    assert names == [e.AdvisorStateChanged, e.CounterClosed, e.CounterOpened, e.AdvisorStateChanged]
    assert point.state.counters["c1"].state == "serving"


def test_what_an_advisor_does_between_customers_is_said_once() -> None:
    point, _, _ = called()
    assert facts(point, c.SetActivity(counter="c1", activity="available")) == []
    point.do(c.Start(counter="c1"))
    assert facts(point, c.SetActivity(counter="c1", activity="available")) == [], "serving is not taken back by hand"
    point.end()
    assert facts(point, c.SetActivity(counter="c1", activity="break", reason="lunch")) == [
        advisor("available", "break", "explicit", "lunch")
    ]
    assert facts(point, c.SetActivity(counter="c1", activity="break", reason="lunch")) == []


def test_who_is_on_hold_is_served_already_and_ends_only_after_a_resume() -> None:
    point, turn, _ = called()
    point.do(c.Hold(counter="c1"))
    end = c.End(counter="c1", service_event=turn, resolution="pending", guidance="none")
    assert point.refused(end) == "wrong-state"
    assert point.refused(c.Hold(counter="c1", service_event=turn)) == "wrong-state"


def test_a_number_of_the_roll_is_called_at_once_and_again_after_a_no_show() -> None:
    point = MemoryPoint(config(hours=ALWAYS, paper_roll=True))
    point.open("c1")
    roll = c.CallRoll(counter="c1", service="housing", n=7)
    created, issued, queued, call = facts(point, roll)
    assert isinstance(created, e.VisitCreated) and created.entry == "roll"
    assert isinstance(issued, e.TicketIssued) and (issued.number, issued.medium) == ("K007", "none")
    assert isinstance(queued, e.ServiceQueued) and isinstance(call, e.ServiceCalled)
    assert (call.call, call.waiting_ms) == (1, 0)
    point.later(46)
    names = [type(fact).__name__ for fact in facts(point, c.CallRoll(counter="c1", service="housing", n=8))]
    assert names[:5] == ["ServiceStarted", "AdvisorStateChanged", "ServiceEnded", "VisitEnded", "AdvisorStateChanged"]
