"""The technician's page as eyes, fingers and a screen reader find it: on a phone and at a desk, in four languages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.pages import audit
from tests.pages import technician_scenes as scenes
from tests.pages.conftest import OpenPage
from tests.pages.stage import Stage
from tests.pages.states import LANGUAGES
from tests.pages.technician_scenes import shown

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SIZES = [(360, 740), (768, 1024), (1280, 800), (1920, 1080)]


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(state=scenes.technician())
    await stage.start()
    yield stage
    await stage.stop()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_word_is_seen_whole_in_every_language(
    open_page: OpenPage, stage: Stage, size: tuple[int, int]
) -> None:
    page = await shown(open_page, stage, scenes.trouble(), size=size)
    for summary in await page.locator("summary").all():
        await summary.click()
    for lang in LANGUAGES:
        await page.select_option("header select", lang)
        await page.wait_for_timeout(80)
        assert await audit.occlusion(page) == [], lang
        assert await audit.broken_words(page) == [], lang
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), lang
        assert await audit.small_targets(page, 24) == [], lang


@pytest.mark.parametrize("contrast", [False, True], ids=["normal", "high"])
async def test_axe_finds_nothing(open_page: OpenPage, stage: Stage, contrast: bool) -> None:
    simulated = scenes.technician(scenes.printer(simulated=True, link="sim", last_test=scenes.FAILED))
    for state in (scenes.technician(), scenes.trouble(), simulated):
        page = await shown(open_page, stage, state)
        if contrast:
            await page.get_by_role("button", name="High contrast").click()
        await page.locator("summary").first.click()
        assert await audit.axe(page) == []
        await page.evaluate("localStorage.clear()")
        await page.context.close()


async def test_all_of_it_is_reached_by_keyboard_in_the_order_of_sight(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(scenes.printer("out_of_service", "cover")))
    await page.evaluate("document.activeElement.blur()")
    name = """(({ ariaLabel, tagName, textContent }) =>
        tagName === "SELECT" ? "languages" : ariaLabel ?? textContent.trim())(document.activeElement)"""
    reached = []
    for _ in range(5):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(name))
    assert reached == [
        "High contrast", "languages", "Ticket printer lobby", "Print a test paper: lobby", "Latest events: lobby",
    ]  # fmt: skip
    await page.keyboard.press("Enter")
    await expect(page.locator("#printer-lobby .events")).to_be_visible()


async def test_names_from_the_config_cannot_run_or_break_the_page(open_page: OpenPage, stage: Stage) -> None:
    bad = "<img src=x onerror=\"document.title='owned'\">" + "Ä" * 240
    state = scenes.technician(scenes.printer("out_of_service", bad, link=f"tcp:{bad}:1"), unknown=[
        {"kind": bad, "name": bad, "link": bad, "stanza": bad}])  # fmt: skip
    page = await shown(open_page, stage, state, size=(360, 740))
    assert await page.title() != "owned" and await page.locator("img").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
