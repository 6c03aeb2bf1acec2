"""The customer's own page and the sign-in page: live, honest about age, and one rating for one press."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.pages import states
from tests.pages.conftest import OpenPage
from tests.pages.patience import in_time
from tests.pages.stage import Stage, problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_page_follows_the_ticket_from_waiting_to_thanks(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/t/abc", 390, 800)
    await expect(page.locator(".number")).to_have_text("K\u2009042")
    await expect(page.locator("[data-state=waiting]")).to_contain_text("Edelläsi on 6 asiakasta.")
    stage.ticket = states.ticket_page(state="called", counter_label="2")
    await expect(page.locator("[data-state=called]")).to_contain_text("Palvelupiste 2")
    stage.ticket = states.ticket_page(state="called", booth_name=states.four("Etäpalveluhuone", "B", "C", "D"))
    await expect(page.locator("[data-state=called] .place")).to_have_text("Etäpalveluhuone")
    stage.ticket = states.ticket_page(state="done", feedback=True)
    await expect(page.locator("[data-state=done]")).to_contain_text("Kiitos")


async def test_the_page_speaks_the_tickets_language_until_another_is_chosen(open_page: OpenPage, stage: Stage) -> None:
    stage.ticket = states.ticket_page(language="se")
    page = await open_page("/t/abc", 390, 800)
    await expect(page.locator("h1")).to_contain_text("Du vuoronummir")
    await page.click("[data-language=sv]")
    await page.wait_for_timeout(2500)
    await expect(page.locator("h1")).to_contain_text("Ditt könummer")
    assert await page.evaluate("document.documentElement.lang") == "sv"


async def test_an_answer_older_than_six_seconds_is_not_shown_as_true(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/t/abc", 390, 800)
    clock = asyncio.get_running_loop().time

    async def stale() -> float:
        stage.silent = False
        await expect(page.locator("[data-state=waiting]")).to_be_visible()
        stage.silent, began = True, clock()
        await expect(page.locator("[data-stale]")).to_be_visible()
        return clock() - began

    await in_time(8.5, stale)
    await expect(page.locator("[data-state]")).to_have_count(0)
    await expect(page.locator(".number")).to_have_text("K\u2009042")
    stage.silent = False
    await expect(page.locator("[data-state=waiting]")).to_be_visible()


async def test_an_unknown_code_is_told_plainly(open_page: OpenPage, stage: Stage) -> None:
    stage.ticket = None
    page = await open_page("/t/nothing", 390, 800)
    await expect(page.locator("h1")).to_have_text(re.compile("Vuoronumeroa ei löydy|Number not found"))
    assert not re.search(r"\d", await page.locator("main").inner_text())


async def test_a_rating_goes_with_the_code_as_credential_and_keeps_its_key(open_page: OpenPage, stage: Stage) -> None:
    stage.ticket = states.ticket_page(state="done", feedback=True)
    stage.answers = [problem("journal-full", 503)]
    page = await open_page("/t/abc", 390, 800)
    await page.click('[data-score="5"]')
    await expect(page.locator("[role=alert]")).to_contain_text("Yritä uudelleen")
    await page.click('[data-score="5"]')
    await expect(page.locator("[role=status]")).to_contain_text("Kiitos palautteesta")
    first, second = stage.posts("/feedback")
    assert first.key == second.key
    assert second.headers["Authorization"] == "Ticket abc"
    assert second.body == {"score": 5, "service_event": "se1", "question": "satisfaction", "language": "fi"}


async def test_a_name_cannot_inject_markup(open_page: OpenPage, stage: Stage) -> None:
    hostile = dict.fromkeys(states.LANGUAGES, "<img src=x onerror=alert(1)>")
    stage.ticket = states.ticket_page(service=hostile, provider=hostile, point={"name": hostile})
    page = await open_page("/t/abc", 390, 800)
    await expect(page.locator(".number")).to_be_visible()
    assert await page.locator("img").count() == 0


async def test_a_wrong_token_is_refused_in_words_and_a_right_one_leads_back(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/login?next=/kiosk/main", 1280, 800)
    await page.fill("#token", "bad")
    await page.keyboard.press("Enter")
    await expect(page.locator("#fault")).to_contain_text("ei kelpaa")
    await page.fill("#token", "good")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/kiosk/main")


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/x", "//elsewhere.example/x", "javascript:alert(1)"])
async def test_the_sign_in_never_leads_to_another_origin(open_page: OpenPage, stage: Stage, next_page: str) -> None:
    page = await open_page(f"/login?next={next_page}", 1280, 800)
    await page.fill("#token", "good")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{stage.url}/")
