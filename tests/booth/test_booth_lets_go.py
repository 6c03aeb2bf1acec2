"""Camera and microphone are let go: when they open too late, when nobody is heard of any more, when another page is the
booth; and a call that goes on is covered by nothing.
"""

import pytest
from playwright.async_api import Page, expect

from kiosk_ui.messages import Messages
from tests.booth.conftest import OpenPage
from tests.booth.meeting import agree, meet
from tests.booth.point import Point
from tests.booth.seen import live_tracks, see_and_hear_each_other, until
from tests.pages import audit
from tests.pages.conftest import pass_time, tap
from tests.pages.states import LANGUAGES

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")
# Devices that open when the test says so, or fail to.
SLOW = """
const quick = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
navigator.mediaDevices.getUserMedia = async (asked) => {
  window.asked.push(Object.keys(asked).join());
  await new Promise((resolve, reject) => Object.assign(window, { opens: resolve, fails: reject }));
  return quick(asked);
};
"""


async def closed(page: Page) -> bool:
    return await live_tracks(page) == 0


async def opening(open_page: OpenPage, point: Point) -> Page:
    """A page whose devices are just being opened, and its session over."""
    page = await open_page("/booth/b1")
    await page.add_init_script(SLOW)
    await page.reload()
    await point.begin(state="ringing", consent="2026-11")
    await until(lambda: page.evaluate("window.asked.length === 1"), what="the devices are asked for")
    await point.order("end", outcome="customer_left")
    await expect(page.locator("main.ended")).to_be_visible()
    return page


async def test_devices_that_open_after_the_end_are_closed_at_once(open_page: OpenPage, point: Point) -> None:
    page = await opening(open_page, point)
    await page.evaluate("window.opens()")
    await until(lambda: page.evaluate("window.witness.tracks.length === 2"), what="opened late")
    await until(lambda: closed(page), 2, "closed at once")
    assert await page.evaluate("window.asked.length") == 1


async def test_a_device_that_fails_after_the_end_is_followed_by_no_other(open_page: OpenPage, point: Point) -> None:
    page = await opening(open_page, point)
    await page.evaluate("window.fails(new DOMException('busy', 'NotReadableError'))")
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.asked") == ["audio,video"]


async def test_a_point_that_hangs_closes_the_devices_and_one_that_is_back_opens_them(
    open_page: OpenPage, point: Point
) -> None:
    """Its lines stand: the kernel keeps them open for a process that does nothing any more."""
    booth = await open_page("/booth/b1")
    await point.begin(state="ringing", consent="2026-11")
    await until(lambda: live_tracks(booth), what="devices open while it rings")
    point.silent = True
    await expect(booth.locator("html[data-screen=stale]")).to_be_attached()
    assert await live_tracks(booth) == 2, "a moment is no reason"
    await pass_time(booth, 31)
    await until(lambda: closed(booth), what="devices given back")
    point.silent = False
    await expect(booth.locator("main.waiting")).to_be_visible()
    await until(lambda: live_tracks(booth), what="devices open again")


async def test_a_call_that_goes_on_is_not_covered_when_the_point_lets_nobody_in(
    open_page: OpenPage, point: Point
) -> None:
    booth, expert = await meet(open_page, point)
    point.closed = True
    await point.cut_lines()
    await until(lambda: _asked_why(point), what="the page is told that it may not come in")
    await booth.wait_for_timeout(300)
    await see_and_hear_each_other(booth, expert)
    assert await booth.evaluate("document.documentElement.dataset.screen") == "talk"
    await tap(booth, "[data-end]")
    await booth.click("[data-end-yes]")
    await expect(booth.locator("main section[lang=se]")).to_be_visible()
    assert await closed(booth)


async def _asked_why(point: Point) -> bool:
    return "why?" in point.turned_away


async def test_a_booth_that_opens_on_another_screen_leaves_this_one_until_somebody_wants_it(
    open_page: OpenPage, point: Point
) -> None:
    first = await open_page("/booth/b1")
    await point.begin(state="connected")
    await agree(first)
    await until(lambda: live_tracks(first), what="devices of the first")
    second = await open_page("/booth/b1")
    await expect(first.locator("h1")).to_have_text(T.text("booth-elsewhere-title"))
    await until(lambda: closed(first), 2, "devices of the first given back")
    await until(lambda: live_tracks(second), what="devices of the second")
    await first.wait_for_timeout(1500)
    assert len(point.lines) == 1, "no war over the line"
    await expect(second.locator("main.stage")).to_be_visible()
    await tap(first, "[data-take-over]")
    await expect(first.locator("main.stage")).to_be_visible()
    await until(lambda: live_tracks(first), what="devices of the first again")
    await expect(second.locator("h1")).to_have_text(T.text("booth-elsewhere-title"))
    await until(lambda: closed(second), 2, "devices of the second given back")


async def test_a_booth_whose_other_screen_was_closed_comes_back_by_itself(open_page: OpenPage, point: Point) -> None:
    first = await open_page("/booth/b1")
    await expect(first.locator("[data-service=kela-family]")).to_be_visible()
    await until(lambda: _lined(point), what="a line")
    second = await open_page("/booth/b1")
    await expect(first.locator("h1")).to_have_text(T.text("booth-elsewhere-title"))
    await second.close()
    await _lives(first, point, 20, {"page": True})  # not before the point says that nobody has it
    await expect(first.locator("h1")).to_have_text(T.text("booth-elsewhere-title"))
    await _lives(first, point, 8, {"page": False})
    await expect(first.locator("h1")).to_have_text(T.text("booth-elsewhere-title"))
    await _lives(first, point, 6, {"page": False})
    await expect(first.locator("[data-service=kela-family]")).to_be_visible()


async def _lives(page: Page, point: Point, seconds: int, patch: dict[str, bool]) -> None:
    """Time goes by at a page that hears of the point each two seconds."""
    for _ in range(0, seconds, 2):
        await point.push(patch)
        await page.wait_for_timeout(300)  # a tick of the page
        await pass_time(page, 2)


async def test_the_word_of_another_screen_is_clean_in_every_language(open_page: OpenPage, point: Point) -> None:
    first = await open_page("/booth/b1")
    await expect(first.locator("[data-service=kela-family]")).to_be_visible()
    await until(lambda: _lined(point), what="a line")
    await open_page("/booth/b1")
    await expect(first.locator("[data-take-over]")).to_be_visible()
    for width, height in [(1080, 1920), (1920, 1080), (420, 760)]:
        await first.set_viewport_size({"width": width, "height": height})
        for language in LANGUAGES:
            await first.click(f"[data-language={language}]")
            assert await audit.occlusion(first) == [] and await audit.broken_words(first) == [], (width, language)
    assert await audit.axe(first) == []


async def _lined(point: Point) -> bool:
    return len(point.lines) == 1
