"""A remote session through the real programs: the booth's page and the expert's desk in real Chromium, with processes
that are really killed in mid call.
"""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from tests.system.remote_scene import PATIENCE_MS, Scene, chromium, playing, scene
from tests.system.stage import MakeDemo

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(240)]


async def test_a_customer_and_an_expert_meet_write_and_part_and_the_journal_says_how(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with scene(await own_demo(), chromium) as here:
        await here.meet()
        await playing(here.desk.locator(".document video"))
        await here.booth.locator("[data-turn=text]").click()
        await here.booth.locator("[data-typing]").press_sequentially("Moi, ", delay=30)
        await here.booth.locator("[data-letter=ä]").click()
        await expect(here.desk.locator("body")).to_contain_text("Moi, ä", timeout=PATIENCE_MS)
        seen = await playing(here.booth.locator("video.expert"))
        await playing(here.booth.locator("video.expert"), after=seen)  # it was never begun anew
        await here.both_are_well()
        await here.end()
        (over,) = await here.events("remote.ended")
        assert (over["outcome"], over["quality"]["audio_ok"], over["quality"]["video_ok"]) == ("completed", True, True)
        (served,) = await here.events("service.ended")
        assert (served["outcome"], served["channel"]) == ("served", "remote")


async def test_the_daemon_is_killed_in_mid_call_and_nobody_in_it_notices(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with scene(await own_demo(), chromium) as here:
        await here.meet()
        before = await playing(here.booth.locator("video.expert"))
        here.kill("point")
        during = await playing(here.booth.locator("video.expert"), after=before)
        await playing(here.desk.locator(".customer > video"))
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not await _answers(here):
                await asyncio.sleep(0.2)
        await playing(here.booth.locator("video.expert"), after=during)
        await here.end()  # the desk has not lost it
        assert [over["outcome"] for over in await here.events("remote.ended")] == ["completed"]
        assert ("reconnecting", "lost") not in await here.states()


async def test_the_booth_s_browser_is_killed_and_its_own_process_steps_in_until_it_is_back(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with scene(await own_demo(), chromium) as here:
        await here.meet()
        browser = here.booth.context.browser
        assert browser is not None
        await browser.close()
        await here.until_state("connected", "emergency")
        await playing(here.desk.locator(".customer > video"))
        again = await (await chromium()).new_page(viewport={"width": 1280, "height": 800})
        again.set_default_timeout(PATIENCE_MS)
        await again.goto(f"{here.told['point']}/booth/booth-1")
        await playing(again.locator("video.expert"))
        await again.locator("[data-end]").click()
        await again.locator("[data-end-yes]").click()
        await here.until_state("ended")
        assert [over["outcome"] for over in await here.events("remote.ended")] == ["completed"]


async def test_the_media_process_is_killed_and_the_talk_goes_on(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with scene(await own_demo(), chromium) as here:
        await here.meet()
        await playing(here.desk.locator(".document video"))
        before = await playing(here.booth.locator("video.expert"))
        here.kill("media")
        await playing(here.booth.locator("video.expert"), after=before)
        await playing(here.desk.locator(".document video"))
        assert [state for state, _ in await here.states()] == ["ringing", "ringing", "connected"]


async def _answers(here: Scene) -> bool:
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{here.told['point']}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
