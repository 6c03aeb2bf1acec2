"""The contract's request table, row by row: method, path, role, body, answer, status; and what each refuses.

`rig.Point.ask` holds every answer against the OpenAPI document besides.
"""

from pathlib import Path
from typing import Any

import msgspec

from tests.web.rig import Point, point, says, until

DAY = "2026-11-23"
BOOKING = {"rev": 1, "provider": "kela", "service": "asumistuki", "start": f"{DAY}T08:30:00Z",
           "end": f"{DAY}T09:00:00Z", "channel": "counter", "code": "KOODI-1"}  # fmt: skip
DONE = {"resolution": "first_contact", "guidance": "none"}


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Exactly the members of the contract."""


class ServiceRow(Strict, kw_only=True):
    id: str
    name: str
    queue: str
    open: bool
    waiting: int
    estimate: dict[str, int] | None
    channels: list[str]
    opens_at: str | None = None
    card: dict[str, Any] | None = None


class ProviderRow(Strict, kw_only=True):
    id: str
    name: str
    services: list[ServiceRow]


class Services(Strict, kw_only=True):
    lang: str
    seq: int
    providers: list[ProviderRow]


class QueueRow(Strict, kw_only=True):
    id: str
    name: str
    waiting: list[dict[str, Any]]


class PrinterRow(Strict, kw_only=True):
    id: str
    state: str
    causes: list[str]
    tier: str | None


class State(msgspec.Struct, kw_only=True):
    seq: int
    epoch: str
    point: str
    business_date: str
    clock: str
    queues: list[QueueRow]
    counters: list[dict[str, Any]]
    called: list[dict[str, Any]]
    kiosks: list[dict[str, Any]]
    screens: list[dict[str, Any]]
    booths: list[dict[str, Any]]
    printers: list[PrinterRow]


class DeviceRow(Strict, kw_only=True):
    id: str
    kind: str
    type: str | None
    link: str | None
    desired: str
    actual: str
    causes: list[str]
    since: str
    tier: str | None
    simulated: bool
    last_test: dict[str, Any] | None


class Devices(Strict, kw_only=True):
    devices: list[DeviceRow]
    unknown: list[dict[str, str]]


TICKET = {"id", "visit", "service_event", "series", "n", "number", "business_date", "queue", "service", "provider",
          "language", "state", "ahead", "estimate", "issued_at", "medium", "print", "code", "url"}  # fmt: skip
TURN = {"service_event", "visit", "ticket", "number", "service", "provider", "queue", "counter", "language", "state",
        "call", "waiting_ms", "called_at"}  # fmt: skip


async def test_services_in_one_language_with_opening_waiting_and_card(here: Point) -> None:
    await here.take()
    for role in ("kiosk", "staff"):
        told = msgspec.json.decode((await here.get("/services?lang=sv", role=role)).body, type=Services)
        assert (told.lang, told.seq) == ("sv", here.site.state.seq)
        first, *_ = told.providers
        assert (first.id, first.name, first.services[0].name) == ("kela", "FPA", "Bostadsbidrag")
        assert (first.services[0].waiting, first.services[0].open) == (1, True)
        assert first.services[0].card is not None
        closed = next(s for p in told.providers for s in p.services if s.id == "aamu")
        assert (closed.open, closed.opens_at) == (False, "2026-11-30T06:00:00.000Z")
    says(await here.get("/services?lang=xx", role="kiosk"), "invalid", "fi, sv, en, se")


async def test_a_ticket_is_what_the_contract_says_and_can_be_looked_at(here: Point) -> None:
    wish = {"service": "asumistuki", "language": "sv", "also": ["verokortti"]}
    answer = await here.post("/tickets", wish, role="kiosk", id_="side")
    ticket = answer.json
    assert answer.status == 201
    assert set(ticket) == TICKET
    assert (ticket["number"], ticket["series"], ticket["n"], ticket["business_date"]) == ("K001", "K", 1, DAY)
    assert (ticket["state"], ticket["ahead"], ticket["language"], ticket["medium"]) == ("waiting", 0, "sv", "screen")
    assert ticket["url"] == f"https://jono.example.fi/t/{ticket['code']}"
    assert len(ticket["code"]) == 16
    for role in ("kiosk", "staff"):
        assert (await here.get(f"/tickets/{ticket['id']}", role=role)).json == ticket
    says(await here.get("/tickets/t-none-1"), "unknown-ticket", "t-none-1")
    papered = await here.take()
    assert (papered["medium"], papered["print"]["state"]) == ("paper", "requested")


async def test_a_ticket_given_back_is_cancelled_and_stays_so(here: Point) -> None:
    ticket = await here.take()
    assert (await here.do(f"/tickets/{ticket['id']}/cancel"))["state"] == "cancelled"
    says(await here.post(f"/tickets/{ticket['id']}/cancel"), "wrong-state", ticket["number"])
    says(await here.post("/tickets/t-none-1/cancel"), "unknown-ticket")
    says(await here.post("/tickets/t-none-1/reprint"), "unknown-ticket")
    says(await here.post(f"/tickets/{(await here.take())['id']}/reprint"), "wrong-state", "being printed")


async def test_an_appointment_is_put_changed_checked_in_and_deleted(here: Point) -> None:
    assert (await here.ask("PUT", "/appointments/a1", BOOKING)).json["id"] == "a1"
    assert (await here.ask("PUT", "/appointments/a1", BOOKING)).status == 200, "the same revision again"
    newer = BOOKING | {"rev": 3, "room": "sininen"}
    assert (await here.ask("PUT", "/appointments/a1", newer)).status == 200
    says(await here.ask("PUT", "/appointments/a1", BOOKING), "wrong-state", "revision 3")
    ticket = await here.post("/appointments/koodi-1/check-in", {"language": "en"}, role="kiosk")
    assert (ticket.status, ticket.json["number"], ticket.json["language"]) == (201, "K001", "en")
    says(await here.post("/appointments/KOODI-1/check-in", {"language": "en"}, role="kiosk"), "wrong-state")
    says(await here.post("/appointments/NOBODY/check-in", role="kiosk"), "unknown-ticket")
    assert (await here.ask("PUT", "/appointments/a2", BOOKING | {"code": "KOODI-2"})).status == 200
    assert (await here.ask("DELETE", "/appointments/a2")).json["id"] == "a2"
    says(await here.post("/appointments/KOODI-2/check-in", role="kiosk"), "unknown-ticket")
    says(await here.ask("DELETE", "/appointments/a3"), "unknown-ticket", "a3")
    says(await here.ask("DELETE", "/appointments/a1"), "wrong-state", "checked_in")


async def test_an_appointment_that_cannot_be_is_refused_and_leaves_no_word_in_the_journal(here: Point) -> None:
    seq = here.site.state.seq
    for change in ({"start": "0001-01-01T00:00:00+14:00"}, {"end": "9999-12-31T23:59:59-14:00"}, {"start": DAY},
                   {"start": BOOKING["end"], "end": BOOKING["start"]}, {"provider": "vero"}, {"code": "å"},
                   {"rev": -1}, {"channel": "fax"}, {"start": "x" * 41}):  # fmt: skip
        says(await here.ask("PUT", "/appointments/a1", BOOKING | change), "invalid")
    for name in ("Matti%20Meik%C3%A4l%C3%A4inen", "%00", "a" * 81, "a%0Ab", "%E2%80%AE"):
        says(await here.ask("PUT", f"/appointments/{name}", BOOKING), "invalid")
    says(await here.ask("PUT", "/appointments/a1", BOOKING | {"service": "none"}), "unknown-service")
    assert here.site.state.seq == seq


async def test_a_counters_day_from_open_to_close(here: Point) -> None:
    first, second, third = await here.take(), await here.take(), await here.take()
    opened = await here.do("/counters/1/open", {"advisor": "a7", "languages": ["fi", "sv"]})
    assert (opened["id"], opened["state"], opened["advisor"]["id"]) == ("1", "open", "a7")
    called = await here.do("/counters/1/call-next")
    assert set(called) == TURN
    assert (called["number"], called["state"], called["call"], called["counter"]) == (first["number"], "called", 1, "1")
    assert (await here.do("/counters/1/recall"))["call"] == 2
    assert (await here.do("/counters/1/start", {"service_event": called["service_event"]}))["state"] == "serving"
    assert (await here.do("/counters/1/hold"))["state"] == "held"
    assert (await here.do("/counters/1/resume", {"service_event": called["service_event"]}))["state"] == "serving"
    ended = await here.do("/counters/1/end", DONE | {"delivered": [{"service": "asumistuki", "qty": 2}]})
    assert ended["state"] == "done"
    assert (await here.do("/counters/1/call", {"ticket": third["id"]}))["number"] == third["number"]
    assert (await here.do("/counters/1/no-show"))["state"] == "no_show"
    assert (await here.do("/counters/1/call", {"ticket": third["id"]}))["call"] == 1, "a no-show may come late"
    moved = await here.do("/counters/1/transfer", {"to": {"queue": "vero"}, "position": "first", "return": True})
    assert (moved["number"], moved["state"]) == (third["number"], "waiting"), "the new service event"
    assert moved["service_event"] != third["service_event"]
    assert (await here.get(f"/tickets/{third['id']}")).json["queue"] == "vero"
    assert (await here.do("/counters/1/activity", {"activity": "break", "reason": "coffee"}))["state"] == "open"
    await here.do("/counters/1/activity", {"activity": "available"})
    assert (await here.do("/counters/1/close"))["state"] == "closed"
    assert (await here.get(f"/tickets/{second['id']}")).json["ahead"] == 0


async def test_the_next_service_of_the_visit_follows_under_the_same_number(here: Point) -> None:
    ticket = await here.take()
    await here.open()
    await here.do("/counters/1/call-next")
    await here.do("/counters/1/end", DONE | {"next": "verokortti"})
    now = (await here.get(f"/tickets/{ticket['id']}")).json
    assert (now["number"], now["service"], now["state"]) == (ticket["number"], "verokortti", "waiting")
    assert now["service_event"] != ticket["service_event"]


async def test_nobody_waits_is_204_without_a_body(here: Point) -> None:
    await here.open()
    answer = await here.post("/counters/1/call-next")
    assert (answer.status, answer.body) == (204, b"")
    assert "Content-Type" not in answer.headers


async def test_work_and_feedback_and_the_silent_alarm(here: Point) -> None:
    work = {"provider": "kela", "service": "elake", "minutes": 15, "channel": "remote"}
    assert (await here.post("/work", work)).status == 200
    says(await here.post("/work", work | {"provider": "vero"}), "invalid", "kela")
    says(await here.post("/work", work | {"minutes": 0}), "invalid", "$.minutes")
    ticket = await here.take()
    feedback = {"score": 4, "question": "satisfaction", "language": "fi", "service_event": ticket["service_event"]}
    assert (await here.post("/feedback", feedback, role="kiosk")).status == 200
    says(await here.post("/feedback", feedback | {"score": 6}, role="kiosk"), "invalid", "$.score")
    raised = [await here.post("/incidents", {"place": "counter-1"}, role=role) for role in ("panic", "staff")]
    incident = raised[0].json["id"]
    assert [answer.json["id"] for answer in raised] == [incident, incident], "one alarm a place"
    for step in ("acknowledge", "clear"):
        assert (await here.do(f"/incidents/{incident}/{step}"))["id"] == incident
    says(await here.post(f"/incidents/{incident}/clear"), "wrong-state")


async def test_state_tells_the_whole_point(here: Point) -> None:
    await here.open()
    await here.take()
    await here.take("verokortti")
    await here.do("/counters/1/call-next")
    for role in ("staff", "technician"):
        told = msgspec.json.decode((await here.get("/state", role=role)).body, type=State)
        assert (told.point, told.business_date, told.clock, told.seq) == ("testi", DAY, "synced", here.site.state.seq)
        assert [len(queue.waiting) for queue in told.queues] == [0, 1]
        assert set(told.queues[1].waiting[0]) >= TICKET - {"code", "url"}
        assert [set(turn) for turn in told.called] == [TURN]
        assert [counter["state"] for counter in told.counters] == ["open", "closed"]
        assert told.counters[0]["current"]["number"] == "K001"
        assert [len(part) for part in (told.kiosks, told.screens, told.booths, told.printers)] == [2, 2, 1, 1]


async def test_devices_say_what_they_should_be_and_are_and_can_be_tried(tmp_path: Path) -> None:
    async with point(tmp_path, devices=True) as real:
        await until(lambda: real.site.state.devices["lobby"].state == "ready")
        tried = (await real.post("/devices/lobby/test", role="technician")).json
        assert (tried["id"], tried["state"], tried["ok"], tried["tier"]) == ("lobby", "ready", True, "T1")
        told = msgspec.json.decode((await real.get("/devices", role="technician")).body, type=Devices)
        row = told.devices[0]
        assert (row.id, row.kind, row.link, row.desired, row.actual) == ("lobby", "printer", "sim", "ready", "ready")
        assert (row.simulated, row.tier) == (True, "T1")
        assert row.last_test is not None and (row.last_test["ok"], row.last_test["at"]) == (True, tried["at"])
        says(await real.post("/devices/none/test", role="technician"), "not-found", "none")


async def test_login_names_the_role_and_the_surface(here: Point) -> None:
    told = await here.post("/login", {"token": here.token("kiosk", "side")}, role=None, key=None)
    assert told.json == {"role": "kiosk", "id": "side"}
    says(await here.post("/login", {"token": "wrong-wrong"}, role=None, key=None), "forbidden")
    says(await here.post("/login", {}, role=None, key=None), "invalid", "token")


async def test_health_readiness_and_figures_are_local_and_plain(here: Point) -> None:
    async def local(path: str) -> tuple[int, str]:
        async with here.http.get(here.url + path) as answer:
            return answer.status, await answer.text()

    assert await local("/healthz") == (200, '{"status":"ok"}')
    assert await local("/readyz") == (200, '{"ready":true,"reasons":[]}')
    await here.take()
    status, text = await local("/metrics")
    assert status == 200
    assert 'luukku_waiting{queue="kela"} 1.0' in text
    assert f"luukku_journal_seq {float(here.site.state.seq)}" in text


async def test_the_customers_own_page_tells_their_place_by_the_code_alone(here: Point) -> None:
    ticket = await here.take()
    told = (await here.get(f"/t/{ticket['code']}", role=None)).json
    assert (told["number"], told["state"], told["ahead"]) == (ticket["number"], "waiting", 0)
    assert told["bring"] == {"fi": ["Vuokrasopimus"]}
    says(await here.get(f"/t/{ticket['code'][:-1]}", role=None), "unknown-ticket")
    drawn = await here.get(f"/qr.svg?ticket={ticket['id']}", role="kiosk")
    assert (drawn.status, drawn.headers["Content-Type"]) == (200, "image/svg+xml")
    says(await here.get("/qr.svg", role="kiosk"), "unknown-ticket")


async def test_the_demos_day_begins_changes_speed_and_ends(shown: Point) -> None:
    assert (await shown.post("/demo/day", {"speed": 300})).json["running"] is True
    says(await shown.post("/demo/day", {"speed": 601}), "invalid", "$.speed")
    assert (await shown.ask("DELETE", "/demo/day")).json == {"running": False}
