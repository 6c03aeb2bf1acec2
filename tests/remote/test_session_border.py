"""Who may ask for a session, and what a repeated request comes to: over real HTTP."""

from pathlib import Path

from tests.remote.stage import booth_point


async def test_a_kiosk_asks_for_a_customer_of_its_own_and_for_nobody_at_a_counter(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        wish = {"service": "asumistuki", "language": "fi"}
        for more in ({"counter": "1"}, {"counter": "1", "mode": "support"}):
            refused = await here.post("/booths/b1/sessions", wish | more, role="kiosk")
            assert (refused.status, refused.json["type"].rsplit("/", 1)[-1]) == (403, "forbidden")
        asked = await here.post("/booths/b1/sessions", wish, role="kiosk")
        assert asked.status == 201
        events = (await here.get("/events?limit=100", role="technician")).json["events"]
        (requested,) = [one for one in events if one["type"] == "luukku.remote.requested.v1"]
        assert requested["actor"].startswith("kiosk:")


async def test_what_makes_no_sense_together_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        wish = {"service": "asumistuki", "language": "fi"}
        for more in ({"mode": "appointment"}, {"mode": "support", "counter": "1", "ticket": "t-1"}):
            refused = await here.post("/booths/b1/sessions", wish | more)
            assert (refused.status, refused.json["type"].rsplit("/", 1)[-1]) == (400, "invalid"), more
        asked = await here.post("/booths/b1/sessions", wish)
        refused = await here.post(f"/sessions/{asked.json['id']}/end", {"declined": True})
        assert (refused.status, refused.json["type"].rsplit("/", 1)[-1]) == (400, "invalid")


async def test_a_booth_s_reader_says_who_its_own_customer_is(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        asked = await here.post("/booths/b1/sessions", {"service": "asumistuki", "language": "fi"}, role="booth")
        told = {"method": "document", "result": "confirmed"}
        assert (await here.post(f"/sessions/{asked.json['id']}/identity", told, role="booth")).status == 200
        events = (await here.get("/events?limit=100", role="technician")).json["events"]
        (checked,) = [one for one in events if one["type"] == "luukku.identity.checked.v1"]
        assert (checked["actor"], checked["data"]) == ("device:b1", {"session": asked.json["id"], **told})
        gone = await here.post("/sessions/r-other/identity", told, role="booth")
        assert (gone.status, gone.json["type"].rsplit("/", 1)[-1]) == (404, "not-found")


async def test_a_customer_who_is_sent_to_the_booth_twice_by_one_press_is_sent_once(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        await here.do("/counters/1/open", {"advisor": "E1"})
        await here.do("/tickets", {"service": "asumistuki", "language": "fi"})
        await here.do("/counters/1/call-next", {})
        sent = {"to": {"booth": "b1"}, "return": True}
        first, again = [await here.post("/counters/1/transfer", sent, key="one-press") for _ in range(2)]
        assert (first.status, again.status, again.json) == (200, 200, first.json)
        other = await here.post("/counters/1/transfer", sent, key="another-press")
        assert (other.status, other.json["type"].rsplit("/", 1)[-1]) == (409, "wrong-state")
