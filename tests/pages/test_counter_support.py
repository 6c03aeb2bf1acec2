"""Asking an expert at the counter, and the panel beside it, as eyes find them; and the request that a press makes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.pages import audit, scenes
from tests.pages.conftest import OpenPage
from tests.pages.stage import Stage
from tests.pages.test_counter import asked
from tests.pages.test_counter_layout import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MINE = "sessionStorage.setItem('luukku.counter.support', 'r-1')"
STAGES: dict[str, dict[str, Any] | None] = {
    "ask": None, "asked": scenes.support(ahead=3), "none-ready": scenes.support(ready=0),
    "rings": scenes.support(state="ringing"),
    "connecting": scenes.support(state="ringing", answered=True, expert="Veikko-Antero Asiantuntija-Virtanen"),
    "held": scenes.support(state="held", answered=True, expert="Aino"),
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(state=scenes.counter())
    await stage.start()
    yield stage
    await stage.stop()


def at_desk(**more: Any) -> dict[str, Any]:
    return scenes.counter(
        current=scenes.current("serving"), booths=scenes.BOOTHS, supports=scenes.supports(), support=None, **more
    )


async def opened(open_page: OpenPage, stage: Stage, width: int = 1280, height: int = 800, **state: Any) -> Page:
    stage.state = at_desk() | state
    return await open_page("/counter/2", width, height, ready="header .clock:not(:empty)")


async def test_the_press_asks_for_the_matter_that_is_served_or_for_another_one(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await opened(open_page, stage)
    await page.get_by_role("button", name="Kysy asiantuntijalta").click()
    assert (await asked(stage, "/booths/b1/sessions")).body == {
        "mode": "support", "counter": "2", "service": "kela-housing", "language": "sv",
    }  # fmt: skip
    stage.asked.clear()
    await expect(page.locator(".ask button")).to_be_enabled()
    await page.select_option(".ask select", "vero-return")
    await page.get_by_role("button", name="Kysy asiantuntijalta").click()
    assert (await asked(stage, "/booths/b1/sessions")).body["service"] == "vero-return"


async def test_nobody_is_asked_before_the_service_has_begun_nor_where_no_expert_can_be_reached(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await opened(open_page, stage, current=scenes.current("called"))
    await expect(page.get_by_role("button", name="Kysy asiantuntijalta")).to_have_count(0)
    await stage.push({"current": scenes.current("serving"), "supports": []})
    button = page.get_by_role("button", name="Kysy asiantuntijalta")
    await expect(button).to_be_disabled()
    await expect(page.locator(".ask")).to_contain_text("Asiantuntijoihin ei nyt saa yhteyttä.")
    await stage.push({"booths": []})
    await expect(button).to_have_count(0)


async def test_only_the_page_that_asked_has_the_talk(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page, stage, support=scenes.support(state="ringing", answered=True))
    await expect(page.locator("aside.support")).to_contain_text("auki toisessa ikkunassa")
    await expect(page.locator("aside.support video")).to_have_count(0)
    await page.get_by_role("button", name="Jatka tässä").click()
    await expect(page.locator("aside.support[data-stage=connecting] video.expert")).to_be_attached()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_word_is_seen_whole_in_every_language(
    open_page: OpenPage, stage: Stage, size: tuple[int, int]
) -> None:
    page = await opened(open_page, stage, *size)
    await page.evaluate(MINE)
    for lang in scenes.LANGUAGES:
        await page.select_option(".language select", lang)
        for name, support in STAGES.items():
            await stage.push({"support": None})
            await stage.push({"support": support})
            await page.evaluate(MINE)  # the end of the one before has let it go
            await stage.push({"local": name})
            await page.wait_for_timeout(80)
            if support is not None:
                await expect(page.locator("aside.support h2")).to_be_visible()
            assert await audit.occlusion(page) == [], (lang, name)
            assert await audit.broken_words(page) == [], (lang, name)
            assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (lang, name)


async def test_axe_finds_nothing(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page, stage)
    await page.evaluate(MINE)
    assert await audit.axe(page) == []
    for name in ("asked", "connecting", "held"):
        await stage.push({"support": STAGES[name]})
        await expect(page.locator(f"aside.support[data-stage={name}]")).to_be_visible()
        assert await audit.axe(page) == [], name
    await page.evaluate("sessionStorage.clear()")
    await stage.push({"support": {"ahead": 1}})
    await expect(page.locator("aside.support[data-stage=elsewhere]")).to_be_visible()
    assert await audit.axe(page) == []
