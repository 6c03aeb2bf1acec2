"""What is told to the core: calls shown, devices, feedback, work, the silent alarm, and numbers of a paper roll."""

import pytest

from controller.domain import commands as c
from controller.domain import events as e
from tests.domain.memory import MemoryPoint, config


def served() -> tuple[MemoryPoint, str]:
    point = MemoryPoint()
    point.open()
    ticket = point.take()
    point.serve()
    return point, point.turn(ticket).id


def rate(turn: str, score: int = 4, language: str = "fi") -> c.Command:
    return c.GiveFeedback(score=score, question="overall", language=language, device="k1", service_event=turn)


def test_feedback_is_given_once_and_knows_its_provider() -> None:
    point, turn = served()
    point.do(rate(turn))
    assert point.refused(rate(turn)) == "wrong-state"
    assert [(x.service_event, x.provider, x.scale, x.score) for x in point.of(e.FeedbackGiven)] == [
        (turn, "kela", 5, 4)
    ]


@pytest.mark.parametrize(("score", "language"), [(0, "fi"), (6, "fi"), (-1, "fi"), (3, "xx")])
def test_feedback_out_of_its_scale_or_language_is_refused(score: int, language: str) -> None:
    point, turn = served()
    assert point.refused(rate(turn, score, language)) == "invalid"
    assert point.refused(rate("gone")) == "wrong-state"


def test_work_outside_the_queue_names_its_own_provider() -> None:
    point = MemoryPoint()
    point.do(c.RecordWork(provider="kela", service="housing", minutes=25, channel="paper"))
    assert [(x.provider, x.minutes) for x in point.of(e.WorkRecorded)] == [("kela", 25)]
    wrong = c.RecordWork(provider="police", service="housing", minutes=25, channel="paper")
    assert point.refused(wrong) == "invalid"
    assert point.refused(c.RecordWork(provider="kela", service="gone", minutes=1, channel="paper")) == "unknown-service"


def test_a_silent_alarm_is_raised_once_acknowledged_once_and_cleared() -> None:
    point = MemoryPoint()
    press = c.RaiseIncident(actor="device:panic1", place="c1", kind="threat")
    alarm = point.do(press).subject
    assert point.do(press).subject == alarm, "whoever presses again is told of the same alarm"
    for _ in range(2):
        point.do(c.AcknowledgeIncident(incident=alarm))
    assert point.do(press).subject == alarm
    point.do(c.ClearIncident(incident=alarm))
    assert point.refused(c.ClearIncident(incident=alarm)) == "wrong-state"
    assert point.do(press).subject != alarm
    names = [envelope.type.removeprefix("luukku.incident.") for envelope in point.events()]
    assert names == ["raised.v1", "acknowledged.v1", "cleared.v1", "raised.v1"]


def test_two_places_are_two_alarms() -> None:
    point = MemoryPoint()
    ids = {point.do(c.RaiseIncident(place=place, kind="threat")).subject for place in ("c1", "c2")}
    assert len(ids) == 2


def test_a_call_is_shown_once_for_each_device_and_not_after_its_time() -> None:
    point = MemoryPoint()
    point.open()
    point.take()
    point.call()
    turn = point.state.counters["c1"].current

    def shown(device: str, call: int) -> c.Command:
        return c.ReportShown(service_event=turn, call=call, device=device, medium="tv", language="fi", latency_ms=-40)

    for device, call in (("tv1", 1), ("tv1", 1), ("tv2", 1), ("tv1", 2)):
        point.do(shown(device, call))
    point.do(c.Recall(counter="c1"))
    point.do(shown("tv1", 1))
    point.do(shown("tv1", 2))
    point.end()
    point.do(shown("tv2", 2))
    assert [(x.device, x.latency_ms) for x in point.of(e.ServiceAnnounced)] == [("tv1", 0), ("tv2", 0), ("tv1", 0)]


def test_a_device_is_journalled_when_it_changes() -> None:
    point = MemoryPoint()
    for state, causes in (("ready", ()), ("ready", ()), ("degraded", ("near_end",)), ("degraded", ("near_end",))):
        point.do(c.ReportDevice(device="pr1", kind="printer", state=state, causes=causes, simulated=True))  # type: ignore[arg-type]  # why: from a table
    assert [x.state for x in point.of(e.DeviceStateChanged)] == ["ready", "degraded"]


def roll(n: int, counter: str = "c1") -> c.Command:
    return c.CallRoll(counter=counter, service="housing", n=n)


def test_a_paper_roll_is_called_by_number_and_tells_the_same_story() -> None:
    point = MemoryPoint(config(paper_roll=True))
    point.open("c1", "c2")
    point.do(roll(41))
    assert point.refused(roll(41, "c2")) == "wrong-state"
    point.later(300)
    point.end()
    names = [x.type.removeprefix("luukku.").removesuffix(".v1") for x in point.events()]
    assert [n for n in names if n.startswith(("visit", "ticket", "service"))] == [
        "visit.created", "ticket.issued", "service.queued", "service.called", "service.started", "service.ended",
        "visit.ended",
    ]  # fmt: skip
    assert [(t.number, t.medium) for t in point.of(e.TicketIssued)] == [("K041", "none")]
    assert point.state.numbers == {}, "the roll counts by itself"


def test_a_number_of_the_roll_that_comes_late_is_called_again_as_the_same_visit() -> None:
    point = MemoryPoint(config(paper_roll=True))
    point.open("c1", "c2")
    point.do(roll(7))
    point.do(c.NoShow(counter="c1"))
    point.do(roll(7, "c2"))
    point.end("c2")
    assert len(point.of(e.VisitCreated)) == 1
    assert [v.outcome for v in point.of(e.VisitEnded)] == ["served"]


def test_the_roll_is_called_out_after_closing_too() -> None:
    """Whoever holds a number came while it was open."""
    point = MemoryPoint(config(paper_roll=True), start="2026-11-23T16:05")
    point.open()
    point.do(roll(99))
    assert point.number(point.state.counters["c1"].current) == "K099"


def test_without_a_paper_roll_nobody_calls_its_numbers() -> None:
    point = MemoryPoint()
    point.open()
    assert point.refused(roll(1)) == "wrong-state"
    point = MemoryPoint(config(paper_roll=True), start="1970-01-01T09:00", clock="unsynced")
    point.open()
    assert point.refused(roll(1)) == "clock-not-set"


def test_a_call_may_be_shown_until_its_service_has_ended_and_an_unknown_one_never() -> None:
    point = MemoryPoint()
    point.open()
    point.take()
    point.call()
    turn = point.state.counters["c1"].current
    point.do(c.Start(counter="c1"))
    shown = {"call": 1, "device": "tv1", "medium": "tv", "language": "fi", "latency_ms": 40}
    point.do(c.ReportShown(service_event="gone", **shown))  # type: ignore[arg-type]  # why: words of the table above
    assert point.of(e.ServiceAnnounced) == []
    point.do(c.ReportShown(service_event=turn, **shown))  # type: ignore[arg-type]  # why: words of the table above
    assert [(a.service_event, a.latency_ms) for a in point.of(e.ServiceAnnounced)] == [(turn, 40)]


def test_the_point_says_what_it_is_and_why() -> None:
    point = MemoryPoint()
    point.do(c.ReportPoint(state="ready", version="1.2.3", config_hash="ab" * 32, cause="config"))
    assert point.of(e.PointStateChanged) == [
        e.PointStateChanged(state="ready", version="1.2.3", config_hash="ab" * 32, cause="config")
    ]


@pytest.mark.parametrize("score", [1, 5])
def test_the_ends_of_the_scale_belong_to_it(score: int) -> None:
    point = MemoryPoint()
    turn = point.turn(point.take()).id
    point.do(c.GiveFeedback(score=score, question="q1", language="fi", device="k1", service_event=turn))
    assert [(f.score, f.scale, f.service_event) for f in point.of(e.FeedbackGiven)] == [(score, 5, turn)]
