"""What may be done with a booking and when, to the millisecond; and what an order from central may say."""

from typing import Any

import msgspec
import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.draft import Refused, hash_booking
from controller.domain.orders import announcement
from tests.domain.memory import ALWAYS, MemoryPoint, config

START, END = "2026-11-23T12:00:00+02:00", "2026-11-23T12:30:00+02:00"  # two hours after memory.MONDAY
BOOKING: dict[str, Any] = {
    "appointment": "b1", "rev": 3, "provider": "kela", "service": "housing", "start": START, "end": END,
    "channel": "counter", "room": "r1", "code": "code-1",
}  # fmt: skip


def put(**other: Any) -> c.PutAppointment:
    return c.PutAppointment(**(BOOKING | other))


def booked() -> MemoryPoint:
    point = MemoryPoint(config(hours=ALWAYS))
    point.tick()
    point.open("c1")
    point.do(put())
    return point


def state(point: MemoryPoint) -> str:
    return point.state.appointments["b1"].state


def test_a_booking_is_journalled_whole_and_so_is_each_change() -> None:
    point = booked()
    point.do(put(rev=4, start="2026-11-23T12:05:00+02:00", room="", code=""))
    point.do(c.CancelAppointment(appointment="b1", rev=7))
    plain = {"appointment": "b1", "provider": "kela", "service": "housing", "end": "2026-11-23T10:30:00.000Z",
             "channel": "counter"}  # fmt: skip
    code = hash_booking(point.secret, "CODE-1")
    moved = "2026-11-23T10:05:00.000Z"
    assert point.of(e.AppointmentChanged) == [
        e.AppointmentChanged(
            rev=3, state="booked", start="2026-11-23T10:00:00.000Z", room="r1", code_hash=code, **plain
        ),  # type: ignore[arg-type]  # why: members by name
        e.AppointmentChanged(rev=4, state="booked", start=moved, **plain),  # type: ignore[arg-type]  # why: as above
        e.AppointmentChanged(rev=7, state="cancelled", start=moved, code_hash=code, **plain),  # type: ignore[arg-type]  # why: as above
    ]


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (put(appointment="with space"), "invalid"),
        (put(service="gone"), "unknown-service"),
        (put(provider="police"), "invalid"),
        (put(start=END, end=END), "invalid"),
        (put(code="abc"), "invalid"),
        (put(rev=2), "wrong-state"),
        (put(start="1999-12-31T23:59:59.999Z"), "invalid"),
        (put(end="2200-01-01T00:00:00Z"), "invalid"),
        (put(start="noon"), "invalid"),
        (put(start="2026-11-23T12:00:00"), "invalid"),
        (c.CancelAppointment(appointment="b1", rev=2), "wrong-state"),
        (c.CancelAppointment(appointment="b1", rev=1), "wrong-state"),
        (c.CheckIn(code="code-1", language="de"), "invalid"),
    ],
)
def test_what_cannot_be_booked_is_refused_by_name(wish: c.Command, problem: str) -> None:
    point = booked()
    assert (point.refused(wish), state(point)) == (problem, "booked")


@pytest.mark.parametrize(("start", "end"), [("2000-01-01T00:00:00Z", END), (START, "2199-12-31T23:59:59.999Z")])
def test_the_first_and_the_last_moment_of_this_points_years_can_be_booked(start: str, end: str) -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    assert point.do(put(start=start, end=end)).subject == "b1"


@pytest.mark.parametrize(("ms", "problem"), [(-1, "wrong-state"), (0, ""), (9_000_000, ""), (9_000_001, "wrong-state")])
def test_who_comes_two_hours_early_or_at_the_very_end_is_in_time(ms: int, problem: str) -> None:
    point = booked()
    point.ms += ms
    come = c.CheckIn(code=" Code-1 ", language="fi", device="pr1", actor="kiosk:k1")
    if problem:
        assert point.refused(come) == problem
    else:
        ticket = point.state.tickets[point.do(come).subject]
        assert (ticket.medium, state(point)) == ("paper", "checked_in")
        assert (point.refused(come), point.refused(put(rev=9))) == ("wrong-state", "wrong-state")
        assert point.refused(c.CancelAppointment(appointment="b1", rev=0)) == "wrong-state"


def test_of_two_bookings_with_one_code_the_open_one_is_meant_and_never_another_code() -> None:
    point = booked()
    point.do(put(appointment="b0", start="2026-11-23T10:01:00+02:00", end="2026-11-23T10:02:00+02:00"))
    point.do(put(appointment="b2", start="2026-11-23T10:00:30+02:00", end="2026-11-23T10:01:00+02:00", code="other"))
    point.later(600)
    point.do(c.CheckIn(code="code-1", language="fi"))
    assert point.state.appointments["b1"].state == "checked_in"


def test_a_booking_that_was_missed_is_over_also_on_a_clock_that_went_back() -> None:
    point = booked()
    point.later(10_000)
    point.tick()
    assert state(point) == "no_show"
    point.step(-3600)
    assert point.refused(c.CheckIn(code="code-1", language="fi")) == "wrong-state"


@pytest.mark.parametrize(
    ("how", "word"), [("serve", "done"), ("miss", "no_show"), ("cancel", "cancelled"), ("day", "cancelled")]
)
def test_a_booking_ends_as_its_visit_did(how: str, word: str) -> None:
    point = MemoryPoint(config(hours=ALWAYS, late_s=0))
    point.tick()
    point.open("c1")
    point.do(put())
    ticket = point.do(c.CheckIn(code="code-1", language="fi")).subject
    if how == "serve":
        point.serve()
    elif how == "miss":
        point.call()
        point.do(c.NoShow(counter="c1"))
    elif how == "cancel":
        point.do(c.CancelTicket(ticket=ticket))
    else:
        point.later(86_400)
        point.tick()
    assert [changed.state for changed in point.of(e.AppointmentChanged)] == ["booked", "checked_in", word]


def test_with_no_clock_nobody_is_checked_in() -> None:
    point = MemoryPoint(config(hours=ALWAYS), clock="unsynced")
    assert point.refused(c.CheckIn(code="code-1", language="fi")) == "clock-not-set"


def test_an_order_that_is_refused_leaves_nothing_of_what_it_began() -> None:
    point = booked()
    before = len(point.stored)
    answer = point.order("appointment_put", {**BOOKING, "id": "b9", "service": "gone"} | {"appointment": "b9"})
    assert isinstance(answer, e.CommandRefused) and answer.reason == "invalid", "an unknown member is no order of ours"
    data = {"id": "b9"} | {key: value for key, value in BOOKING.items() if key != "appointment"}
    assert isinstance(point.order("appointment_put", data), e.CommandApplied)
    assert point.of(e.AppointmentChanged)[-1].room == "r1"
    assert isinstance(point.order("appointment_cancel", {"id": "b9"}), e.CommandApplied)
    assert len(point.stored) == before + 1 + 2 + 2


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("ticket_issue", {"service": "housing", "language": "fi", "more": 1}),
        ("appointment_cancel", {"id": "b1", "more": 1}),
        ("announce", {"text": {"fi": "Hei"}, "more": 1}),
        ("resend_from", {"seq": 1, "more": 1}),
        ("resend_from", {"seq": "x"}),
        ("close_queue", {"queue": "k", "more": 1}),
    ],
)
def test_an_order_with_a_member_that_nobody_knows_is_refused(type_: str, data: Any) -> None:
    answer = booked().order(type_, data)
    assert isinstance(answer, e.CommandRefused) and (answer.type, answer.reason) == (type_, "invalid")


def test_an_order_holds_until_the_moment_it_expires() -> None:
    point = booked()
    now = "2026-11-23T08:00:00Z"
    assert isinstance(point.order("resend_from", {"seq": 1}, expires=now), e.CommandApplied)
    point.later(0.001)
    answer = point.order("resend_from", {"seq": 1}, id_="o-late", expires=now)
    assert isinstance(answer, e.CommandRefused) and answer.reason == "expired"


def test_an_order_that_could_not_be_decided_is_refused_once() -> None:
    point = booked()
    for type_, said in (("announce", "announce"), ("nonsense", "unknown")):
        for _ in range(2):
            point.do(c.RefuseOrder(id=f"o-{type_}", type=type_, reason="defect"))
        told = [(one.command, one.type, one.reason) for one in point.of(e.CommandRefused)]
        assert told[-1] == (f"o-{type_}", said, "defect") and told.count(told[-1]) == 1


@pytest.mark.parametrize(("order", "state_", "cause"), [
    ("close_queue", "closed", "order_close"), ("open_queue", "open", "order_open"),
])  # fmt: skip
def test_central_opens_and_closes_a_queue_and_the_event_says_who_did(order: str, state_: str, cause: str) -> None:
    point = booked()
    point.order(order, {"queue": "k"})
    told = point.of(e.OpeningChanged)[-1]
    assert (told.state, told.cause, set(told.services)) == (state_, cause, {"housing", "pension"})


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ({"text": {"fi": "a" * 200}, "seconds": 1}, True),
        ({"text": {"fi": "a", "sv": "b"}, "seconds": 3600}, True),
        ({"text": {"fi": "a"}, "seconds": 0}, False),
        ({"text": {"fi": "a"}, "seconds": 3601}, False),
        ({"text": {"fi": "a", "sv": "a" * 201}}, False),
        ({"text": {}}, False),
    ],
)
def test_an_announcement_is_short_and_not_for_ever(said: dict[str, Any], fits: bool) -> None:
    raw = msgspec.json.encode(said)
    if fits:
        assert announcement(raw).text == said["text"]
    else:
        with pytest.raises(Refused):
            announcement(raw)
    assert announcement(b'{"text":{"fi":"a"}}').seconds == 60
