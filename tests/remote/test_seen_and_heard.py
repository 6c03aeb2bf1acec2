"""Who is seen and heard, and when: nobody before they agreed, nothing that they turned off, nobody forgotten."""

import asyncio
from pathlib import Path

import pytest

from controller.readers import booth
from tests.remote.stage import Media, Page, agreed, answered, booth_point, wished
from tests.web.watcher import watching


async def test_an_expert_who_answers_early_sees_nothing_until_the_customer_has_agreed(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        id_ = str((await wished(here))["id"])
        assert not (await broker.shows("queued"))["agreed"]
        assert (await broker.order(id_, "answer", expert="x1", name="Aino"))["ok"], "an older central may"
        await broker.shows("ringing", expert="x1")
        await asyncio.sleep(3 * booth.LOOK_S)
        assert media.of("open") == []
        await page.say(t="here", session=id_, consent="1", devices={})
        await media.until(lambda m: m["t"] == "open" and m["session"] == id_)
        assert (await broker.shows("ringing"))["agreed"]


async def test_what_the_customer_turned_off_stays_off_when_the_browser_dies_and_in_the_next_one(tmp_path: Path) -> None:
    first, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path):
        async with first.connected(here):
            id_ = await answered(here, broker)
            await first.say(t="talk", session=id_, up=True, off={"audio": False, "video": True})
            await broker.shows("connected")
        told = await media.until(lambda m: m["t"] == "talk" and not m["up"])
        assert (told["camera"], "microphone" in told) == (False, False)
        assert here.site.exchange is not None
        seen = here.site.exchange.seen("b1", id_)
        assert (seen.off.audio, seen.off.video) == (False, True)


async def test_an_emergency_with_nobody_at_the_other_end_is_no_conversation(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path):
        async with page.connected(here):
            id_ = await answered(here, broker)
            await page.say(t="talk", session=id_, up=True)
            await broker.shows("connected")
        await media.until(lambda m: m["t"] == "talk" and not m["up"])
        await media.say(t="leg", session=id_, up=False, emergency=True)
        await broker.shows("reconnecting")
        await media.say(t="leg", session=id_, up=True, emergency=True)
        await broker.shows("connected", cause="emergency")


async def test_who_is_forgotten_on_hold_is_not_kept_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booth, "HELD_S", 1.0)
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        id_ = await answered(here, broker)
        await page.say(t="talk", session=id_, up=True, stats={"rtt_ms": 40})
        await broker.shows("connected")
        assert (await broker.order(id_, "hold"))["ok"]
        await asyncio.sleep(2)
        assert (await broker.shows("held"))["session"] == id_, "they hear each other: a hold may take long"
        await page.say(t="talk", session=id_, up=False)
        await media.until(lambda m: m == {"t": "close", "session": id_})
        session = here.ledger.state.sessions[id_]
        assert (session.outcome, session.cause) == ("technical_failure", "lost")
        events = (await here.get("/events?limit=100", role="technician")).json["events"]
        (over,) = [e["data"] for e in events if e["type"] == "luukku.remote.ended.v1"]
        assert over["quality"]["rtt_p95_ms"] == 40


async def test_who_does_not_agree_keeps_the_number(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, broker):
        told = await wished(here)
        await agreed(here, str(told["id"]))
        await broker.shows("queued", agreed=True)
        over = await here.post(f"/sessions/{told['id']}/end", {"declined": True}, role="booth")
        assert (over.json["outcome"], over.json["cause"], over.json["number"]) == ("customer_left", "declined", "K001")
        again = await wished(here, ticket=told["ticket"])
        assert again["number"] == "K001"


async def test_no_earlier_picture_of_a_session_is_kept_for_pages_that_come_back(tmp_path: Path) -> None:
    """Names of files and of experts are somebody's."""
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        id_ = await answered(here, broker)
        form = {"id": "f1", "name": "toimeentulotuki.pdf", "kind": "print", "size": 5, "got": 5, "state": "ready"}
        async with watching(here, "booth") as shown:
            await media.say(t="file", session=id_, file=form)
            while "toimeentulotuki" not in str(shown.state):
                await shown.hear()
            during, had = shown.seq, shown.state
            await here.post(f"/sessions/{id_}/end", {}, role="booth")
            while shown.state["session"]["state"] != "ended":
                await shown.hear()
            assert "toimeentulotuki" not in str(shown.state) and "Aino" not in str(shown.state)
        async with watching(here, "booth", since=during, epoch=shown.epoch, had=had) as again:
            assert again.kinds == ["snap"]
