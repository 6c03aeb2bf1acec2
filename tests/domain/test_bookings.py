"""Appointments: put, changed, cancelled; a code that opens one visit, in its time, once."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from tests.domain.memory import MemoryPoint, at, config


def put(
    id_: str = "b1", *, rev: int = 1, time: str = "11:00", code: str = "AB-12", service: str = "housing"
) -> c.Command:
    """Half an hour on that Monday."""
    start, end = f"2026-11-23T{time}:00+02:00", f"2026-11-23T{time[:2]}:{int(time[3:]) + 30}:00+02:00"
    return c.PutAppointment(
        appointment=id_, rev=rev, provider="kela", service=service, start=start, end=end, channel="counter", code=code
    )


def come(code: str = "AB-12") -> c.Command:
    return c.CheckIn(actor="kiosk:k1", code=code, language="sv")


def state_of(point: MemoryPoint, id_: str = "b1") -> str:
    return point.state.appointments[id_].state


def test_a_code_gives_one_visit_however_it_is_typed() -> None:
    point = MemoryPoint()
    point.do(put())
    ticket = point.state.tickets[point.do(come(" ab-12 ")).subject]
    assert point.state.visits[ticket.visit].appointment == "b1"
    assert point.state.visits[ticket.visit].language == "sv"
    assert state_of(point) == "checked_in"
    assert point.refused(come()) == "wrong-state"
    assert len(point.of(e.TicketIssued)) == 1


@pytest.mark.parametrize(
    ("minutes", "why"),
    [(-121, "wrong-state"), (-119, ""), (0, ""), (30, ""), (31, "wrong-state"), (24 * 60, "unknown-ticket")],
)
def test_check_in_from_two_hours_before_to_the_end(minutes: int, why: str) -> None:
    point = MemoryPoint(start="2026-11-23T08:30")
    point.do(put())
    point.later((at("2026-11-23T11:00") - point.ms) / 1000 + minutes * 60)
    if why:
        assert point.refused(come()) == why
    else:
        assert point.do(come()).subject


def test_the_booked_stand_as_if_they_had_come_an_hour_before_their_time() -> None:
    point = MemoryPoint()
    point.do(put())
    early = point.take()
    point.later(300)
    booked = point.state.tickets[point.do(come()).subject]
    late = point.take()
    assert [point.ahead(t) for t in (booked, early, late)] == [1, 0, 2]


def test_two_with_the_same_time_keep_the_order_in_which_they_came() -> None:
    point = MemoryPoint()
    for n in range(12):
        point.do(put(f"b{n}", code=f"CODE{n}"))
    tickets = [point.state.tickets[point.do(come(f"CODE{n}")).subject] for n in range(12)]
    assert [point.ahead(t) for t in tickets] == list(range(12))


def test_one_code_for_two_bookings_opens_one_after_the_other() -> None:
    point = MemoryPoint()
    point.do(put("b1", time="10:00"))
    point.do(put("b2", time="11:00", service="pension"))
    point.do(come())
    assert (state_of(point, "b1"), state_of(point, "b2")) == ("checked_in", "booked")
    point.do(come())
    assert state_of(point, "b2") == "checked_in"
    assert point.refused(come()) == "wrong-state"


def test_a_cancelled_booking_does_not_hide_a_new_one_with_its_code() -> None:
    point = MemoryPoint()
    point.do(put("b1"))
    point.do(c.CancelAppointment(appointment="b1", rev=0))
    assert point.refused(come()) == "unknown-ticket"
    point.do(put("b2"))
    point.do(come())
    assert state_of(point, "b2") == "checked_in"


def test_an_older_revision_changes_nothing() -> None:
    point = MemoryPoint()
    point.do(put(rev=3))
    seq = point.state.seq
    point.do(put(rev=3, time="12:00"))
    assert point.state.seq == seq
    assert point.refused(put(rev=2)) == "wrong-state"
    assert point.refused(c.CancelAppointment(appointment="b1", rev=2)) == "wrong-state"
    point.do(c.CancelAppointment(appointment="b1", rev=3))
    assert state_of(point) == "cancelled"


def test_who_does_not_come_is_a_no_show_once_the_time_is_over() -> None:
    point = MemoryPoint()
    point.do(put())
    point.until("2026-11-23T11:30")
    point.tick()
    assert state_of(point) == "booked"
    point.later(1)
    point.tick()
    point.tick()
    assert [a.state for a in point.of(e.AppointmentChanged)] == ["booked", "no_show"]
    assert point.refused(come()) == "wrong-state"


def test_a_box_that_slept_over_night_still_says_who_did_not_come() -> None:
    point = MemoryPoint()
    point.do(put())
    point.do(c.Tick())
    point.take()
    point.until("2026-11-24T08:00")
    point.tick()
    assert [a.state for a in point.of(e.AppointmentChanged)] == ["booked", "no_show"]


@pytest.mark.parametrize("wrong", ["1970-01-01T02:00", "2099-01-01T12:00"])
def test_a_clock_that_nobody_set_makes_nobody_late_and_nobody_early(wrong: str) -> None:
    point = MemoryPoint()
    point.do(put())
    point.take()
    point.ms, point.clock = at(wrong), "unsynced"
    point.tick()
    assert state_of(point) == "booked"
    assert point.do(come()).subject


@pytest.mark.parametrize(("how", "state"), [("served", "done"), ("no_show", "no_show"), ("cancelled", "cancelled")])
def test_a_booking_ends_as_its_visit_did(how: str, state: str) -> None:
    point = MemoryPoint(config(late_s=0))
    point.open()
    point.do(put())
    ticket = point.do(come()).subject
    point.call()
    if how == "served":
        point.end()
    elif how == "no_show":
        point.do(c.NoShow(counter="c1"))
    else:
        point.do(c.CancelTicket(actor="kiosk:k1", ticket=ticket))
    assert state_of(point) == state


def test_a_booking_for_another_provider_or_backwards_in_time_is_refused() -> None:
    point = MemoryPoint()
    times = {"start": "2026-11-23T11:00:00Z", "end": "2026-11-23T11:30:00Z"}
    base = c.PutAppointment(appointment="b", rev=1, provider="police", service="housing", channel="counter", **times)
    assert point.refused(base) == "invalid"
    for start, end in (("2026-11-23T11:00:00Z", "2026-11-23T11:00:00Z"), ("2026-11-23T11:00", "2026-11-23T12:00")):
        wish = c.PutAppointment(appointment="b", rev=1, provider="kela", service="housing", channel="counter",
                                start=start, end=end)  # fmt: skip
        assert point.refused(wish) == "invalid"
