"""Whose call to a booth is for the whole lobby: theirs who wait there with a number."""

from controller.domain import commands as c
from controller.domain import views
from controller.domain.session_view import booth_name
from tests.domain.memory import config
from tests.domain.test_sessions import Story


def called(point: Story) -> list[str]:
    turns = views.called(point.state)
    return [point.state.tickets[point.state.visits[turn.visit].ticket].number for turn in turns]


def test_who_waits_in_the_lobby_is_called_to_the_booth_until_they_have_met_their_expert() -> None:
    point = Story()
    ticket = point.take()
    point.later(60)
    id_ = point.wish(ticket=ticket.id)
    assert called(point) == []
    point.answered(id_)
    assert called(point) == [ticket.number]
    assert point.turn(ticket).booth == "b1"
    point.do(c.ReportLegs(session=id_, up=True))
    assert called(point) == [], "they sit in the booth: whom they meet there is nobody's business"
    point.do(c.DropSession(session=id_, why="expert_left"))
    point.answered(id_)
    assert called(point) == []
    point.holds()


def test_who_asked_in_the_booth_is_not_called_through_the_lobby() -> None:
    point = Story()
    point.answered(point.wish())
    assert called(point) == []


def test_whom_an_advisor_sends_to_the_booth_is_called_there() -> None:
    point = Story()
    ticket = point.take()
    point.open("c1")
    point.call("c1")
    point.later(30)
    point.answered(point.wish(counter="c1"))
    assert called(point) == [ticket.number]


def test_a_booth_is_called_by_its_name_or_its_room_s_or_its_id() -> None:
    plain = config()
    assert booth_name(plain, "b1") == plain.rooms[0].name
    assert booth_name(plain, "b9") == {plain.point.house: "b9"}
