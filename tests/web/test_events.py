"""`GET /events`: the journal page by page, in the exact bytes in which it is stored."""

import hashlib

import pytest

from tests.web.rig import Point


async def stored(here: Point) -> list[bytes]:
    return [event.body for event in await here.ledger.journal.read(0, 1000)]


async def test_a_page_is_the_stored_bytes_and_nothing_else(here: Point) -> None:
    await here.take()
    bodies = await stored(here)
    page = await here.get("/events", role="technician")
    assert page.body == b'{"events":[' + b",".join(bodies) + b'],"next":null}'


async def test_pages_follow_one_another_without_gap_or_repeat_and_end_with_null(here: Point) -> None:
    for _ in range(4):
        await here.take()
    bodies = await stored(here)
    for limit in (1, 2, 5, len(bodies) - 1, len(bodies), len(bodies) + 1):
        found: list[str] = []
        after: int | None = 0
        while after is not None:
            page = (await here.get(f"/events?after={after}&limit={limit}", role="technician")).json
            assert 0 < len(page["events"]) <= limit
            found += [event["id"] for event in page["events"]]
            assert page["next"] in {None, int(page["events"][-1]["sequence"])}
            after = page["next"]
        assert found == [f"{here.ledger.journal.journal}-{n}" for n in range(1, len(bodies) + 1)]


async def test_the_chain_can_be_proven_from_the_answers_bytes_alone(here: Point) -> None:
    await here.take()
    chain = "0" * 64
    for body in await stored(here):
        bare, mark, rest = body.rpartition(b',"chain":"')
        assert mark
        chain = hashlib.sha256(chain.encode() + b"\n" + bare + b"}").hexdigest()
        assert rest == chain.encode() + b'"}'


async def test_past_the_end_is_an_empty_page(here: Point) -> None:
    page = await here.get(f"/events?after={2**53}", role="technician")
    assert page.body == b'{"events":[],"next":null}'


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "x", "%D9%A3", "1e3", "0x10", "1.0", "99999999999999999"])
async def test_a_limit_out_of_bounds_is_named_with_what_is_allowed(here: Point, limit: str) -> None:
    answer = await here.get(f"/events?limit={limit}", role="technician")
    assert answer.problem == "invalid"
    assert answer.json["detail"] == "limit is a whole number from 1 to 10000"


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999", "%F0%9D%9F%99"])
async def test_a_place_that_cannot_be_is_named_with_what_is_allowed(here: Point, after: str) -> None:
    answer = await here.get(f"/events?after={after}", role="technician")
    assert (answer.status, answer.json["detail"]) == (400, f"after is a whole number from 0 to {2**53}")
