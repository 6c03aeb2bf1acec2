"""Remote sessions: from the wish to the talk, and where the customer is meanwhile."""

from typing import Any

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain import remote_events as r
from tests.domain.memory import at
from tests.domain.remote_story import FINE, Story


def test_a_walk_in_from_the_wish_to_a_served_visit() -> None:
    point = Story()
    id_ = point.wish()
    ticket = point.ticket_of(id_)
    assert (ticket.number, ticket.medium, point.turn(ticket).stage) == ("K001", "screen", "waiting")
    point.connected(id_)
    assert (point.turn(ticket).stage, point.turn(ticket).booth) == ("serving", "b1")
    point.later(600)
    done = (e.Delivered("housing", 1),)
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact", delivered=done, quality=FINE))
    assert point.steps() == [
        ("queued", "ringing", "expert_ready"), ("ringing", "ringing", "answered"), ("ringing", "connected", ""),
        ("connected", "ended", "expert"),
    ]  # fmt: skip
    end = point.ended()
    assert (end.outcome, end.wait_ms, end.setup_ms, end.connected_ms, end.quality) == (
        "completed", 20_000, 2_000, 600_000, FINE,
    )  # fmt: skip
    (served,) = point.of(e.ServiceEnded)
    assert (served.outcome, served.resolution, served.channel, served.providers) == (
        "served", "first_contact", "remote", ("kela",),
    )  # fmt: skip
    assert [(r.room, r.state) for r in point.of(e.RoomStateChanged)] == [("room", "occupied"), ("room", "released")]
    assert [visit.outcome for visit in point.of(e.VisitEnded)] == ["served"]
    point.holds()


def test_while_somebody_waits_for_an_expert_no_counter_calls_them_by_itself() -> None:
    point = Story()
    id_ = point.wish()
    point.open("c1")
    assert point.call("c1") == ""
    point.do(c.CallTicket(counter="c1", ticket=point.ticket_of(id_).id))
    assert (point.ended().outcome, point.steps()[-1]) == ("transferred", ("queued", "ended", "counter"))
    point.holds()


def test_the_expert_whose_line_is_gone_leaves_the_customer_to_another_one_with_the_service_on_hold() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.later(100)
    point.do(c.DropSession(session=id_))
    ticket = point.ticket_of(id_)
    assert (point.session(id_).state, point.turn(ticket).stage) == ("queued", "held")
    point.later(50)
    point.connected(id_)
    assert point.turn(ticket).stage == "serving"
    point.later(100)
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact"))
    assert point.state.durations["housing"] == [200_000]  # without the 72 s in which nobody was there
    assert [called.call for called in point.of(e.ServiceCalled)] == [1]
    end = point.ended()
    assert (end.wait_ms, end.setup_ms, end.connected_ms, end.interrupted_ms) == (20_000, 2_000, 272_000, 72_000)
    point.holds()


def test_who_did_not_meet_the_first_expert_has_waited_until_the_one_they_met() -> None:
    point = Story()
    id_ = point.wish()
    point.answered(id_)
    point.later(60)
    point.do(c.DropSession(session=id_))
    point.connected(id_)
    point.do(c.EndSession(session=id_, outcome="completed"))
    end = point.ended()
    assert (end.wait_ms, end.setup_ms, end.interrupted_ms) == (100_000, 2_000, 0)


def test_who_is_dropped_before_it_began_is_called_again_and_if_nobody_comes_goes_back_to_the_queue() -> None:
    point = Story()
    id_ = point.wish()
    point.answered(id_)
    point.do(c.DropSession(session=id_))
    point.answered(id_)
    assert [called.call for called in point.of(e.ServiceCalled)] == [1, 2]
    point.do(c.DropSession(session=id_))
    point.later(1801)
    point.tick()
    assert point.ended().outcome == "no_answer"
    assert [(end.outcome, queued.cause) for end, queued in zip(
        point.of(e.ServiceEnded), point.of(e.ServiceQueued)[1:], strict=True)] == [("recycled", "recycle")]  # fmt: skip
    point.open("c1")
    assert point.call("c1") == "K001"
    point.holds()


def test_interruptions_are_counted_and_end_by_themselves() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    for lost_s in (10, 40):
        point.later(30)
        point.do(c.ReportLegs(session=id_, up=False, why="network"))
        point.later(lost_s)
        point.do(c.ReportLegs(session=id_, up=True))
    point.do(c.EndSession(session=id_, outcome="completed", resolution="referred"))
    assert (point.ended().connected_ms, point.ended().interrupted_ms) == (110_000, 50_000)
    point.holds()


def test_the_expert_hands_over_to_a_counter_and_the_counter_sends_to_the_booth() -> None:
    point = Story()
    id_ = point.wish()
    number = point.ticket_of(id_).number
    point.connected(id_)
    point.do(c.HandOver(session=id_, to_service="passport"))
    assert point.ended().outcome == "transferred"
    point.open("c4")
    assert point.call("c4") == number
    point.do(c.Start(counter="c4"))
    back = point.wish(counter="c4")
    assert (point.ticket_of(back).number, point.session(back).state) == (number, "queued")
    assert [queued.cause for queued in point.of(e.ServiceQueued)] == ["initial", "transfer", "transfer"]
    point.holds()


def test_a_session_moved_to_other_experts_goes_on_with_a_new_service_event_of_the_same_number() -> None:
    point = Story()
    id_ = point.wish()
    number = point.ticket_of(id_).number
    point.connected(id_)
    point.do(c.MoveSession(session=id_, service="passport"))
    session = point.session(id_)
    assert (session.state, session.provider, session.service) == ("queued", "police", "passport")
    assert point.ticket_of(id_).number == number
    point.connected(id_)
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact"))
    assert [(end.outcome) for end in point.of(e.ServiceEnded)] == ["transferred", "served"]
    assert point.ended().outcome == "completed"
    point.holds()


def test_a_waiting_ticket_becomes_a_session_and_keeps_its_place() -> None:
    point = Story()
    ticket = point.take()
    id_ = point.wish(ticket=ticket.id)
    assert point.session(id_).service_event == point.turn(ticket).id
    assert point.refused(c.RequestSession(service="housing", language="fi", booth="b2", ticket=ticket.id)) == (
        "wrong-state"
    )
    point.holds()


def test_an_appointment_becomes_a_session_when_its_customer_sits_down() -> None:
    point = Story()
    point.do(c.PutAppointment(appointment="a1", rev=1, provider="kela", service="housing", channel="remote",
                              start="2026-11-23T10:15:00+02:00", end="2026-11-23T11:00:00+02:00", code="ABCD",
                              room="room"))  # fmt: skip
    id_ = point.wish(appointment="ABCD", service="")
    assert (point.session(id_).mode, point.session(id_).service) == ("appointment", "housing")
    point.connected(id_)
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact"))
    assert [change.state for change in point.of(e.AppointmentChanged)] == ["booked", "checked_in", "done"]
    point.holds()


def test_who_checked_in_at_the_kiosk_sits_down_with_the_same_number() -> None:
    point = Story()
    point.do(c.PutAppointment(appointment="a1", rev=1, provider="kela", service="housing", channel="remote",
                              start="2026-11-23T10:15:00+02:00", end="2026-11-23T11:00:00+02:00",
                              code="ABCD"))  # fmt: skip
    number = point.state.tickets[point.do(c.CheckIn(actor="kiosk:k1", code="ABCD", language="fi")).subject].number
    id_ = point.wish(appointment="ABCD", service="")
    assert point.ticket_of(id_).number == number
    assert point.refused(c.RequestSession(language="fi", booth="b2", appointment="ABCD")) == "wrong-state"
    point.holds()


def test_an_expert_supports_an_advisor_while_the_service_stays_the_advisor_s() -> None:
    point = Story()
    point.open("c1")
    ticket = point.take()
    point.call("c1")
    point.do(c.Start(counter="c1"))
    id_ = point.wish(mode="support", counter="c1", booth="")
    point.connected(id_)
    assert (point.state.counters["c1"].state, point.turn(ticket).stage) == ("remote_serving", "serving")
    point.do(c.EndSession(session=id_, outcome="completed", quality=FINE))
    assert (point.state.counters["c1"].state, point.turn(ticket).stage) == ("serving", "serving")
    point.end("c1")
    assert len(point.of(e.ServiceEnded)) == 1
    point.holds()


def test_an_advisor_has_one_expert_at_a_time_also_beside_a_customer_on_hold() -> None:
    point = Story()
    point.open("c1")
    point.take(), point.take()
    point.call("c1")
    first = point.wish(mode="support", counter="c1", booth="")
    point.connected(first)
    point.do(c.Hold(counter="c1"))
    point.call("c1")
    wish = c.RequestSession(language="fi", mode="support", counter="c1", service="housing")
    assert point.refused(wish) == "wrong-state"
    point.do(c.EndSession(session=first, outcome="completed", quality=FINE))
    point.connected(point.wish(mode="support", counter="c1", booth=""))
    point.holds()


def test_a_booth_has_one_session_at_a_time_and_an_answer_comes_once() -> None:
    point = Story()
    id_ = point.wish()
    assert point.refused(c.RequestSession(service="housing", language="fi", booth="b1")) == "wrong-state"
    point.answered(id_)
    assert point.refused(c.AnswerSession(session=id_, expert="x2")) == "wrong-state"
    point.holds()


@pytest.mark.parametrize(
    ("wish", "problem"),
    [({"service": "gone"}, "unknown-service"), ({"service": "licence"}, "invalid"), ({"language": "de"}, "invalid"),
     ({"booth": "b9"}, "invalid"), ({"ticket": "t-none"}, "unknown-ticket"),
     ({"appointment": "WXYZ"}, "unknown-ticket"),
     ({"mode": "support", "counter": "c1"}, "counter-not-open")],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_with_its_reason(wish: dict[str, Any], problem: str) -> None:
    point = Story()
    asked = {"service": "housing", "language": "fi", "booth": "b1"} | wish
    assert point.refused(c.RequestSession(**asked)) == problem
    assert point.state.sessions == {}


def test_a_reboot_in_mid_session_loses_nothing_of_it() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.later(100)
    point.reboot()
    point.ms += 60_000
    assert point.session(id_).state == "connected"
    point.later(40)
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact"))
    assert point.ended().connected_ms == 200_000, "across a boot the wall clock tells"
    point.holds()


def test_identity_is_a_method_and_a_result() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.CheckIdentity(session=id_, method="document", result="confirmed"))
    (checked,) = point.of(r.IdentityChecked)
    assert (checked.session, checked.method, checked.result) == (id_, "document", "confirmed")
    assert at("2026-11-23T10:00") <= point.ms
    point.holds()


def test_a_room_is_one_appointment_s_at_a_time_and_its_state_is_told() -> None:
    point = Story()

    def book(id_: str, start: str, end: str, **more: Any) -> c.PutAppointment:
        wish = {"appointment": id_, "rev": 1, "provider": "kela", "service": "housing", "channel": "remote",
                "start": f"2026-11-23T{start}:00+02:00", "end": f"2026-11-23T{end}:00+02:00",
                "room": "room"}  # fmt: skip
        return c.PutAppointment(**(wish | more))

    point.do(book("a1", "12:00", "12:30"))
    assert point.refused(book("a2", "12:29", "13:00")) == "wrong-state"
    point.do(book("a2", "12:30", "13:00"))
    point.do(book("a1", "12:00", "12:30", rev=2))  # its own place is no conflict, and nothing new of the room
    point.do(c.CancelAppointment(appointment="a1", rev=2))
    point.do(book("a3", "12:00", "12:30", rev=1))
    point.until("2026-11-23T13:05")
    point.tick()
    assert [(told.room, told.state) for told in point.of(e.RoomStateChanged)] == [
        ("room", "booked"), ("room", "booked"), ("room", "released"), ("room", "booked"),
        ("room", "no_show"), ("room", "no_show"),
    ]  # fmt: skip
    point.holds()


def test_before_and_in_a_booked_time_nobody_else_begins_in_the_booth_by_themselves() -> None:
    point = Story()
    point.until("2026-11-23T11:44")
    point.do(c.PutAppointment(
        appointment="a1", rev=1, provider="kela", service="housing", channel="remote", room="room", code="WXYZ",
        start="2026-11-23T12:00:00+02:00", end="2026-11-23T12:30:00+02:00",
    ))  # fmt: skip
    early = point.wish()
    point.do(c.LeaveSession(session=early))
    point.until("2026-11-23T11:45")
    mine = {"service": "housing", "language": "fi", "booth": "b1", "actor": "device:b1"}
    assert point.refused(c.RequestSession(**mine)) == "wrong-state"
    assert point.wish(booth="b2"), "another room's booth is free"
    staff = point.do(c.RequestSession(**(mine | {"actor": "system"}))).subject
    point.do(c.LeaveSession(session=staff, cause="staff"))
    booked = point.wish(appointment="WXYZ", service="")
    point.connected(booked)
    point.do(c.EndSession(session=booked, outcome="completed"))
    assert point.wish(), "their time is theirs no more"
    point.holds()


def test_who_does_not_come_in_time_has_the_booth_no_longer() -> None:
    point = Story()
    point.until("2026-11-23T11:50")
    point.do(c.PutAppointment(
        appointment="a1", rev=1, provider="kela", service="housing", channel="remote", room="room", code="WXYZ",
        start="2026-11-23T12:00:00+02:00", end="2026-11-23T12:30:00+02:00",
    ))  # fmt: skip
    mine = {"service": "housing", "language": "fi", "booth": "b1", "actor": "device:b1"}
    assert point.refused(c.RequestSession(**mine)) == "wrong-state"
    point.until("2026-11-23T12:15")
    assert point.wish()
    point.holds()
