"""Nobody is left to guess: what the booth says when a question opens, when an expert is gone, and whom one can call."""

import pytest
from playwright.async_api import Page, expect

from kiosk_ui.messages import Messages
from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.scenes import AGREED, closed, refused
from tests.booth.seen import until
from tests.pages.conftest import pass_time, tap
from tests.pages.stage import problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")


async def keypad(page: Page, point: Point, *names: str) -> None:
    """A key of the point's own keypad."""
    for name in names:
        await pass_time(page, 0.5)
        await point.key(name)


def last(point: Point) -> str:
    said = point.posts("/speech")
    return str(said[-1].body["text"]) if said else ""


async def hears(point: Point, words: str) -> None:
    async def told() -> bool:
        return words in last(point)

    await until(told, what=f"{words!r} (it was {last(point)!r})")


async def test_a_question_is_said_whole_with_the_keys_that_answer_it(open_page: OpenPage, point: Point) -> None:
    point.speech = True
    booth = await open_page("/booth/b1")
    await point.begin(**AGREED)
    await expect(booth.locator("main.waiting")).to_be_visible()
    await keypad(booth, point, "down", "2")
    end, go_on = T.text("booth-leave"), T.text("kiosk-continue")
    await hears(point, f"{T.text('booth-leave-title')} {T.text('booth-leave-text')} 1: {end}. 2: {go_on}.")
    await keypad(booth, point, "2")
    await expect(booth.locator("dialog[open]")).to_have_count(0)


async def test_a_keypad_commands_also_where_one_writes_and_says_how_to_get_out(
    open_page: OpenPage, point: Point
) -> None:
    point.speech = True
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", **AGREED)
    await expect(booth.locator("[data-turn=text]")).to_be_visible()
    await keypad(booth, point, "down", "1")
    await expect(booth.locator("[data-typing]")).to_be_focused()
    await hears(point, T.text("booth-text-open"))
    await keypad(booth, point, "9")
    await expect(booth.locator("dialog[open] h2")).to_have_text(T.text("booth-end-title"))
    await hears(point, T.text("booth-end-title"))
    await keypad(booth, point, "2", "back")
    await expect(booth.locator(".text-panel")).to_have_count(0)
    await keypad(booth, point, "1")
    await expect(booth.locator("[data-mine] p")).to_have_text("")


@pytest.mark.parametrize(("cause", "words"), [("expert_left", "booth-wait-lost"), ("moved", "booth-wait-moved")])
async def test_who_waits_again_is_told_why(open_page: OpenPage, point: Point, cause: str, words: str) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", **AGREED)
    await point.push({"session": {"state": "queued", "cause": cause}})
    await expect(booth.locator("main.waiting")).to_contain_text(T.text(words))
    await point.push({"session": {"state": "ringing", "cause": "expert_ready"}})
    await expect(booth.locator("main.waiting")).not_to_contain_text(T.text(words))


async def test_who_waits_hears_what_the_keys_do(open_page: OpenPage, point: Point) -> None:
    point.speech = True
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    await keypad(booth, point, "down", "1", "1")
    await expect(booth.locator("main.waiting")).to_be_visible()
    await hears(point, f"1: {T.text('booth-help')}. 2: {T.text('booth-leave')}.")


async def test_somebody_can_be_called_from_every_screen(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    help_ = booth.locator("[data-way=general]")
    await tap(booth, "[data-way=appointment]")
    await expect(help_).to_be_visible()
    await booth.reload()
    await tap(booth, "[data-service=kela-family]")
    await expect(help_).to_be_visible()
    await booth.reload()
    await refused(booth, point)
    await expect(help_).to_be_visible()
    await booth.reload()
    await closed(booth, point)
    await tap(booth, "[data-way=general]")
    await expect(help_).to_have_text(T.text("booth-help-called"))
    assert len(point.said("help")) == 1


async def test_the_help_key_does_not_take_a_customer_away_from_where_they_are(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    await keypad(booth, point, "help")
    await expect(booth.locator("main.consent")).to_be_visible()
    await expect(booth.locator("[data-way=general]")).to_be_focused()


async def test_who_still_has_a_number_is_asked_before_it_goes_from_the_screen(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(number="K042", **AGREED)
    await expect(booth.locator("main.waiting")).to_be_visible()
    await point.push({"session": {"state": "ended", "outcome": "no_answer", "waits": True}})
    await expect(booth.locator("main.ended .number")).to_be_visible()
    await expect(booth.locator(".rate")).to_have_count(0)  # nobody was met: there is nothing to judge
    await pass_time(booth, 61)
    await tap(booth, "dialog[open] [data-stay]")
    await expect(booth.locator("main.ended .number")).to_be_visible()
    await pass_time(booth, 61)
    await expect(booth.locator("dialog[open] [data-stay]")).to_be_visible()
    await pass_time(booth, 31)
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()


async def test_a_wish_that_was_refused_can_be_made_again_by_key(open_page: OpenPage, point: Point) -> None:
    point.speech = True
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    await keypad(booth, point, "down", "1")
    point.answers = [problem("too-many", 429)]
    await keypad(booth, point, "1")
    await hears(point, f"1: {T.text('kiosk-retry')}.")
