"""The booth before and after a conversation: consent first, by touch, keys and ear; and what stands there when it
cannot be had."""

import asyncio

import pytest
from playwright.async_api import Page, async_playwright, expect

from kiosk_ui.messages import Messages
from tests.booth import states
from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.seen import until
from tests.pages.conftest import ARGUMENTS, pass_time, tap
from tests.pages.ears import EARS, FORBID, falls_silent, peak, sounds
from tests.pages.stage import problem
from tests.pages.states import LANGUAGES

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await pass_time(page, 0.5)
        await page.keyboard.press(key)


def spoken(point: Point) -> str:
    return " ".join(one.body["text"] for one in point.posts("/speech"))


async def test_an_appointment_by_its_code_and_a_wrong_code_says_what_to_do(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-way=appointment]")).to_be_visible()
    point.answers = [problem("unknown-ticket", 404)]
    await press(booth, "4", "1", "2", "Enter")
    await expect(booth.locator("main .notice.alert")).to_be_visible()
    await press(booth, "Backspace", "3", "Enter")
    await expect(booth.locator(".consent-text")).to_be_visible()
    assert [one.body for one in point.posts("/booths/b1/sessions")] == [
        {"appointment": "12", "language": "fi"}, {"appointment": "13", "language": "fi"}]  # fmt: skip


async def test_one_press_is_one_session_though_the_line_fails(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    point.answers = [problem("unavailable", 503)]
    await tap(booth, "[data-agree]")
    await expect(booth.locator("main.waiting")).to_be_visible()
    keys = [one.key for one in point.posts("/booths/b1/sessions")]
    assert len(keys) == 2 and len(set(keys)) == 1


async def test_from_the_door_to_the_end_by_keys_alone(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    await press(booth, "1")
    await expect(booth.locator(".consent-text")).to_be_visible()
    await press(booth, "1")
    await expect(booth.locator("main.waiting")).to_be_visible()
    await point.order("answer")
    await expect(booth.locator("html[data-screen=connecting]")).to_be_attached()
    await press(booth, "1")
    await expect(booth.locator(".text-panel")).to_be_visible()
    await press(booth, "1", "Escape")
    await expect(booth.locator(".text-panel")).to_have_count(0)
    assert await booth.evaluate("document.activeElement.tagName") != "INPUT"
    await press(booth, "Home")
    await expect(booth.locator("dialog[open] h2")).to_have_text(T.text("booth-end-title"))
    await press(booth, "2")
    await expect(booth.locator("dialog[open]")).to_have_count(0)
    await press(booth, "9", "1")
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    await press(booth, "5")
    await expect(booth.locator("main")).to_contain_text(T.text("booth-rate-thanks"))
    assert point.posts("/feedback")[0].body == {
        "score": 5, "session": "r-1", "question": "satisfaction", "language": "fi"}  # fmt: skip
    await press(booth, "0")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()


async def test_by_ear_each_screen_is_said_until_somebody_else_speaks(open_page: OpenPage, point: Point) -> None:
    point.speech = True
    booth = await open_page("/booth/b1")
    await booth.get_by_role("button", name=T.text("kiosk-aloud"), exact=True).click()
    await sounds(booth)
    assert T.text("booth-question") in spoken(point)
    await press(booth, "1")
    await until(lambda: _said(point, "ei tallenneta"), what="the consent")
    await press(booth, "1")
    await until(lambda: _said(point, T.text("booth-wait-title")), what="the wait")
    assert T.text("booth-wait-stay") in spoken(point)
    await point.order("ring")
    await until(lambda: _said(point, T.text("booth-ringing")), what="the ringing")
    await point.order("answer")
    await open_page("/test/expert.html")
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    await asyncio.sleep(0.5)
    before = len(point.posts("/speech"))
    await point.push({"session": {"files": [states.document(state="ready")]}})
    await expect(booth.locator("[data-print]")).to_be_visible()
    await asyncio.sleep(0.5)
    assert len(point.posts("/speech")) == before, "nobody reads over the expert's voice"
    await press(booth, "ArrowDown")
    await until(lambda: _more(point, before), what="what the customer's own key asks for")


async def _said(point: Point, words: str) -> bool:
    return words in spoken(point)


async def _more(point: Point, before: int) -> bool:
    return len(point.posts("/speech")) > before


async def test_a_document_is_printed_with_one_press_and_a_picture_needs_a_yes(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", consent="2026-11")
    expert = await open_page("/test/expert.html")
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    await point.push({"session": {"files": [states.document()]}})
    await expect(booth.locator("[data-file=f1] progress")).to_have_attribute("value", "40")
    await expect(booth.locator("[data-print]")).to_have_count(0)
    await point.push({"session": {"files": [states.document(state="ready", got=300_000)]}})
    await tap(booth, "[data-print]")
    await until(lambda: _told(point, {"t": "print", "session": "r-1", "file": "f1"}))
    await point.push({"session": {"files": [states.document(state="printed", got=300_000)]}})
    await expect(booth.locator("[data-file=f1]")).to_contain_text(T.text("booth-file-printed"))
    await expert.evaluate("window.expert.talk.ctl({ k: 'still_ask', id: 's1' })")
    await tap(booth, "[data-still-no]")
    await until(lambda: expert.evaluate("window.expert.ctl.some((one) => one.k === 'still_may' && !one.ok)"))
    await expert.evaluate("window.expert.talk.ctl({ k: 'still_ask', id: 's2' })")
    await tap(booth, "[data-still-yes]")
    await until(lambda: expert.evaluate("window.expert.ctl.some((one) => one.id === 's2' && one.ok)"))


async def _told(point: Point, message: dict[str, str]) -> bool:
    return message in point.heard


async def test_help_is_one_press_away_and_says_that_it_was_called(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-way=general]")
    await expect(booth.locator("[data-way=general]")).to_contain_text(T.text("booth-help-called"))
    assert len(point.said("help")) == 1


async def test_help_that_was_called_without_a_line_is_called_when_it_is_back(open_page: OpenPage, point: Point) -> None:
    """Also when whoever called has gone home meanwhile."""
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-way=general]")).to_be_visible()
    await without_line(booth, point)
    await tap(booth, "[data-way=general]")
    await expect(booth.locator("footer .notice")).to_have_text(T.text("booth-help-soon"))
    await pass_time(booth, 30)
    await press(booth, "Home")
    await booth.wait_for_timeout(600)
    await expect(booth.locator("footer .notice")).to_have_text(T.text("booth-help-soon"))
    assert point.said("help") == []
    point.deaf = False
    await expect(booth.locator("[data-way=general]")).to_contain_text(T.text("booth-help-called"))
    await expect(booth.locator("footer .notice")).to_have_count(0)
    assert len(point.said("help")) == 1


async def test_a_print_that_cannot_be_asked_for_now_says_so(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", consent="2026-11", files=[states.document(state="ready")])
    await expect(booth.locator("[data-print]")).to_be_visible()
    await without_line(booth, point)
    await tap(booth, "[data-print]")
    await expect(booth.locator("footer .notice")).to_have_text(T.text("booth-file-not-now"))
    await pass_time(booth, 9)
    await expect(booth.locator("footer .notice")).to_have_count(0)


async def without_line(booth: Page, point: Point) -> None:
    """The state still comes; what the page says goes nowhere."""
    await until(lambda: _lines(point, 1), what="a line")
    point.deaf = True
    for line in list(point.lines):
        await line.close()
    await until(lambda: _lines(point, 0), what="no line")


async def _lines(point: Point, n: int) -> bool:
    return len(point.lines) == n


async def test_a_booth_without_printer_offers_no_print(open_page: OpenPage, point: Point) -> None:
    point.state["printer"] = False
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", consent="2026-11", files=[states.document(state="ready")])
    await expect(booth.locator("[data-file=f1]")).to_contain_text(T.text("booth-file-no-printer"))
    await expect(booth.locator("[data-print]")).to_have_count(0)


async def test_who_asks_to_hear_the_consent_is_told_why_nothing_is_heard(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    await expect(booth.locator(".consent-text")).to_be_visible()
    await expect(booth.locator("footer .notice")).to_have_count(0)
    await tap(booth, "[data-listen]")
    await expect(booth.locator("footer .notice")).to_have_text(T.text("kiosk-aloud-none"))


async def test_who_shuts_the_text_or_is_asked_whether_to_end_stands_where_the_keys_go_on(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", consent="2026-11")
    await expect(booth.locator("[data-turn=text]")).to_be_visible()
    await press(booth, "1")
    await expect(booth.locator("[data-typing]")).to_be_focused()
    await tap(booth, ".shut")
    await expect(booth.locator("[data-turn=text]")).to_be_focused()
    await press(booth, "9")
    await expect(booth.locator("dialog[open] [data-end-no]")).to_be_focused()


async def test_a_volume_of_the_last_customer_is_none_of_the_next(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    await press(booth, "AudioVolumeDown")
    await pass_time(booth, 61)
    await expect(booth.locator("dialog[open] [data-stay]")).to_be_visible()
    await pass_time(booth, 31)
    await expect(booth.locator("dialog[open]")).to_have_count(0)
    await booth.click("[data-aid=aloud]")
    point.speech = True
    await press(booth, "AudioVolumeUp")
    await expect(booth.locator("footer .level span").first).to_have_text(T.text("kiosk-volume", level=5, levels=5))


async def test_a_number_that_goes_on_waiting_stays_on_the_screen_when_the_session_is_gone(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(consent="2026-11")
    await expect(booth.locator("main.waiting")).to_be_visible()
    await point.order("end", outcome="transferred")
    await expect(booth.locator("main.ended")).to_be_visible()
    await point.push({"session": {"number": "K042", "waits": True}})
    await expect(booth.locator("main .number")).to_contain_text("042")
    await point.push({"session": None})
    await booth.wait_for_timeout(300)
    await expect(booth.locator("main .number")).to_contain_text("042")
    await expect(booth.locator("h1")).to_have_text(T.text("booth-ended-transferred"))


async def test_while_it_rings_the_booth_sounds_and_the_customers_volume_is_the_experts(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="ringing", consent="2026-11")
    await sounds(booth)
    await point.order("answer")
    await falls_silent(booth, 10)
    await booth.click("[data-volume=up]")
    await expect(booth.locator("main .level span").first).to_have_text(T.text("kiosk-volume", level=5, levels=5))
    assert await booth.evaluate("document.querySelector('video.expert').volume") == 1
    await booth.click("[data-volume=down]")
    await expect(booth.locator("main .level span").first).to_have_text(T.text("kiosk-volume", level=4, levels=5))
    assert await booth.evaluate("document.querySelector('video.expert').volume") == 0.5


TONES = """
window.tones = 0;
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...when) {
  window.tones += 1;
  start.apply(this, when);
};
"""


async def test_what_should_have_sounded_before_the_first_touch_does_not_sound_after_it(point: Point) -> None:
    """A browser that lets nothing sound before a touch keeps what was asked for, and plays it all with the next one."""
    point.state["session"] = states.session(state="ringing", consent="2026-11")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, FORBID])
        booth = await browser.new_page()
        await booth.add_init_script(EARS + TONES)
        await booth.goto(f"{point.url}/booth/b1")
        await until(lambda: _lines(point, 1), what="a line")
        await asyncio.sleep(6)  # two rings, and nothing asked of the page: that would count as a touch
        await point.order("answer")
        await asyncio.sleep(0.5)
        await booth.click("header")
        assert await peak(booth, 1500) == 0
        await point.order("unring")
        await point.order("ring")
        await sounds(booth)
        assert await booth.evaluate("window.tones") == 1, "one ring, not all that were asked for"
        await browser.close()


async def test_a_booth_that_somebody_has_booked_says_so_before_anybody_reads_the_terms(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service]")).to_have_count(3)
    await point.push({"booked": "12.15"})
    await expect(booth.locator("[data-service]")).to_have_count(0)
    await expect(booth.locator("main")).to_contain_text("klo 12.15 alkaen")
    await tap(booth, "[data-way=appointment]")
    await expect(booth.locator("html[data-screen=code]")).to_be_attached()
    await tap(booth, "[data-back], [data-home]")
    await point.push({"booked": None})
    await expect(booth.locator("[data-service]")).to_have_count(3)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("outcome", "words"),
    [("completed", "booth-ended-completed"), ("transferred", "booth-ended-transferred"),
     ("no_answer", "booth-ended-no-answer"), ("technical_failure", "booth-ended-technical")],
)  # fmt: skip
async def test_each_end_says_how_it_goes_on(
    open_page: OpenPage, point: Point, outcome: str, words: str, lang: str
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="queued", consent="2026-11", language=lang)
    await expect(booth.locator("main.waiting")).to_be_visible()
    await point.order("end", outcome=outcome, number="K042", waits=outcome != "completed")
    await expect(booth.locator("h1")).to_have_text(Messages(lang).text(words))
    await expect(booth.locator("main .number")).to_have_count(0 if outcome == "completed" else 1)


async def test_who_was_not_helped_asks_again_with_one_press_in_their_language_and_with_their_number(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="queued", consent="2026-11", language="en", ticket="t-7")
    await expect(booth.locator("h1")).to_have_text("You are waiting for an expert")
    await point.order("end", outcome="no_answer", number="K042", waits=True)
    await expect(booth.locator("main .number")).to_contain_text("042")
    await tap(booth, "[data-again]")
    await expect(booth.locator(".consent-text")).to_be_visible()
    await tap(booth, "[data-agree]")
    await until(lambda: _posted(point, "/booths/b1/sessions"))
    (asked,) = point.posts("/booths/b1/sessions")
    assert (asked.body["ticket"], asked.body["language"]) == ("t-7", "en")


async def _posted(point: Point, path: str) -> bool:
    return bool(point.posts(path))


async def test_the_next_customer_finds_the_first_question_in_the_house_language(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="queued", consent="2026-11", language="en")
    await expect(booth.locator("h1")).to_have_text("You are waiting for an expert")
    await point.order("end", outcome="completed")
    await expect(booth.locator("h1")).to_have_text("Thank you for your visit")
    await pass_time(booth, 61)
    await expect(booth.locator("h1")).to_have_text(T.text("booth-question"))
    await point.begin(id="r-2", language="fi")
    await expect(booth.locator(".consent-text")).to_be_visible()
