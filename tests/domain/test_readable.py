"""Nothing enters the journal that a replay cannot read: one such event, and the point never starts again."""

import msgspec
import pytest

from controller.domain import commands as c
from controller.domain import events as e
from controller.domain.decide import Refused
from tests.domain.memory import MemoryPoint

FOREVER = "2999-01-01T00:00:00Z"
TIMES = {"start": "2026-11-24T09:00:00+02:00", "end": "2026-11-24T10:00:00+02:00"}
HOSTILE = ["", "_x", "Matti Meikäläinen", "a" * 81, "\ud800", "x\0", "ŋ"]


def a_rated_point() -> tuple[MemoryPoint, str]:
    point = MemoryPoint()
    point.open()
    ticket = point.take()
    point.serve()
    return point, point.turn(ticket).id


def commands(hostile: str, turn: str) -> list[c.Command]:
    booking = {"provider": "kela", "service": "housing", "channel": "counter", "rev": 1}
    return [
        c.GiveFeedback(score=3, question=hostile, language="fi", device="k1", service_event=turn),
        c.GiveFeedback(score=3, question="q", language="fi", device=hostile, service_event=turn),
        c.RaiseIncident(place=hostile, kind="threat"),
        c.RaiseIncident(place="c1", kind=hostile),
        c.PutAppointment(appointment=hostile, **booking, **TIMES),  # type: ignore[arg-type]  # why: one dict, many types
        c.PutAppointment(appointment="a1", room=hostile or " ", **booking, **TIMES),  # type: ignore[arg-type]  # why: as above
        c.OpenCounter(counter="c2", advisor=hostile),
        c.SetActivity(counter="c1", activity="break", reason=hostile + "!"),
        c.ReportDevice(device=hostile, kind="printer", state="ready", causes=(), simulated=True),
        c.ReportDevice(device="d", kind="printer", state="ready", causes=(hostile + "!",), simulated=True),
        c.ReportPoint(state="ready", version=hostile, config_hash="0" * 64, cause="boot"),
        c.ReportPoint(state="ready", version="1.0", config_hash=hostile, cause="boot"),
        c.CentralOrder(id=hostile, type="announce", data=b'{"text":{"fi":"Hei"}}', expires=FOREVER),
    ]


@pytest.mark.parametrize("which", range(13))
@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_no_event_can_carry_is_refused_and_nothing_is_journalled(hostile: str, which: int) -> None:
    point, turn = a_rated_point()
    command = commands(hostile, turn)[which]
    assert point.refused(command) == "invalid"
    assert point.replayed() == point.state


@pytest.mark.parametrize("n", [-1, 2**53 + 1, 2**70])
def test_numbers_that_json_readers_cannot_hold_are_refused(n: int) -> None:
    point = MemoryPoint()
    put = c.PutAppointment(appointment="a", rev=n, provider="kela", service="housing", channel="counter", **TIMES)
    assert point.refused(put) == "invalid"


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
@pytest.mark.parametrize("offset", ["Z", "+14:00", "-14:00"])
def test_a_year_that_no_event_can_carry_is_refused(year: str, offset: str) -> None:
    point = MemoryPoint()
    put = c.PutAppointment(
        appointment="a", rev=1, provider="kela", service="housing", channel="counter",
        start=f"{year}-01-01T00:00:00{offset}", end=f"{year}-12-31T23:59:59{offset}",
    )  # fmt: skip
    assert point.refused(put) == "invalid"


HOSTILE_DATA = [b"", b"null", b"[]", b"{", b'{"queue":1}', b'{"queue":"\xff"}', b"[" * 100_000, b'{"queue":"k","x":1}']


@pytest.mark.parametrize("data", HOSTILE_DATA)
def test_an_order_that_cannot_be_read_is_refused_and_not_a_failure_of_ours(data: bytes) -> None:
    point = MemoryPoint()
    answer = point.order("open_queue", data)
    assert isinstance(answer, e.CommandRefused)
    assert answer.reason == "invalid"
    assert point.state.opening == {}


def test_each_event_type_has_a_reader_that_refuses_what_it_may_not_hold() -> None:
    point = MemoryPoint()
    for kind, data in e.EVENTS.items():
        with pytest.raises(msgspec.MsgspecError):
            msgspec.json.decode(b"{}", type=data)
        assert kind == e.NAMES[data]
    with pytest.raises(Refused):
        point.do(c.RecordWork(provider="kela", service="housing", minutes=0, channel="counter"))
