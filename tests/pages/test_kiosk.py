"""The kiosk in a real browser: one touch one ticket, the truth about the paper, and no trace of the last customer."""

import asyncio
import re
from contextlib import suppress
from typing import Any

import pytest
from playwright.async_api import Error, Page, expect

from tests.pages.conftest import OpenPage, pass_time, stop_time, tap
from tests.pages.patience import in_time
from tests.pages.stage import Stage, problem
from tests.pages.states import LANGUAGES, MONDAY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(open_page: OpenPage, **how: Any) -> Page:
    return await open_page("/kiosk/main", **how)


async def test_a_provider_with_one_service_gives_a_ticket_with_one_touch(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_have_text("K\u2009044")
    [asked] = stage.posts("/tickets")
    assert asked.body == {"service": "vero-tax", "language": "fi", "kiosk": "main"}
    assert asked.key and re.fullmatch(r"[0-9a-f-]{36}", asked.key)


async def test_other_providers_take_two_touches(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-provider=kela]")
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")
    await tap(page, "[data-service=kela-family]")
    await expect(page.locator(".number")).to_be_visible()
    assert stage.posts("/tickets")[0].body["service"] == "kela-family"


async def test_who_does_not_know_where_to_start_gets_a_number_for_advice(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-way=general]")
    await expect(page.locator(".number")).to_be_visible()
    assert stage.posts("/tickets")[0].body["service"] == "neuvonta"


async def test_a_double_tap_is_one_ticket(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await stop_time(page)
    await pass_time(page, 1)
    await page.dblclick("[data-provider=vero]", delay=10)
    await expect(page.locator(".number")).to_be_visible()
    await page.wait_for_timeout(300)
    assert len(stage.posts("/tickets")) == 1
    await expect(page.locator(".number")).to_be_visible()


async def test_a_double_tap_on_a_provider_does_not_pick_the_service_that_appears_under_the_finger(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await opened(open_page)
    await stop_time(page)
    await pass_time(page, 1)
    box = await page.locator("[data-provider=kela]").bounding_box()
    assert box
    await page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")
    await page.wait_for_timeout(200)
    assert stage.posts("/tickets") == []


async def test_a_lost_answer_is_asked_again_with_the_same_key(open_page: OpenPage, stage: Stage) -> None:
    stage.answers = [None, None]
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_have_text("K\u2009044")
    asked = stage.posts("/tickets")
    assert len(asked) >= 3
    assert len({one.key for one in asked}) == 1


async def test_when_the_line_stays_away_the_customer_may_press_again_and_it_is_the_same_key(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.answers = [None] * 12  # Chromium itself repeats a request whose kept-alive line broke
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("[data-retry]")).to_be_visible()
    stage.answers = []
    await tap(page, "[data-retry]")
    await expect(page.locator(".number")).to_have_text("K\u2009044")
    assert len({one.key for one in stage.posts("/tickets")}) == 1


async def test_two_customers_have_two_keys(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    for _ in range(2):
        await tap(page, "[data-provider=vero]")
        await tap(page, "[data-done]")
    assert len({one.key for one in stage.posts("/tickets")}) == 2


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("closed", 409, "suljettu"),
        ("cap-reached", 409, "täynnä"),
        ("too-many", 429, "Odota hetki"),
        ("clock-not-set", 503, "kello"),
        ("journal-full", 503, "häiriö"),
        ("invalid", 400, "häiriö"),
    ],
)
async def test_a_refusal_says_why_and_what_to_do(
    open_page: OpenPage, stage: Stage, name: str, status: int, words: str
) -> None:
    stage.answers = [problem(name, status)]
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("[role=alert]")).to_contain_text(words)
    assert len(stage.posts("/tickets")) == 1
    await tap(page, "[data-home]")
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")


async def test_the_number_is_there_before_the_paper_and_the_paper_is_never_promised_early(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.paper = "late"
    page = await opened(open_page)
    await stop_time(page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_be_visible()
    await expect(page.locator("main [role=status]")).to_have_text("Lappu tulostuu.")
    await stage.push({"tickets": {"t44": {"print": {"state": "confirmed"}}}})
    await expect(page.locator("main [role=status]")).to_have_text("Ota lappu tulostimesta.")


@pytest.mark.parametrize("paper", ["failed", "void", "screen"])
async def test_without_paper_there_is_a_code_to_photograph(open_page: OpenPage, stage: Stage, paper: str) -> None:
    stage.paper = paper
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("main [role=status]")).to_contain_text("Ota kuva tai muista numero.")
    picture = page.locator(".qr img")
    await expect(picture).to_have_attribute("src", "/api/v1/qr.svg?ticket=t44")
    assert await picture.evaluate("(one) => one.decode().then(() => one.naturalWidth > 0)")


async def test_a_printer_that_says_nothing_is_waited_for_less_than_two_seconds(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.paper = "late"
    page = await opened(open_page)
    await stop_time(page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_be_visible()
    await pass_time(page, 1.5)
    await page.wait_for_timeout(300)
    await expect(page.locator(".qr")).to_have_count(0)
    await pass_time(page, 0.4)
    await expect(page.locator(".qr")).to_be_visible()
    await stage.push({"tickets": {"t44": {"print": {"state": "confirmed"}}}})
    await expect(page.locator("main [role=status]")).to_have_text("Ota lappu tulostimesta.")


async def test_a_kiosk_without_a_printer_shows_the_code_at_once(open_page: OpenPage, stage: Stage) -> None:
    stage.state["printer"] = None
    stage.paper = "screen"
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".qr")).to_be_visible()


async def test_when_the_link_goes_silent_no_number_is_left_and_it_comes_back_by_itself(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await opened(open_page)
    clock = asyncio.get_running_loop().time

    async def silent() -> float:
        stage.silent = False
        await expect(page.locator("[data-provider=kela]")).to_contain_text("6 jonossa")
        stage.silent, began = True, clock()
        await expect(page.locator("body")).not_to_have_text(re.compile(r"\d"))
        return clock() - began

    await in_time(6.0, silent)
    assert await page.locator("section").count() == len(LANGUAGES)
    stage.silent = False
    await expect(page.locator(".clock")).to_have_text("22.03")
    await expect(page.locator("[data-provider=kela]")).to_contain_text("6 jonossa")


async def test_a_customer_who_has_a_number_keeps_it_when_the_link_goes_silent(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_be_visible()
    stage.silent = True
    await expect(page.locator(".ahead")).to_have_text(re.compile("Numerosi on voimassa"))
    await expect(page.locator(".number")).to_have_text("K\u2009044")
    await expect(page.locator(".clock")).to_have_text("")


async def test_a_kiosk_that_is_not_signed_in_says_so_to_a_technician(open_page: OpenPage, stage: Stage) -> None:
    stage.authorised = False
    page = await open_page("/kiosk/main", ready="section")
    await expect(page.locator("h1")).to_have_text("Laite ei ole käytössä")


async def test_a_token_in_the_address_is_traded_and_wiped(open_page: OpenPage, stage: Stage) -> None:
    page = await open_page("/kiosk/main#token=good")
    assert stage.posts("/login")[0].body == {"token": "good"}
    assert "#" not in page.url


@pytest.mark.parametrize(
    ("issuing", "words"),
    [("closed", MONDAY["fi"]), ("clock_not_set", "kello ei ole ajassa"), ("journal_full", "häiriö")],
)
async def test_a_point_that_issues_nothing_says_why(
    open_page: OpenPage, stage: Stage, issuing: str, words: str
) -> None:
    stage.state["issuing"] = issuing
    page = await opened(open_page)
    await expect(page.locator("main")).to_contain_text(words)
    assert await page.locator("main button").count() == 0
    await stage.push({"issuing": "ok"})
    await expect(page.locator("[data-provider=kela]")).to_be_visible()


async def test_closed_and_full_services_stay_in_sight_and_cannot_be_pressed(open_page: OpenPage, stage: Stage) -> None:
    stage.state["providers"][0]["services"][1]["full"] = True
    page = await opened(open_page)
    await expect(page.locator("[data-provider=kunta]")).to_be_disabled()
    await expect(page.locator("[data-provider=kunta]")).to_contain_text(MONDAY["fi"])
    await tap(page, "[data-provider=kela]")
    await expect(page.locator("[data-service=kela-family]")).to_be_disabled()
    await expect(page.locator("[data-service=kela-family]")).to_contain_text("Jono on täynnä")


HOSTILE = {
    "emoji": "🧾🇫🇮👩‍🦽 Passi",
    "arabic": "الخدمة العامة للمواطنين",
    "markup": "<img src=x onerror=\"document.body.textContent='owned'\">",
    "long": "Pitkä" * 60,
    "long words": " ".join(["sana"] * 75),
    "override": "\u202ednammok netseekat",
    "control": "A\u0000\u0007\u200b\u2066B",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_name_breaks_no_page(open_page: OpenPage, stage: Stage, name: str) -> None:
    words = dict.fromkeys(LANGUAGES, name)
    for one in stage.state["providers"][:2]:
        one["name"] = one["hint"] = words
        for service in one["services"]:
            service["name"] = words
    stage.state["point"] = {"id": "p", "name": words}
    page = await opened(open_page)
    assert await page.locator("main img").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "6 jonossa · noin 25 min" in await page.locator("[data-provider=kela] .wait").inner_text()
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_have_text("K\u2009044")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_service_that_closes_while_the_customer_reads_is_told_at_once(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await opened(open_page)
    providers = stage.state["providers"]
    providers[1]["services"][0] |= {"open": False}
    await stage.push({"providers": providers})
    await expect(page.locator("[data-provider=vero]")).to_be_disabled()


async def test_nothing_is_kept_in_the_browser(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-provider=vero]")
    await tap(page, "[data-done]")
    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0


async def test_a_slow_answer_shows_that_the_touch_was_felt(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    felt = asyncio.Event()

    async def slowly(route: Any) -> None:
        await felt.wait()
        with suppress(Error):  # a page that gave it up has asked anew
            await route.continue_()

    await page.route("**/api/v1/tickets", slowly)
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("[data-provider=vero]")).to_have_attribute("aria-busy", "true")
    await expect(page.locator("footer .notice")).to_contain_text("Hetki")
    felt.set()
    await expect(page.locator(".number")).to_be_visible()
