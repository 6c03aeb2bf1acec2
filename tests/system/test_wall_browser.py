"""A newcomer's minute on the wall, in a real browser against the real processes; and a TV whose daemon dies."""

import asyncio
import os
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.pages.patience import PATIENCE_S, in_time
from tests.system.stage import Demo
from tests.system.stranger import stranger

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

SHOTS = Path(os.environ.get("LUUKKU_SHOTS", ""))  # a folder for pictures; none are kept without it
LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English", "se": "Davvisámegiella"}
STALE_S = 6.0  # contract: within 5 s no number is left; the page's own second on top
MakeDemo = Callable[..., Awaitable[Demo]]


async def _picture(page: Page, name: str) -> None:
    if SHOTS.name:
        await page.screenshot(path=SHOTS / f"{name}.png")


async def _take(kiosk: FrameLocator, language: str) -> str:
    """Language, provider, (service): the number that the kiosk shows."""
    await asyncio.sleep(0.5)  # kiosk/session.js: a tap right after a new screen belongs to the old one
    await kiosk.get_by_role("button", name=LANGUAGES[language], exact=True).click()
    await asyncio.sleep(0.5)
    await kiosk.locator("[data-provider=tyo]").click()  # one service: one tap
    number = kiosk.locator(".number")
    await expect(number).to_have_text(re.compile(r"[A-Z]\s*\d{3}"))
    return " ".join((await number.inner_text()).split())


async def test_a_newcomer_sees_a_ticket_go_all_the_way_in_four_languages(own_demo: MakeDemo, browser: Browser) -> None:
    demo = await own_demo()
    wall = await browser.new_page(viewport={"width": 1920, "height": 1080})
    complaints: list[str] = []
    wall.on("pageerror", lambda error: complaints.append(str(error)))
    wall.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await wall.goto(f"http://127.0.0.1:{demo.port}/wall")
    frames = {part: wall.frame_locator(f"iframe[src*='/{part}/']") for part in ("kiosk", "tv", "counter")}
    await frames["counter"].locator("button.primary").click()
    seen = []
    for language in LANGUAGES:
        number = await _take(frames["kiosk"], language)
        seen.append(number)
        await _paper_is_out(demo, len(seen))
        await expect(frames["counter"].locator("button.primary")).to_contain_text("Kutsu")
        await frames["counter"].locator("button.primary").click()
        await expect(frames["tv"].locator("body")).to_contain_text(re.compile(r"\s*".join(number.split())))
        await _picture(wall, f"wall-{language}")
        await _serve(frames["counter"])
        await frames["kiosk"].locator("[data-done]").click()
    assert len(set(seen)) == len(LANGUAGES)
    await expect(wall.locator("body")).to_contain_text(re.compile(r"(\d+) / \1"))  # central holds all
    await wall.close()
    assert complaints == []


async def _serve(counter: FrameLocator) -> None:
    """Start, end with what is proposed, ready for the next."""
    for press in ("Aloita", "Lopeta", "Kirjaa"):
        await expect(counter.locator("button.primary")).to_contain_text(re.compile(press))
        await asyncio.sleep(0.5)  # the desk takes no second press within 0.4 s
        await counter.locator("button.primary").click()
    await expect(counter.locator("button.primary")).to_contain_text("Kutsu")


async def _paper_is_out(demo: Demo, pieces: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(list((demo.data / "paper" / "lobby").glob("[0-9]*.png"))) < pieces:
            await asyncio.sleep(0.1)


async def _tv_with_a_call(demo: Demo, browser: Browser) -> tuple[Page, re.Pattern[str]]:
    async with stranger(demo) as client:
        ticket = await client.take("tyo-tyonhaku")
        await client.at("4", "open", advisor="n7")
        await client.at("4", "call-next")
    page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    await page.goto(f"http://127.0.0.1:{demo.port}/tv/lobby")
    shown = re.compile(rf"{ticket['series']}\s*{ticket['n']:03d}")
    await expect(page.locator("body")).to_contain_text(shown)
    return page, shown


async def test_no_number_is_left_on_the_tv_when_the_daemon_freezes(own_demo: MakeDemo, browser: Browser) -> None:
    demo = await own_demo()
    page, number = await _tv_with_a_call(demo, browser)

    async def frozen() -> float:
        demo.send("point", signal.SIGSTOP)
        took = await _no_digit_left(page)
        await _picture(page, "tv-stale")
        demo.send("point", signal.SIGCONT)
        await expect(page.locator("body")).to_contain_text(number)
        return took

    await in_time(STALE_S, frozen)
    await page.close()


async def _no_digit_left(page: Page) -> float:
    """Seconds until it is so."""
    began = monotonic()
    await expect(page.locator("body")).not_to_contain_text(re.compile(r"\d"))
    return monotonic() - began


async def test_no_number_is_left_on_the_tv_when_the_daemon_dies(own_demo: MakeDemo, browser: Browser) -> None:
    demo = await own_demo()
    page, number = await _tv_with_a_call(demo, browser)

    async def died() -> float:
        await asyncio.to_thread(demo.crash)  # all of it at once, so that nobody starts the point again
        took = await _no_digit_left(page)
        await asyncio.to_thread(demo.start)
        await expect(page.locator("body")).to_contain_text(number)
        return took

    await in_time(STALE_S, died)
    await page.close()
