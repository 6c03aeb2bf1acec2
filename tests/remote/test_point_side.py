"""The point's side of a remote session over real lines: broker, media process and page come, speak, vanish, return."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest

from controller.ports.signalling import LINE_BURST, LINE_EVERY_S
from controller.readers import booth
from controller.web import boards
from tests.remote.stage import WAIT_S, Media, Page, answered, booth_point, wished
from tests.web.rig import says

SDP = {"k": "sdp", "type": "offer", "sdp": "v=0"}


def signal(session: str, leg: str, end: str, *, epoch: int = 1000, seq: int = 1, **body: Any) -> dict[str, Any]:
    return {"t": "signal", "session": session, "leg": leg, "epoch": epoch, "from": end, "seq": seq,
            "body": body or SDP}  # fmt: skip


async def test_a_session_from_the_booth_s_wish_to_the_expert_s_word(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        told = await wished(here)
        id_ = told["id"]
        assert (told["state"], told["number"], told["booth"]) == ("queued", "K001", "b1")
        brief = await broker.shows("queued")
        assert (brief["session"], brief["service"], brief["language"], brief["number"]) == (
            id_, "asumistuki", "fi", "K001",
        )  # fmt: skip
        assert not brief["agreed"]
        await page.say(t="here", session=id_, consent="1", devices={})
        await broker.shows("queued", agreed=True)
        await broker.order(id_, "ring")
        await broker.say(t="ice", session=id_, servers=[{"urls": ["turn:turn.example:3478"]}], relay_only=True)
        assert (await broker.order(id_, "answer", expert="x1", name="Aino"))["ok"]
        opened = await media.until(lambda m: m["t"] == "open")
        assert (opened["session"], opened["booth"], opened["ice"]["relay_only"]) == (id_, "b1", True)
        ice = await page.until(lambda m: m["t"] == "ice" and m["servers"])
        assert ice["servers"][0]["urls"] == ["turn:turn.example:3478"]
        await page.say(t="talk", session=id_, up=True, stats={"rtt_ms": 40, "audio": True, "video": True})
        await broker.shows("connected", session=id_)
        assert (await broker.order(id_, "identity", method="document", result="confirmed"))["ok"]
        done = await broker.order(id_, "end", outcome="completed", resolution="first_contact", guidance="none")
        assert done["ok"]
        await page.until(lambda m: m == {"t": "end", "session": id_})
        await media.until(lambda m: m == {"t": "close", "session": id_})
        ended = (await here.get(f"/sessions/{id_}")).json
        assert (ended["state"], ended["outcome"]) == ("ended", "completed")
        events = (await here.get("/events?limit=100", role="technician")).json["events"]
        (over,) = [e["data"] for e in events if e["type"] == "luukku.remote.ended.v1"]
        assert over["quality"] == {"rtt_p95_ms": 40, "loss": 0.0, "freeze_ms": 0, "audio_ok": True, "video_ok": True,
                                   "relay": False}  # fmt: skip


async def test_signals_go_between_the_two_ends_of_their_own_session_and_to_nobody_else(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        early = (await wished(here))["id"]
        await page.say(**signal(early, "talk", "booth"))  # nobody has answered: there is no other end
        await here.post(f"/sessions/{early}/end", {}, role="booth")
        id_ = await answered(here, broker)
        await media.until(lambda m: m["t"] == "open")
        await page.say(**signal(id_, "talk", "booth", k="renew", why="reloaded", epoch=0))  # malformed: seq with renew
        for forged in (
            signal("r-other", "talk", "booth"), signal(id_, "booth", "booth"), signal(id_, "talk", "expert"),
            signal(id_, "talk", "media"),
        ):  # fmt: skip
            await page.say(**forged)
        await page.say(**signal(id_, "talk", "booth", seq=7))
        await media.say(**signal(id_, "booth", "media", seq=8))
        await broker.until(lambda m: m["t"] == "signal" and m["seq"] == 8)
        passed = [(m["leg"], m["from"], m["seq"]) for m in broker.of("signal") if m["body"]["k"] == "sdp"]
        assert sorted(passed) == [("booth", "media", 8), ("talk", "booth", 7)]
        await broker.say(**signal(id_, "talk", "expert", seq=1))
        await broker.say(**signal(id_, "booth", "expert", seq=2))
        assert (await page.until(lambda m: m["t"] == "signal"))["seq"] == 1
        assert (await media.until(lambda m: m["t"] == "signal"))["seq"] == 2
        assert len(page.of("signal")) == len(media.of("signal")) == 1


@pytest.mark.parametrize(
    "nonsense",
    ["{", "[]", '{"t":"fly"}', '{"t":"talk","session":"x","up":true}', '{"t":"signal","session":"r-1","leg":"talk"}',
     '{"t":"talk","session":"r-1","up":true,"stats":{"loss":7}}', '{"t":"here","consent":' + '"' + "x" * 99 + '"}'],
)  # fmt: skip
async def test_what_a_page_says_without_sense_is_answered_with_a_reason_and_changes_nothing(
    tmp_path: Path, nonsense: str
) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        seq = here.ledger.state.seq
        await page.say_raw(nonsense)
        assert (await page.until(lambda m: m["t"] == "refused"))["why"]
        assert here.ledger.state.seq == seq
        assert len(broker.of("signal")) == 0


async def test_an_order_that_comes_twice_is_answered_twice_and_done_once(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, broker):
        id_ = await answered(here, broker)
        again = {"t": "order", "id": "o-2", "session": id_, "do": "answer", "expert": "x1", "name": "Aino"}
        before, heard = len(broker.of("done")), len(broker.heard)
        await broker.say(**again)
        await broker.until(lambda m: m["t"] == "done" and m["id"] == "o-2" and m["ok"], after=heard)
        assert len(broker.of("done")) == before + 1
        await broker.say(**(again | {"do": "drop"}))
        other = await broker.until(lambda m: m["t"] == "done" and m["id"] == "o-2" and not m["ok"])
        assert other["problem"] == "idempotency-conflict" and here.ledger.state.sessions[id_].answered
        refused = await broker.order(id_, "answer", expert="x2")
        assert (refused["ok"], refused["problem"]) == (False, "wrong-state")
        assert (await broker.order("r-none", "hold"))["problem"] == "wrong-state"


async def test_an_order_that_the_point_does_not_understand_is_answered_with_the_reason(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, broker):
        id_ = await answered(here, broker)
        done = await broker.order(id_, "end", resolution="solved")
        assert (done["ok"], done["problem"]) == (False, "invalid") and "solved" in done["detail"]
        assert here.ledger.state.sessions[id_].outcome is None


async def test_an_answer_that_is_repeated_in_mid_call_does_not_touch_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booth, "AFTER_START_S", 0.0)
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        id_ = await answered(here, broker)
        await page.say(t="talk", session=id_, up=True)
        await broker.shows("connected")
        seq = here.ledger.state.seq
        await broker.say(t="order", id="o-2", session=id_, do="answer", expert="x1", name="Aino")
        await broker.until(lambda m: len(broker.of("done")) == 3)
        await asyncio.sleep(3 * booth.LOOK_S)
        assert (here.ledger.state.seq, here.ledger.state.sessions[id_].state) == (seq, "connected")


async def test_help_that_is_called_before_any_session_stays_until_somebody_has_come(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):

        def calls() -> bool:
            told = boards.build(here.site, "counter", "1")
            return bool(told["booths"][0]["help"])

        await page.say(t="help")
        async with asyncio.timeout(WAIT_S):
            while not calls():
                await asyncio.sleep(0.01)
        id_ = str((await wished(here))["id"])
        await broker.shows("queued")
        await here.post(f"/sessions/{id_}/end", {}, role="booth")
        await broker.until(lambda m: m["t"] == "point" and not m["sessions"], after=len(broker.heard) - 1)
        assert calls()
        await here.post("/booths/b1/helped", {})
        assert not calls()


async def test_help_that_is_called_in_a_session_ends_with_it(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, _), page.connected(here):
        id_ = str((await wished(here))["id"])
        await page.say(t="help")
        async with asyncio.timeout(WAIT_S):
            while not here.site.exchange.seen("b1", id_).help:  # type: ignore[union-attr]  # why: it has a booth
                await asyncio.sleep(0.01)
            await here.post(f"/sessions/{id_}/end", {}, role="booth")
            while here.site.exchange.seen("b1", id_).help:  # type: ignore[union-attr]  # why: it has a booth
                await asyncio.sleep(0.01)


async def test_a_media_process_that_names_files_without_end_is_heard_only_so_far(tmp_path: Path) -> None:
    media = Media()
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path):
        id_ = await answered(here, broker)
        for n in range(booth.FILES_MOST + 50):
            await media.say(t="file", session=id_, file={"id": f"f{n}", "kind": "print"})
        await media.say(t="file", session=id_, file={"id": "f0", "kind": "print", "state": "ready"})
        async with asyncio.timeout(WAIT_S):
            while not (files := here.site.exchange.seen("b1", id_).files) or files[0].state != "ready":  # type: ignore[union-attr]  # why: it has a booth
                await asyncio.sleep(0.01)
        assert len(files) == booth.FILES_MOST


@pytest.mark.parametrize("who", ["media process", "central"])
async def test_a_far_end_gone_mad_waits_at_its_line_and_loses_nothing(tmp_path: Path, who: str) -> None:
    media, many = Media(), LINE_BURST + 100
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path):
        id_, began = await answered(here, broker), asyncio.get_running_loop().time()
        if who == "central":
            for n in range(many):
                await broker.say(t="outlook", session=id_, ahead=n)
            await broker.say(t="order", id="o-last", session=id_, do="hold")
            await broker.until(lambda m: m["t"] == "done" and m["id"] == "o-last")
        else:
            for _ in range(many):
                await media.say(t="hello")
            await media.say(t="file", session=id_, file={"id": "last", "kind": "print"})
            async with asyncio.timeout(WAIT_S):
                while not here.site.exchange.seen("b1", id_).files:  # type: ignore[union-attr]  # why: it has a booth
                    await asyncio.sleep(0.01)
        assert asyncio.get_running_loop().time() - began >= (many - LINE_BURST) * LINE_EVERY_S * 0.9


async def test_the_daemon_s_end_lets_the_media_process_go_without_a_word_of_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    media = Media()
    async with booth_point(tmp_path) as (here, broker):
        connected = media.connected(tmp_path)
        await connected.__aenter__()
        await answered(here, broker)
    await connected.__aexit__(None, None, None)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_consent_holds_for_the_session_in_which_it_was_given_and_for_no_other(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, _), page.connected(here):

        async def told(consent: str, session: str | None) -> str:
            heard = len(page.heard)
            await page.say(t="here", session=session, consent=consent, devices={})
            await page.say_raw("{")  # what is said in order is heard in order
            await page.until(lambda m: m["t"] == "refused", after=heard)
            return here.site.exchange.seen("b1", mine).consent  # type: ignore[union-attr]  # why: it has a booth

        before = mine = str((await wished(here))["id"])
        assert await told("1", mine) == "1"
        await here.post(f"/sessions/{mine}/end", {}, role="booth")
        mine = str((await wished(here))["id"])
        assert await told("1", before) == await told("1", None) == ""
        assert await told("2", mine) == "2"


async def test_the_page_that_comes_last_has_the_booth_and_the_other_lets_go(tmp_path: Path) -> None:
    first, second = Page(), Page()
    async with booth_point(tmp_path) as (here, broker), first.connected(here):
        id_ = await answered(here, broker)
        await first.say(t="talk", session=id_, up=True)
        await broker.shows("connected")
        async with second.connected(here), asyncio.timeout(WAIT_S):
            async with first.news:
                while first.code is None:
                    await first.news.wait()
            assert first.code == 4409
            await broker.say(**signal(id_, "talk", "expert"))
            await second.until(lambda m: m["t"] == "signal")
            assert first.of("signal") == []


async def test_a_page_that_does_not_know_yet_how_far_the_expert_is_is_heard_all_the_same(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        id_ = await answered(here, broker)
        await page.say(t="talk", session=id_, up=True, stats={"rtt_ms": None, "audio": True, "video": True})
        await broker.shows("connected")
        assert here.site.exchange.quality(id_) is None  # type: ignore[union-attr]  # why: it has a booth


async def test_a_broker_that_was_away_is_shown_the_whole_picture_again(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, broker):
        id_ = str((await wished(here))["id"])
        await broker.shows("queued")
        await broker.socket.close()
        heard = len(broker.heard)
        picture = await broker.until(lambda m: m["t"] == "point", after=heard)
        assert [one["session"] for one in picture["sessions"]] == [id_]
        assert broker.lines == 2


async def test_when_the_booth_s_browser_dies_the_media_process_steps_in_and_then_steps_back(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path):
        async with page.connected(here):
            id_ = await answered(here, broker)
            await page.say(t="talk", session=id_, up=True)
            await broker.shows("connected")
            await media.until(lambda m: m["t"] == "talk" and m["up"])
        await media.until(lambda m: m["t"] == "talk" and not m["up"])
        assert (await broker.shows("reconnecting"))["cause"] == "page_gone"
        await media.say(t="leg", session=id_, up=True, emergency=True)
        assert (await broker.shows("connected"))["cause"] == "emergency"
        again = Page()
        async with again.connected(here):
            heard = len(media.heard)
            await again.say(t="here", consent="1", devices={})
            await again.until(lambda m: m["t"] == "ice")
            await again.say(t="talk", session=id_, up=True)
            await media.until(lambda m: m["t"] == "talk" and m["up"], after=heard)


async def test_on_hold_the_media_process_is_told_to_show_nothing_also_one_that_came_in_the_midst(
    tmp_path: Path,
) -> None:
    page, first, second = Page(), Media(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        async with first.connected(tmp_path):
            id_ = await answered(here, broker)
            await page.say(t="talk", session=id_, up=True)
            await broker.shows("connected")
            assert (await broker.order(id_, "hold"))["ok"]
            await first.until(lambda m: m == {"t": "hold", "session": id_, "on": True})
        async with second.connected(tmp_path):
            await second.until(lambda m: m == {"t": "hold", "session": id_, "on": True})
            kinds = [m["t"] for m in second.heard]
            assert kinds.index("open") < kinds.index("hold")
            assert (await broker.order(id_, "resume"))["ok"]
            await second.until(lambda m: m == {"t": "hold", "session": id_, "on": False})


async def test_on_hold_no_emergency_shows_the_customer_and_after_it_one_does(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), media.connected(tmp_path):
        async with page.connected(here):
            id_ = await answered(here, broker)
            await page.say(t="talk", session=id_, up=True)
            await broker.shows("connected")
        await media.until(lambda m: m["t"] == "talk" and not m["up"])
        await media.say(t="leg", session=id_, up=True, emergency=True)
        await broker.shows("connected", cause="emergency")
        heard = len(media.heard)
        assert (await broker.order(id_, "hold"))["ok"]
        await media.until(lambda m: m == {"t": "talk", "session": id_, "up": True}, after=heard)
        await media.say(t="leg", session=id_, up=True, emergency=False)
        heard = len(media.heard)
        assert (await broker.order(id_, "resume"))["ok"]
        await media.until(lambda m: m == {"t": "talk", "session": id_, "up": False}, after=heard)


async def test_the_media_process_that_dies_is_told_everything_when_it_is_back(tmp_path: Path) -> None:
    first, second = Media(), Media()
    async with booth_point(tmp_path) as (here, broker):
        async with first.connected(tmp_path):
            id_ = await answered(here, broker)
            await first.until(lambda m: m["t"] == "open")
        async with second.connected(tmp_path):
            config = await second.until(lambda m: m["t"] == "config")
            assert [one["id"] for one in config["booths"]] == ["b1"]
            assert (await second.until(lambda m: m["t"] == "open"))["session"] == id_


async def test_a_file_is_offered_printed_and_forgotten_with_its_session(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        id_ = await answered(here, broker)
        form = {"id": "f1", "name": "hakemus.pdf", "kind": "print", "size": 5, "got": 5, "state": "ready", "cause": ""}
        await media.say(t="file", session=id_, file=form)
        async with asyncio.timeout(WAIT_S):
            while not here.site.exchange.seen("b1", id_).files:  # type: ignore[union-attr]  # why: it has a booth
                await asyncio.sleep(0.01)
        await page.say(t="print", session=id_, file="f2")
        await page.say(t="print", session=id_, file="f1")
        assert (await media.until(lambda m: m["t"] == "print"))["file"] == "f1"
        await here.post(f"/sessions/{id_}/end", {}, role="booth")
        await media.until(lambda m: m["t"] == "close")
        assert here.site.exchange.seen("b1", id_).files == ()  # type: ignore[union-attr]  # why: it has a booth


async def test_each_booth_is_itself_and_only_staff_send_or_support(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        body = {"service": "asumistuki", "language": "fi"}
        says(await here.post("/booths/b9/sessions", body, role="booth"), "not-found", "b9")
        says(await here.post("/booths/b1/sessions", body | {"counter": "1"}, role="booth"), "forbidden", "staff")
        says(await here.post("/booths/b1/sessions", body | {"service": "elake"}, role="booth"), "invalid", "remotely")
        says(await here.get("/sessions/r-none"), "not-found")
        key = str(uuid.uuid4())
        twice = [await here.post("/booths/b1/sessions", body, role="booth", key=key) for _ in range(2)]
        assert twice[0].json == twice[1].json
        says(await here.post("/booths/b1/sessions", body, role="staff"), "wrong-state", "b1")
        headers = {"Authorization": f"Bearer {here.token('kiosk')}"}
        async with here.http.get(f"{here.url}/api/v1/booths/b1/line", headers=headers) as answer:
            assert answer.status == 403
