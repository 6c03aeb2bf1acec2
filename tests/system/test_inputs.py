"""Buttons, keypad and code reader of the real demo: fingers at the simulators' door, what they do at the point's."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.system.stage import PATIENCE_S
from tests.system.stranger import Stranger, about, stranger, told, until

PERSON = "".join(["1310", "52", "-", "308", "T"])
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


async def finger(client: Stranger, path: str, body: Any, status: int = 200) -> Any:
    said = await client.ask("", "POST", path, body, to="sim", base="")
    assert said.status == status, said
    return said.json


@asynccontextmanager
async def kiosk_stream(client: Stranger) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    headers = {"Authorization": f"Bearer {client.tokens['kiosk']}"}
    url = f"{client.urls['point']}/api/v1/stream?view=kiosk&id=main"
    async with client.session.ws_connect(url, headers=headers) as page:
        assert json.loads(await page.receive_str(timeout=PATIENCE_S))["t"] == "snap"
        yield page


async def next_told(page: aiohttp.ClientWebSocketResponse) -> Any:
    """The next message that is neither state nor heartbeat."""
    async with asyncio.timeout(PATIENCE_S):
        while (message := json.loads(await page.receive_str()))["t"] in {"snap", "delta", "hb"}:
            pass
    return message


@pytest.fixture
async def at_counter(client: Stranger) -> AsyncIterator[Stranger]:
    """Counter 1 is open, and closed again afterwards with nobody left at it."""
    await client.at("1", "open", advisor="a7")
    yield client
    for one in (await client.get("staff", "/state"))["called"]:
        if one["counter"] == "1":
            await client.at("1", "end", resolution="first_contact", guidance="none")
    await client.at("1", "close")


async def test_a_press_of_the_call_button_calls_a_customer_that_everybody_sees(at_counter: Stranger) -> None:
    client = at_counter
    ticket = await client.take("kela-liite")
    await finger(client, "/panels/call-1/press", {})

    async def called() -> Any:
        state = await client.get("staff", "/state")
        return next((one for one in state["called"] if one["counter"] == "1"), None)

    turn = await until(called, PATIENCE_S, "a customer is called to counter 1")
    assert turn["state"] == "called" and turn["call"] == 1
    [event] = [one for one in about(await client.journal(), service_event=turn["service_event"])
               if one["name"] == "service.called"]  # fmt: skip
    assert event["actor"] == "counter:1"
    if turn["ticket"] != ticket["id"]:
        await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")


async def test_a_tickets_qr_before_the_reader_is_that_ticket_at_the_kiosk_and_its_keypad_is_heard_there(
    client: Stranger,
) -> None:
    ticket = await client.take("vero-verokortti")
    async with kiosk_stream(client) as page:
        for text in (ticket["url"], ticket["code"]):
            await finger(client, "/scanners/reader-main/scan", {"text": text})
            scanned = await next_told(page)
            assert scanned == {"t": "scan", "kind": "ticket", "code": ticket["code"], "ticket": ticket["id"]}
        for key in ("7", "enter", "volume_up"):
            await finger(client, "/panels/keypad-main/press", {"key": key, "hold_ms": 1})
            assert await next_told(page) == {"t": "key", "key": key}
    await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")


async def test_a_kela_card_before_the_reader_leaves_no_trace_in_any_file_of_the_demo(client: Stranger) -> None:
    async with kiosk_stream(client) as page:
        await finger(client, "/scanners/reader-main/scan", {"text": PERSON})
        assert await next_told(page) == {"t": "scan", "kind": "unknown"}

    async def files() -> list[bytes]:  # with the log's own word of it
        found = await asyncio.to_thread(client_files, client)
        return found if any(b"a code was not recognised" in data for data in found) else []

    found = await until(files, PATIENCE_S, "what was scanned is in the log, as no code")
    assert [len(data) for data in found if PERSON.encode() in data or PERSON.replace("-", "").encode() in data] == []


def client_files(client: Stranger) -> list[bytes]:
    """Journals, plans and papers, and the log of all three processes."""
    own = [path for path in client.demo.data.rglob("*") if path.is_file()]
    return [path.read_bytes() for path in (*own, client.demo.log)]


async def test_the_panic_button_raises_a_silent_incident_at_its_counter(client: Stranger) -> None:
    await finger(client, "/panels/alarm-1/press", {"key": "other"})

    async def raised() -> Any:
        return (await client.get("staff", "/state"))["incidents"]

    [incident] = await until(raised, PATIENCE_S, "the incident is raised")
    assert (incident["place"], incident["state"]) == ("1", "raised")
    [event] = about(await client.journal(), incident=incident["id"])
    assert event["actor"] == "device:alarm-1"
    await client.do("staff", f"/incidents/{incident['id']}/clear")


async def test_the_simulators_say_what_they_have_and_what_is_no_press(client: Stranger) -> None:
    panels = (await client.get("", "/panels", to="sim", base=""))["panels"]
    assert {one["id"]: one["kind"] for one in panels} == {
        "call-1": "call_button", "keypad-main": "keypad", "alarm-1": "panic", "leave-1": "leave",
    }  # fmt: skip
    assert all(one["simulated"] and one["connected"] for one in panels)
    for path, body, status in (
        ("/panels/nothing/press", {}, 404),
        ("/panels/reader-main/press", {}, 404),
        ("/panels/call-1/press", {"key": "any"}, 400),
        ("/panels/call-1/press", {"hold_ms": -1}, 400),
        ("/scanners/reader-main/scan", {"text": 5}, 400),
        ("/scanners/reader-main/scan", {"text": "漢字"}, 400),
        ("/scanners/reader-main/scan", {"text": "A" * 5000}, 400),
    ):
        await finger(client, path, body, status)


@pytest.mark.timeout(180)
async def test_a_button_whose_cable_is_out_is_reported_and_works_again_when_it_is_in(own_demo: Any) -> None:
    async with stranger(await own_demo()) as client:
        await client.at("1", "open", advisor="a7")

        async def known() -> list[str]:
            events = told(await client.journal(), "device.state_changed")
            return [one["data"]["state"] for one in events if one["data"]["device"] == "call-1"]

        async def ready() -> bool:
            return (await known())[-1:] == ["ready"]

        await until(ready, PATIENCE_S, "the call button is there")
        old = client.demo.send("sim", signal.SIGKILL)

        async def away() -> bool:
            return "detached" in await known()

        await until(away, PATIENCE_S, "its loss is in the journal")
        await client.back("sim", old)
        await until(ready, PATIENCE_S, "it is back")
        await client.take("neuvonta")
        await finger(client, "/panels/call-1/press", {})

        async def called() -> Any:
            return (await client.get("staff", "/state"))["called"]

        await until(called, PATIENCE_S, "it calls again")
