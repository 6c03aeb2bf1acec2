"""The demo's wall: every surface on one screen, events in plain words, a mark for what central holds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from tests.pages import audit, scenes, states
from tests.pages.conftest import OpenPage
from tests.pages.patience import PATIENCE_S
from tests.pages.stage import Asked, Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class House(Stage):
    """A stage that shows each page its own view."""

    def __post_init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.views: dict[str, Any] = {
            "kiosk": states.kiosk(), "tv": scenes.tv(sound=False), "counter": scenes.counter(),
        }  # fmt: skip

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        await self.open.wait()
        asked = self.state
        self.state = self.views.get(request.query["view"]) or asked
        try:
            return await super()._stream(request)
        finally:
            self.state = asked

    async def say(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        await super().say(socket, message)
        if message["t"] == "snap":
            self.state = self.views["wall"]


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[House]:
    stage = House()
    await stage.start()
    stage.state = stage.views["wall"] = scenes.wall(stage.url)
    yield stage
    await stage.stop()


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900)])
async def test_all_surfaces_are_live_on_one_screen_without_scrolling(
    open_page: OpenPage, stage: House, size: tuple[int, int]
) -> None:
    page = await open_page("/wall", *size, ready=".events tbody tr")
    for name, words in (("kiosk", "Kenen palvelua"), ("tv", "Nyt palvellaan"), ("counter", "Kutsu seuraava")):
        await page.frame_locator(f".{name} iframe").get_by_text(words).wait_for()
        box = await page.locator(f".{name} .fit").bounding_box()
        assert box and box["width"] > 300 and box["height"] > 250
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for lang in ("fi", "sv", "en", "se"):
        await page.click(f".languages [lang={lang}]")
        assert [fault for fault in await audit.occlusion(page) if "cut off" not in fault] == [], lang
        assert await page.locator(".paper .simulated, .central .simulated").count() == 2
        assert await page.locator(".booth .missing").inner_text() != ""


async def test_no_frame_but_the_booths_may_open_a_camera(open_page: OpenPage, stage: House) -> None:
    page = await open_page("/wall", 1920, 1080, ready=".events tbody tr")
    await page.frame_locator(".kiosk iframe").get_by_text("Kenen palvelua").wait_for()
    allowed = await page.evaluate("[...document.querySelectorAll('iframe')].map((one) => [one.title, one.allow])")
    assert {"kiosk", "tv", "counter"} <= dict(allowed).keys() and set(dict(allowed).values()) == {"autoplay"}


async def test_a_language_change_leaves_the_frames_as_they_are(open_page: OpenPage, stage: House) -> None:
    page = await open_page("/wall", 1920, 1080, ready=".events tbody tr")
    await page.frame_locator(".counter iframe").get_by_role("button", name="Kirjaa muu työ").click()
    await page.click(".languages [lang=sv]")
    await page.get_by_text("Händelser").first.wait_for()
    assert await page.frame_locator(".counter iframe").locator("input[name=minutes]").count() == 1


async def test_events_say_what_happened_and_whether_central_has_it(open_page: OpenPage, stage: House) -> None:
    page = await open_page("/wall", 1920, 1080, ready=".events tbody tr")
    await page.click(".languages [lang=en]")
    rows = page.locator(".events tbody tr")
    await expect(rows.nth(0).locator("td").nth(1)).to_have_text("Printing result")
    cells = [text.strip() for text in await rows.nth(0).locator("td").all_inner_texts()]
    assert cells[:4] == ["112", "Printing result", "K042", "system"]
    assert await rows.nth(0).locator(".wait").count() == 1
    assert await rows.nth(3).locator(".held").count() == 1
    await page.get_by_text("Central holds 109 / 112").wait_for()


async def asked(stage: House, method: str) -> Asked:
    """What was asked of the day by this method first."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := [one for one in stage.asked if (one.method, one.path) == (method, "/demo/day")]):
            await asyncio.sleep(0.02)
    return found[0]


async def test_a_busy_day_is_started_and_stopped(open_page: OpenPage, stage: House) -> None:
    page = await open_page("/wall", 1920, 1080, ready=".events tbody tr")
    await page.click(".languages [lang=en]")
    await page.get_by_role("button", name="Play a busy day").click()
    assert (await asked(stage, "POST")).body == {"speed": 60}
    await stage.cut()
    stage.state = stage.views["wall"] = scenes.wall(
        stage.url, demo_day={"running": True, "speed": 60, "time": "2026-11-23T09:14:00"}
    )
    await page.get_by_text("A busy day is playing: 09.14").wait_for()
    await page.get_by_role("button", name="Stop the day").click()
    await asked(stage, "DELETE")
    assert [one.method for one in stage.asked if one.path == "/demo/day"] == ["POST", "DELETE"]


async def test_without_a_link_the_wall_shows_no_events(open_page: OpenPage, stage: House) -> None:
    page = await open_page("/wall", 1920, 1080, ready=".events tbody tr")
    stage.silent = True
    await page.locator(".events .missing").wait_for()
    assert await page.locator(".events tr").count() == 0


async def test_before_the_first_word_of_the_point_the_wall_calls_nothing_missing_or_lost(
    open_page: OpenPage, stage: House
) -> None:
    stage.open.clear()
    page = await open_page("/wall", 1920, 1080, ready=".card.tv")
    assert await page.locator(".card:not(.booth) .missing").count() == 0
    await page.locator(".events .missing").wait_for()
    stage.open.set()
    await page.locator(".events tbody tr").first.wait_for()
