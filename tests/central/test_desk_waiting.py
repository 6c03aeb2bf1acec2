"""Who waits: each row by its own name, none that moves under a hand, and the focus where the work is."""

import pytest
from playwright.async_api import Browser, expect

from tests.central.desk_rig import desk

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ORDER = "[...document.querySelectorAll('.waiting li')].map((row) => row.dataset.session)"
EARLIER = "2026-11-30T07:00:00.000Z"


async def test_each_answer_says_whom_and_so_does_the_next(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await booth.draw("r-1", number="K041")
        await booth.draw("r-2", number=None, mode="support", counter="1", counter_name={"en": "Counter 1"}, booth=None)
        rows = page.locator(".waiting")
        await expect(rows.get_by_role("button", name="Answer: Housing allowance, K 041", exact=True)).to_be_visible()
        await expect(rows.get_by_role("button", name="Answer: Housing allowance, advisor, Counter 1")).to_be_visible()
        await page.keyboard.press("F2")
        first = await page.locator("li.rings").first.get_attribute("data-session")
        await expect(page.locator(".state .next")).to_contain_text("K 041" if first == "r-1" else "Counter 1")
        await expect(page.locator(".state button.primary")).to_have_accessible_description(
            "Housing allowance, K 041 Suomi" if first == "r-1" else "Housing allowance, advisor, Counter 1 Suomi"
        )
        await one.shot("next")


async def test_no_row_moves_under_the_pointer_or_the_focus(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        for session in ("r-1", "r-2"):
            await booth.draw(session)
        await page.hover("[data-session=r-2] button.answer")
        before = await page.locator("[data-session=r-2]").bounding_box()
        await booth.draw("r-0", requested_at=EARLIER)
        await expect(page.locator("[data-session=r-0]")).to_be_visible()
        assert await page.evaluate(ORDER) == ["r-1", "r-2", "r-0"]
        del booth.sessions["r-1"]
        await booth.send()
        await expect(page.locator("[data-session=r-1].gone")).to_contain_text("No longer waiting")
        await expect(page.locator("[data-session=r-1] button")).to_be_disabled()
        assert await page.locator("[data-session=r-2]").bounding_box() == before
        await one.shot("waiting-still")
        await page.mouse.move(700, 700)
        await expect(page.locator(".waiting li")).to_have_count(2)
        assert await page.evaluate(ORDER) == ["r-0", "r-2"]
        await page.focus("[data-session=r-2] button.answer")
        await booth.draw("r-00", requested_at=EARLIER)
        await expect(page.locator("[data-session=r-00]")).to_be_visible()
        assert (await page.evaluate(ORDER))[-1] == "r-00"
        await expect(page.locator("[data-session=r-2] button.answer")).to_be_focused()
        await page.focus("header select")
        await one.wait(f"{ORDER}.at(-1) !== 'r-00'")


async def test_the_focus_is_in_the_talk_after_the_answer_and_on_its_end_after_it(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await expect(page.locator(".about")).to_be_focused()
        await page.keyboard.press("Tab")
        assert await page.evaluate("Boolean(document.activeElement.closest('.in-session'))")
        await booth.draw(state="ended", cause="customer_left", expert=None)
        await expect(page.locator(".card.over")).to_be_focused()
