"""The contract's pictures, member by member: a ticket, a service event, the services, the whole point (section 3)."""

from typing import Any

import msgspec
import pytest

from controller.domain import commands as c
from controller.domain import views
from controller.domain.draft import secret_code
from controller.domain.point import Booth, Card, Config, Kiosk, Printer, Provider, Queue, Screen, Service
from controller.domain.point import Counter as CounterConfig
from controller.domain.state import Ticket
from tests.domain.memory import ALWAYS, MemoryPoint, config

ISSUED = "2026-11-23T08:00:00.000Z"  # memory.MONDAY, ten o'clock in Helsinki
CARD = Card(
    bring={"fi": ("passi",), "sv": ("pass",)}, instructions={"fi": "Kysy"}, support={"fi": "0295"},
    valid_from="2026-01-01", valid_to="2026-12-31",
)  # fmt: skip


def shown(point: MemoryPoint, ticket: Ticket) -> views.View:
    return views.ticket(point.state, point.config, point.secret, ticket.id)


def the_point(point: MemoryPoint) -> views.View:
    return views.point(point.state, point.config, point.secret, point.ms, point.clock, "epoch")


def desk(point: MemoryPoint, id_: str) -> views.View:
    return next(one for one in the_point(point)["counters"] if one["id"] == id_)


def test_a_ticket_that_waits() -> None:
    point = MemoryPoint(config(hours=ALWAYS, public_url="https://jono.example/"))
    point.take("pension")
    ticket = point.take("housing", language="sv", device="pr1")
    code = secret_code(point.secret, ticket.id)
    assert shown(point, ticket) == {
        "id": ticket.id, "visit": ticket.visit, "service_event": point.turn(ticket).id, "series": "K", "n": 2,
        "number": "K002", "business_date": "2026-11-23", "queue": "k", "service": "housing", "provider": "kela",
        "language": "sv", "state": "waiting", "ahead": 1, "estimate": None, "issued_at": ISSUED, "medium": "paper",
        "print": {"state": "requested"}, "code": code, "url": f"https://jono.example/t/{code}",
    }  # fmt: skip


def test_a_ticket_that_was_called_has_a_counter_and_nobody_ahead() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1", "c3")
    first, ticket = point.take(), point.take()
    assert "counter" not in shown(point, ticket)
    assert shown(point, first)["estimate"] == {"p50_s": 0, "p80_s": 0}
    point.call("c1")
    point.call("c3")
    picture = shown(point, ticket)
    assert [picture[member] for member in ("state", "ahead", "estimate", "counter")] == ["called", 0, None, "c3"]


def test_what_became_of_a_paper_is_said_with_its_job_tier_and_cause() -> None:
    point = MemoryPoint()
    ticket = point.take(device="pr1")
    point.do(c.StartPrint(ticket=ticket.id, device="pr1", cut0=7, power_life="l1", copy=0, attempt=1))
    job = ticket.print.job
    assert shown(point, ticket)["print"] == {"state": "printing", "job": job, "device": "pr1", "copy": 0}
    point.do(c.FinishPrint(ticket=ticket.id, result="failed", tier="T3", cause="jam", ms=9))
    assert shown(point, ticket)["print"] == {
        "state": "failed", "job": job, "device": "pr1", "copy": 0, "tier": "T3", "cause": "jam",
    }  # fmt: skip


def test_every_state_of_a_ticket_has_its_word() -> None:
    point = MemoryPoint(config(hours=ALWAYS, late_s=0))
    point.open("c1", "c4")
    done, missed, sent, gone = point.take(), point.take(), point.take(), point.take()
    words = [point.stage(done)]
    point.call()
    words.append(point.stage(done))
    point.do(c.Start(counter="c1"))
    words.append(point.stage(done))
    point.do(c.Hold(counter="c1"))
    words.append(point.stage(done))
    point.do(c.Resume(counter="c1"))
    point.end()
    point.call()
    point.do(c.NoShow(counter="c1"))
    point.call()
    before = point.turn(sent)
    point.do(c.Transfer(counter="c1", to_queue="p"))
    point.do(c.CancelTicket(ticket=gone.id))
    words += [point.stage(done), point.stage(missed), views.stage_of(point.state, before), point.stage(gone)]
    assert words == ["waiting", "called", "serving", "held", "done", "no_show", "transferred", "cancelled"]
    point.call("c4")
    point.do(c.CloseCounter(counter="c4"))
    recycled = point.state.service_events[point.state.visits[sent.visit].history[-2]]
    assert views.stage_of(point.state, recycled) == "removed"


def test_a_service_event_before_and_after_its_call() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open()
    ticket = point.take("passport", language="en")
    turn = point.turn(ticket)
    waiting = {
        "service_event": turn.id, "visit": ticket.visit, "ticket": ticket.id, "number": "P001", "service": "passport",
        "provider": "police", "queue": "p", "counter": None, "language": "en", "state": "waiting", "call": 0,
        "waiting_ms": 0, "called_at": None,
    }  # fmt: skip
    assert views.service_event(point.state, turn.id) == waiting
    point.later(61.5)
    point.call()
    assert views.service_event(point.state, turn.id) == waiting | {
        "counter": "c1", "state": "called", "call": 1, "waiting_ms": 61_500, "called_at": "2026-11-23T08:01:01.500Z",
    }  # fmt: skip


def a_house(**services: Any) -> Config:
    """One provider with names in two languages, a card, a kiosk that offers less, a printer, a screen, a booth."""
    own = {"name": {"fi": "Passi", "sv": "Pass"}, "provider": "police", "queue": "p"}
    return Config(
        point=config(hours=ALWAYS).point,
        providers=(
            Provider(id="police", name={"fi": "Poliisi", "sv": "Polisen"}),
            Provider(id="vero", name={"fi": "Vero"}),
        ),
        services=(
            Service(id="passport", **own, card=CARD, channels=("counter", "remote")),
            Service(id="permit", **own, **services),
            Service(id="inside", **own, kiosk=False),
        ),
        queues=(Queue(id="p", name={"fi": "Luvat", "sv": "Tillstånd"}, series="P"),),
        counters=(CounterConfig(id="c1", label="1", name={"fi": "Tiski"}), CounterConfig(id="c2", label="2")),
        kiosks=(Kiosk(id="k1", printer="pr1"), Kiosk(id="k2", services=("permit",))),
        screens=(Screen(id="tv1", sound=True), Screen(id="tv2")),
        booths=(Booth(id="b1"),),
        printers=(Printer(id="pr1", link="sim"),),
        opening_hours=ALWAYS,
    )  # fmt: skip


def test_the_services_in_a_language_and_in_the_houses_where_a_text_is_missing() -> None:
    point = MemoryPoint(a_house())
    point.open("c1")
    point.take("permit")
    offered = views.services(point.state, point.config, point.ms, "sv")
    assert (offered["lang"], offered["seq"]) == ("sv", point.state.seq)
    [provider] = offered["providers"]
    assert (provider["id"], provider["name"]) == ("police", "Polisen")
    passport, permit = provider["services"]
    assert passport == {
        "id": "passport", "name": "Pass", "queue": "p", "open": True, "waiting": 1, "channels": ["counter", "remote"],
        "estimate": passport["estimate"],
        "card": {"bring": ["pass"], "instructions": "Kysy", "support": "0295", "valid_from": "2026-01-01",
                 "valid_to": "2026-12-31"},
    }  # fmt: skip
    assert passport["estimate"]["p50_s"] > 0 and passport["estimate"]["p80_s"] > passport["estimate"]["p50_s"]
    assert set(permit) == {"id", "name", "queue", "open", "waiting", "estimate", "channels"}
    english = views.services(point.state, point.config, point.ms, "en")["providers"][0]
    assert (english["name"], english["services"][0]["name"]) == ("Poliisi", "Passi")
    assert english["services"][0]["card"]["bring"] == ["passi"]


def test_a_card_may_say_nothing() -> None:
    point = MemoryPoint(a_house(card=Card()))
    permit = views.services(point.state, point.config, point.ms, "fi")["providers"][0]["services"][1]
    assert permit["card"] == {"bring": [], "instructions": None, "support": None, "valid_from": None, "valid_to": None}
    assert permit["estimate"] is None, "no counter is open"


@pytest.mark.parametrize(("kiosk", "offered"), [("", 2), ("k1", 2), ("k2", 1), ("gone", 2)])
def test_a_kiosk_offers_what_it_is_set_to_and_never_what_no_kiosk_may(kiosk: str, offered: int) -> None:
    found = [service.id for service in views.offered_at(a_house(), kiosk)]
    assert found == ["passport", "permit"][-offered:]


def test_a_closed_service_says_when_it_opens_unless_central_closed_it() -> None:
    point = MemoryPoint(a_house(hours={"mon": "12:00-13:00"}))

    def permit() -> views.View:
        return dict(views.services(point.state, point.config, point.ms, "fi")["providers"][0]["services"][1])

    assert (permit()["open"], permit()["opens_at"]) == (False, "2026-11-23T10:00:00.000Z")
    point.order("close_queue", {"queue": "p"})
    assert permit()["open"] is False and "opens_at" not in permit()
    point.order("open_queue", {"queue": "p"})
    assert permit()["open"] is True and "opens_at" not in permit()


def test_the_whole_point() -> None:
    point = MemoryPoint(a_house())
    point.open("c1")
    first, second = point.take("permit"), point.take("passport")
    point.later(5)
    point.call("c1")
    point.do(c.RaiseIncident(place="c1", kind="threat"))
    picture = the_point(point)
    assert picture == {
        "seq": point.state.seq, "epoch": "epoch", "point": "p", "business_date": "2026-11-23", "clock": "synced",
        "queues": [{"id": "p", "name": "Luvat", "waiting": [shown(point, second)]}],
        "counters": [
            {"id": "c1", "name": "Tiski", "state": "open",
             "advisor": {"id": "a-c1", "state": "available", "since": "2026-11-23T08:00:00.000Z"},
             "current": views.service_event(point.state, point.turn(first).id)},
            {"id": "c2", "name": "c2", "state": "closed", "advisor": None, "current": None},
        ],
        "called": [views.service_event(point.state, point.turn(first).id)],
        "kiosks": [{"id": "k1", "printer": "pr1"}, {"id": "k2", "printer": None}],
        "screens": [{"id": "tv1", "sound": True}, {"id": "tv2", "sound": False}],
        "booths": [{"id": "b1", "state": "free"}],
        "printers": [{"id": "pr1", "state": "unknown", "causes": [], "tier": None}],
        "incidents": [{"id": point.state.incidents.popitem()[0], "place": "c1", "kind": "threat", "state": "raised"}],
        "now": "2026-11-23T08:00:05.000Z",
    }  # fmt: skip


def test_before_the_first_day_there_is_no_business_date() -> None:
    point = MemoryPoint(a_house(), clock="unsynced")
    assert the_point(point)["business_date"] is None


def test_a_printer_is_unknown_until_it_has_said_what_it_is() -> None:
    point = MemoryPoint(a_house())
    assert views.printer(point.state, "pr1")["state"] == "unknown"
    point.do(c.ReportDevice(device="pr1", kind="printer", state="degraded", causes=("near_end",), simulated=True))
    assert views.printer(point.state, "pr1") == {
        "id": "pr1", "state": "degraded", "causes": ["near_end"], "tier": None, "simulated": True,
    }  # fmt: skip


def test_called_is_who_is_at_a_counter_now_the_newest_call_first() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1", "c3", "c4")
    for service in ("housing", "housing", "passport", "housing"):
        point.take(service)
    for counter in ("c1", "c3", "c4"):
        point.later(60)
        point.call(counter)
    point.later(60)
    point.do(c.Recall(counter="c1"))
    point.do(c.Hold(counter="c3"))
    assert [point.number(turn.id) for turn in views.called(point.state)] == ["K001", "P001"]
    assert desk(point, "c3")["current"] is None
    point.end("c4")
    assert [point.number(turn.id) for turn in views.called(point.state)] == ["K001"]


def test_who_is_served_is_still_on_the_board_and_a_held_one_is_not() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open()
    point.take()
    point.call()
    point.do(c.Start(counter="c1"))
    assert [point.number(turn.id) for turn in views.called(point.state)] == ["K001"]
    point.do(c.Hold(counter="c1"))
    assert views.called(point.state) == []


def test_a_counter_and_a_service_that_are_no_more_can_still_be_shown() -> None:
    point = MemoryPoint(config(hours=ALWAYS))
    point.open("c1")
    ticket = point.take()
    point.config = msgspec.structs.replace(point.config, services=(), counters=())
    assert shown(point, ticket)["estimate"] is None
    assert views.counter(point.state, point.config, "c1")["name"] == "c1"
