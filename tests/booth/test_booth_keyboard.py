"""A keyboard of keys in the booth, where the customer writes to the expert."""

import pytest
from playwright.async_api import expect

from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.seen import strike

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_letters_come_with_the_accent_of_their_dead_key_and_digits_are_text_where_one_writes(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected", consent="2026-11")
    await booth.click("[data-turn=text]")
    await expect(booth.locator("[data-typing]")).to_be_focused()
    keys = await booth.context.new_cdp_session(booth)
    for key, brings in (("b", "b"), ("Dead", ""), ("a", "á"), ("r", "r"), ("Dead", ""), ("u", "ü"), ("9", "9")):
        await strike(keys, key, brings)
    await expect(booth.locator("[data-mine] p")).to_have_text("bárü9")
    await booth.keyboard.press("Backspace")
    await booth.keyboard.press("Backspace")
    await expect(booth.locator("[data-mine] p")).to_have_text("bár")
    await booth.keyboard.press("Enter")
    await booth.keyboard.press(" ")
    await booth.keyboard.press("x")
    await expect(booth.locator("[data-mine] p")).to_have_text("bár\n x", use_inner_text=True)
    await booth.keyboard.press("ArrowDown")  # still leads on
    await expect(booth.locator("[data-typing]")).not_to_be_focused()
    await booth.keyboard.press("9")  # and a digit is a shortcut again
    await expect(booth.locator("dialog[open] [data-end-no]")).to_be_focused()
