"""An advisor at a counter is supported by an expert, over real lines: the counter's page is the point's end of the
talk, the booth and its media process have nothing of it, and the service of the customer who sits there goes on.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.ports.booth import Here
from controller.web import boards
from tests.remote.stage import WAIT_S, Broker, Media, Page, answered, booth_point, wished
from tests.remote.test_point_side import signal
from tests.web.rig import Point, says

TURN = {"urls": ["turn:turn.example:3478"], "username": "u", "credential": "c"}


class CounterPage(Page):
    """The counter's end: staff, with a line of their own."""

    @asynccontextmanager
    async def connected(self, here: Point, booth: str = "1") -> AsyncIterator[None]:
        headers = {"Authorization": f"Bearer {here.token('staff')}"}
        async with here.http.ws_connect(f"{here.url}/api/v1/counters/{booth}/line", headers=headers) as socket:
            self.say_raw = socket.send_str
            listening = asyncio.create_task(self._listen(socket))
            try:
                yield
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)


async def serving(here: Point, counter: str = "1") -> str:
    """A customer is being served at this counter; their service event."""
    await here.open(counter)
    await here.take()
    called = await here.do(f"/counters/{counter}/call-next", {})
    await here.do(f"/counters/{counter}/start", {})
    return str(called["service_event"])


async def asked(here: Point, counter: str = "1") -> str:
    body = {"service": "asumistuki", "language": "fi", "mode": "support", "counter": counter}
    return str((await here.do("/booths/b1/sessions", body))["id"])


async def taken(broker: Broker, id_: str, expert: str = "x1") -> None:
    """An expert answers for it."""
    await broker.shows("queued", session=id_)
    assert (await broker.order(id_, "ring"))["ok"]
    assert (await broker.order(id_, "answer", expert=expert, name="Aino"))["ok"]
    await broker.say(t="ice", session=id_, servers=[TURN], relay_only=True, expert=expert, name="Aino")


def shown(here: Point, counter: str = "1") -> dict[str, Any] | None:
    """What the counter's page has of its support."""
    told: dict[str, Any] | None = boards.build(here.site, "counter", counter)["support"]
    return told


async def events(here: Point, name: str) -> list[dict[str, Any]]:
    told = (await here.get("/events?limit=300", role="technician")).json["events"]
    return [one["data"] for one in told if one["type"] == f"luukku.{name}.v1"]


async def test_an_advisor_asks_an_expert_answers_they_speak_and_the_service_at_the_counter_is_its_own(
    tmp_path: Path,
) -> None:
    page, media = CounterPage(), Media()
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path), page.connected(here):
        turn = await serving(here)
        id_ = await asked(here)
        brief = await broker.shows("queued", session=id_)
        assert (brief["mode"], brief["booth"], brief["counter"]) == ("support", None, "1")
        assert brief["counter_name"] == {"fi": "1"}
        assert brief["agreed"] and brief["legs"] == {"page": True, "media": False} and not brief["printer"]
        await broker.say(t="outlook", session=id_, ahead=2, ready=1)
        await page.say(t="here", session=id_, consent=None, devices={})
        await taken(broker, id_)
        ice = await page.until(lambda m: m["t"] == "ice" and m["servers"])
        assert (ice["session"], ice["servers"][0]["urls"], ice["relay_only"]) == (id_, TURN["urls"], True)
        now = shown(here)
        assert now is not None and (now["id"], now["state"], now["answered"]) == (id_, "ringing", True)
        assert (now["expert"], now["ahead"], now["page"]) == ("Aino", 2, True)
        await broker.say(**signal(id_, "talk", "expert"))
        assert (await page.until(lambda m: m["t"] == "signal"))["from"] == "expert"
        await page.say(**signal(id_, "talk", "booth", seq=7))
        assert (await broker.until(lambda m: m["t"] == "signal"))["seq"] == 7
        stats = {"rtt_ms": 30, "audio": True, "video": False}
        await page.say(t="talk", session=id_, up=True, stats=stats, off={"audio": False, "video": True})
        await broker.shows("connected", session=id_)
        during = boards.build(here.site, "counter", "1")
        assert during["advisor"]["state"] == "remote_serving"
        here.clock.ms += 5000
        assert (await broker.order(id_, "end", outcome="completed", resolution="first_contact"))["ok"]
        await page.until(lambda m: m == {"t": "end", "session": id_})
        assert shown(here) is None
        view = boards.build(here.site, "counter", "1")
        assert (view["current"]["service_event"], view["current"]["state"]) == (turn, "serving")
        assert view["advisor"]["state"] == "serving"
        assert view["current"]["started_at"] == during["current"]["started_at"] == "2026-11-23T08:00:00.000Z"
        assert view["advisor"]["since"] == "2026-11-23T08:00:05.000Z", (
            "what the advisor does began anew, the service not"
        )
        assert await events(here, "service.ended") == []
        (over,) = await events(here, "remote.ended")
        assert (over["session"], over["outcome"], over["quality"]["rtt_p95_ms"]) == (id_, "completed", 30)
        assert [m for m in media.heard if "session" in m] == [], "the media process has nothing of it"


async def test_neither_servers_nor_words_come_to_a_counter_before_somebody_has_answered(tmp_path: Path) -> None:
    page = CounterPage()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        await serving(here)
        id_ = await asked(here)
        await broker.shows("queued", session=id_)
        assert (await broker.order(id_, "ring"))["ok"]
        await broker.say(t="ice", session=id_, servers=[TURN], relay_only=True)
        await page.say(t="here", session=id_, consent=None, devices={})
        await page.say(**signal(id_, "talk", "booth"))
        await broker.say(**signal(id_, "talk", "expert"))
        assert (await broker.order(id_, "answer", expert="x1", name="Aino"))["ok"]
        await page.until(lambda m: m["t"] == "ice")
        await broker.say(**signal(id_, "talk", "expert", seq=2))
        assert (await page.until(lambda m: m["t"] == "signal"))["seq"] == 2
        assert [m["t"] for m in page.heard] == ["ice", "signal"]
        assert broker.of("signal") == []


async def test_another_counter_the_booth_and_a_line_of_nobody_hear_and_say_nothing_of_it(tmp_path: Path) -> None:
    page, other, booth = CounterPage(), CounterPage(), Page()
    async with (
        booth_point(tmp_path) as (here, broker), page.connected(here, "1"), other.connected(here, "2"),
        booth.connected(here),
    ):  # fmt: skip
        await serving(here)
        id_ = await asked(here)
        await taken(broker, id_)
        await page.until(lambda m: m["t"] == "ice")
        await broker.say(**signal(id_, "talk", "expert"))
        await broker.say(**signal(id_, "booth", "expert", seq=2))  # it has no such leg
        await page.until(lambda m: m["t"] == "signal")
        await other.say(**signal(id_, "talk", "booth", seq=1))
        await other.say(t="talk", session=id_, up=True)
        await booth.say(**signal(id_, "talk", "booth", seq=2))
        await booth.say(t="talk", session=id_, up=True)
        await page.say(**signal(id_, "booth", "booth", seq=3))
        await page.say(**signal(id_, "talk", "expert", seq=4))
        for there in (other, booth):
            await there.say_raw("{")
            await there.until(lambda m: m["t"] == "refused")  # what was said before has been heard
            assert [m["t"] for m in there.heard] == ["refused"]
        await page.say(**signal(id_, "talk", "booth", seq=5))
        await broker.until(lambda m: m["t"] == "signal" and m["seq"] == 5)
        assert len(broker.of("signal")) == 1 and len(page.of("signal")) == 1
        assert here.ledger.state.sessions[id_].state == "ringing"
        assert shown(here, "2") is None
        (row,) = [one for one in broker.of("point")[-1]["sessions"] if one["session"] == id_]
        assert row["legs"]["page"]


async def test_two_counters_are_supported_at_once_and_each_hears_its_own_expert(tmp_path: Path) -> None:
    first, second = CounterPage(), CounterPage()
    async with booth_point(tmp_path) as (here, broker), first.connected(here, "1"), second.connected(here, "2"):
        ids = []
        for n, page in (("1", first), ("2", second)):
            await serving(here, n)
            ids.append(await asked(here, n))
            await taken(broker, ids[-1], f"x{n}")
            await page.until(lambda m: m["t"] == "ice")
        for seq, id_ in enumerate(ids, 1):
            await broker.say(**signal(id_, "talk", "expert", seq=seq))
        for seq, page in enumerate((first, second), 1):
            assert (await page.until(lambda m: m["t"] == "signal"))["seq"] == seq
            await page.say(t="talk", session=ids[seq - 1], up=True)
            await broker.shows("connected", session=ids[seq - 1])
        assert (await broker.order(ids[0], "end", outcome="completed"))["ok"]
        await first.until(lambda m: m["t"] == "end")
        assert second.of("end") == [] and here.ledger.state.sessions[ids[1]].state == "connected"


async def test_a_line_that_dies_is_noticed_and_the_talk_goes_on_when_it_is_back(tmp_path: Path) -> None:
    page, again = CounterPage(), CounterPage()
    async with booth_point(tmp_path) as (here, broker):
        async with page.connected(here):
            await serving(here)
            id_ = await asked(here)
            await taken(broker, id_)
            await page.say(t="talk", session=id_, up=True)
            await broker.shows("connected", session=id_)
        assert (await broker.shows("reconnecting", session=id_))["cause"] == "page_gone"
        async with again.connected(here):
            await again.say(t="here", session=id_, consent=None, devices={})
            assert (await again.until(lambda m: m["t"] == "ice"))["servers"]
            await again.say(t="talk", session=id_, up=True)
            assert (await broker.shows("connected", session=id_))["cause"] == "back"
            await here.do(f"/sessions/{id_}/end", {})
            await again.until(lambda m: m == {"t": "end", "session": id_})
        assert [one["outcome"] for one in await events(here, "remote.ended")] == ["completed"]


async def test_the_counter_s_line_is_one_and_a_newer_page_has_it(tmp_path: Path) -> None:
    first, second = CounterPage(), CounterPage()
    async with booth_point(tmp_path) as (here, broker), first.connected(here):
        await serving(here)
        id_ = await asked(here)
        await taken(broker, id_)
        async with second.connected(here):
            async with asyncio.timeout(WAIT_S), first.news:
                while first.code is None:
                    await first.news.wait()
            assert first.code == 4409
            await broker.say(**signal(id_, "talk", "expert"))
            await second.until(lambda m: m["t"] == "signal")
            assert first.of("signal") == []


async def test_the_box_moves_and_the_counter_in_mid_talk_is_told(tmp_path: Path) -> None:
    page = CounterPage()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        await serving(here)
        id_ = await asked(here)
        await taken(broker, id_)
        await page.until(lambda m: m["t"] == "ice")
        assert here.site.exchange is not None
        await here.site.exchange.moved()  # type: ignore[attr-defined]  # why: the hub itself, as the composition has it
        await page.until(lambda m: m == {"t": "moved", "session": id_})


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [(("/counters/1/end", {"resolution": "first_contact", "guidance": "none"}), "completed"),
     (("/counters/1/transfer", {"to": {"service": "verokortti"}, "position": "keep"}), "completed")],
    ids=["end", "transfer"],
)  # fmt: skip
async def test_the_end_of_the_service_at_the_counter_ends_the_talk_with_one_outcome(
    tmp_path: Path, deed: tuple[str, dict[str, Any]], outcome: str
) -> None:
    page = CounterPage()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        await serving(here)
        id_ = await asked(here)
        await taken(broker, id_)
        await page.say(t="talk", session=id_, up=True)
        await broker.shows("connected", session=id_)
        await here.do(*deed)
        await page.until(lambda m: m == {"t": "end", "session": id_})
        assert [one["outcome"] for one in await events(here, "remote.ended")] == [outcome]
        assert len(await events(here, "service.ended")) == 1
        assert shown(here) is None


async def test_an_advisor_who_asks_no_more_is_waited_for_by_nobody_and_their_customer_is_still_served(
    tmp_path: Path,
) -> None:
    async with booth_point(tmp_path) as (here, broker):
        turn = await serving(here)
        id_ = await asked(here)
        await broker.shows("queued", session=id_)
        says(await here.post("/booths/b1/sessions", {"service": "asumistuki", "language": "fi", "mode": "support",
                                                     "counter": "1"}), "wrong-state", "already")  # fmt: skip
        assert (await here.do(f"/sessions/{id_}/end", {}))["outcome"] == "customer_left"
        await broker.until(lambda m: m["t"] == "point" and not m["sessions"], after=len(broker.heard) - 1)
        current = boards.build(here.site, "counter", "1")["current"]
        assert (current["service_event"], current["state"]) == (turn, "serving")
        assert await asked(here) != id_, "and they may ask again"


async def test_an_expert_who_leaves_is_replaced_and_the_page_hears_the_servers_again(tmp_path: Path) -> None:
    page = CounterPage()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        await serving(here)
        id_ = await asked(here)
        await taken(broker, id_)
        await page.say(t="talk", session=id_, up=True)
        await broker.shows("connected", session=id_)
        assert (await broker.order(id_, "drop", why="expert_left"))["ok"]
        await broker.shows("queued", session=id_)
        heard = len(page.heard)
        assert (await broker.order(id_, "answer", expert="x2", name="Veikko"))["ok"]
        await page.until(lambda m: m["t"] == "ice", after=heard)
        assert here.ledger.state.sessions[id_].state == "ringing", "what the page had with the one before is over"
        await page.say(t="talk", session=id_, up=True)
        await broker.shows("connected", session=id_, expert="x2")


@pytest.mark.parametrize(
    "nonsense",
    ['{"t":"help"}', '{"t":"print","session":"r-1","file":"f1"}', '{"t":"tested","id":"1","result":{}}', "[]"],
)
async def test_what_only_a_booth_can_mean_is_refused_from_a_counter(tmp_path: Path, nonsense: str) -> None:
    page = CounterPage()
    async with booth_point(tmp_path) as (here, _), page.connected(here):
        await page.say_raw(nonsense)
        assert (await page.until(lambda m: m["t"] == "refused"))["why"]
        assert not boards.build(here.site, "counter", "1")["booths"][0]["help"]


async def test_a_counter_s_word_that_its_camera_is_off_says_nothing_of_the_booth_s(tmp_path: Path) -> None:
    page, booth, cut = CounterPage(), Page(), asyncio.Event()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), booth.connected(here):
        hub: Any = here.site.exchange

        async def cutting(_booth: str) -> None:
            cut.set()

        hub.dark.cut = cutting
        id_ = await answered(here, broker)
        await here.post(f"/sessions/{id_}/end", {}, role="booth")
        await booth.until(lambda m: m["t"] == "end")
        await page.say(t="off", session=id_)
        await asyncio.wait_for(cut.wait(), WAIT_S)


async def test_only_staff_have_a_counter_s_line_and_only_of_a_counter_that_there_is(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        for role, counter, status in (("booth", "1", 403), ("kiosk", "1", 403), ("staff", "9", 404)):
            headers = {"Authorization": f"Bearer {here.token(role)}"}
            async with here.http.get(f"{here.url}/api/v1/counters/{counter}/line", headers=headers) as answer:
                assert answer.status == status, (role, counter)
        headers = {"Cookie": f"luukku_staff={here.token('staff')}", "Origin": "https://evil.example"}
        async with here.http.get(f"{here.url}/api/v1/counters/1/line", headers=headers) as answer:
            assert answer.status == 403


async def test_support_is_offered_for_what_experts_serve_now_and_only_while_they_can_be_reached(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, broker):
        (offer,) = boards.build(here.site, "counter", "1")["supports"]
        assert (offer["id"], offer["provider"], offer["name"]["fi"]) == ("asumistuki", "kela", "Asumistuki")
        broker.is_away = True
        await broker.socket.close()
        async with asyncio.timeout(WAIT_S):
            while boards.build(here.site, "counter", "1")["supports"]:
                await asyncio.sleep(0.01)


async def test_a_customer_in_the_booth_has_nothing_to_do_with_a_counter_that_is_supported(tmp_path: Path) -> None:
    page, booth, media = CounterPage(), Page(), Media()
    async with (
        booth_point(tmp_path) as (here, broker), page.connected(here), booth.connected(here), media.connected(tmp_path),
    ):  # fmt: skip
        await serving(here)
        mine = await asked(here)
        await taken(broker, mine, "x2")
        await page.until(lambda m: m["t"] == "ice")
        theirs = str((await wished(here))["id"])
        assert here.site.exchange is not None
        await here.site.exchange.page_said("b1", Here(session=theirs, consent="1"))
        await broker.shows("queued", session=theirs, agreed=True)
        assert (await broker.order(theirs, "ring"))["ok"]
        assert (await broker.order(theirs, "answer", expert="x1", name="Aino"))["ok"]
        assert (await media.until(lambda m: m["t"] == "open"))["session"] == theirs
        await broker.say(**signal(theirs, "talk", "expert", seq=1))
        await broker.say(**signal(mine, "talk", "expert", seq=2))
        assert (await booth.until(lambda m: m["t"] == "signal"))["seq"] == 1
        assert (await page.until(lambda m: m["t"] == "signal"))["seq"] == 2
        await here.post(f"/sessions/{theirs}/end", {}, role="booth")
        await media.until(lambda m: m == {"t": "close", "session": theirs})
        assert page.of("end") == []
        assert here.ledger.state.sessions[mine].outcome is None
