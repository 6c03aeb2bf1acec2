"""The pages' line: snapshot, deltas without a gap, resumption, heartbeat (contract, `GET /stream`)."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from controller.ports.central import LinkState
from controller.web.site import Notice
from tests.web.rig import MONDAY_MS, PATIENCE_S, HandClock, Point, point
from tests.web.watcher import Watcher, watching

VIEWS = (("kiosk", "main"), ("kiosk", "side"), ("tv", "lobby"), ("counter", "1"), ("counter", "2"), ("wall", ""),
         ("technician", ""))  # fmt: skip
SERVICES = ("asumistuki", "elake", "verokortti", "aamu")


async def fresh(here: Point, view: str, id_: str) -> dict[str, Any]:
    """What a page that comes now is shown."""
    async with watching(here, view, id_) as page:
        assert page.kinds[0] == "snap"
        return page.state


async def one_step(here: Point, random: Random) -> None:
    """Something that may happen at a point; the core refuses what may not, and that is a step too."""
    counter, ticket = random.choice("12"), random.choice([*here.site.state.tickets, "t-none-1"])
    body: dict[str, Any] | None = None
    match random.randrange(16):
        case 0 | 1 | 2 | 3:
            body = {"service": random.choice(SERVICES), "language": random.choice(("fi", "sv", "se"))}
            await here.post("/tickets", body, role="kiosk")
        case 4:
            await here.post(f"/tickets/{ticket}/cancel")
        case 5 | 6 | 7 | 8:
            await here.post(f"/counters/{counter}/call-next")
        case 9:
            await here.post(f"/counters/{counter}/call", {"ticket": ticket})
        case 10:
            action = random.choice(("start", "recall", "hold", "resume", "no-show", "close"))
            await here.post(f"/counters/{counter}/{action}")
        case 11 | 12:
            await here.post(f"/counters/{counter}/end", {"resolution": "referred", "guidance": "none"})
        case 13:
            body = {"to": {"queue": random.choice(("kela", "vero"))}, "position": random.choice(("first", "last"))}
            await here.post(f"/counters/{counter}/transfer", body)
        case 14:
            await here.post(f"/counters/{counter}/open", {"advisor": f"a{counter}"})
        case _:
            here.clock.ms += random.randrange(90_000)
            here.site.notice = random.choice((None, Notice({"fi": str(random.random())}, here.clock.ms + 60_000)))
            here.site.touch()


@pytest.mark.parametrize("seed", range(3))
async def test_all_changes_together_are_what_a_page_that_comes_now_is_shown(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    async with point(tmp_path, demo=True) as here, asyncio.TaskGroup() as tasks:
        for counter in "12":
            await here.open(counter)
        pages: list[Watcher] = []
        over = asyncio.Event()
        came = [asyncio.Event() for _ in VIEWS]

        async def follow(n: int) -> None:
            async with watching(here, *VIEWS[n]) as page:
                pages.append(page)
                came[n].set()
                while not over.is_set():
                    await page.hear()

        following = [tasks.create_task(follow(n)) for n in range(len(VIEWS))]
        await asyncio.gather(*(one.wait() for one in came))
        for _ in range(25):
            for _ in range(random.randrange(1, 5)):
                await one_step(here, random)
            for page in pages:
                now = await fresh(here, page.state["view"], page.state["id"])
                async with asyncio.timeout(PATIENCE_S):
                    while page.state != now:
                        await asyncio.sleep(0.005)
                        now = await fresh(here, page.state["view"], page.state["id"])
        assert all("delta" in page.kinds for page in pages if page.state["view"] != "technician")  # devices rest
        assert all("snap" not in page.kinds[1:] for page in pages)
        over.set()
        await asyncio.wait(following)


async def test_what_a_page_does_not_show_is_told_to_it_with_the_next_beat_and_with_nothing_to_draw(
    here: Point,
) -> None:
    async with watching(here, "technician") as page:
        had = page.state
        await here.take()
        await page.until(here.site.state.seq)
        assert page.state == had
        await page.hear()
        assert page.kinds[-2:] == ["delta", "hb"]


async def test_that_a_call_was_shown_is_told_to_nobody_before_the_next_beat(here: Point) -> None:
    """Eight screens would draw eight times for each call."""
    await here.open("1")
    async with watching(here, "tv", "lobby") as glass, watching(here, "counter", "1") as desk:
        await here.take()
        await here.post("/counters/1/call-next")
        while not glass.state["called"]:
            await glass.hear()
        called = glass.seq
        await glass.say(t="shown", seq=called)
        await here.site.ledger.journal.wait(called)
        heard = len(glass.kinds)
        await glass.until(here.site.state.seq)
        await glass.hear()
        assert glass.kinds[heard:][-2:] == ["delta", "hb"]
        assert here.site.ledger.changed < here.site.state.seq
        while desk.seq < here.site.state.seq:
            await desk.hear()
        assert desk.state["current"]["number"] == glass.state["called"][0]["number"]


async def test_a_page_that_comes_back_gets_what_changed_and_nothing_twice(here: Point) -> None:
    async with watching(here, "kiosk") as page:
        await here.take()
        await page.until(here.site.state.seq)
    for _ in range(3):
        await here.take()
    async with watching(here, "kiosk", since=page.seq, epoch=page.epoch, had=page.state) as again:
        assert again.kinds == ["delta"]
        assert again.seq == here.site.state.seq
        assert again.state == await fresh(here, "kiosk", "main")
    async with watching(here, "kiosk", since=again.seq, had=again.state) as third:
        assert third.kinds == ["delta"], "the epoch may be left out"
        assert third.state == again.state


@pytest.mark.parametrize("since", ["0", "999999", "-1", "x", "", "1e3", "٣", "9" * 400])
async def test_a_page_that_has_what_we_never_sent_gets_everything(here: Point, since: str) -> None:
    await here.take()
    async with watching(here, "kiosk") as page, watching(here, "kiosk", since=since, epoch=page.epoch) as other:
        assert other.kinds == ["snap"]
        assert other.state == page.state


async def test_a_page_of_another_epoch_gets_everything(here: Point) -> None:
    async with watching(here, "kiosk") as page, watching(here, "kiosk", since=page.seq, epoch="another") as other:
        assert other.kinds == ["snap"]


async def test_a_page_of_before_a_restart_gets_everything(tmp_path: Path) -> None:
    """The same boot of the machine and the same seq: the daemon may have started with another config all the same."""
    async with point(tmp_path) as here, watching(here, "kiosk") as page:
        pass
    async with (
        point(tmp_path, clock=HandClock(MONDAY_MS + 4000)) as here,
        watching(here, "kiosk", since=page.seq, epoch=page.epoch) as again,
    ):
        assert (again.kinds, again.seq) == (["snap"], page.seq)


async def test_a_page_that_was_away_too_long_gets_everything(here: Point) -> None:
    async with watching(here, "kiosk") as page, watching(here, "kiosk") as other:
        first = page.seq
        for _ in range(70):
            await here.take("elake")
            await other.until(here.site.state.seq)
        async with watching(here, "kiosk", since=first, epoch=page.epoch, had=page.state) as late:
            assert late.kinds == ["snap"]


async def test_a_page_that_comes_back_is_right_too_when_what_changed_was_no_event(shown: Point) -> None:
    """Central came up, a notice was shown: no event, so the same seq has stood for two states."""
    async with watching(shown, "wall") as page, watching(shown, "tv") as tv:
        assert page.state["central"]["up"] is False
    shown.site.link = LinkState(up=True, seq=1, fork=False)
    shown.site.notice = Notice({"fi": "Hissi on rikki"}, shown.clock.ms + 60_000)
    shown.site.touch()
    async with watching(shown, "wall", since=page.seq, epoch=page.epoch, had=page.state) as again:
        assert again.state["central"]["up"] is True
    async with watching(shown, "tv", since=tv.seq, epoch=tv.epoch, had=tv.state) as screen:
        assert screen.state["message"] == {"fi": "Hissi on rikki"}


async def test_a_heartbeat_comes_each_second_with_the_last_seq_and_the_time(here: Point) -> None:
    loop = asyncio.get_running_loop()
    async with watching(here, "tv") as page:
        await page.hear()
        for _ in range(6):  # a machine that stands still delays three beats, and not all that come
            started, known = loop.time(), len(page.beats)
            while len(page.beats) < known + 3:
                await page.hear()
            if 2.5 < (took := loop.time() - started) < 4.0:
                break
        assert 2.5 < took < 4.0
        assert set(page.beats[0]) == {"t", "seq", "time", "local", "build"}
        assert page.beats[0]["time"] == "2026-11-23T08:00:00.000Z"
        assert (page.beats[0]["local"], page.beats[0]["build"]) == ("10.00", "test")


async def refused(here: Point, query: str, role: str | None, **headers: str) -> int:
    """Knock as a WebSocket; the status of the refusal."""
    sent = dict(headers)
    if role is not None:
        sent["Authorization"] = f"Bearer {here.token(role)}"
    with pytest.raises(aiohttp.WSServerHandshakeError) as no:
        await here.http.ws_connect(f"{here.url}/api/v1/stream{query}", headers=sent)
    return no.value.status


async def test_the_line_opens_to_its_view_role_and_surface_alone(here: Point) -> None:
    for query, role, status in (
        ("?view=kiosk&id=main", None, 403), ("?view=kiosk&id=side", "kiosk", 403), ("?view=kiosk&id=main", "tv", 403),
        ("?view=kiosk&id=main", "staff", 403), ("?view=tv&id=hall", "tv", 403), ("?view=counter&id=1", "kiosk", 403),
        ("?view=counter&id=1", "technician", 403), ("?view=technician", "staff", 403), ("?view=tv", "panic", 403),
        ("?view=counter&id=99", "staff", 400), ("?view=counter", "staff", 400), ("?view=nothing", "staff", 400),
        ("", "staff", 400), ("?view=wall", "staff", 400), ("?view=booth&id=b1", "kiosk", 403),
        ("?view=booth&id=b9", "booth", 403),
    ):  # fmt: skip
        assert await refused(here, query, role) == status, f"{query} as {role}"
    assert here.rooms.streams.open == 0


async def test_a_foreign_page_cannot_open_the_line_with_our_cookie(here: Point) -> None:
    cookie = f"luukku_tv={here.token('tv')}"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        assert await refused(here, "?view=tv&id=lobby", None, Cookie=cookie, Origin=origin) == 403
    assert await refused(here, "?view=tv&id=lobby", None, Cookie=cookie, Host="evil.example") == 403
    own = {"Cookie": cookie, "Origin": here.url}
    async with here.http.ws_connect(f"{here.url}/api/v1/stream?view=tv", headers=own) as socket:
        assert '"t":"snap"' in await socket.receive_str()


async def test_a_person_cannot_make_the_point_keep_views_that_do_not_exist(shown: Point) -> None:
    for n in range(20):
        async with watching(shown, "wall", f"made-up-{n}") as page:
            assert page.state["id"] == ""
    assert len(shown.rooms.streams._channels) == 1


@pytest.mark.parametrize("message", ["", "{", "[]", "null", "7", '"x"', "{}", '{"t":1}', '{"t":"shown"}',
                                     '{"t":"shown","seq":"1"}', '{"t":"said","id":[]}', '{"t":["shown"],"seq":1}',
                                     '{"t":' + "[" * 3000, "x" * 4096])  # fmt: skip
async def test_what_a_page_should_not_say_harms_neither_the_point_nor_other_pages(here: Point, message: str) -> None:
    async with watching(here, "tv") as other:
        for view in ("tv", "kiosk"):
            async with watching(here, view) as page:
                await page.socket.send_str(message)
                await page.say(t="shown", seq=page.seq)
                told = await page.socket.receive(timeout=PATIENCE_S)
                assert told.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        await here.take()
        await other.until(here.site.state.seq)


async def test_a_giant_message_closes_the_page_that_sent_it_and_no_other(here: Point) -> None:
    async with watching(here, "tv") as page, watching(here, "tv") as other:
        await page.socket.send_str("x" * 1_000_000)
        while (told := await page.socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert told.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        await here.take()
        await other.until(here.site.state.seq)


async def test_an_address_asked_without_upgrade_is_a_problem(here: Point) -> None:
    answer = await here.get("/stream?view=tv&id=lobby", role="tv")
    assert (answer.status, answer.problem) == (400, "invalid")
    assert here.rooms.streams.open == 0
