"""A stranger who has only the contract walks the whole path: kiosk, paper, counter, customer's page, central."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import pytest
from PIL import Image
from pyzbar.pyzbar import decode

from tests.system.stage import PATIENCE_S, Demo
from tests.system.stranger import Stranger, about, chained, luukku, papers, pieces, told, until

TICKET = {
    "id", "visit", "service_event", "series", "n", "number", "business_date", "queue", "service", "provider",
    "language", "state", "ahead", "estimate", "issued_at", "medium", "print", "code", "url",
}  # fmt: skip
SERVICE_EVENT = {
    "service_event", "visit", "ticket", "number", "service", "provider", "queue", "counter", "language", "state",
    "call", "waiting_ms", "called_at",
}  # fmt: skip
END = {"resolution": "first_contact", "guidance": "e_channel_shown"}
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


async def opened(client: Stranger, counter: str, **more: Any) -> None:
    await client.at(counter, "open", advisor=f"adv-{counter}", **more)


async def called(client: Stranger, counter: str, service: str, language: str = "fi") -> tuple[Any, Any]:
    """A fresh ticket, called to a counter that serves it: ticket and service event."""
    ticket = await client.take(service, language)
    turn = await client.at(counter, "call", ticket=ticket["id"])
    assert turn.keys() == SERVICE_EVENT and turn["state"] == "called" and turn["ticket"] == ticket["id"]
    return ticket, turn


def test_the_demo_leaves_its_credentials_for_the_owner_only(shared_demo: Demo) -> None:
    path = shared_demo.data / "demo-credentials.json"
    assert path.stat().st_mode & 0o777 == 0o600
    known = shared_demo.known()
    assert known.keys() >= {"point", "central", "sim", "tokens", "pids"}
    assert known["tokens"].keys() >= {"kiosk", "staff", "technician", "central", "box", "expert"}
    assert known["point"].endswith(f":{shared_demo.port}") and known["central"].endswith(f":{shared_demo.port + 10}")
    assert all(Path(f"/proc/{known['pids'][part]}").exists() for part in ("point", "central", "sim"))


async def test_services_are_offered_in_four_languages(client: Stranger) -> None:
    offers = {lang: await client.get("kiosk", f"/services?lang={lang}") for lang in ("fi", "sv", "en", "se")}
    ids = {lang: [s["id"] for p in offer["providers"] for s in p["services"]] for lang, offer in offers.items()}
    assert len(ids["fi"]) > 10 and all(ids[lang] == ids["fi"] for lang in ids)
    names = {lang: [s["name"] for p in offer["providers"] for s in p["services"]] for lang, offer in offers.items()}
    assert len({tuple(spoken) for spoken in names.values()}) == 4 and all(all(spoken) for spoken in names.values())
    for offer in offers.values():
        assert offer.keys() >= {"lang", "seq", "providers"}
        for service in (s for p in offer["providers"] for s in p["services"]):
            assert service.keys() >= {"id", "name", "queue", "open", "waiting", "estimate", "channels"}


async def test_a_ticket_is_taken_printed_with_proof_and_its_qr_leads_to_the_number(client: Stranger) -> None:
    ticket = await client.take("kela-asumistuki", "se", kiosk="main")
    assert ticket.keys() - {"counter"} == TICKET
    assert ticket["state"] == "waiting" and ticket["number"] == f"{ticket['series']}{ticket['n']:03d}"
    assert ticket["series"] == "K" and ticket["language"] == "se" and ticket["medium"] == "paper"
    ended = await client.printed(ticket["id"])
    assert ended["print"]["state"] == "confirmed" and ended["print"]["tier"] == "T1", ended["print"]

    async def out() -> Path | None:  # filed just after its cut
        return await asyncio.to_thread(paper_with, client.demo, ticket["url"])

    picture = await until(out, PATIENCE_S, "the paper of this ticket is out")
    assert picture.with_suffix(".bin").stat().st_size > 100
    assert ticket["url"].endswith(f"/t/{ticket['code']}")
    async with client.session.get(ticket["url"]) as page:
        assert page.status == 200 and page.content_type == "text/html"
    described = (await client.get("", "/openapi.json"))["paths"]
    data = next(path for path in described if path.endswith("/t/{code}"))
    own = await client.get("", data.removeprefix("/api/v1").replace("{code}", ticket["code"]))
    assert own["number"] == ticket["number"] and own["state"] == "waiting"


async def test_a_visit_goes_from_call_over_hold_and_transfer_to_its_end_and_feedback(client: Stranger) -> None:
    await opened(client, "1")
    await opened(client, "2")
    ticket, turn = await called(client, "1", "kela-elake")
    assert turn["call"] == 1
    assert (await client.at("1", "recall"))["call"] == 2
    assert (await client.at("1", "start"))["state"] == "serving"
    assert (await client.at("1", "hold"))["state"] == "held"
    assert (await client.at("1", "resume"))["state"] == "serving"
    moved = await client.at("1", "transfer", to={"service": "vero-verokortti"}, position="first")
    assert moved["visit"] == turn["visit"] and moved["number"] == ticket["number"]
    assert moved["service_event"] != turn["service_event"] and moved["queue"] == "vero" and moved["state"] == "waiting"
    again = await client.at("2", "call-next")
    assert again["service_event"] == moved["service_event"] and again["call"] == 1
    done = await client.at("2", "end", **END, delivered=[{"service": "vero-verokortti", "qty": 2}])
    assert done["state"] == "done" and (await client.ticket(ticket["id"]))["state"] == "done"
    score = {"score": 5, "service_event": done["service_event"], "question": "overall", "language": "fi"}
    headers = {"Authorization": f"Bearer {ticket['code']}", "Idempotency-Key": f"fb-{ticket['id']}"}
    async with client.session.post(f"{client.urls['point']}/api/v1/feedback", json=score, headers=headers) as given:
        assert given.status in {200, 201}, await given.text()
    await client.at("1", "close")
    await client.at("2", "close")
    events = await client.journal()
    assert [(e["name"], e["data"].get("cause") or e["data"].get("outcome") or e["data"].get("at"))
            for e in about(events, service_event=turn["service_event"])
            if e["name"].startswith("service.") and e["name"] != "service.announced"] == [
        ("service.queued", "initial"), ("service.called", None), ("service.called", None),
        ("service.started", "explicit"), ("service.held", "advisor"), ("service.resumed", "advisor"),
        ("service.ended", "transferred"),
    ]  # fmt: skip
    second = about(events, service_event=done["service_event"])
    assert [e["name"] for e in second if e["name"] != "service.announced"] == [
        "service.queued", "service.called", "service.started", "service.ended", "feedback.given"
    ]  # fmt: skip
    queued, _, started, ended, feedback = (e["data"] for e in second if e["name"] != "service.announced")
    assert queued["cause"] == "transfer" and queued["n"] == 2 and started["at"] == "inferred"
    assert ended["delivered"] == [{"service": "vero-verokortti", "qty": 2}] and ended["outcome"] == "served"
    assert feedback["score"] == 5 and feedback["provider"] == "vero"
    over = next(e for e in about(events, visit=ticket["visit"]) if e["name"] == "visit.ended")
    assert over["data"]["outcome"] == "served" and over["data"]["service_events"] == 2


async def test_one_visit_takes_several_services_one_after_another(client: Stranger) -> None:
    await opened(client, "4")
    ticket = await client.take("dvv-muutto", "sv", also=["dvv-nimi"])
    await client.at("4", "call", ticket=ticket["id"])
    await client.at("4", "start")
    await client.at("4", "end", **END)
    following = await client.ticket(ticket["id"])
    assert following["state"] == "waiting" and following["service"] == "dvv-nimi"
    assert following["number"] == ticket["number"] and following["service_event"] != ticket["service_event"]
    await client.at("4", "call", ticket=ticket["id"])
    await client.at("4", "start")
    await client.at("4", "end", **END, next="dvv-todistus")
    assert (await client.ticket(ticket["id"]))["service"] == "dvv-todistus"
    await client.at("4", "call", ticket=ticket["id"])
    await client.at("4", "end", **END)
    await client.at("4", "close")
    causes = [e["data"]["cause"] for e in about(await client.journal(), visit=ticket["visit"])
              if e["name"] == "service.queued"]  # fmt: skip
    assert causes == ["initial", "additional", "additional"]


async def test_a_no_show_is_ended_and_may_still_be_called_when_late(client: Stranger) -> None:
    await opened(client, "4")
    ticket, turn = await called(client, "4", "poliisi-passi")
    assert (await client.at("4", "no-show"))["state"] == "no_show"
    late = await client.at("4", "call", ticket=ticket["id"])
    assert late["visit"] == turn["visit"] and late["number"] == ticket["number"]
    assert late["service_event"] != turn["service_event"]
    await client.at("4", "start")
    await client.at("4", "end", **END)
    await client.at("4", "close")


async def test_refusals_have_the_names_of_the_contract(client: Stranger) -> None:
    async def problem(path: str, body: Any = None, role: str = "staff", **more: Any) -> tuple[int, str]:
        said = await client.ask(role, "POST", path, body if body is not None else {}, **more)
        return said.status, said.problem

    assert (await problem("/counters/3/call-next"))[1] == "counter-not-open"
    await opened(client, "3")
    assert (await problem("/counters/3/start"))[1] == "wrong-state"
    await called(client, "3", "kunta-pysakointi")
    await client.at("3", "start")
    assert (await problem("/counters/3/call-next"))[1] == "counter-busy"
    await client.at("3", "end", **END)
    await client.at("3", "close")
    wish = {"service": "nothing-such", "language": "fi"}
    assert (await problem("/tickets", wish, "kiosk"))[1] == "unknown-service"
    assert (await problem("/tickets/t-none/cancel", {}, "kiosk"))[1] == "unknown-ticket"
    assert await problem("/tickets", {"service": "neuvonta", "language": "fi"}, "kiosk", key="") == (
        400,
        "idempotency-key-missing",
    )
    assert await problem("/tickets", {"service": "neuvonta", "language": "fi"}, "technician") == (403, "forbidden")
    assert (await problem("/tickets", {"service": "neuvonta"}, "kiosk"))[1] == "invalid"
    assert await problem("/counters/1/call-next", {}, "kiosk") == (403, "forbidden")
    foreign = {"Origin": "https://evil.example", "Authorization": f"Bearer {client.tokens['staff']}"}
    async with client.session.post(
        f"{client.urls['point']}/api/v1/counters/1/call-next", json={}, headers=foreign | {"Idempotency-Key": "o"}
    ) as said:
        assert said.status == 403
    async with client.session.get(f"{client.urls['point']}/api/v1/services", headers={"Host": "evil.example"}) as said:
        assert said.status == 403


async def test_nobody_waits_is_204(client: Stranger) -> None:
    await opened(client, "3", services=["tyo-tyonhaku"])
    assert await client.at("3", "call-next", 204) is None
    await client.at("3", "close")


async def test_the_same_key_gives_the_same_answer_and_another_body_a_conflict(client: Stranger) -> None:
    wish = {"service": "kunta-asiakirja", "language": "en"}
    first = await client.ask("kiosk", "POST", "/tickets", wish, "stranger-1")
    second = await client.ask("kiosk", "POST", "/tickets", dict(reversed(wish.items())), "stranger-1")
    assert first.status == second.status == 201 and first.body == second.body
    other = await client.ask("kiosk", "POST", "/tickets", wish | {"language": "fi"}, "stranger-1")
    assert (other.status, other.problem) == (409, "idempotency-conflict")
    issued = [e for e in told(await client.journal(), "ticket.issued") if e["data"]["ticket"] == first.json["id"]]
    assert len(issued) == 1
    cancelled = await client.do("kiosk", f"/tickets/{first.json['id']}/cancel")
    assert cancelled["state"] == "cancelled"


async def test_an_appointment_is_put_checked_in_served_and_another_deleted(client: Stranger) -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    slot = {"provider": "vero", "service": "vero-veroilmoitus", "channel": "counter",
            "start": (now + timedelta(minutes=5)).isoformat(),
            "end": (now + timedelta(minutes=35)).isoformat()}  # fmt: skip
    put = await client.ask("staff", "PUT", "/appointments/a-1", slot | {"rev": 1, "code": "ABCD2345"})
    assert put.status in {200, 201}, put
    older = await client.ask("staff", "PUT", "/appointments/a-1", slot | {"rev": 0, "code": "ABCD2345"})
    assert older.problem == "wrong-state"
    ticket = await client.do("kiosk", "/appointments/ABCD2345/check-in", {}, 201)
    assert ticket["service"] == "vero-veroilmoitus" and ticket.keys() - {"counter"} == TICKET
    twice = await client.ask("kiosk", "POST", "/appointments/ABCD2345/check-in", {})
    assert twice.problem == "wrong-state"
    await client.ask("staff", "PUT", "/appointments/a-2", slot | {"rev": 1, "code": "WXYZ6789"})
    assert (await client.ask("staff", "DELETE", "/appointments/a-2")).status in {200, 204}
    gone = await client.ask("kiosk", "POST", "/appointments/WXYZ6789/check-in", {})
    assert gone.status == 404 and gone.problem
    changes = [e["data"] for e in told(await client.journal(), "appointment.changed")]
    states = [(data["appointment"], data["state"]) for data in changes if data["appointment"] in {"a-1", "a-2"}]
    assert states == [("a-1", "booked"), ("a-1", "checked_in"), ("a-2", "booked"), ("a-2", "cancelled")]
    created = next(e for e in about(await client.journal(), visit=ticket["visit"]) if e["name"] == "visit.created")
    assert created["data"]["entry"] == "check_in" and created["data"]["appointment"] == "a-1"
    await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")


async def test_a_silent_alarm_is_raised_acknowledged_and_cleared(client: Stranger) -> None:
    raised = await client.ask("staff", "POST", "/incidents", {"place": "counter-3", "kind": "threat"})
    assert raised.status in {200, 201}, raised
    id_ = raised.json.get("incident") or raised.json["id"]
    await client.do("staff", f"/incidents/{id_}/acknowledge")
    await client.do("staff", f"/incidents/{id_}/clear")
    names = [e["name"] for e in about(await client.journal(), incident=id_)]
    assert names == ["incident.raised", "incident.acknowledged", "incident.cleared"]


async def test_activity_and_work_outside_the_queue_are_told(client: Stranger) -> None:
    await opened(client, "3")
    await client.at("3", "activity", activity="break", reason="lunch")
    await client.at("3", "activity", activity="available")
    worked = {"provider": "kunta", "service": "kunta-asiakirja", "minutes": 20, "channel": "e_service"}
    await client.do("staff", "/work", worked)
    await client.at("3", "close")
    events = await client.journal()
    moves = [(e["data"]["from"], e["data"]["to"], e["data"]["at"]) for e in told(events, "advisor.state_changed")
             if e["data"]["counter"] == "3"]  # fmt: skip
    assert moves[-2:] == [("available", "break", "explicit"), ("break", "available", "explicit")]
    assert told(events, "work.recorded")[-1]["data"] == worked


async def test_the_state_shows_the_whole_point(client: Stranger) -> None:
    state = await client.get("staff", "/state")
    assert state.keys() >= {
        "seq", "epoch", "point", "business_date", "clock", "queues", "counters", "called", "kiosks", "screens",
        "booths", "printers",
    }  # fmt: skip
    assert all(queue.keys() >= {"id", "name", "waiting"} for queue in state["queues"])
    assert all(counter.keys() >= {"id", "name", "state", "advisor", "current"} for counter in state["counters"])

    async def well() -> Any:  # a busy machine may just have thought that it does not answer
        lobby = next(one for one in (await client.get("staff", "/state"))["printers"] if one["id"] == "lobby")
        return lobby if lobby["state"] == "ready" else None

    printer = await until(well, PATIENCE_S, "the printer is ready")
    assert printer["causes"] == [] and printer["tier"] in {"T1", None}  # None: no proof since its link was new
    lobby = next(d for d in (await client.get("technician", "/devices"))["devices"] if d["id"] == "lobby")
    assert lobby["simulated"] is True


async def test_the_stream_gives_a_snapshot_its_changes_and_a_heartbeat_each_second(client: Stranger) -> None:
    headers = {"Authorization": f"Bearer {client.tokens['kiosk']}"}
    url = f"{client.urls['point']}/api/v1/stream?view=kiosk&id=main"
    async with client.session.ws_connect(url, headers=headers) as page:
        snap = await page.receive_json(timeout=PATIENCE_S)
        assert snap["t"] == "snap" and snap.keys() >= {"epoch", "seq", "state"}
        ticket = await client.take("kela-liite")
        delta = await heard(page, "delta")
        assert delta["from"] == snap["seq"] < delta["seq"] and "patch" in delta
        known = delta["seq"]
        beats = [await heard(page, "hb", lambda m: known_grows(m, known)) for _ in range(3)]
        assert all(beat.keys() >= {"seq", "time"} for beat in beats)
    async with client.session.ws_connect(f"{url}&since={delta['seq']}", headers=headers) as page:
        first = await page.receive_json(timeout=PATIENCE_S)
        assert first["t"] in {"delta", "snap"} and (first["t"] == "snap" or first["from"] == delta["seq"])
    await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")


async def test_the_tv_shows_a_call_and_the_journal_says_when(client: Stranger) -> None:
    await opened(client, "2")
    async with tv(client) as page:
        await page.receive_json(timeout=PATIENCE_S)
        ticket, turn = await called(client, "2", "dvv-nimi")
        shown = await heard(page, "delta", lambda m: ticket["number"] in json.dumps(m["patch"].get("called", "")))
        await page.send_json({"t": "shown", "seq": shown["seq"]})

        async def announced() -> Any:
            found = about(await client.journal(), service_event=turn["service_event"], medium="tv")
            return found[0]["data"] if found else None

        said = await until(announced, PATIENCE_S, "service.announced by the TV")
        assert said["device"] == "lobby" and 0 <= said["latency_ms"] < PATIENCE_S * 1000
    await client.at("2", "no-show")
    await client.at("2", "close")


async def test_every_event_is_valid_chained_and_the_same_at_central_and_on_the_command_line(client: Stranger) -> None:
    await client.printed((await client.take("neuvonta"))["id"])
    events = await client.central_has_all()
    chained(events)
    schema = json.loads(await luukku("schema", "events"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    for event in map(json.loads, events):
        one = {"$ref": f"#/$defs/event.{event['type'].removeprefix('luukku.').removesuffix('.v1')}"}
        validator({"$defs": schema["$defs"], **one}).validate(event)
        assert event["specversion"] == "1.0" and event["source"].startswith("/points/sodankyla/journals/")
    listed = (await luukku("events", "--data", str(client.demo.data), "--json")).splitlines()
    assert listed[: len(events)] == events
    page = await client.ask("technician", "GET", "/events?after=2&limit=3")
    assert pieces(page.body) == events[2:5] and page.json["next"] == 5


async def test_the_order_of_events_tells_how_it_was(client: Stranger) -> None:
    ticket = await client.take("vero-verokortti", "en")
    await client.printed(ticket["id"])
    events = await client.journal()
    own = [
        e for e in told(events) if e["data"].get("visit") == ticket["visit"] or e["data"].get("ticket") == ticket["id"]
    ]
    names = [e["name"] for e in own]
    assert names[:3] in (
        ["visit.created", "service.queued", "ticket.issued"],
        ["visit.created", "ticket.issued", "service.queued"],
    )
    assert names[3:] == ["ticket.print_started", "ticket.print_result"]
    issued = next(e for e in own if e["name"] == "ticket.issued")
    assert issued["actor"] == "kiosk:main" and issued["businessdate"] == ticket["business_date"]
    assert {"visit", "ticket", "service_event", "series", "n", "number", "business_date", "queue", "ahead", "estimate",
            "medium", "code_hash"} == issued["data"].keys()  # fmt: skip
    assert ticket["code"] not in json.dumps(told(events))
    assert own[-1]["data"].keys() == {"ticket", "job", "device", "attempt", "copy", "result", "tier", "cause", "ms"}
    await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")


async def heard(page: aiohttp.ClientWebSocketResponse, kind: str, wanted: Any = lambda _: True) -> Any:
    """The next message of a kind that is wanted."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = await page.receive_json()
            if message["t"] == kind and wanted(message):
                return message


def known_grows(message: Any, known: int) -> bool:
    return bool(message["seq"] >= known)


def tv(client: Stranger) -> Any:
    """The info-TV's stream, signed in as the demo signs its pages in."""
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def opened_tv() -> Any:
        point = client.urls["point"]
        async with client.session.get(f"{point}/tv/lobby") as page:
            cookies = {name: morsel.value for name, morsel in page.cookies.items()}
        url = f"{point}/api/v1/stream?view=tv&id=lobby"
        headers = {"Origin": point, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        async with client.session.ws_connect(url, headers=headers) as stream:
            yield stream

    return opened_tv()


def paper_with(demo: Demo, qr: str) -> Path | None:
    """The piece of paper whose QR code says this."""
    for picture in papers(demo):
        with Image.open(picture) as image:
            if any(code.data.decode() == qr for code in decode(image)):
                return picture
    return None
