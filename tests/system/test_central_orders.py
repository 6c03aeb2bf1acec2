"""Orders from central: applied or refused once, told by an event, never twice across a kill of the point."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.system.stage import PATIENCE_S
from tests.system.stranger import Stranger, told, until
from tests.system.test_whole_path import heard, tv

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
SOON_S, LATE_S = PATIENCE_S, 1.5 * PATIENCE_S  # with the point up; with the point killed meanwhile


def from_now(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def order(client: Stranger, kind: str, data: Any, expires: str = "", key: str | None = None) -> str:
    body = {"type": kind, "data": data, "expires": expires or from_now(600)}
    said = await client.ask("central", "POST", "/points/sodankyla/commands", body, key, to="central")
    assert said.status == 202, said
    return str(said.json["id"])


async def outcomes(client: Stranger, id_: str) -> list[tuple[str, str]]:
    """What the point told of this order: (applied or refused, reason)."""
    found = told(await client.journal(), "command.applied", "command.refused")
    return [
        (e["name"].removeprefix("command."), e["data"].get("reason", "")) for e in found if e["data"]["command"] == id_
    ]


async def outcome(client: Stranger, id_: str, seconds: float = SOON_S) -> tuple[str, str]:
    async def once() -> list[tuple[str, str]]:
        return await outcomes(client, id_)

    found = await until(once, seconds, f"an answer to {id_}")
    assert len(found) == 1
    return found[0]


async def is_open(client: Stranger, service: str) -> bool:
    offer = await client.get("kiosk", "/services?lang=fi")
    return next(bool(s["open"]) for p in offer["providers"] for s in p["services"] if s["id"] == service)


@pytest.fixture
async def at_rest(client: Stranger) -> AsyncIterator[Stranger]:
    """Every queue is opened again afterwards."""
    yield client
    assert (await outcome(client, await order(client, "open_queue", {"queue": "tyo"})))[0] == "applied"


async def test_a_queue_is_closed_and_opened_by_order(at_rest: Stranger) -> None:
    client = at_rest
    assert await outcome(client, await order(client, "close_queue", {"queue": "tyo"})) == ("applied", "")
    assert not await is_open(client, "tyo-tyonhaku")
    wish = {"service": "tyo-tyonhaku", "language": "fi"}
    assert (await client.ask("kiosk", "POST", "/tickets", wish)).problem == "closed"
    assert await outcome(client, await order(client, "open_queue", {"queue": "tyo"})) == ("applied", "")
    assert await is_open(client, "tyo-tyonhaku")
    changes = [e for e in told(await client.journal(), "site.opening_changed") if e["actor"] == "central"]
    assert [(e["data"]["state"], e["data"]["services"]) for e in changes[-2:]] == [
        ("closed", ["tyo-tyonhaku"]),
        ("open", ["tyo-tyonhaku"]),
    ], "that the hours agree again is the point's own word"


async def test_an_appointment_by_order_can_be_checked_in(client: Stranger) -> None:
    code = f"C{uuid.uuid4().hex[:7].upper()}"
    booking = {"id": f"a-{code}", "rev": 1, "provider": "dvv", "service": "dvv-muutto", "channel": "counter",
               "start": from_now(300), "end": from_now(2100), "code": code}  # fmt: skip
    assert await outcome(client, await order(client, "appointment_put", booking)) == ("applied", "")
    ticket = await client.do("kiosk", f"/appointments/{code}/check-in", {}, 201)
    assert ticket["service"] == "dvv-muutto"
    await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")
    off = booking | {"id": f"b-{code}", "code": f"D{code[1:]}"}
    await outcome(client, await order(client, "appointment_put", off))
    assert await outcome(client, await order(client, "appointment_cancel", {"id": off["id"]})) == ("applied", "")


async def test_an_announcement_stands_on_the_tv_and_in_no_event(client: Stranger) -> None:
    words = f"Huomio {uuid.uuid4().hex[:6]}"
    async with tv(client) as page:
        await page.receive_json(timeout=PATIENCE_S)
        long = await order(client, "announce", {"text": {"fi": words, "sv": "Obs"}, "seconds": 600})
        shown = await heard(page, "delta", lambda m: words in str(m["patch"].get("message")))
        assert shown["patch"]["message"]["fi"] == words
        short = await order(client, "announce", {"text": {"fi": f"{words}, vielä kerran"}, "seconds": 1})
        await heard(page, "delta", lambda m: m["patch"].get("message", "unchanged") is None)
    for id_ in (long, short):
        assert await outcome(client, id_) == ("applied", "")
    assert words.encode() not in b"".join(await client.journal())


@pytest.mark.parametrize(
    ("kind", "data", "expires_s", "reason"),
    [
        ("close_queue", {"queue": "tyo"}, -60, "expired"),
        ("close_queue", {"queue": "nothing-such"}, 600, "unknown_queue"),
        ("close_queue", {"line": 1}, 600, "invalid"),
        ("announce", {"text": {"fi": "x" * 500}}, 600, "invalid"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_its_reason_and_changes_nothing(
    client: Stranger, kind: str, data: Any, expires_s: int, reason: str
) -> None:
    id_ = await order(client, kind, data, from_now(expires_s))
    assert await outcome(client, id_) == ("refused", reason)
    assert await is_open(client, "tyo-tyonhaku")


async def test_an_unknown_type_is_refused_at_the_door(client: Stranger) -> None:
    body = {"type": "self_destruct", "data": {}, "expires": from_now(600)}
    said = await client.ask("central", "POST", "/points/sodankyla/commands", body, to="central")
    assert said.status == 400 and said.problem == "invalid"


async def test_the_same_order_twice_is_one(at_rest: Stranger) -> None:
    client, key = at_rest, str(uuid.uuid4())
    ticket_before = len(told(await client.journal(), "ticket.issued"))
    wish, expires = {"service": "kela-liite", "language": "sv"}, from_now(600)
    first = await order(client, "ticket_issue", wish, expires, key)
    assert await order(client, "ticket_issue", wish, expires, key) == first
    assert await outcome(client, first) == ("applied", "")
    await order(client, "close_queue", {"queue": "tyo"})
    assert len(told(await client.journal(), "ticket.issued")) == ticket_before + 1
    created = told(await client.journal(), "visit.created")[-1]
    assert created["data"]["entry"] == "web" and created["actor"] == "central"


async def test_orders_are_applied_once_each_across_kills_of_point_and_central(client: Stranger) -> None:
    before = len(told(await client.journal(), "ticket.issued"))
    ids: list[str] = []
    for _ in range(4):
        ids += [await order(client, "ticket_issue", {"service": "kela-liite", "language": "fi"}) for _ in range(5)]
        old = client.demo.kill("point")
        await client.back("point", old)
    old = client.demo.kill("central")
    await client.back("central", old)
    for id_ in ids:
        assert await outcome(client, id_, LATE_S) == ("applied", "")
    issued = told(await client.journal(), "ticket.issued")
    assert len(issued) == before + len(ids)
    await client.central_has_all(LATE_S)
