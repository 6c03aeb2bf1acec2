"""How remote sessions end: always once, with the customer where they should be afterwards."""

from typing import Any

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain import remote_events as r
from controller.domain import session_ends
from tests.domain.remote_story import FINE, Story


def test_nobody_answers_and_the_customer_is_served_at_a_counter_with_the_same_number() -> None:
    point = Story()
    id_ = point.wish()
    number = point.ticket_of(id_).number
    point.later(1799)
    point.tick()
    assert point.of(r.RemoteEnded) == []
    point.later(1)
    point.tick()
    assert (point.ended().outcome, point.ended().wait_ms) == ("no_answer", 1_800_000)
    point.open("c1")
    assert point.serve("c1") == number
    point.holds()


@pytest.mark.parametrize(("when", "cause"), [("setup", "no_setup"), ("talk", "lost")])
def test_a_session_that_fails_technically_leaves_the_customer_first_in_the_queue(when: str, cause: str) -> None:
    point = Story()
    id_ = point.wish()
    point.later(60)
    others = [point.take(), point.take()]
    if when == "setup":
        point.answered(id_)
    else:
        point.connected(id_)
        point.do(c.ReportLegs(session=id_, up=False, why="network"))
    point.later(181)
    point.tick()
    assert (point.ended().outcome, point.steps()[-1][2]) == ("technical_failure", cause)
    assert [end.outcome for end in point.of(e.ServiceEnded)] == ["technical_failure"]
    point.open("c1")
    assert point.call("c1") == "K001" != others[0].number
    point.holds()


def test_a_customer_who_leaves_before_an_answer_has_given_the_number_back() -> None:
    point = Story()
    id_ = point.wish()
    ticket = point.ticket_of(id_)
    point.do(c.LeaveSession(session=id_, actor="device:b1"))
    assert point.ended().outcome == "customer_left"
    assert [visit.outcome for visit in point.of(e.VisitEnded)] == ["cancelled"]
    assert [void.ticket for void in point.of(e.TicketVoided)] == [ticket.id]
    assert point.wish()  # the booth is free
    point.holds()


def test_after_the_customer_ends_it_the_expert_still_says_how_it_ended() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.later(300)
    point.do(c.LeaveSession(session=id_, quality=FINE))
    assert (point.ended().outcome, point.ended().connected_ms) == ("completed", 300_000)
    assert point.of(e.ServiceEnded) == []
    point.later(60)
    assert point.wish(), "the booth is free for the next"
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact"))
    assert [(end.resolution, end.accurate) for end in point.of(e.ServiceEnded)] == [("first_contact", True)]
    assert point.refused(c.EndSession(session=id_, outcome="completed")) == "wrong-state"
    point.holds()


def test_an_expert_who_says_nothing_leaves_a_service_whose_end_is_not_accurate() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.LeaveSession(session=id_))
    point.later(session_ends.WRAP_UP_MS / 1000)
    point.tick()
    assert [(end.outcome, end.resolution, end.accurate) for end in point.of(e.ServiceEnded)] == [
        ("served", "pending", False)
    ]
    point.holds()


def test_who_does_not_agree_keeps_the_number_and_the_place() -> None:
    point = Story()
    ticket = point.take()
    point.later(30)
    point.take()
    id_ = point.wish(ticket=ticket.id, service="")
    point.do(c.LeaveSession(session=id_, cause="declined", actor="device:b1"))
    assert (point.ended().outcome, point.steps()[-1][2]) == ("customer_left", "declined")
    assert (point.of(e.TicketVoided), point.of(e.ServiceEnded)) == ([], [])
    again = point.wish(ticket=ticket.id, service="")
    point.answered(again)
    point.do(c.LeaveSession(session=again, cause="declined", actor="device:b1"))
    assert [end.outcome for end in point.of(e.ServiceEnded)] == ["recycled"], "who was called had not been served"
    point.open("c1")
    assert point.call("c1") == ticket.number
    point.holds()


@pytest.mark.parametrize(
    ("word", "outcome", "accurate", "visit"),
    [("technical_failure", "technical_failure", True, "cancelled"), ("customer_left", "served", False, "served")],
)
def test_after_the_customer_ends_it_the_expert_may_say_that_it_was_no_service(
    word: Any, outcome: str, accurate: bool, visit: str
) -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.LeaveSession(session=id_))
    point.do(c.EndSession(session=id_, outcome=word))
    assert [(end.outcome, end.accurate) for end in point.of(e.ServiceEnded)] == [(outcome, accurate)]
    assert [end.outcome for end in point.of(e.VisitEnded)] == [visit]
    point.holds()


def test_what_the_expert_writes_after_the_customer_has_gone_is_no_service_time() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.later(300)
    point.do(c.LeaveSession(session=id_))
    point.later(150)
    point.do(c.EndSession(session=id_, outcome="completed"))
    assert point.state.durations["housing"] == [300_000]
    point.holds()


def test_who_is_on_hold_and_was_forgotten_there_waits_first_in_the_queue() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.HoldSession(session=id_))
    point.later(3600)
    point.tick()
    assert point.session(id_).outcome is None, "a hold may take long"
    point.do(c.ReportLegs(session=id_, up=False, why="lost", quality=FINE))
    assert (point.ended().outcome, point.ended().quality) == ("technical_failure", FINE)
    point.open("c1")
    assert point.call("c1") == "K001"
    point.holds()


def test_an_expert_whose_word_came_after_the_session_was_given_up_closes_the_number_unless_it_was_called() -> None:
    """The two parted in good order while the point could not hear it."""
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.ReportLegs(session=id_, up=False, why="network"))
    point.later(181)
    point.tick()
    assert point.ended().outcome == "technical_failure"
    for word in ("customer_left", "technical_failure"):
        assert point.refused(c.EndSession(session=id_, outcome=word)) == "wrong-state"
    point.do(c.EndSession(session=id_, outcome="completed", resolution="first_contact"))
    assert [(end.outcome, end.accurate) for end in point.of(e.ServiceEnded)] == [
        ("technical_failure", False), ("served", False)]  # fmt: skip
    assert [end.outcome for end in point.of(e.VisitEnded)] == ["served"]
    assert point.refused(c.EndSession(session=id_, outcome="completed")) == "wrong-state"
    point.holds()


def test_an_expert_whose_word_came_too_late_does_not_take_a_customer_away_from_a_counter() -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    point.do(c.ReportLegs(session=id_, up=False, why="network"))
    point.later(181)
    point.tick()
    point.open("c1")
    assert point.call("c1") == "K001"
    assert point.refused(c.EndSession(session=id_, outcome="completed")) == "wrong-state"
    point.holds()


@pytest.mark.parametrize("told", ["when it broke", "later, when nobody knew"])
def test_a_talk_that_broke_is_judged_by_what_was_measured_before(told: str) -> None:
    point = Story()
    id_ = point.wish()
    point.connected(id_)
    quality = FINE if told == "when it broke" else None
    point.do(c.ReportLegs(session=id_, up=False, why="network", quality=quality))
    point.later(181)
    point.tick()
    assert point.ended().quality == quality
    point.holds()


def test_nobody_meets_anybody_across_midnight() -> None:
    point = Story(hours=None)
    first = point.wish()
    point.connected(first)
    point.wish(booth="b2")
    point.until("2026-11-24T08:30")
    point.tick()
    assert [end.outcome for end in point.of(r.RemoteEnded)] == ["completed", "no_answer"]
    assert point.state.sessions == {}
    point.holds()
