"""Orders from central: applied or refused once, with their effects in one transaction, and a reason that says why."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.orders import KNOWN
from tests.domain.memory import MemoryPoint, at

BOOKING = {
    "id": "b1", "rev": 1, "provider": "kela", "service": "housing", "start": "2026-11-23T11:00:00+02:00",
    "end": "2026-11-23T11:30:00+02:00", "channel": "counter", "code": "AB-12",
}  # fmt: skip
GOOD = {
    "open_queue": {"queue": "k"},
    "close_queue": {"queue": "k"},
    "ticket_issue": {"service": "housing", "language": "sv"},
    "appointment_put": BOOKING,
    "announce": {"text": {"fi": "Hei"}, "seconds": 60},
    "resend_from": {"seq": 1},
}
REFUSED = [
    ("open_queue", {"queue": "gone"}, "unknown_queue"),
    ("open_queue", {"queue": "k", "more": 1}, "invalid"),
    ("ticket_issue", {"service": "gone", "language": "fi"}, "unknown_service"),
    ("ticket_issue", {"service": "housing", "language": "xx"}, "invalid"),
    ("appointment_put", BOOKING | {"provider": "police"}, "invalid"),
    ("appointment_put", BOOKING | {"start": "tomorrow"}, "invalid"),
    ("appointment_put", BOOKING | {"code": "no spaces allowed"}, "invalid"),
    ("appointment_cancel", {"id": "gone"}, "unknown_ticket"),
    ("announce", {"text": {}}, "invalid"),
    ("announce", {"text": {"fi": "x" * 201}}, "invalid"),
    ("announce", {"text": {"fi": "x"}, "seconds": 3601}, "invalid"),
    ("transfer", {}, "not_supported"),
    ("config_put", {}, "not_supported"),
    ("format_disk", {}, "unknown_type"),
    ("Matti Meikäläinen", {}, "unknown_type"),
]


@pytest.mark.parametrize("type_", GOOD)
def test_an_order_is_applied_once_however_often_it_comes(type_: str) -> None:
    point = MemoryPoint()
    assert point.order(type_, GOOD[type_], id_="o1") == e.CommandApplied(command="o1", type=type_)
    seq = point.state.seq
    point.order(type_, GOOD[type_], id_="o1")
    point.reboot()
    point.order(type_, GOOD[type_], id_="o1")
    assert point.state.seq == seq


@pytest.mark.parametrize(("type_", "data", "reason"), REFUSED)
def test_what_cannot_be_done_is_refused_with_its_reason_and_without_effect(
    type_: str, data: dict[str, object], reason: str
) -> None:
    point = MemoryPoint()
    answer = point.order(type_, data, id_="o1")
    assert answer == e.CommandRefused(command="o1", type=type_ if type_ in KNOWN else "unknown", reason=reason)
    assert len(point.stored) == 1
    point.order(type_, data, id_="o1")
    assert len(point.stored) == 1, "a refusal is an answer too: it is given once"


def test_a_refused_order_leaves_nothing_of_what_it_began() -> None:
    point = MemoryPoint()
    point.order("close_queue", {"queue": "k"})
    assert isinstance(point.order("ticket_issue", GOOD["ticket_issue"]), e.CommandRefused)
    assert point.of(e.VisitCreated) == []


def test_effects_and_answer_are_one_transaction() -> None:
    point = MemoryPoint()
    order = c.CentralOrder(actor="central", id="o1", type="ticket_issue", data=b'{"service":"housing","language":"fi"}',
                           expires="2999-01-01T00:00:00Z")  # fmt: skip
    names = [type(fact.event).__name__ for fact in point.do(order).facts]
    assert names == ["VisitCreated", "TicketIssued", "ServiceQueued", "CommandApplied"]
    assert [(t.number, t.medium) for t in point.of(e.TicketIssued)] == [("K001", "none")]
    assert {envelope.actor for envelope in point.events()} == {"central"}


@pytest.mark.parametrize("expires", ["9999-12-31T23:59:59Z", "2026-11-23T10:00:01+02:00"])
def test_an_order_in_its_time_is_applied(expires: str) -> None:
    assert isinstance(MemoryPoint().order("open_queue", {"queue": "k"}, expires=expires), e.CommandApplied)


@pytest.mark.parametrize(
    ("expires", "reason"),
    [
        ("2026-11-23T09:59:59+02:00", "expired"),
        ("0001-01-01T00:00:00Z", "expired"),
        ("", "invalid"),
        ("soon", "invalid"),
    ],
)
def test_an_order_after_its_time_or_without_one_is_refused(expires: str, reason: str) -> None:
    answer = MemoryPoint().order("open_queue", {"queue": "k"}, expires=expires)
    assert isinstance(answer, e.CommandRefused) and answer.reason == reason


@pytest.mark.parametrize("wrong", ["1970-01-01T02:00", "2099-01-01T00:00"])
def test_a_clock_that_nobody_set_lets_no_order_expire(wrong: str) -> None:
    point = MemoryPoint()
    point.ms, point.clock = at(wrong), "unsynced"
    answer = point.order("open_queue", {"queue": "k"}, expires="2026-11-23T12:00:00Z")
    assert isinstance(answer, e.CommandApplied)


def test_without_a_clock_central_gets_no_number_either() -> None:
    point = MemoryPoint(start="1970-01-01T02:00", clock="unsynced")
    answer = point.order("ticket_issue", GOOD["ticket_issue"])
    assert isinstance(answer, e.CommandRefused) and answer.reason == "clock_not_set"


def test_an_announcements_text_is_nowhere_in_the_journal() -> None:
    point = MemoryPoint()
    point.order("announce", {"text": {"fi": "Matti Meikäläinen, tule infoon"}})
    assert all("Meikäläinen".encode() not in stored.body for stored in point.stored)
