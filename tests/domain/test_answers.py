"""What each command's answer is about, and the problem it names when the answer is no."""

import hmac

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.draft import PROBLEMS, Refused, hash_booking, secret_code
from tests.domain.memory import ALWAYS, MemoryPoint, config


def served() -> tuple[MemoryPoint, str]:
    """A counter with a called customer; gives its service event too."""
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1", "c2", "c4")
    point.take("housing")
    return point, point.do(c.CallNext(counter="c1")).subject


def test_every_press_at_a_counter_answers_with_its_service_event() -> None:
    point, turn = served()
    presses: list[c.Command] = [
        c.Recall(counter="c1"), c.Start(counter="c1"), c.Hold(counter="c1"), c.Resume(counter="c1"),
        c.End(counter="c1", resolution="pending", guidance="none"),
    ]  # fmt: skip
    assert [point.do(press).subject for press in presses] == [turn] * 5
    again = point.take("housing")
    assert point.do(c.CallTicket(counter="c1", ticket=again.id)).subject == point.turn(again).id
    assert point.do(c.NoShow(counter="c1")).subject == point.turn(again).id
    late = point.do(c.CallTicket(counter="c1", ticket=again.id)).subject
    assert late == point.turn(again).id
    sent = point.do(c.Transfer(counter="c1", to_queue="p")).subject
    assert sent == point.turn(again).id != late


def test_nobody_waits_is_an_answer_about_nobody() -> None:
    point = MemoryPoint()
    point.open()
    assert point.do(c.CallNext(counter="c1")).subject == ""


def test_a_ticket_is_what_taking_cancelling_and_printing_are_about() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    ticket = point.take(device="pr1")
    start = c.StartPrint(ticket=ticket.id, device="pr1", cut0=None, power_life="l1", copy=0, attempt=1)
    finish = c.FinishPrint(ticket=ticket.id, result="failed", tier="T9", cause="jam", ms=5)
    about = [start, finish, finish, c.Reprint(ticket=ticket.id, device="pr1"), c.CancelTicket(ticket=ticket.id)]
    assert [point.do(command).subject for command in about] == [ticket.id] * 5
    [result] = point.of(e.PrintResulted)
    assert (result.tier, result.attempt, result.device, result.ms) == (None, 1, "pr1", 5), "no tier of our own making"


def test_an_alarm_is_about_its_incident_from_the_second_press_to_the_end() -> None:
    point = MemoryPoint()
    first = point.do(c.RaiseIncident(place="c1", kind="threat")).subject
    assert point.do(c.RaiseIncident(place="c1", kind="threat")).subject == first
    other = point.do(c.RaiseIncident(place="c1", kind="illness")).subject
    assert first.startswith("i-")
    assert len({first, other, point.do(c.RaiseIncident(place="c2", kind="threat")).subject}) == 3
    for _ in range(2):
        assert point.do(c.AcknowledgeIncident(incident=first)).subject == first
    assert point.do(c.ClearIncident(incident=first)).subject == first
    told = [*point.of(e.IncidentAcknowledged), *point.of(e.IncidentCleared)]
    assert [(one.incident, one.place, one.kind) for one in told] == [(first, "c1", "threat")] * 2
    assert point.refused(c.ClearIncident(incident=first)) == "wrong-state"


def test_feedback_and_a_booking_are_about_themselves() -> None:
    point, turn = served()
    rated = c.GiveFeedback(score=5, question="q1", language="fi", device="k1", service_event=turn)
    assert point.do(rated).subject == turn
    booking = c.PutAppointment(
        appointment="b1", rev=2, provider="kela", service="housing", channel="counter",
        start="2026-11-23T11:00:00+02:00", end="2026-11-23T11:30:00+02:00",
    )  # fmt: skip
    assert [point.do(booking).subject, point.do(booking).subject] == ["b1", "b1"]
    assert [point.do(c.CancelAppointment(appointment="b1", rev=0)).subject for _ in range(2)] == ["b1", "b1"]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (c.Start(counter="c9"), "invalid"),
        (c.Start(counter="c3"), "counter-not-open"),
        (c.Start(counter="c2"), "wrong-state"),
        (c.Start(counter="c1", service_event="gone"), "wrong-state"),
        (c.CallTicket(counter="c1", ticket="gone"), "unknown-ticket"),
        (c.CallNext(counter="c1"), "counter-busy"),
        (c.Resume(counter="c1"), "counter-busy"),
        (c.Resume(counter="c2"), "wrong-state"),
        (c.Resume(counter="c2", service_event="gone"), "wrong-state"),
        (c.SetActivity(counter="c1", activity="break"), "counter-busy"),
        (c.SetActivity(counter="c1", activity="serving"), "invalid"),
        (c.SetActivity(counter="c1", activity="remote_serving"), "invalid"),
        (c.OpenCounter(counter="c1", advisor="another"), "wrong-state"),
        (c.OpenCounter(counter="c3", advisor="a", services=("gone",)), "unknown-service"),
        (c.OpenCounter(counter="c9", advisor="a"), "invalid"),
        (c.CloseCounter(counter="c3"), "counter-not-open"),
        (c.CallRoll(counter="c2", service="housing", n=1), "wrong-state"),
        (c.Transfer(counter="c1"), "invalid"),
        (c.Transfer(counter="c1", to_queue="gone"), "invalid"),
        (c.Transfer(counter="c1", to_counter="c9"), "invalid"),
        (c.Transfer(counter="c1", to_counter="c3"), "counter-not-open"),
        (c.Transfer(counter="c1", to_service="gone"), "unknown-service"),
        (c.TakeTicket(service="gone", language="fi", entry="kiosk"), "unknown-service"),
        (c.TakeTicket(service="housing", language="fi", entry="kiosk", also=("gone",)), "unknown-service"),
        (c.TakeTicket(service="housing", language="de", entry="kiosk"), "invalid"),
        (c.CheckIn(code="none", language="fi"), "unknown-ticket"),
        (c.CancelAppointment(appointment="gone", rev=1), "unknown-ticket"),
        (c.RecordWork(provider="kela", service="gone", minutes=5, channel="counter"), "unknown-service"),
        (c.RecordWork(provider="kela", service="passport", minutes=5, channel="counter"), "invalid"),
        (c.AcknowledgeIncident(incident="gone"), "wrong-state"),
        (c.GiveFeedback(score=0, question="q1", language="fi", device="k1", service_event="gone"), "wrong-state"),
        (c.StartPrint(ticket="gone", device="pr1", cut0=1, power_life="l", copy=0, attempt=1), "unknown-ticket"),
        (c.Reprint(ticket="gone", device="pr1"), "unknown-ticket"),
    ],
    ids=lambda x: type(x).__name__ if isinstance(x, c.Command) else "",
)
def test_what_may_not_be_is_refused_by_its_name_and_nothing_happens(command: c.Command, problem: str) -> None:
    point, _ = served()
    seq = point.state.seq
    assert (point.refused(command), point.state.seq) == (problem, seq)


@pytest.mark.parametrize("press", [c.Recall, c.Start, c.Hold, c.NoShow, c.Resume])
def test_nobody_presses_for_the_customer_of_another_counter(press: type[c.Start]) -> None:
    point, turn = served()
    assert point.refused(press(counter="c2", service_event=turn)) == "wrong-state"


def test_each_problem_has_its_status() -> None:
    """Contract, section 3: who asked wrongly (4xx), and what this machine cannot do now (503)."""
    assert {problem: status for problem, status in PROBLEMS.items() if status != 409} == {
        "unknown-service": 404, "unknown-ticket": 404, "clock-not-set": 503, "invalid": 400,
    }  # fmt: skip
    assert {problem for problem, status in PROBLEMS.items() if status == 409} == {
        "closed", "cap-reached", "counter-not-open", "counter-busy", "wrong-state",
    }  # fmt: skip


def test_what_a_replay_could_not_read_is_refused_and_never_journalled() -> None:
    point, _ = served()
    seq = point.state.seq
    for kind in ("Two Words", "x" * 41, "ä"):
        assert point.refused(c.RaiseIncident(place="c1", kind=kind)) == "invalid"
    told = {"device": "pr1", "kind": "printer", "state": "ready", "simulated": False}
    assert point.refused(c.ReportDevice(causes=("Matti rikkoi",), **told)) == "invalid"  # type: ignore[arg-type]  # why: members by name
    assert point.state.seq == seq


def test_a_refusal_tells_its_problem_and_its_reason() -> None:
    no = Refused("invalid", "why not")
    assert (no.problem, no.detail, str(no)) == ("invalid", "why not", "invalid: why not")


def test_a_code_is_sixteen_letters_that_only_this_journals_secret_makes() -> None:
    code = secret_code(b"one", "t-1")
    assert len(code) == 16 and set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert (
        len({code, secret_code(b"other", "t-1"), secret_code(b"one", "t-2"), secret_code(b"one", "booking/t-1")}) == 4
    )
    assert hash_booking(b"one", "t-1") == hmac.digest(b"one", b"booking/t-1", "sha256").hex()
