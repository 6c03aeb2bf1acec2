"""A customer's session at the kiosk: language, keys, codes, and an end that leaves no trace of them."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.pages.conftest import OpenPage, pass_time, stop_time, tap
from tests.pages.stage import Stage, problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(open_page: OpenPage, **how: Any) -> Page:
    page = await open_page("/kiosk/main", **how)
    await stop_time(page)
    return page


async def test_the_language_takes_one_touch_and_stays_until_the_session_ends(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await page.click("[data-language=se]")
    await expect(page.locator("h1")).to_have_text("Gean bálvalusa dárbbašat?")
    assert await page.evaluate("document.documentElement.lang") == "se"
    await tap(page, "[data-provider=vero]")
    assert stage.posts("/tickets")[0].body["language"] == "se"
    await expect(page.locator(".slip h1")).to_contain_text("Du vuoronummir")
    await tap(page, "[data-done]")
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")


async def test_after_idling_it_asks_then_ends_and_forgets(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await page.click("[data-language=en]")
    await page.click("[data-aid=contrast]")
    await tap(page, "[data-provider=kela]")
    await pass_time(page, 45)
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_contain_text("20 seconds")
    assert await page.evaluate("document.activeElement.closest('dialog') !== null")
    await pass_time(page, 21)
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")
    assert await page.evaluate("document.documentElement.dataset.contrast") is None


@pytest.mark.parametrize("how", ["button", "anywhere", "key"])
async def test_any_touch_or_key_says_i_am_still_here(open_page: OpenPage, how: str) -> None:
    page = await opened(open_page)
    await tap(page, "[data-provider=kela]")
    await pass_time(page, 46)
    await expect(page.locator("dialog[open]")).to_be_visible()
    if how == "button":
        await page.click("[data-stay]")
    elif how == "anywhere":
        await page.mouse.click(5, 5)
    else:
        await page.keyboard.press("ArrowDown")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")


async def test_the_ticket_makes_way_for_the_next_customer(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("main [role=status]")).to_have_text("Ota lappu tulostimesta.")
    await pass_time(page, 19)
    await page.wait_for_timeout(400)
    await expect(page.locator(".number")).to_be_visible()
    await pass_time(page, 2)
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")
    assert "044" not in await page.content()


async def test_a_ticket_without_paper_stays_longer_and_asks_first(open_page: OpenPage, stage: Stage) -> None:
    stage.paper = "failed"
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".qr")).to_be_visible()
    await pass_time(page, 50)
    await page.wait_for_timeout(400)
    await expect(page.locator(".number")).to_be_visible()
    await pass_time(page, 11)
    await expect(page.locator("dialog[open]")).to_be_visible()


async def test_digits_alone_reach_a_ticket(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await page.keyboard.press("1")
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")
    await page.keyboard.press("2")
    await expect(page.locator(".number")).to_be_visible()
    assert stage.posts("/tickets")[0].body["service"] == "kela-family"
    await page.keyboard.press("0")
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")


@pytest.mark.parametrize("key", ["Tab", "ArrowDown"])
async def test_tab_or_arrows_and_enter_reach_a_ticket_with_the_focus_in_sight(
    open_page: OpenPage, stage: Stage, key: str
) -> None:
    page = await opened(open_page)
    for _ in range(2):
        await page.keyboard.press(key)
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate("document.activeElement.dataset.provider") == "vero"
    assert await page.evaluate(ring) == "solid"
    await page.keyboard.press("Enter")
    await expect(page.locator(".number")).to_be_visible()


async def test_zero_on_the_code_screen_is_a_digit(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-way=appointment]")
    for key in "1020":
        await page.keyboard.press(key)
    await expect(page.locator(".code")).to_have_text("1020")
    await page.keyboard.press("Backspace")
    await tap(page, '[data-key="7"]')
    await tap(page, "[data-send]")
    await expect(page.locator(".number")).to_be_visible()
    assert stage.posts("/appointments/1027/check-in")[0].body == {"language": "fi"}


async def test_a_wrong_code_is_told_and_may_be_mended(open_page: OpenPage, stage: Stage) -> None:
    stage.answers = [problem("unknown-ticket", 404)]
    page = await opened(open_page)
    await tap(page, "[data-way=appointment]")
    await page.keyboard.press("9")
    await tap(page, "[data-send]")
    await expect(page.locator("[role=alert]")).to_contain_text("Tarkista koodi")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("4")
    await tap(page, "[data-send]")
    await expect(page.locator(".number")).to_be_visible()
