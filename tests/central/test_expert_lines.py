"""The broker's lines over real sockets: sign-in, a session from ring to end, restarts, and whoever means harm."""

import asyncio
import contextlib
import functools
import itertools
import time
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from controller.central import following, lines, main, remote, told_later
from controller.central.broker import Broker
from controller.central.enlist import main as enlist
from controller.central.expert_doors import CODES_AT_ONCE
from controller.central.experts import Experts, Passes, load
from controller.central.shapes import PointOrder
from controller.central.standing import Pending, Say
from tests.central.line_rig import EXPERTS, TOKEN, Line, Room, enlisted
from tests.central.remote import brief, picture, signal
from tests.central.rig import BOX, CENTRAL, PATIENCE_S, central_process, serving

S = "r-sodankyla-1"


async def conversation(room: Room) -> tuple[Line, Line]:
    """The point's line and that of E7, who has the session."""
    point = await room.point("sodankyla", picture(brief(S, state="ringing")))
    expert = await room.expert()
    await expert.say(t="answer", session=S)
    order = await point.until("order", do="answer")
    await point.say(picture(brief(S, state="connected", expert="E7", order=order["id"])))
    await point.say(t="done", id=order["id"], ok=True)
    await expert.until("joined")
    return point, expert


async def test_a_session_from_ring_to_end(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        point, expert = await conversation(room)
        await expert.say(signal(S, "expert"))
        assert (await point.until("signal"))["from"] == "expert"
        await point.say(signal(S, "media", "booth"))
        assert (await expert.until("signal"))["leg"] == "booth"
        await expert.say(t="order", id="o-1", session=S, do="end", outcome="completed", resolution="first_contact")
        order = await point.until("order", do="end")
        assert order["resolution"] == "first_contact"
        await point.say(t="done", id=order["id"], ok=True)
        await point.say(picture())
        assert (await expert.until("done"))["id"] == "o-1"
        assert await expert.until("lost") == {"t": "lost", "session": S, "why": "over"}


async def test_without_experts_json_nobody_can_sign_in(tmp_path: Path) -> None:
    async with serving(tmp_path) as url, Room.of(url) as room:
        assert (await room.login(TOKEN))[0] == 403
        async with room.session.get(f"{url}/expert") as page:
            assert page.status == 200


async def test_an_expert_enlisted_on_the_command_line_signs_in_with_the_code_that_was_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(tmp_path), "--id", "E1", "--name", "Maija", "--pool", "kela", "--language", "fi"]
    assert await asyncio.to_thread(enlist, words) == 0
    code = capsys.readouterr().out.strip()
    assert code.startswith("E1.") and code.encode() not in (tmp_path / "experts.json").read_bytes()
    async with serving(tmp_path) as url, Room.of(url) as room:
        assert (await room.login(code))[0] == 200
        assert (await room.login(code[:-1] + "#"))[0] == 403
        assert (await room.login("E2." + code[3:]))[0] == 403


async def test_an_expert_with_a_new_code_keeps_the_token_and_one_who_is_removed_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enlisted(tmp_path)
    words = [str(tmp_path), "--id", "E7", "--name", "Maija", "--pool", "kela", "--language", "fi"]
    assert await asyncio.to_thread(enlist, words) == 0
    code = capsys.readouterr().out.strip()
    assert await asyncio.to_thread(enlist, [str(tmp_path), "--id", "E9", "--remove"]) == 0
    assert await asyncio.to_thread(enlist, [str(tmp_path), "--id", "E9", "--remove"]) == 1
    assert "nobody is E9" in capsys.readouterr().err
    async with serving(tmp_path) as url, Room.of(url) as room:
        assert [(await room.login(one))[0] for one in (code, TOKEN, TOKEN + "8", "E9.kesäkuu")] == [200, 200, 200, 403]


async def test_a_file_of_the_desk_that_the_browser_has_is_not_sent_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as url, Room.of(url) as room:
        for path in ("/expert", "/expert/main.js"):
            async with room.session.get(url + path) as whole:
                assert (whole.status, len(await whole.read()) > 0) == (200, True)
                tag = whole.headers["ETag"]
            for known, status in ((tag, 304), (f"W/{tag}", 304), ('"another"', 200)):
                async with room.session.get(url + path, headers={"If-None-Match": known}) as answer:
                    assert answer.status == status
                    assert answer.headers["Content-Security-Policy"]


async def test_who_guesses_codes_is_locked_out_and_a_token_still_opens(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        for _ in range(5):
            assert (await room.login("E9.wrong"))[0] == 403
        assert (await room.login("E9.kesäkuu"))[0] == 429
        assert (await room.login(TOKEN))[0] == 200


async def test_guesses_that_are_sent_at_once_are_not_more_than_one_after_the_other(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        told = await asyncio.gather(*(room.login(f"E9.{n}") for n in range(20)))
        failed = [status for status, _ in told].count(403)
        assert 5 <= failed < 5 + CODES_AT_ONCE


async def test_behind_a_proxy_of_this_machine_one_who_guesses_locks_nobody_else_out(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:

        async def status(code: str, named: str) -> int:
            return (await room.login(code, **{"X-Forwarded-For": named}))[0]

        for _ in range(5):
            assert await status("E9.wrong", "203.0.113.7") == 403
        assert await status("E9.kesäkuu", "198.51.100.1, 203.0.113.7") == 429, "the asker's own word counts for nothing"
        assert await status("E9.kesäkuu", "203.0.113.8") == 200


async def test_as_many_points_as_there_are_keep_no_expert_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "EXPERTS_MOST", 1)
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        await room.point("sodankyla", picture())
        await room.point("kemi", picture())
        await room.expert()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await room.expert(TOKEN + "8")
        assert refused.value.status == 429


async def test_a_fault_in_what_time_brings_is_logged_and_time_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks, third = itertools.count(1), asyncio.Event()

    def tick(self: Broker, now_s: float) -> list[Say]:
        if (n := next(ticks)) == 1:
            raise RuntimeError("a bug")
        if n == 3:
            third.set()
        return []

    monkeypatch.setattr(lines, "TICK_S", 0.01)
    monkeypatch.setattr(Broker, "tick", tick)
    with capture_logs() as logged:
        async with serving(tmp_path, experts=EXPERTS), asyncio.timeout(PATIENCE_S):
            await third.wait()
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["what time brings could not be said"]


async def test_the_cookie_is_for_this_page_only(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        async with room.session.post(f"{url}/api/v1/expert/login", json={"token": TOKEN}) as answer:
            morsel = answer.cookies["central_expert"]
            assert (morsel["httponly"], morsel["samesite"]) == (True, "Strict")
        cookie = {"Cookie": f"central_expert={morsel.value}"}
        assert (await room.login(TOKEN, Origin="https://evil.example"))[0] == 403
        for headers in (
            {},
            BOX,
            CENTRAL,
            {**cookie, "Origin": "https://evil.example"},
            {"Cookie": cookie["Cookie"] + "0"},
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await room.session.ws_connect(f"{url}/api/v1/expert/line", headers=headers)
            assert refused.value.status in {401, 403}
        for headers in ({}, CENTRAL, cookie):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await room.session.ws_connect(f"{url}/api/v1/points/sodankyla/line", headers=headers)
            assert refused.value.status in {401, 403}
        async with room.session.ws_connect(f"{url}/api/v1/expert/line", headers={**cookie, "Origin": url}) as line:
            assert (await line.receive_json())["t"] == "you"


async def test_in_a_session_a_sign_in_that_nears_its_end_is_renewed_and_else_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "Passes", functools.partial(Passes, lasts_s=60))

    async def renewed(room: Room, cookie: str) -> str:
        async with room.session.get(f"{room.url}/api/v1/expert/me", headers={"Cookie": cookie}) as answer:
            assert answer.status == 200
            given = answer.cookies.get("central_expert")
            return f"central_expert={given.value}" if given else ""

    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        _, cookie = await room.login(TOKEN)
        assert await renewed(room, cookie) == ""
        await conversation(room)
        fresh = await renewed(room, cookie)
        assert int(fresh.split(".")[1]) > int(cookie.split(".")[1]) + 3000
        assert await renewed(room, fresh) == ""


async def test_a_second_page_of_an_expert_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        _, first = await conversation(room)
        second = await room.expert()
        assert await first.code() == 4409
        await second.say(t="join", session=S)
        assert (await second.until("joined"))["session"] == S


async def test_a_killed_broker_comes_back_and_the_session_goes_on(tmp_path: Path) -> None:
    enlisted(tmp_path)
    assert len(Experts(await asyncio.to_thread(load, tmp_path / "experts.json"))) == 3
    async with central_process(tmp_path) as central, Room.of(central.url) as room:
        _, cookie = await room.login(TOKEN)
        point, expert = await conversation(room)
        await central.kill()
        await point.code()
        await expert.code()
        await central.start()
        expert = await room.expert(cookie=cookie)
        await expert.say(t="join", session=S)
        point = await room.point("sodankyla", picture(brief(S, state="connected", expert="E7")))
        assert (await expert.until("joined"))["session"] == S
        await expert.say(signal(S, "expert"))
        assert (await point.until("signal"))["session"] == S


async def test_a_clock_that_is_set_back_keeps_nobody_with_an_expert_who_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_back_ms = 0
    monkeypatch.setattr(main, "_utc_ms", lambda: time.time_ns() // 1_000_000 - set_back_ms)
    monkeypatch.setattr(following, "LEFT_S", 2.0)
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        point, expert = await conversation(room)
        await expert.socket.close()
        await asyncio.sleep(0.5)
        set_back_ms = 3_600_000
        assert (await point.until("order", do="drop"))["session"] == S


async def test_what_an_expert_said_of_a_point_that_is_away_is_told_it_though_central_was_killed(tmp_path: Path) -> None:
    enlisted(tmp_path)
    async with central_process(tmp_path) as central, Room.of(central.url) as room:
        point, expert = await conversation(room)
        await point.socket.close()
        await expert.until("session", reached=False)
        await expert.say(t="order", id="o-1", session=S, do="end", outcome="completed", resolution="first_contact")
        assert (await expert.until("lost"))["why"] == "told_later"
        async with asyncio.timeout(PATIENCE_S):
            while b"first_contact" not in await asyncio.to_thread(_bytes, tmp_path / "told_later.json"):
                await asyncio.sleep(0.01)
        await central.kill()
        await central.start()
        point = await room.point("sodankyla", picture())  # it has given the session up meanwhile
        order = await point.until("order", do="end", session=S)
        assert (order["id"], order["resolution"]) == ("E7.o-1", "first_contact")
        await point.say(t="done", id=order["id"], ok=True)
        async with asyncio.timeout(PATIENCE_S):
            while await asyncio.to_thread(_bytes, tmp_path / "told_later.json") != b"[]":
                await asyncio.sleep(0.01)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


async def test_what_a_full_disk_did_not_take_is_written_as_soon_as_it_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told_later, "AGAIN_S", 0.05)
    path = tmp_path / "away" / "told_later.json"  # a folder that is not there takes nothing
    order = PointOrder(id="E7.o-1", session=S, do="end", outcome="completed")
    keeper = told_later.Keeper(path, [])
    task = asyncio.create_task(keeper.run())
    keeper.look([Pending("sodankyla", order, 1.0, "E7", "o-1", 1.0)])
    await asyncio.sleep(0.2)
    await asyncio.to_thread(path.parent.mkdir)
    async with asyncio.timeout(PATIENCE_S):
        while b"E7.o-1" not in await asyncio.to_thread(_bytes, path):
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (kept,) = await asyncio.to_thread(told_later.load, path)
    assert kept.order == order


async def test_a_damaged_file_of_what_was_to_be_told_is_put_aside_and_keeps_nobody_from_being_served(
    tmp_path: Path,
) -> None:
    await asyncio.to_thread((tmp_path / "told_later.json").write_text, '[{"point": 1}]')
    with capture_logs() as said:
        async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
            await conversation(room)
    assert [one["file"] for one in said if one["log_level"] == "error"] == [str(tmp_path / "told_later.damaged")]
    assert await asyncio.to_thread(_bytes, tmp_path / "told_later.damaged") == b'[{"point": 1}]'


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[" * 2000, '{"t": "answer"}', '{"t": "nonsense"}', '{"t": "ready", "ready": 1}',
        '{"t": "join", "session": "r-1", "more": 1}', signal(S, "expert").replace("talk", "desk"),
        signal("r-1 2", "expert"), signal(S, "expert").replace('"seq":1', '"seq":-1'),
        '{"t": "order", "id": "o", "session": "r-1", "do": "ring"}', '{"t": "point"}',
    ],
)  # fmt: skip
async def test_what_is_not_understood_is_answered_with_a_reason(tmp_path: Path, text: str) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        _, expert = await conversation(room)
        await expert.socket.send_str(text)
        refused = await expert.until("refused")
        assert refused["why"] == "not_understood" and refused["detail"]
        await expert.say(t="order", id="o-1", session=S, do="hold")
        assert not expert.socket.closed


async def test_a_picture_with_nonsense_changes_nothing_and_the_point_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        point, expert = await conversation(room)
        await point.say(picture(brief(S, state="bewitched")))
        assert "bewitched" in (await point.until("refused"))["detail"]
        await point.say(picture(*(brief(f"r-{n}") for n in range(65))))
        assert (await point.until("refused"))["why"] == "not_understood"
        await expert.say(signal(S, "expert"))
        assert (await point.until("signal"))["session"] == S


async def test_a_message_that_is_too_long_closes_the_line(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        _, expert = await conversation(room)
        await expert.socket.send_str("x" * (97 * 1024))
        assert await expert.code() == 1009


async def test_who_says_too_much_is_slowed_and_then_let_go(tmp_path: Path) -> None:
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        _, expert = await conversation(room)
        reading = asyncio.create_task(expert.code())
        with contextlib.suppress(aiohttp.ClientConnectionResetError):
            while not expert.socket.closed:
                await expert.socket.send_str('{"t":"join","session":"r-nobody"}')
                await asyncio.sleep(0)
        assert await reading == 4429
        assert [one["why"] for one in expert.heard if one["t"] == "refused"]
        assert not (await room.expert(TOKEN + "8")).socket.closed


async def test_a_page_that_does_not_read_is_dropped_and_finds_its_session_again(tmp_path: Path) -> None:
    """Central's memory stays bounded: what the page does not take within its queue is let go with its line."""
    async with serving(tmp_path, experts=EXPERTS) as url, Room.of(url) as room:
        point, expert = await conversation(room)
        transport = expert.socket._conn.transport  # type: ignore[union-attr]  # why: a browser that hangs
        transport.pause_reading()
        offer = {"k": "sdp", "type": "offer", "sdp": "v" * 60_000}
        told = {"t": "signal", "session": S, "leg": "talk", "epoch": 1000, "from": "booth", "seq": 1, "body": offer}
        for _ in range(600):  # 36 MB
            await point.say(**told)
        transport.resume_reading()
        assert await expert.code() == 1006
        back = await room.expert()
        await back.say(t="join", session=S)
        assert (await back.until("joined"))["session"] == S
        await point.say(**told)
        assert (await back.until("signal"))["body"] == offer
