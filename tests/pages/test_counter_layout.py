"""The counter as eyes find it: whole words, nothing covered, in four languages, at a desk and in a small frame."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.pages import audit, scenes
from tests.pages.conftest import OpenPage
from tests.pages.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SIZES = [(1280, 800), (1920, 1080), (1000, 600), (480, 640)]
TROUBLE = [{"id": "lobby", "state": "out_of_service", "causes": ["paper_out"], "tier": 1}]


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(state=scenes.counter())
    await stage.start()
    yield stage
    await stage.stop()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_word_is_seen_whole_in_every_language(
    open_page: OpenPage, stage: Stage, size: tuple[int, int]
) -> None:
    page = await open_page("/counter/2", *size, ready="header .clock:not(:empty)")
    states = [
        (scenes.counter(), None), (scenes.counter(current=scenes.current(), held=scenes.HELD, late=scenes.LATE), None),
        (scenes.counter(current=scenes.current("serving")), "F2"),
        (scenes.counter(current=scenes.current("serving", service_event="se-2")), "F9"),
        (scenes.counter(printers=TROUBLE, incidents=[{"id": "i", "place": "3", "state": "raised"}]), None),
        (scenes.counter(state="closed"), None),
    ]  # fmt: skip
    for lang in scenes.LANGUAGES:
        await page.select_option(".language select", lang)
        for state, key in states:
            await stage.push(state | {"current": state["current"]})
            await page.wait_for_timeout(80)
            if key:
                await page.keyboard.press(key)
                await page.wait_for_timeout(80)
            assert await audit.occlusion(page) == [], (lang, state["state"], key)
            assert await audit.broken_words(page) == [], (lang, state["state"], key)
            assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (
                "the page itself is still"
            )


async def test_axe_finds_nothing(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/counter/2", 1280, 800, ready="header .clock:not(:empty)")
    assert await audit.axe(page) == []
    await stage.push({"current": scenes.current("serving")})
    await page.wait_for_selector(".current.serving")
    await page.keyboard.press("F2")
    await page.wait_for_selector(".segments")
    assert await audit.axe(page) == []
    await stage.push({"state": "closed", "current": None})
    await page.wait_for_selector("form.open")
    assert await audit.axe(page) == []


async def test_hostile_names_neither_run_nor_cover_a_button(open_page: OpenPage, stage: Stage) -> None:
    bad = scenes.HOSTILE
    state = scenes.counter(current=scenes.current("called", language=bad))
    for one in state["all_services"]:
        one["name"], one["provider_name"] = {"fi": bad}, {"fi": bad}
        one["card"] = {"bring": {"fi": [bad]}, "instructions": {"fi": bad}, "support": {"fi": bad}}
    stage.state = state | {"name": {"fi": bad}, "advisor": {"id": bad, "state": "serving", "since": scenes.NOW}}
    for size in SIZES:
        page = await open_page("/counter/2", *size, ready="header .clock:not(:empty)")
        assert await page.title() == "Luukku"
        assert await page.locator("img").count() == 0
        for button in await page.locator("button.primary, .others button, footer button").all():
            await button.click(trial=True)
        await page.context.close()
