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
