"""Who talks goes on talking, whatever happens to the lines, the point, the pages and the connection."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.booth.conftest import OpenPage
from tests.booth.meeting import agree, meet
from tests.booth.point import Point
from tests.booth.seen import BOOTH, epoch, live_tracks, moving, see_and_hear_each_other, until
from tests.booth.way import Way
from tests.pages.conftest import tap

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_booth_page_that_is_loaded_anew_in_mid_call_comes_back_by_itself(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    before = await epoch(expert)
    await booth.reload()
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    await see_and_hear_each_other(booth, expert)
    assert await epoch(expert) > before, "a new connection"
    assert len(point.posts("/booths/b1/sessions")) == 1, "and the same session"


async def test_a_browser_that_lost_its_memory_asks_for_no_consent_that_the_point_knows(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await booth.evaluate("sessionStorage.clear()")
    await booth.reload()
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    await moving(booth, BOOTH)
    assert await expert.evaluate("window.expert.faults") == []


async def test_what_the_customer_turned_off_is_still_off_in_the_browser_that_comes_after_a_crash(
    open_page: OpenPage, point: Point
) -> None:
    booth, _ = await meet(open_page, point)
    await booth.click("[data-turn=camera]")
    await until(lambda: _true(point.said("talk")[-1]["off"] == {"audio": False, "video": True}), what="the point knows")
    await booth.evaluate("sessionStorage.clear()")
    await booth.reload()
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    await expect(booth.locator("[data-turn=camera]")).to_have_attribute("data-off", "")
    enabled = "Object.fromEntries(window.witness.tracks.map((one) => [one.kind, one.enabled]))"
    assert await booth.evaluate(enabled) == {"audio": True, "video": False}


async def test_an_experts_page_that_is_loaded_anew_finds_the_customer_again(open_page: OpenPage, point: Point) -> None:
    booth, expert = await meet(open_page, point)
    await expert.reload()
    await until(lambda: epoch(expert))
    await see_and_hear_each_other(booth, expert)


async def test_lines_that_break_in_mid_call_are_not_noticed_by_those_who_talk(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await moving(booth, BOOTH)
    before = await epoch(expert)
    await point.cut_lines()
    await until(lambda: _true(point.lines and point.experts), what="both lines again")
    await see_and_hear_each_other(booth, expert)
    assert await epoch(expert) == before, "the same connection"
    assert await booth.evaluate("window.witness.peers.length") == 1
    states = [one[0] for one in await expert.evaluate("window.expert.states")]
    assert states == ["up"], states
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()


async def test_a_network_that_died_without_a_word_is_missed_with_the_point_and_the_line_is_another(
    open_page: OpenPage, point: Point
) -> None:
    """No end is told that its connection is dead: what the browser still takes for a line leads nowhere."""

    def through(path: str, **how: Any) -> Awaitable[Page]:
        return open_page(path, **how, url=way.url if path.startswith("/booth") else "")

    async with Way(int(point.url.rpartition(":")[2])).carrying() as way:
        booth, expert = await meet(through, point)
        await moving(booth, BOOTH)
        dead = set(point.lines)
        way.die()
        await until(lambda: _true(point.lines - dead), 20, "another line")
        before = await epoch(expert)
        await expert.reload()
        await until(lambda: _later(expert, before))
        await see_and_hear_each_other(booth, expert)


async def _true(value: Any) -> bool:
    return bool(value)


async def test_a_path_that_is_dead_is_mended_by_a_new_connection(open_page: OpenPage, point: Point) -> None:
    """The customer's end of the connection is closed behind the page's back: nothing comes back by itself."""
    booth, expert = await meet(open_page, point)
    before = await epoch(expert)
    await booth.evaluate("window.witness.peers.at(-1).close()")
    await until(lambda: _later(expert, before), 40, "a new connection")
    await see_and_hear_each_other(booth, expert)


async def _later(expert: Page, before: int) -> bool:
    return await epoch(expert) > before


async def test_a_way_that_is_sought_anew_keeps_the_connection(open_page: OpenPage, point: Point) -> None:
    """As after an address that changed: ICE starts again within the same connection."""
    booth, expert = await meet(open_page, point)
    before = await epoch(expert)
    fragment = "window.witness.peers.at(-1).remoteDescription.sdp.match(/a=ice-ufrag:(\\S+)/)[1]"
    first = await booth.evaluate(fragment)
    await expert.evaluate("window.witness.peers.at(-1).restartIce()")
    await until(lambda: _other(booth, fragment, first), what="other credentials")
    await see_and_hear_each_other(booth, expert)
    assert await epoch(expert) == before and await expert.evaluate("window.expert.faults") == []


async def _other(booth: Page, look: str, first: str) -> bool:
    return str(await booth.evaluate(look)) != first


async def test_a_box_that_says_it_has_moved_gets_a_new_connection_before_anything_is_missed(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await see_and_hear_each_other(booth, expert)
    before = await epoch(expert)
    await asyncio.sleep(1.5)  # a wish so soon after a connection began is of the trouble before
    await point.tell({"t": "moved", "session": "r-1"})
    await until(lambda: _later(expert, before), 1.5, "a new connection, before silence is noticed")
    await see_and_hear_each_other(booth, expert)
    assert await expert.evaluate("window.expert.faults") == []


async def test_a_forged_signal_disturbs_nothing(open_page: OpenPage, point: Point) -> None:
    booth, expert = await meet(open_page, point)
    now = await epoch(expert)
    forged: list[dict[str, Any]] = [
        {"session": "r-2", "epoch": now + 5, "body": {"k": "bye"}},
        {"session": "r-1", "epoch": now - 1, "body": {"k": "bye"}},
        {"session": "r-1", "epoch": now, "seq": 9999, "body": {"k": "bye"}},
        {"session": "r-1", "epoch": now, "seq": 1, "body": {"k": "sdp", "type": "offer", "sdp": "v=0"}},
    ]
    for one in forged:
        await point.tell({"t": "signal", "leg": "talk", "from": "expert", "seq": 1} | one)
    await point.tell({"t": "nonsense"})
    await see_and_hear_each_other(booth, expert)
    assert await booth.evaluate("window.witness.peers.length") == 1


class Elsewhere:
    """The same point as a process of its own, which can be killed and comes back at the same address."""

    def __init__(self, keep: Path) -> None:
        self.keep = keep
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.booth.point", str(self.port), str(self.keep)]
        self.process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            await self.process.stdout.readline()

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.communicate()

    async def order(self, **body: Any) -> None:
        async with aiohttp.ClientSession() as client, client.post(f"{self.url}/test/order", json=body) as answer:
            assert answer.status == 200, await answer.text()


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    elsewhere = Elsewhere(tmp_path / "session.json")
    await elsewhere.start()
    yield elsewhere
    await elsewhere.kill()


async def test_a_point_that_is_killed_in_mid_call_is_not_noticed_and_found_again(
    open_page: OpenPage, elsewhere: Elsewhere
) -> None:
    booth = await open_page("/booth/b1", url=elsewhere.url)
    await elsewhere.order(do="begin")
    await agree(booth)
    await elsewhere.order(do="answer")
    expert = await open_page("/test/expert.html", url=elsewhere.url)
    await see_and_hear_each_other(booth, expert)
    before = await epoch(expert)
    await elsewhere.kill()
    await booth.wait_for_timeout(6000)  # longer than the page believes its point: the call goes on
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    await see_and_hear_each_other(booth, expert)
    await elsewhere.start()
    await see_and_hear_each_other(booth, expert)
    assert await epoch(expert) == before, "the same connection"
    assert json.loads(elsewhere.keep.read_text())["consent"] == "2026-11"
    await expect(booth.locator("header .clock")).to_have_text("12.03")
    await tap(booth, "[data-end]")
    await booth.click("[data-end-yes]")
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    assert await live_tracks(booth) == 0
