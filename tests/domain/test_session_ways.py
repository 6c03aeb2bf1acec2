"""Where a customer goes who was with an expert, or is sent to one: there and nowhere else; the visit ends once."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain import remote_events as r
from controller.domain.session_ends import WRAP_UP_MS
from tests.domain.remote_story import Story

DONE = {"outcome": "completed", "resolution": "first_contact"}


def visits(point: Story) -> list[str]:
    return [ended.outcome for ended in point.of(e.VisitEnded)]


def helped(point: Story) -> tuple[str, str]:
    """An advisor has a customer and has asked for an expert; the session and the service event."""
    point.open("c1")
    turn = point.turn(point.take()).id
    point.call("c1")
    point.do(c.Start(counter="c1"))
    return point.wish(mode="support", counter="c1", booth=""), turn


def services(point: Story) -> list[str]:
    return [ended.outcome for ended in point.of(e.ServiceEnded)]


def test_who_was_handed_over_to_a_counter_and_served_there_has_done_their_visit() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.HandOver(session=id_, to_service="passport"))
    point.open("c4")
    point.serve("c4")
    assert (services(point), visits(point)) == (["transferred", "served"], ["served"])
    point.holds()


@pytest.mark.parametrize("met", [True, False])
def test_who_was_moved_to_other_experts_and_served_there_has_done_their_visit(met: bool) -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_) if met else point.answered(id_)
    point.do(c.MoveSession(session=id_, service="passport"))
    point.connected(id_)
    point.do(c.EndSession(session=id_, **DONE))
    assert (services(point)[-1], visits(point)) == ("served", ["served"])
    point.holds()


def test_who_was_moved_and_leaves_before_anybody_else_answers_was_not_served_by_them() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.MoveSession(session=id_, service="passport"))
    assert point.refused(c.EndSession(session=id_, **DONE)) == "wrong-state"
    point.do(c.LeaveSession(session=id_, actor="device:b1"))
    point.later(WRAP_UP_MS / 1000 + 1)
    point.tick()
    assert point.ended().outcome == "customer_left"
    assert (services(point), visits(point)) == (["transferred", "removed_customer"], ["cancelled"])
    point.holds()


@pytest.mark.parametrize("outcome", ["customer_left", "technical_failure"])
def test_the_word_of_an_expert_who_has_not_met_them_after_a_move_is_no_service(outcome: str) -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.MoveSession(session=id_, service="passport"))
    point.answered(id_)
    point.do(c.EndSession(session=id_, outcome=outcome))
    assert "served" not in services(point)
    point.holds()


def test_a_counter_sends_the_customer_it_names_to_the_booth_and_has_them_back() -> None:
    point = Story()
    point.open("c1")
    held, current = point.take(), point.take()
    point.call("c1")
    point.do(c.Start(counter="c1"))
    point.do(c.Hold(counter="c1"))
    point.call("c1")
    named = point.state.visits[held.visit].current
    id_ = point.wish(counter="c1", actor="counter:c1", service="", service_event=named, come_back=True)
    assert point.ticket_of(id_).id == held.id
    counter = point.state.counters["c1"]
    assert counter.current == point.state.visits[current.visit].current  # the other one sits there still
    point.connected(id_)
    point.do(c.EndSession(session=id_, **DONE))
    queued = point.of(e.ServiceQueued)[-1]
    assert (queued.cause, queued.counter) == ("return", "c1")
    point.holds()


def test_who_is_to_come_back_to_a_counter_does_so_also_when_the_expert_sends_them_on() -> None:
    point = Story()
    point.open("c1")
    point.take()
    point.call("c1")
    id_ = point.wish(counter="c1", actor="counter:c1", come_back=True)
    point.connected(id_)
    point.do(c.MoveSession(session=id_, service="passport"))
    point.connected(id_)
    point.do(c.EndSession(session=id_, **DONE))
    queued = point.of(e.ServiceQueued)[-1]
    assert (queued.cause, queued.counter) == ("return", "c1")
    point.serve("c1")
    assert visits(point) == ["served"]
    point.holds()


def test_who_is_handed_over_to_the_counter_that_wanted_them_back_is_back() -> None:
    point = Story()
    point.open("c1")
    point.take()
    point.call("c1")
    id_ = point.wish(counter="c1", actor="counter:c1", come_back=True)
    point.connected(id_)
    point.do(c.HandOver(session=id_, to_counter="c1"))
    point.serve("c1")
    assert visits(point) == ["served"]
    point.holds()


def test_an_advisor_who_is_supported_is_not_moved_to_others() -> None:
    point = Story()
    point.open("c1")
    point.take()
    point.call("c1")
    id_ = point.wish(mode="support", counter="c1", booth="")
    point.connected(id_)
    assert point.refused(c.MoveSession(session=id_, service="passport")) == "wrong-state"
    assert point.session(id_).state == "connected"


def test_who_checked_in_at_the_kiosk_comes_to_the_booth_as_the_booked_customer_they_are() -> None:
    point = Story()
    point.do(c.PutAppointment(appointment="a1", rev=1, provider="kela", service="housing", channel="remote",
                              start="2026-11-23T08:10:00Z", end="2026-11-23T08:40:00Z", code="ABCD"))  # fmt: skip
    ticket = point.do(c.CheckIn(code="ABCD", language="fi")).subject
    point.wish(ticket=ticket, service="")
    (asked,) = point.of(r.RemoteRequested)
    assert asked.mode == "appointment"
    point.holds()


def test_a_kiosk_does_not_begin_in_a_booth_that_is_somebody_s_now() -> None:
    point = Story()
    point.do(c.PutAppointment(appointment="a1", rev=1, provider="kela", service="housing", channel="remote",
                              room="room", start="2026-11-23T08:10:00Z", end="2026-11-23T08:40:00Z"))  # fmt: skip
    wish = c.RequestSession(actor="kiosk:main", service="housing", language="fi", booth="b1")
    assert point.refused(wish) == "wrong-state"


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("the day ends", "no_answer"), ("nobody answers", "no_answer"), ("they give the number back", "customer_left")],
)
def test_whoever_was_moved_and_not_met_again_was_not_served_however_it_ends(how: str, outcome: str) -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.MoveSession(session=id_, service="passport"))
    if how == "the day ends":
        point.until("2026-11-24 00:30")
        point.tick()
    elif how == "nobody answers":
        point.later(1801)
        point.tick()
    else:
        point.do(c.CancelTicket(ticket=point.ticket_of(id_).id))
    assert (point.ended().outcome, "served" in services(point)) == (outcome, False)
    point.holds()


def test_an_advisor_who_asks_an_expert_with_the_customer_on_hold_is_not_idle() -> None:
    point = Story()
    id_, _ = helped(point)
    point.do(c.Hold(counter="c1"))
    assert point.state.counters["c1"].state == "available", "the expert has not answered"
    point.connected(id_)
    assert point.state.counters["c1"].state == "remote_serving"
    point.do(c.Resume(counter="c1"))
    assert point.state.counters["c1"].state == "remote_serving", "the expert is there still"
    point.do(c.Hold(counter="c1"))
    point.do(c.EndSession(session=id_, outcome="completed"))
    assert point.state.counters["c1"].state == "available"
    point.holds()


@pytest.mark.parametrize("first", ["session", "service_event"])
def test_a_session_and_its_service_are_rated_once(first: str) -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.EndSession(session=id_, **DONE))
    turn = point.session(id_).service_event
    rate = {"score": 5, "question": "q1", "language": "fi", "device": "b1"}
    ways = [c.GiveFeedback(session=id_, **rate), c.GiveFeedback(service_event=turn, **rate)]
    point.do(ways.pop(first == "service_event"))
    assert point.session(id_).rated and point.state.service_events[turn].rated
    assert point.refused(ways[0]) == "wrong-state"


def test_the_advisor_s_support_and_the_customer_s_service_are_rated_apart() -> None:
    point = Story()
    id_, turn = helped(point)
    point.connected(id_)
    point.do(c.EndSession(session=id_, outcome="completed"))
    point.end("c1")
    point.do(c.GiveFeedback(session=id_, score=4, question="q1", language="fi", device="d1"))
    point.do(c.GiveFeedback(service_event=turn, score=4, question="q1", language="fi", device="d1"))


def test_a_full_queue_takes_nobody_from_the_booth_either_but_whoever_waits_already() -> None:
    point = Story(cap=1)
    ticket = point.take()
    assert point.refused(c.RequestSession(service="housing", language="fi", booth="b1", actor="device:b1")) == (
        "cap-reached"
    )
    assert point.session(point.wish(ticket=ticket.id)).state == "queued"


@pytest.mark.parametrize(("actor", "entry"), [("device:b1", "kiosk"), ("kiosk:k1", "kiosk"), ("system", "reception")])
def test_a_visit_says_who_asked_for_it(actor: str, entry: str) -> None:
    point = Story()
    point.wish(actor=actor)
    assert [made.entry for made in point.of(e.VisitCreated)] == [entry]


def test_a_room_follows_its_bookings_but_for_the_time_in_which_its_booth_is_used() -> None:
    point = Story()
    later = {"provider": "kela", "service": "housing", "start": "2026-11-23T14:00:00+02:00",
             "end": "2026-11-23T14:30:00+02:00", "channel": "remote"}  # fmt: skip
    point.do(c.PutAppointment(appointment="a1", rev=1, room="room", **later))
    point.do(c.PutAppointment(appointment="a1", rev=2, room="elsewhere", **later))
    id_ = point.wish()
    point.do(c.PutAppointment(appointment="a2", rev=1, room="room", **later))
    point.do(c.CancelAppointment(appointment="a2", rev=2))
    point.connected(id_)
    point.do(c.EndSession(session=id_, **DONE))
    assert [told.state for told in point.of(e.RoomStateChanged)] == ["booked", "released", "occupied", "released"]
