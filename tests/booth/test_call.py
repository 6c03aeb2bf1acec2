"""The conversation itself: a real booth page and a real expert's page see, hear and read each other, and go on doing so
whatever happens to the lines, the point and the page."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.seen import BOOTH, epoch, live_tracks, moving, see_and_hear_each_other, until
from tests.pages.conftest import pass_time, tap

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def agree(booth: Page) -> None:
    await expect(booth.locator("[data-agree]")).to_be_visible()
    await tap(booth, "[data-agree]")


async def meet(open_page: OpenPage, point: Point) -> tuple[Page, Page]:
    """From the first touch to a conversation."""
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    await agree(booth)
    await expect(booth.locator("main.waiting")).to_be_visible()
    await point.order("ring")
    await expect(booth.locator(".pulses i").first).to_be_visible()
    await point.order("answer", expert="e1")
    expert = await open_page("/test/expert.html")
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached(timeout=20_000)
    return booth, expert


async def test_customer_and_expert_see_and_hear_each_other(open_page: OpenPage, point: Point) -> None:
    booth, expert = await meet(open_page, point)
    await see_and_hear_each_other(booth, expert)
    assert (await moving(booth, ".self"))["width"] == 1280, "the customer sees what the expert sees"
    first = "(sdp) => sdp.match(/m=audio \\S+ \\S+ (\\d+)/)[1] + ' ' + sdp.match(/a=rtpmap:(\\d+) red\\/48000/)[1]"
    for page in (booth, expert):
        for which in ("localDescription", "remoteDescription"):
            chosen, red = (await page.evaluate(f"({first})(window.witness.peers.at(-1).{which}.sdp)")).split()
            assert chosen == red, "each sound travels twice, where the browsers can"
    assert await expert.evaluate("window.expert.faults") == []


async def test_no_server_is_asked_that_the_point_did_not_name(open_page: OpenPage, point: Point) -> None:
    point.ice = {"servers": [], "relay_only": True}
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", consent="2026-11")
    await open_page("/test/expert.html")
    made = await until(lambda: booth.evaluate("window.witness.configurations.at(-1)"))
    assert made["iceServers"] == [] and made["iceTransportPolicy"] == "relay"


# When each key of the glass was pressed, by the clock that both pages have.
TIME_OF_KEYS = """() => {
  window.typedAt = [];
  document.addEventListener("click", ({ target }) => target.dataset.letter
    && window.typedAt.push(performance.timeOrigin + performance.now() - window.ahead), { capture: true });
}"""


async def test_each_character_is_read_within_half_a_second_both_ways_and_can_be_taken_back(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await tap(booth, "[data-turn=text]")
    await booth.evaluate(TIME_OF_KEYS)
    for letter in "heij":
        await booth.click(f'[data-letter="{letter}"]')
    await until(lambda: expert.evaluate("window.expert.text === 'heij'"), what="the letters at the expert")
    typed, read = await booth.evaluate("window.typedAt"), await expert.evaluate("window.expert.textAt")
    assert len(typed) == 4 and 1 <= len(read) <= 4, "characters, not lines"
    assert read[0] - typed[0] < 500 and read[-1] - typed[-1] < 500, "EN 301 549, 6.2"
    await booth.click(".erase")
    await until(lambda: expert.evaluate("window.expert.text === 'hei'"), what="the last letter taken back")
    for letter in ("ŋ", " ", "Á", "Backspace"):  # a keyboard with other letters than the tests' own
        await booth.evaluate(
            "(key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))", letter
        )
    await until(lambda: expert.evaluate("window.expert.text === 'heiŋ '"), what="any keyboard, any letter")
    await expert.evaluate("window.expert.talk.type('👩‍👧x')")
    await expect(booth.locator("[data-theirs] p").first).to_have_text("👩‍👧x")
    await expert.evaluate("window.expert.talk.erase(2)")
    await expect(booth.locator("[data-theirs] p").first).to_have_text("–")
    await expert.evaluate("window.expert.talk.type('Päivää!')")
    await expect(booth.locator("[data-theirs]")).to_contain_text("Päivää!")
    await expert.evaluate("window.expert.talk.erase(2)")
    await expect(booth.locator("[data-theirs] p").first).to_have_text("Päivä")


async def test_a_booth_page_that_is_loaded_anew_in_mid_call_comes_back_by_itself(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    before = await epoch(expert)
    await booth.reload()
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached(timeout=20_000)
    await see_and_hear_each_other(booth, expert)
    assert await epoch(expert) > before, "a new connection"
    assert len(point.posts("/booths/b1/sessions")) == 1, "and the same session"


async def test_a_browser_that_lost_its_memory_asks_for_no_consent_that_the_point_knows(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await booth.evaluate("sessionStorage.clear()")
    await booth.reload()
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached(timeout=20_000)
    await moving(booth, BOOTH)
    assert await expert.evaluate("window.expert.faults") == []


async def test_an_experts_page_that_is_loaded_anew_finds_the_customer_again(
    open_page: OpenPage, point: Point
) -> None:
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


async def _true(value: Any) -> bool:
    return bool(value)


async def test_the_end_gives_every_device_back_and_leaves_nothing_behind(open_page: OpenPage, point: Point) -> None:
    booth, expert = await meet(open_page, point)
    await tap(booth, "[data-turn=text]")
    await booth.click('[data-letter="s"]')
    await expert.evaluate("window.expert.talk.ctl({ k: 'chat', text: 'salaisuus-1' })")
    await expert.evaluate("window.expert.talk.type('salaisuus-2')")
    await expert.evaluate("window.expert.talk.ctl({ k: 'caption', text: 'salaisuus-3', final: false })")
    await expect(booth.locator(".caption")).to_contain_text("salaisuus-3")
    await expect(booth.locator("[data-theirs]")).to_contain_text("salaisuus-2")
    await expect(booth.locator("[data-theirs]")).to_contain_text("salaisuus-1")
    assert await live_tracks(booth) == 2
    await tap(booth, "[data-end]")
    await booth.click("[data-end-no]")
    assert await live_tracks(booth) == 2, "a wrong press ends nothing"
    await booth.click("[data-end]")
    await booth.click("[data-end-yes]")
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    assert await booth.evaluate("window.witness.tracks.map((one) => one.readyState)") == ["ended", "ended"]
    assert await booth.evaluate("window.witness.peers.map((one) => one.connectionState)") == ["closed"]
    assert await booth.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    assert "salaisuus" not in await booth.content()
    assert len(point.posts("/sessions/r-1/end")) == 1
    await until(lambda: expert.evaluate("window.expert.talk.state === 'broken'"), what="the expert knows")
    await tap(booth, "[data-done]")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    assert await booth.evaluate("document.querySelectorAll('video').length") == 0


async def test_what_the_point_ends_is_ended_at_once(open_page: OpenPage, point: Point) -> None:
    booth, _ = await meet(open_page, point)
    await point.tell({"t": "end", "session": "r-1"})
    await until(lambda: booth.evaluate("window.witness.tracks.every((one) => one.readyState === 'ended')"))
    await point.order("end", outcome="completed")
    await expect(booth.locator("h1")).to_have_text("Kiitos käynnistä")


async def test_a_session_that_is_gone_from_the_points_picture_is_over_here_too(
    open_page: OpenPage, point: Point
) -> None:
    booth, _ = await meet(open_page, point)
    await point.push({"session": None})
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    assert await live_tracks(booth) == 0


async def test_on_hold_nobody_is_seen_or_heard_and_the_picture_comes_back(open_page: OpenPage, point: Point) -> None:
    booth, expert = await meet(open_page, point)
    await point.order("hold")
    await expect(booth.locator("html[data-screen=held]")).to_be_attached()
    await until(lambda: expert.evaluate("JSON.stringify(window.expert.ctl.at(-1)) === "
                                        "JSON.stringify({ k: 'muted', audio: true, video: true })"))  # fmt: skip
    assert await booth.evaluate("window.witness.tracks.map((one) => one.enabled)") == [False, False]
    await point.order("resume")
    await see_and_hear_each_other(booth, expert)


async def test_a_screen_that_the_expert_shares_is_large_and_goes_without_a_new_negotiation(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await expert.evaluate("""() => {
      const canvas = document.createElement("canvas");
      canvas.width = 1280; canvas.height = 720;
      const pen = canvas.getContext("2d");
      setInterval(() => { pen.fillStyle = "white"; pen.fillRect(0, 0, 1280, 720); pen.fillStyle = "black";
        pen.fillText(String(Date.now()), 100, 100); pen.fillRect(Date.now() % 640, 200, 300, 300); }, 50);
      window.expert.talk.replace("screen", canvas.captureStream(15).getVideoTracks()[0]);
    }""")
    await moving(booth, "video.shared")
    await expert.evaluate("window.expert.talk.replace('screen', null)")
    await expect(booth.locator("video.shared")).to_have_count(0)
    sdp = await booth.evaluate("window.witness.peers.at(-1).remoteDescription.sdp.split('\\n')[1]")
    assert sdp.split()[2] == "2", f"the first offer still stands: {sdp}"


async def test_a_path_that_is_dead_is_mended_by_a_new_connection(open_page: OpenPage, point: Point) -> None:
    """The customer's end of the connection is closed behind the page's back: nothing comes back by itself."""
    booth, expert = await meet(open_page, point)
    before = await epoch(expert)
    await booth.evaluate("window.witness.peers.at(-1).close()")
    await until(lambda: _later(expert, before), 40, "a new connection")
    await see_and_hear_each_other(booth, expert)


async def _later(expert: Page, before: int) -> bool:
    return await epoch(expert) > before


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


async def test_a_line_that_is_gone_without_a_conversation_closes_the_devices(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="ringing", consent="2026-11")
    await until(lambda: live_tracks(booth), what="devices open while it rings")
    await point.stop()
    await booth.wait_for_timeout(500)
    await pass_time(booth, 31)
    await until(lambda: _closed(booth), what="devices given back")


async def _closed(booth: Page) -> bool:
    return await live_tracks(booth) == 0


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
    await expect(booth.locator("header .clock")).to_have_text("12.03", timeout=15_000)
    await tap(booth, "[data-end]")
    await booth.click("[data-end-yes]")
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    assert await live_tracks(booth) == 0
