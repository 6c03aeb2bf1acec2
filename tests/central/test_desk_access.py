"""The desk for everybody: axe's findings on each of its faces, and a whole session by keyboard alone."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.central.desk_rig import desk
from tests.pages.audit import axe

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# A <video> of a live person can have no captions track; what is said is captioned on the page, if the browser can.
ALLOWED = ("video-caption",)


async def findings(page: object) -> list[str]:
    return [one for one in await axe(page) if not one.startswith(ALLOWED)]  # type: ignore[arg-type]  # why: a Page


async def test_axe_finds_nothing_on_any_face_of_the_desk(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await page.goto(f"{one.url}/expert")
        await expect(page.locator("#token")).to_be_visible()
        found = {"sign in": await findings(page)}
        await one.sign_in()
        await booth.draw("r-other", mode="appointment", language="se", interpreter=True)
        await expect(page.locator("li button.answer")).to_be_visible()
        found["waiting"] = await findings(page)
        await one.answer()
        found["talk"] = await findings(page)
        for tab in ("chat", "files"):
            await page.click(f"#tab-{tab}")
            found[tab] = await findings(page)
        for panel in ("identity", "hand_over", "move", "end"):
            await page.locator(
                f".deeds button:nth-child({('identity', '', 'hand_over', 'move', 'end').index(panel) + 1})"
            ).click()
            await expect(page.locator(f"form[data-form={panel}]")).to_be_visible()
            found[panel] = await findings(page)
        assert {face: faults for face, faults in found.items() if faults} == {}


async def test_a_whole_session_by_keyboard_alone(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await expect(page.locator(".state button.primary")).to_be_enabled()
        await page.keyboard.press("F2")
        await booth.draw()
        await expect(page.locator("li.rings")).to_be_visible()
        await page.keyboard.press("F2")
        await booth.page.evaluate("(s) => booth.begin(s)", booth.session)
        await expect(page.locator(".customer:not(.dim)")).to_be_visible()
        await booth.draw(state="connected", cause="")
        await page.locator("#tab-text").focus()
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("#tab-chat")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.type("Hei")
        await page.keyboard.press("Enter")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'chat' && m.text === 'Hei')")
        await asyncio.sleep(2)  # F2 ends nothing that has hardly begun
        await page.keyboard.press("F2")
        await expect(page.locator("form[data-form=end] [data-first]")).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("form[data-form=end] [value=customer_left]")).to_be_checked()
        await asyncio.sleep(0.5)  # a double press is not two decisions
        await page.keyboard.press("F2")
        await expect(page.locator(".card.over")).to_contain_text("recorded")
        assert booth.told("end")[0]["outcome"] == "customer_left"
