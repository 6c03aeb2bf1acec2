"""The forms of a session: nothing is ended by a key pressed once too often, what is wanted is in sight and said, and
the customer's words are not lost behind them."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.central.desk_rig import Desk, desk

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SMALL = {"width": 1280, "height": 720}
END = "form[data-form=end]"
# What a form cannot do without, and its button, must be in sight as the form comes up: at each corner nothing is on it.
HIDDEN = """() => {
  const form = document.querySelector("form.panel");
  const wanted = [...form.querySelectorAll("[data-required], .missing:not(:empty), button")];
  return wanted.filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return ![[left, top], [right, top], [left, bottom], [right, bottom]].every(([x, y]) => {
      const hit = document.elementFromPoint(x + (x === left ? 4 : -4), y + (y === top ? 4 : -4));
      return one.contains(hit);
    });
  }).map((one) => one.textContent.trim().slice(0, 60) || one.tagName);
}"""


async def opened(page: Page, panel: str) -> None:
    await page.locator(f".deeds [data-panel={panel}]").click()
    await expect(page.locator(f"form[data-form={panel}]")).to_be_visible()


async def talking(one: Desk) -> Desk:
    await one.sign_in()
    await one.answer()
    await asyncio.sleep(2.1)  # F2 ends nothing that has hardly begun
    return one


async def test_f2_pressed_too_often_at_the_answer_ends_nothing(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await page.keyboard.press("F2")
        await booth.draw()
        await expect(page.locator("li.rings")).to_be_visible()
        await asyncio.sleep(0.5)
        await page.keyboard.press("F2")
        await expect(page.locator(".in-session")).to_be_visible()
        for _ in range(4):
            await asyncio.sleep(0.2)
            await page.keyboard.press("F2")
        await expect(page.locator("form.panel")).to_have_count(0)
        await expect(page.locator(".banners")).to_contain_text("has not begun yet")
        await booth.page.evaluate("(s) => booth.begin(s)", booth.session)
        await expect(page.locator(".customer:not(.dim)")).to_be_visible()
        await page.keyboard.press("F2")
        await page.keyboard.press("F2")
        await expect(page.locator("form.panel")).to_have_count(0)
        assert booth.told("end") == []


async def test_f2_twice_in_a_talk_asks_for_the_outcome_and_a_digit_gives_it(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await talking(one)
        for _ in range(3):
            await page.keyboard.press("F2")
            await asyncio.sleep(0.45)
        await expect(page.locator(f"{END} .missing.loud")).to_have_text("Choose the outcome first.")
        await expect(page.locator(f"{END} [data-first]")).to_be_focused()
        await one.shot("end-missing")
        assert booth.told("end") == []
        await page.keyboard.press("ArrowRight")
        await expect(page.locator(f"{END} [value=customer_left]")).to_be_checked()
        await page.keyboard.press("1")
        await expect(page.locator(f"{END} [value=completed]")).to_be_checked()
        await expect(page.locator(f"{END} .missing")).to_have_text("")
        await one.shot("end-chosen")
        await page.locator(f"{END} [value=pending]").check()
        await page.keyboard.press("Escape")
        for _ in range(2):
            await asyncio.sleep(0.45)
            await page.keyboard.press("F2")
        await asyncio.sleep(0.45)
        await page.keyboard.press("F2")
        await expect(page.locator(f"{END} .missing.loud")).to_be_visible()  # asked anew; the rest is kept
        await page.keyboard.press("1")
        await expect(page.locator(f"{END} [value=pending]")).to_be_checked()
        await page.keyboard.press("F2")
        await expect(page.locator(".card.over")).to_contain_text("recorded")
        [order] = booth.told("end")
        assert (order["outcome"], order["resolution"]) == ("completed", "pending")


async def test_what_a_deaf_customer_writes_is_read_above_each_form(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        strip = page.locator(".last-words")
        for panel in ("identity", "hand_over", "move", "end"):
            await opened(page, panel)
            await expect(strip).to_contain_text("Nothing yet")
        await booth.page.evaluate("booth.type('rivi\\u2028'.repeat(30) + 'Wait, one more question please')")
        await expect(strip.get_by_text("one more question please")).to_be_in_viewport()
        assert await page.evaluate(
            "(({bottom}, last) => last.bottom <= bottom + 1)(document.querySelector('.last').getBoundingClientRect(), "
            "document.querySelector('.last > div').getBoundingClientRect())"
        )
        await expect(page.locator(".last-words.loud .news")).to_be_visible()
        await expect(page.locator("[role=status].only-heard")).to_contain_text("one more question please")
        await one.shot("last-words")
        await booth.page.evaluate("booth.ctl({k: 'chat', text: 'Are you there?'})")
        await expect(strip).to_contain_text("Are you there?")
        await expect(page.locator("[role=status].only-heard")).to_have_text("Are you there?")
        await one.shot("last-words-chat")
        await strip.get_by_role("button").click()
        await expect(page.locator("#tab-chat")).to_have_attribute("aria-selected", "true")
        await expect(page.locator("#tab-text .news")).to_be_visible()
        await page.click("#tab-text")
        await opened(page, "end")
        await expect(page.locator(".last-words.loud")).to_have_count(0)  # read meanwhile
        await page.keyboard.press("Escape")
        await expect(page.locator(".tabs .news")).to_have_count(0)


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
async def test_in_every_form_what_is_required_is_in_sight(desk_central: str, desk_browser: Browser, lang: str) -> None:
    async with desk(desk_browser, desk_central, lang=lang) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await booth.draw()
        await page.locator(f"[data-session='{booth.session}'] button.answer").click()
        await booth.page.evaluate("(s) => booth.begin(s)", booth.session)
        await expect(page.locator(".document:not(.dim)")).to_be_visible()
        await booth.draw(state="held", cause="")  # with a banner
        await booth.page.evaluate("booth.type('Odota, minulla on viel\\u00e4 yksi kysymys t\\u00e4st\\u00e4.')")
        await booth.page.evaluate("booth.ctl({k: 'chat', text: 'Miss\\u00e4 p\\u00e4\\u00e4t\\u00f6s on?'})")
        hidden = {}
        for size in ({"width": 1366, "height": 768}, SMALL):
            await page.set_viewport_size(size)  # type: ignore[arg-type]  # why: a TypedDict
            for panel in ("identity", "hand_over", "move", "end"):
                await opened(page, panel)
                hidden[f"{panel} {size['height']}"] = await page.evaluate(HIDDEN)
                await one.shot(f"{panel}-{lang}-{size['height']}")
            await page.keyboard.press("1")
            await expect(page.locator(f"{END} .delivered")).to_be_visible()
            hidden[f"served {size['height']}"] = await page.evaluate(HIDDEN)
            await one.shot(f"served-{lang}-{size['height']}")
            await page.locator(f"{END} .tail").scroll_into_view_if_needed()
            await expect(page.locator(f"{END} .delivered li").last).to_be_in_viewport(ratio=0.9)
        assert {form: what for form, what in hidden.items() if what} == {}


async def test_on_hold_nobody_is_said_to_have_turned_anything_off(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.keyboard.press("F8")
        await booth.page.evaluate("booth.ctl({k: 'muted', audio: true, video: true})")  # as on hold a booth does
        await expect(page.locator(".customer")).to_contain_text("Press Resume (F8)")
        await asyncio.sleep(0.5)
        await expect(page.locator(".customer")).not_to_contain_text("turned the camera off")
        await expect(page.locator(".customer .muted")).to_have_count(0)
        await one.shot("held")
        await page.keyboard.press("F8")
        await expect(page.locator(".customer")).to_contain_text("turned the camera off")


async def test_where_no_counter_is_open_the_hand_over_begins_with_what_is(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        closed = [{"id": "1", "name": {"en": "Counter 1"}, "open": False}]
        queue = [{"id": "kela", "name": {"en": "Kela"}, "open": True}]
        booth.lists = {"queues": queue, "counters": closed}
        await one.sign_in()
        await one.answer()
        await page.keyboard.press("F9")
        form = page.locator("form[data-form=hand_over]")
        await expect(form.locator("[name=to]:checked")).to_have_value("queue")
        await expect(form.locator(".missing")).to_have_text("Choose first where the customer goes.")
        await expect(form.locator("button.primary")).to_be_disabled()
        await one.shot("hand-over-queue")
        await form.locator("select").select_option("kela")
        await page.keyboard.press("Escape")
        await page.keyboard.press("F9")
        await expect(form.locator("select")).to_have_value("kela")  # kept
        await form.locator("button.primary").click()
        await expect(page.locator(".card.over")).to_contain_text("handed over")
        assert booth.told("hand_over")[-1]["queue"] == "kela"


async def test_where_nothing_is_open_the_form_says_so(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        booth.lists = {"queues": [], "counters": [], "services": []}
        await one.sign_in()
        await one.answer()
        await page.keyboard.press("F9")
        await expect(page.locator("form[data-form=hand_over] .missing")).to_contain_text("no counter, queue or service")
        await one.shot("hand-over-nowhere")
