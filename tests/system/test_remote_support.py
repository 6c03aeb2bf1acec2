"""An advisor and an expert through the real programs: the counter's own page and the desk in real Chromium, while a
customer is served; and a point that is killed in mid talk.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from tests.system.remote_scene import PATIENCE_MS, Scene, chromium, playing
from tests.system.stage import Demo, MakeDemo

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.long, pytest.mark.timeout(240)]

PICTURE = "aside.support video.expert"


@asynccontextmanager
async def at_the_counter(demo: Demo, chromium: Callable[[], Awaitable[Browser]]) -> AsyncIterator[Scene]:
    """Counter 1 is open and serves a customer; an expert is ready. The scene's `booth` is the counter's page."""
    told = demo.known()
    counter = await (await chromium()).new_page(viewport={"width": 1280, "height": 800})
    desk = await (await chromium()).new_page(viewport={"width": 1366, "height": 900})
    complaints: list[str] = []
    for page in (counter, desk):
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
    await counter.goto(f"{told['point']}/counter/1")
    await counter.locator("form.open button.primary").click()
    await take(told)
    await counter.get_by_role("button", name="Kutsu seuraava").click()
    await counter.get_by_role("button", name="Aloita palvelu").click()
    await desk.goto(f"{told['central']}/expert#token={told['tokens']['expert']}")
    await desk.get_by_role("button", name="Valmiina", exact=True).click()
    yield Scene(demo, counter, desk)
    assert complaints == []


async def take(told: dict[str, dict[str, str]]) -> None:
    """A customer takes a number."""
    headers = {"Authorization": f"Bearer {told['tokens']['kiosk']}", "Idempotency-Key": str(uuid.uuid4())}
    body = {"service": "kela-asumistuki", "language": "fi"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{told['point']}/api/v1/tickets", json=body) as answer,
    ):
        assert answer.status == 201, await answer.text()


async def _meet(here: Scene) -> None:
    await here.booth.get_by_role("button", name="Kysy asiantuntijalta").click()
    await expect(here.desk.locator("li.rings")).to_contain_text("Kela ja neuvonta", timeout=PATIENCE_MS)
    await here.desk.locator("button.answer").first.click()
    await here.until_state("connected")
    await playing(here.booth.locator(PICTURE))
    await playing(here.desk.locator(".customer > video"))


async def test_advisor_and_expert_see_each_other_write_and_part_and_the_customer_is_served_on(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with at_the_counter(await own_demo(), chromium) as here:
        await _meet(here)
        await expect(here.booth.locator(".lights.on")).to_be_visible()
        await here.booth.locator("[data-typing]").press_sequentially("Moi, ä", delay=30)
        await expect(here.desk.locator(".theirs")).to_contain_text("Moi, ä", timeout=PATIENCE_MS)
        await here.desk.locator("#mine").press_sequentially("Hei!", delay=30)
        await expect(here.booth.locator("aside.support .theirs")).to_contain_text("Hei!", timeout=PATIENCE_MS)
        await expect(here.desk.locator(".document, #tab-files, .notice")).to_have_count(0)
        await here.end()
        await expect(here.booth.locator(".banners")).to_contain_text("Palvelu jatkuu.")
        await expect(here.booth.locator("aside.support")).to_have_count(0)
        (over,) = await here.events("remote.ended")
        assert over["outcome"] == "completed"
        assert await here.events("service.ended") == []
        await here.booth.get_by_role("button", name="Lopeta palvelu").click()
        await here.booth.wait_for_timeout(500)  # counter.js: a second press within 0.4 s is a slip
        await here.booth.get_by_role("button", name="Kirjaa ja lopeta").click()
        await expect(here.booth.get_by_role("button", name="Kutsu seuraava")).to_be_visible()
        (served,) = await here.events("service.ended")
        assert (served["outcome"], served["resolution"]) == ("served", "first_contact")


async def test_the_point_is_killed_in_mid_talk_and_both_go_on_seeing_each_other(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with at_the_counter(await own_demo(), chromium) as here:
        await _meet(here)
        before = await playing(here.desk.locator(".customer > video"))
        here.kill("point")
        during = await playing(here.desk.locator(".customer > video"), after=before)
        await playing(here.booth.locator(PICTURE))
        await expect(here.booth.get_by_role("button", name="Lopeta palvelu")).to_be_visible(timeout=PATIENCE_MS)
        await playing(here.desk.locator(".customer > video"), after=during)
        await here.until_state("connected")
        await here.booth.get_by_role("button", name="Lopeta keskustelu").click()
        await here.until_state("ended")
        await expect(here.desk.locator(".card.over")).to_be_visible()
        assert [over["outcome"] for over in await here.events("remote.ended")] == ["completed"]
