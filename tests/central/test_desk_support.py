"""An advisor at a counter asks: the desk says whose counter it is, and offers nothing that needs a booth."""

import pytest
from playwright.async_api import Browser, expect

from tests.central.desk_rig import desk

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

COUNTER = {
    "mode": "support", "booth": None, "booth_name": {}, "counter": "1", "counter_name": {"en": "Counter 1"},
    "legs": {"page": True, "media": False}, "printer": False,
}  # fmt: skip
LEGS = """
window.legs = new Set();
const hear = booth.hear;
booth.hear = (message) => { legs.add(message.leg); hear.call(booth, message); };
0;
"""


async def test_an_advisor_is_answered_helped_and_nothing_of_a_booth_is_there(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await booth.page.evaluate(LEGS)
        await booth.draw(**COUNTER)
        row = page.locator(f"[data-session='{booth.session}']")
        await expect(row).to_contain_text("Support for a counter")
        await expect(row).to_contain_text("advisor, Counter 1")
        await row.locator("button.answer").click()
        await booth.page.evaluate("(s) => booth.startPage(s)", booth.session)
        await expect(page.locator(".customer:not(.dim)")).to_be_visible()
        await booth.draw(state="connected", cause="")
        await expect(page.locator(".about")).to_contain_text("advisor, Counter 1")
        await expect(page.locator(".document, #tab-files, [data-panel=hand_over]")).to_have_count(0)
        await expect(page.get_by_role("button", name="Document large")).to_have_count(0)
        await expect(page.locator(".live-text .label").first).to_have_text("The advisor types")
        await expect(page.locator(".notice")).to_have_count(0)
        assert await one.frames() > 0
        await one.shot("support")
        await page.keyboard.press("F9")
        await expect(page.locator("form.panel")).to_have_count(0)

        await booth.page.evaluate("booth.type('Hei')")
        await expect(page.locator(".theirs")).to_contain_text("Hei")
        await page.locator("#tab-text").press("ArrowLeft")
        await expect(page.locator("#tab-chat")).to_have_attribute("aria-selected", "true")

        await page.keyboard.press("F8")
        await expect(page.locator(".notice.warning")).to_contain_text("advisor and customer neither hear nor see")
        await page.keyboard.press("F8")
        await expect(page.locator(".notice")).to_have_count(0)
        await page.locator("[data-panel=end]").click()
        await expect(page.locator("form[data-form=end] fieldset")).to_have_count(1)
        await expect(page.locator("form[data-form=end]")).to_contain_text("Helped")
        await one.shot("support-end")
        await page.get_by_label("Helped").check()
        await page.locator("form[data-form=end] [type=submit]").click()
        await expect(page.locator(".card.over")).to_be_visible()
        (order,) = booth.told("end")
        assert {name: order[name] for name in order.keys() - {"t", "id", "session", "do"}} == {"outcome": "completed"}
        assert await booth.page.evaluate("[...legs]") == ["talk"]


async def test_the_advisor_s_page_that_goes_is_called_so(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await booth.draw(**COUNTER)
        await page.locator(f"[data-session='{booth.session}'] button.answer").click()
        await booth.page.evaluate("(s) => booth.startPage(s)", booth.session)
        await expect(page.locator(".customer:not(.dim)")).to_be_visible()
        await booth.draw(state="connected", cause="")
        await booth.page.close()
        await booth.draw(state="reconnecting", legs={"page": False, "media": False})
        await expect(page.locator(".banners")).to_contain_text("advisor's page is not connected")
        await expect(page.locator(".banners")).not_to_contain_text("Document camera")
        booth.sessions.clear()
        await booth.send()
        await expect(page.locator(".card.over")).to_contain_text("connection to the advisor was lost for good")
