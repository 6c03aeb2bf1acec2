"""The booth's own check: camera, microphone and loudspeaker, only while nobody is there, and nothing stays open."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from kiosk_ui.messages import Messages
from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.seen import live_tracks, until
from tests.pages import audit
from tests.pages.conftest import tap
from tests.pages.states import LANGUAGES

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")
# A room: what this page sends to its loudspeaker comes to its microphone, softer and 120 ms later.
ROOM = """
window.room = null;
const toOut = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    window.room ??= { context: this.context, air: new DelayNode(this.context, { delayTime: 0.12 }) };
    if (window.room.context !== this.context) return toOut.call(this, to, ...more);
    toOut.call(this, window.room.air);
  }
  return toOut.call(this, to, ...more);
};
const source = AudioContext.prototype.createMediaStreamSource;
AudioContext.prototype.createMediaStreamSource = function (stream) {
  window.room = { context: this, air: new DelayNode(this, { delayTime: 0.12 }) };
  const soft = new GainNode(this, { gain: 0.1 });
  toOut.call(window.room.air, soft);
  return soft;
};
"""
DARK = """
const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (asked) => {
  if (!asked.video) return get(asked);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  setInterval(() => pen.fillRect(0, 0, 300, 150), 40);
  return canvas.captureStream(20);
};
"""


async def checked(page: Page, point: Point, id_: str = "t1") -> dict[str, Any]:
    await point.tell({"t": "test", "id": id_})

    async def answer() -> dict[str, Any] | None:
        return next((one["result"] for one in point.said("tested") if one["id"] == id_), None)

    got: dict[str, Any] = await until(answer, 25, "a result")
    return got


async def ready(open_page: OpenPage, point: Point, script: str = "") -> Page:
    page = await open_page("/booth/b1")
    if script:
        await page.add_init_script(script)
        await page.reload()
    await expect(page.locator("[data-service=kela-family]")).to_be_visible()
    await until(lambda: _lined(point), what="a line")
    return page


async def _lined(point: Point) -> bool:
    return len(point.lines) == 1


async def test_a_camera_that_gives_moving_pictures_and_a_loudspeaker_that_nobody_hears(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page, point)
    result = await checked(page, point)
    assert result["camera"]["state"] == "ok" and result["camera"]["width"] == 1280 and result["camera"]["fps"] >= 5
    assert result["microphone"] == {"state": "ok"}, "the fake microphone beeps by itself"
    assert result["loudspeaker"] == {"state": "unheard", "delay_ms": None}, "and hears no loudspeaker"
    assert await page.evaluate("window.witness.tracks.length") == 2 and await live_tracks(page) == 0
    await expect(page.locator("h1")).to_have_text(T.text("booth-question"))


async def test_a_loudspeaker_that_is_heard_tells_how_late(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page, point, ROOM)
    result = await checked(page, point)
    assert result["loudspeaker"]["state"] == "heard"
    assert 100 <= result["loudspeaker"]["delay_ms"] <= 400


async def test_a_covered_camera_is_dark(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page, point, DARK)
    assert (await checked(page, point))["camera"]["state"] == "dark"


async def test_whoever_comes_ends_it_at_once(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page, point)
    await point.tell({"t": "test", "id": "t1"})
    await expect(page.locator(".checking")).to_have_text(T.text("booth-testing"))
    assert await audit.occlusion(page) == [] and await audit.axe(page) == []
    await until(lambda: live_tracks(page), what="the camera")
    await page.click("header")
    await until(lambda: _refused(point, "interrupted"))
    assert await live_tracks(page) == 0
    await expect(page.locator(".checking")).to_have_text("")
    await expect(page.locator("h1")).to_have_text(T.text("booth-question"))


async def test_a_session_that_begins_ends_it_too_and_a_booth_with_a_customer_is_not_checked(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page, point)
    await point.tell({"t": "test", "id": "t1"})
    await expect(page.locator(".checking")).to_have_text(T.text("booth-testing"))
    await point.begin()
    await until(lambda: _refused(point, "interrupted"))
    await expect(page.locator(".consent-text")).to_be_visible()
    assert await live_tracks(page) == 0
    assert await checked(page, point, "t2") == {"refused": "busy"}
    await tap(page, "[data-decline]")


async def test_the_first_touch_during_a_test_does_what_it_always_does(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page, point)
    card = page.locator("[data-service=kela-family]")
    await page.evaluate("() => { window.before = document.querySelector('[data-service=kela-family]'); }")
    stood = await card.bounding_box()
    await point.tell({"t": "test", "id": "t1"})
    await expect(page.locator(".checking")).to_have_text(T.text("booth-testing"))
    assert await card.bounding_box() == stood, "nothing moves"
    assert await page.evaluate("window.before.isConnected"), "nothing is drawn anew"
    await page.click("[data-service=kela-family]")
    await expect(page.locator(".consent-text")).to_be_visible()
    await until(lambda: _refused(point, "interrupted"))
    assert await live_tracks(page) == 0


FIRST = "main .above, main h1"  # the first words of the page: small screens leave the first out
TOP_AND_BOTTOM = """(selector) => {
  const shown = [...document.querySelectorAll(selector)].find((one) => one.offsetParent);
  const { top, bottom } = shown.getBoundingClientRect();
  return [top, bottom];
}"""
# A camera that takes its time to open: the test may be over by then.
SLOW = """
const quick = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
navigator.mediaDevices.getUserMedia = async (asked) => {
  window.asked.push(Object.keys(asked)[0]);
  await new Promise((resolve) => { window.opens = resolve; });
  return quick(asked);
};
"""


async def test_a_camera_that_opens_when_the_test_is_over_is_closed_at_once_and_no_microphone_after_it(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page, point, SLOW)
    await point.tell({"t": "test", "id": "t1"})
    await until(lambda: page.evaluate("window.asked.length === 1"), what="the camera is asked for")
    await page.click("header")
    await until(lambda: _refused(point, "interrupted"), 3, "an answer though the camera hangs")
    await page.evaluate("window.opens()")
    await until(lambda: page.evaluate("window.witness.tracks.length === 1"), what="the camera opened late")
    await until(lambda: page.evaluate("window.witness.tracks[0].readyState === 'ended'"), what="closed at once")
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.asked") == ["video"]


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_word_of_a_test_has_room_on_every_screen(open_page: OpenPage, point: Point, lang: str) -> None:
    point.state["house"] = lang
    page = await ready(open_page, point, SLOW)
    await point.tell({"t": "test", "id": "t1"})
    await expect(page.locator(".checking")).to_have_text(Messages(lang).text("booth-testing"))
    for width, height in [(1080, 1920), (1920, 1080), (1280, 1024), (420, 760)]:
        await page.set_viewport_size({"width": width, "height": height})
        assert await audit.occlusion(page) == [], (width, height)
        strip, point_name, first = [
            await page.evaluate(TOP_AND_BOTTOM, one) for one in (".checking span", "header .point", FIRST)
        ]
        assert point_name[1] - 2 <= strip[0] and strip[1] <= first[0] + 2, (width, height)


async def _refused(point: Point, why: str) -> bool:
    return any(one["result"] == {"refused": why} for one in point.said("tested"))
