"""The conversation itself: a real booth page and a real expert's page see, hear and read each other, and nothing of it
stays."""

import asyncio

import pytest
from playwright.async_api import Page, async_playwright, expect

from kiosk_ui.messages import Messages
from tests.booth import states
from tests.booth.conftest import OpenPage
from tests.booth.meeting import meet
from tests.booth.point import Point
from tests.booth.seen import live_tracks, moving, see_and_hear_each_other, until
from tests.pages.conftest import ARGUMENTS, pass_time, tap
from tests.pages.ears import FORBID

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")


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


# As a browser tells of a key: its letter comes by keypress (kiosk/keys.js).
KEY = """(key) => {
  const told = (name) =>
    document.activeElement.dispatchEvent(new KeyboardEvent(name, { key, bubbles: true, cancelable: true }));
  if (told("keydown") && key.length === 1) told("keypress");
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
        await booth.evaluate(KEY, letter)
    await until(lambda: expert.evaluate("window.expert.text === 'heiŋ '"), what="any keyboard, any letter")
    await expert.evaluate("window.expert.talk.type('👩‍👧x')")
    await expect(booth.locator("[data-theirs] p").first).to_have_text("👩‍👧x")
    await expert.evaluate("window.expert.talk.erase(2)")
    await expect(booth.locator("[data-theirs] p").first).to_have_text("–")
    await expert.evaluate("window.expert.talk.type('Päivää!')")
    await expect(booth.locator("[data-theirs]")).to_contain_text("Päivää!")
    await expert.evaluate("window.expert.talk.erase(2)")
    await expect(booth.locator("[data-theirs] p").first).to_have_text("Päivä")


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


async def test_an_end_is_told_as_no_interruption(open_page: OpenPage, point: Point) -> None:
    booth, _ = await meet(open_page, point)
    await until(lambda: _up(point), what="the point knows that they talk")
    before = len(point.said("talk"))
    await tap(booth, "[data-end]")
    await booth.click("[data-end-yes]")
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    await point.push({"session": None})
    await tap(booth, "[data-done]")
    await booth.click("[data-way=general]")
    await until(lambda: _helped(point), what="whatever was said before has come")
    assert [one["up"] for one in point.said("talk")[before:]] in ([], [True])


async def _helped(point: Point) -> bool:
    return bool(point.said("help"))


async def test_what_the_point_ends_is_ended_at_once(open_page: OpenPage, point: Point) -> None:
    booth, _ = await meet(open_page, point)
    await point.tell({"t": "end", "session": "r-1"})
    await until(lambda: booth.evaluate("window.witness.tracks.every((one) => one.readyState === 'ended')"))
    await until(lambda: _off(point), what="the point knows that it is off")
    await point.order("end", outcome="completed")
    await expect(booth.locator("h1")).to_have_text("Kiitos käynnistä")


async def _off(point: Point) -> bool:
    return [one["session"] for one in point.said("off")] == ["r-1"]


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
    await expert.close()
    await until(lambda: _broken(booth), 40, "the connection is gone besides")
    await expect(booth.locator(".lights")).to_have_text(T.text("booth-devices-off"))
    expert = await open_page("/test/expert.html")
    await point.order("resume")
    await see_and_hear_each_other(booth, expert)
    await expect(booth.locator(".lights")).to_have_text(T.text("booth-devices-on"))


async def _broken(booth: Page) -> bool:
    return bool(await booth.evaluate("document.documentElement.dataset.screen === 'interrupted'"))


async def test_what_the_customer_turned_off_stays_off_over_hold_and_devices_that_open_anew(
    open_page: OpenPage, point: Point
) -> None:
    booth, _ = await meet(open_page, point)
    await tap(booth, "[data-turn=microphone]")
    await point.order("hold")
    await expect(booth.locator("html[data-screen=held]")).to_be_attached()
    await point.order("resume")
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    assert await booth.evaluate(ENABLED) == {"audio": False, "video": True}
    await booth.evaluate("""() => {
      const camera = window.witness.tracks.find((one) => one.kind === "video");
      camera.stop();
      camera.dispatchEvent(new Event("ended"));
    }""")
    await until(lambda: booth.evaluate("window.witness.tracks.length === 4"), what="both opened anew")
    await until(lambda: _is(booth, {"audio": False, "video": True}), 5, "the microphone is still off")


# The last of it is what an end says of itself when its devices have changed.
NOTHING_SENT = {
    "turned off altogether": "window.expert.talk.setMedia(null)",
    "pulled out altogether": "window.witness.tracks.forEach((one) => one.stop()), window.expert.talk.mute({})",
}


@pytest.mark.parametrize("how", NOTHING_SENT)
async def test_devices_that_send_nothing_any_more_are_no_broken_connection(
    open_page: OpenPage, point: Point, how: str
) -> None:
    """Nothing comes, and nothing is wrong: the other end has said so."""
    booth, expert = await meet(open_page, point)
    await see_and_hear_each_other(booth, expert)
    await expert.evaluate("window.witness.peers[0].getSenders().forEach((one) => one.replaceTrack(null))")
    await expert.evaluate(NOTHING_SENT[how])
    await booth.wait_for_timeout(1500)
    packets = await booth.evaluate(PACKETS)
    await booth.wait_for_timeout(3500)
    assert await booth.evaluate(PACKETS) == packets, "nothing comes"
    assert {one["up"] for one in point.said("talk")} == {True}


PACKETS = """async () => [...(await window.witness.peers.at(-1).getStats()).values()]
  .filter((one) => one.type === "inbound-rtp").reduce((sum, one) => sum + one.packetsReceived, 0)"""


# What is sent of the youngest devices.
ENABLED = """() => Object.fromEntries(window.witness.tracks.filter((one) => one.readyState === "live")
  .map((one) => [one.kind, one.enabled]))"""


async def _is(booth: Page, sent: dict[str, bool]) -> bool:
    return bool(await booth.evaluate(ENABLED) == sent)


SHARE = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = 1280; canvas.height = 720;
  const pen = canvas.getContext("2d");
  setInterval(() => { pen.fillStyle = "white"; pen.fillRect(0, 0, 1280, 720); pen.fillStyle = "black";
    pen.fillText(String(Date.now()), 100, 100); pen.fillRect(Date.now() % 640, 200, 300, 300); }, 50);
  window.expert.talk.replace("screen", canvas.captureStream(15).getVideoTracks()[0]);
}"""


async def test_what_one_expert_showed_and_asked_is_gone_with_their_page(open_page: OpenPage, point: Point) -> None:
    """The next one, or the same one after a reload, shares no screen: a black one would cover the face."""
    booth, expert = await meet(open_page, point)
    await expert.evaluate(SHARE)
    await moving(booth, "video.shared")
    await expert.evaluate("window.expert.talk.ctl({ k: 'caption', text: 'viimeiset sanat', final: false })")
    await expert.evaluate("window.expert.talk.ctl({ k: 'still_ask', id: 's1' })")
    await expect(booth.locator("dialog[open] [data-still-yes]")).to_be_visible()
    await expect(booth.locator(".caption")).to_contain_text("viimeiset sanat")
    await expert.reload()
    await expect(booth.locator("video.shared")).to_have_count(0)
    await see_and_hear_each_other(booth, expert)
    await expect(booth.locator("dialog[open]")).to_have_count(0)
    await expect(booth.locator(".caption")).to_be_hidden()
    await expect(booth.locator("video.shared")).to_have_count(0)


async def test_a_screen_that_the_expert_shares_is_large_and_goes_without_a_new_negotiation(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    await expert.evaluate(SHARE)
    await moving(booth, "video.shared")
    await expert.evaluate("window.expert.talk.replace('screen', null)")
    await expect(booth.locator("video.shared")).to_have_count(0)
    sdp = await booth.evaluate("window.witness.peers.at(-1).remoteDescription.sdp.split('\\n')[1]")
    assert sdp.split()[2] == "2", f"the first offer still stands: {sdp}"


async def test_a_line_that_is_gone_without_a_conversation_closes_the_devices(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="ringing", consent="2026-11")
    await until(lambda: live_tracks(booth), what="devices open while it rings")
    await point.stop()
    await booth.wait_for_timeout(500)
    await pass_time(booth, 31)
    await until(lambda: _closed(booth), what="devices given back")


async def _closed(booth: Page) -> bool:
    return await live_tracks(booth) == 0


# Looks at the expert's picture from within the page: whatever a test asks of a page counts as a touch there.
UNTOUCHED = """
window.seen = [];
setInterval(() => {
  const video = document.querySelector("video.expert");
  if (video && !video.paused && video.getVideoPlaybackQuality().totalVideoFrames > 5) {
    window.seen.push([video.muted, document.querySelector("footer .notice")?.textContent ?? ""]);
  }
}, 50);
"""


async def test_a_browser_that_wants_a_touch_shows_the_expert_and_sounds_from_the_first_touch_on(
    open_page: OpenPage, point: Point
) -> None:
    """Without camera and microphone of its own, this page may not sound by itself in a browser of anybody's."""
    point.state["session"] = states.session(state="connected", consent="2026-11")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, FORBID])
        booth = await browser.new_page()
        await booth.add_init_script(UNTOUCHED)
        await booth.goto(f"{point.url}/booth/b1")
        await open_page("/test/expert.html")
        await until(lambda: _up(point), 20, "a conversation")
        await asyncio.sleep(2)  # some frames, and nothing asked of the page
        silent = await booth.evaluate("window.seen.at(-1)")
        assert silent == [True, "Kosketa näyttöä, niin kuulet asiantuntijan."]
        await booth.click("header")
        await until(lambda: booth.evaluate("window.seen.at(-1)[0] === false"), what="sound")
        await expect(booth.locator("footer .notice")).to_have_count(0)
        await browser.close()


async def _up(point: Point) -> bool:
    return any(one["up"] for one in point.said("talk"))
