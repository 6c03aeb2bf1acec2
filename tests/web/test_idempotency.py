"""The Idempotency-Key: one answer for seven days, across restarts; nothing happens twice (contract, section 3)."""

import asyncio
from pathlib import Path
from random import Random

from controller.app.clock import SystemClock
from controller.app.supervise import keep_running
from controller.app.tending import Tending
from controller.domain.commands import FinishPrint, Now
from tests.web.rig import HandClock, Point, point, until

WISH = {"service": "elake", "language": "fi"}
DAY_MS = 86_400_000


class Moved(SystemClock):
    """The machine's clock, moved by the test's; what the task that tends the point is given."""

    def __init__(self, hand: HandClock) -> None:
        super().__init__(0)
        self._hand = hand

    def now(self) -> Now:
        return self._hand.now()


async def test_the_same_request_again_gives_the_same_bytes_and_changes_nothing(here: Point) -> None:
    first = await here.post("/tickets", WISH, role="kiosk", key="one")
    seq = here.site.state.seq
    again = await here.post("/tickets", WISH, role="kiosk", key="one")
    assert (again.status, again.body, again.headers["Content-Type"]) == (201, first.body, "application/json")
    assert here.site.state.seq == seq


async def test_white_space_and_order_of_members_are_no_other_request(here: Point) -> None:
    first = await here.post("/tickets", raw=b'{"service":"elake","language":"fi"}', key="one")
    again = await here.post("/tickets", raw=b' {"language" : "fi",\n "service":"\\u0065lake"} ', key="one")
    assert (again.status, again.body) == (201, first.body)


async def test_another_body_path_or_method_under_the_same_key_is_a_conflict_and_happens_not(here: Point) -> None:
    ticket = (await here.post("/tickets", WISH, key="one")).json
    seq = here.site.state.seq
    booking = {"rev": 1, "provider": "kela", "service": "elake", "start": "2026-11-23T09:00:00Z",
               "end": "2026-11-23T10:00:00Z", "channel": "counter"}  # fmt: skip
    for method, path, body in (
        ("POST", "/tickets", WISH | {"language": "sv"}), ("POST", f"/tickets/{ticket['id']}/cancel", None),
        ("POST", "/counters/1/open", {"advisor": "a7"}), ("PUT", "/appointments/a1", booking),
        ("DELETE", "/appointments/a1", None),
    ):  # fmt: skip
        answer = await here.ask(method, path, body, key="one")
        assert (answer.status, answer.problem) == (409, "idempotency-conflict"), path
    assert here.site.state.seq == seq
    assert (await here.post("/tickets", WISH, key="one")).json["id"] == ticket["id"], "the first still stands"


async def test_the_answer_outlives_a_restart(tmp_path: Path) -> None:
    async with point(tmp_path) as before:
        first = await before.post("/tickets", WISH, key="one")
        none = await before.post("/counters/1/call-next", key="two")
    async with point(tmp_path) as after:
        again = await after.post("/tickets", WISH, key="one")
        assert (again.status, again.body) == (201, first.body)
        assert (await after.post("/counters/1/call-next", key="two")).body == none.body
        assert (await after.post("/tickets", WISH | {"language": "sv"}, key="one")).problem == "idempotency-conflict"
        assert (await after.post("/tickets", WISH)).json["n"] == 2


async def test_the_answer_holds_for_seven_days_and_then_goes(tmp_path: Path) -> None:
    clock = HandClock()
    async with point(tmp_path, clock=clock) as here:
        first = await here.post("/tickets", WISH, key="one")
        clock.ms += 7 * DAY_MS - 60_000
        assert (await here.post("/tickets", WISH, key="one")).body == first.body
        await here.post("/tickets", WISH, key="younger")
        clock.ms += 120_000
        tending = Tending(here.ledger, here.site, await asyncio.to_thread(Moved, clock))
        task = asyncio.create_task(keep_running("time", tending.run, Random(1)))
        await until(lambda: not here.ledger.knows("one"))
        task.cancel()
        assert here.ledger.knows("younger")
        assert (await here.post("/tickets", WISH, key="one")).json["id"] != first.json["id"]


async def test_nobody_waits_is_answered_again_though_somebody_waits_now(here: Point) -> None:
    await here.open()
    assert (await here.post("/counters/1/call-next", key="press")).status == 204
    await here.take()
    again = await here.post("/counters/1/call-next", key="press")
    assert (again.status, again.body) == (204, b"")
    assert (await here.post("/counters/1/call-next", key="another press")).status == 200


async def test_a_refusal_of_the_core_is_kept_too(here: Point) -> None:
    assert (await here.post("/counters/1/call-next", key="early")).problem == "counter-not-open"
    await here.open()
    assert (await here.post("/counters/1/call-next", key="early")).problem == "counter-not-open"


async def test_what_the_door_refused_is_not_kept(here: Point) -> None:
    assert (await here.post("/tickets", WISH, role="tv", key="one")).problem == "forbidden"
    assert (await here.post("/tickets", raw=b"{", key="one")).problem == "invalid"
    assert (await here.post("/tickets", WISH | {"colour": "red"}, key="one")).problem == "invalid"
    assert (await here.post("/tickets", WISH, key="one")).status == 201


async def test_fifty_at_once_under_one_key_are_one_ticket(here: Point) -> None:
    answers = await asyncio.gather(*(here.post("/tickets", WISH, key="one") for _ in range(50)))
    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert (await here.post("/tickets", WISH)).json["n"] == 2


async def test_a_key_is_asked_for_and_must_be_printable(here: Point) -> None:
    seq = here.site.state.seq
    for key in (None, ""):
        answer = await here.post("/tickets", WISH, key=None, headers={} if key is None else {"Idempotency-Key": key})
        assert (answer.status, answer.problem) == (400, "idempotency-key-missing")
    for key in ("x" * 201, "ä", "a\tb"):
        answer = await here.post("/tickets", WISH, headers={"Idempotency-Key": key})
        assert (answer.status, answer.problem) == (400, "invalid"), key
    assert here.site.state.seq == seq
    assert (await here.post("/tickets", WISH, key="x" * 200)).status == 201


async def test_a_delete_needs_no_body_and_is_done_once(here: Point) -> None:
    booking = {"rev": 1, "provider": "kela", "service": "elake", "start": "2026-11-23T09:00:00Z",
               "end": "2026-11-23T10:00:00Z", "channel": "counter"}  # fmt: skip
    put = [await here.ask("PUT", "/appointments/a1", booking, key="put") for _ in range(2)]
    assert put[0].body == put[1].body
    gone = [await here.ask("DELETE", "/appointments/a1", key="gone") for _ in range(2)]
    assert [(answer.status, answer.body) for answer in gone] == [(200, gone[0].body)] * 2
    names = [event.body.split(b'"type":"')[1].split(b'"')[0] for event in await here.ledger.journal.read(0, 1000)]
    assert names.count(b"luukku.appointment.changed.v1") == 2


async def test_a_reprint_asked_twice_is_one_paper(here: Point) -> None:
    asked: list[str] = []
    here.site.reprint = asked.append
    ticket = await here.take()
    await here.ledger.submit(FinishPrint(ticket=ticket["id"], result="failed", tier="T1", cause="paper_out", ms=900))
    again = [await here.post(f"/tickets/{ticket['id']}/reprint", key="again") for _ in range(3)]
    assert [answer.status for answer in again] == [200, 200, 200]
    assert len({answer.body for answer in again}) == 1
    assert asked == [ticket["id"]]
