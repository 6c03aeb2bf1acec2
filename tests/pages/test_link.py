"""The link: what does not follow on from the last state is never shown; every state shown is told back."""

import asyncio
import itertools

import pytest
from playwright.async_api import expect

from tests.pages.conftest import OpenPage
from tests.pages.patience import PATIENCE_S, in_time
from tests.pages.stage import Stage

WATCH = """() => {
  window.shown = [];
  new MutationObserver(() => window.shown.push(document.body.innerText))
    .observe(document.body, { subtree: true, childList: true, characterData: true });
}"""  # everything that the page ever shows from now on

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def waiting(stage: Stage, n: int) -> dict[str, object]:
    providers = [one | {"services": [s | {"waiting": n} for s in one["services"]]} for one in stage.state["providers"]]
    return {"providers": providers}


async def test_a_change_is_on_the_screen_at_once_and_told_back(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/kiosk/main")
    clock, numbers = asyncio.get_running_loop().time, itertools.count(77)

    async def shown() -> float:
        n, began = next(numbers), clock()
        await stage.push(waiting(stage, n))
        await expect(page.locator("[data-provider=kela]")).to_contain_text(f"{n} jonossa")
        return clock() - began

    await in_time(0.5, shown)
    async with asyncio.timeout(PATIENCE_S):
        while {"t": "shown", "seq": stage.seq} not in stage.heard:
            await asyncio.sleep(0.02)


async def test_a_gap_is_mended_by_a_snapshot_never_shown(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/kiosk/main")
    await page.evaluate(WATCH)
    stage.state |= waiting(stage, 55)
    stage.seq += 2
    await stage.say_all({"t": "delta", "from": stage.seq - 1, "seq": stage.seq, "patch": waiting(stage, 99)})
    await expect(page.locator("[data-provider=kela]")).to_contain_text("55 jonossa")
    shown = await page.evaluate("() => window.shown")
    assert shown and not [text for text in shown if "99 jonossa" in text], "a guess was on the screen"


async def test_a_heartbeat_of_another_state_asks_for_a_snapshot(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/kiosk/main")
    stage.state |= waiting(stage, 66)
    stage.seq += 1
    await stage.say_all({"t": "hb", "seq": stage.seq, "local": "22.04", "time": "", "build": "one"})
    await expect(page.locator("[data-provider=kela]")).to_contain_text("66 jonossa")


async def test_a_link_that_breaks_and_is_back_within_five_seconds_shows_no_alarm(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await open_page("/kiosk/main")
    await stage.cut()
    await page.wait_for_timeout(1500)
    await expect(page.locator("[data-provider=kela]")).to_be_visible()
    await stage.push(waiting(stage, 88))
    await expect(page.locator("[data-provider=kela]")).to_contain_text("88 jonossa")


async def test_a_new_build_reloads_an_idle_page_and_no_other(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/kiosk/main")
    await expect(page.locator(".clock")).to_have_text("22.03")  # it knows its build from the same beat
    await page.click("[data-language=sv]")
    await page.evaluate("window.marked = true")
    stage.build = "two"
    await page.wait_for_timeout(1500)
    assert await page.evaluate("window.marked") is True
    async with page.expect_navigation():
        await page.click("[data-language=fi]")
    assert await page.evaluate("window.marked") is None


async def test_taking_away_is_a_patch_too(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/kiosk/main")
    await expect(page.locator("[data-way=appointment]")).to_be_visible()
    await stage.push({"appointments": False, "general": None})
    await expect(page.locator("[data-way]")).to_have_count(0)
