"""A kiosk's own keypad and code reader, as the daemon passes them on, in a real browser."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.pages.conftest import OpenPage, pass_time, tap
from tests.pages.stage import Stage, problem
from tests.pages.states import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TICKET: dict[str, Any] = {
    "id": "t-9", "visit": "v1", "service_event": "se1", "series": "K", "n": 12, "number": "K012", "queue": "kela",
    "service": "kela-family", "provider": "kela", "language": "fi", "state": "waiting", "ahead": 3,
    "estimate": {"p50_s": 600, "p80_s": 900}, "medium": "paper", "code": "ABCDEFGHIJKLMNOP", "url": "",
    "print": {"state": "confirmed"},
}  # fmt: skip
UNKNOWN = {
    "fi": "Koodia ei tunnistettu", "sv": "Koden kändes inte igen", "en": "did not recognise", "se": "ii dovdojuvvon",
}  # fmt: skip


async def press(stage: Stage, *keys: str) -> None:
    for key in keys:
        await stage.say_all({"t": "key", "key": key})


async def scan(stage: Stage, kind: str, **more: str) -> None:
    await stage.say_all({"t": "scan", "kind": kind, **more})


async def opened(open_page: OpenPage) -> Page:
    return await open_page("/kiosk/main")


async def test_two_digits_on_the_keypad_take_a_number_like_two_on_a_keyboard(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await press(stage, "1")
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")
    await press(stage, "2")
    await expect(page.locator(".number")).to_have_text("K\u2009044")
    assert [one.body["service"] for one in stage.posts("/tickets")] == ["kela-family"]


async def test_arrows_and_enter_take_a_number_without_looking(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await press(stage, "down", "down", "enter")
    await expect(page.locator(".number")).to_be_visible()
    assert len(stage.posts("/tickets")) == 1


async def test_help_leads_to_advice_and_enter_takes_it(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await press(stage, "1")
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")
    await press(stage, "help")
    await expect(page.locator("[data-way=general]")).to_be_focused()
    assert stage.posts("/tickets") == []
    await press(stage, "enter")
    await expect(page.locator(".number")).to_be_visible()
    assert stage.posts("/tickets")[0].body["service"] == "neuvonta"


async def test_back_takes_a_letter_of_the_code_then_the_way_home(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-way=appointment]")
    await expect(page.locator(".card.code")).to_be_visible()
    await press(stage, "4", "7")
    await expect(page.locator(".card.code")).to_have_text("47")
    await press(stage, "back")
    await expect(page.locator(".card.code")).to_have_text("4")
    await press(stage, "back", "back")
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")


async def test_a_code_typed_on_the_keypad_checks_in(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await tap(page, "[data-way=appointment]")
    await expect(page.locator(".card.code")).to_be_visible()
    await press(stage, "4", "7", "1", "1", "enter")
    await expect(page.locator(".number")).to_be_visible()
    assert len(stage.posts("/appointments/4711/check-in")) == 1


async def test_a_key_answers_are_you_still_there(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await press(stage, "1")
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")
    await pass_time(page, 46)
    await expect(page.locator("dialog.still")).to_be_visible()
    await press(stage, "volume_up")
    await expect(page.locator("dialog.still")).to_be_hidden()
    await expect(page.locator("h1")).to_have_text("Mitä asiasi koskee?")


async def test_a_key_that_nobody_knows_does_nothing(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await press(stage, "star", "constructor", "")
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")
    assert stage.posts("/tickets") == []


async def test_a_scanned_ticket_is_shown_as_it_is_now_and_nothing_is_said_of_its_paper(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.looked = {"t-9": TICKET}
    page = await opened(open_page)
    await scan(stage, "unknown")
    await expect(page.locator("footer .notice")).to_be_visible()
    await scan(stage, "ticket", code=TICKET["code"], ticket="t-9")
    await expect(page.locator(".number")).to_have_text("K\u2009012")
    await expect(page.locator("footer .notice")).to_have_count(0)
    await expect(page.locator(".ahead")).to_contain_text("3")
    await expect(page.locator("main [role=status]")).to_have_text("")
    assert stage.posts("/tickets") == []
    stage.looked = {"t-9": TICKET | {"state": "called", "ahead": 0}}
    await stage.push({"general": "neuvonta"})
    await expect(page.locator(".ahead")).to_contain_text("Nyt on sinun vuorosi")
    await pass_time(page, 21)
    await expect(page.locator("h1")).to_have_text("Kenen palvelua tarvitset?")


@pytest.mark.parametrize("state", ["done", "held", "cancelled", "no_show"])
async def test_a_number_that_is_over_says_so_and_shows_no_number(open_page: OpenPage, stage: Stage, state: str) -> None:
    stage.looked = {"t-9": TICKET | {"state": state}}
    page = await opened(open_page)
    await scan(stage, "ticket", code=TICKET["code"], ticket="t-9")
    await expect(page.locator("footer .notice")).to_contain_text("ei ole enää jonossa")
    await expect(page.locator(".number")).to_have_count(0)


async def test_a_shown_number_that_ends_meanwhile_is_not_left_standing(open_page: OpenPage, stage: Stage) -> None:
    stage.looked = {"t-9": TICKET}
    page = await opened(open_page)
    await scan(stage, "ticket", code=TICKET["code"], ticket="t-9")
    await expect(page.locator(".number")).to_be_visible()
    stage.looked = {"t-9": TICKET | {"state": "done"}}
    await stage.push({"general": "neuvonta"})
    await expect(page.locator(".number")).to_have_count(0)
    await expect(page.locator("footer .notice")).to_contain_text("ei ole enää jonossa")


async def test_a_scanned_appointment_checks_in(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await page.click("[data-language=sv]")
    await scan(stage, "appointment", code="AB12-7")
    await expect(page.locator(".number")).to_be_visible()
    [asked] = stage.posts("/appointments/AB12-7/check-in")
    assert asked.body == {"language": "sv"}


async def test_a_scanned_appointment_of_another_day_says_what_a_typed_one_does(
    open_page: OpenPage, stage: Stage
) -> None:
    stage.answers = [problem("unknown-ticket", 404)]
    page = await opened(open_page)
    await scan(stage, "appointment", code="AB12")
    await expect(page.locator("[role=alert]")).to_contain_text("ei löytynyt varausta")
    await expect(page.locator(".card.code")).to_have_text("–")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_anything_else_is_not_recognised_gently_in_each_language_and_takes_nothing_away(
    open_page: OpenPage, stage: Stage, language: str
) -> None:
    page = await opened(open_page)
    await page.click(f"[data-language={language}]")
    home = str(await page.locator("h1").text_content())
    await press(stage, "1")
    await expect(page.locator("h1")).not_to_have_text(home)
    title = await page.locator("h1").text_content()
    await scan(stage, "unknown")
    await expect(page.locator("footer .notice")).to_contain_text(UNKNOWN[language])
    await expect(page.locator("footer [role=status]")).to_contain_text(UNKNOWN[language])
    assert await page.locator("h1").text_content() == title
    await pass_time(page, 9)
    await expect(page.locator("footer .notice")).to_have_count(0)
    assert [one for one in stage.asked if one.method == "POST"] == []


async def test_two_scans_of_one_appointment_are_one_check_in(open_page: OpenPage, stage: Stage) -> None:
    page = await opened(open_page)
    await scan(stage, "appointment", code="AB12")
    await scan(stage, "appointment", code="AB12")
    await expect(page.locator(".number")).to_be_visible()
    assert len({one.key for one in stage.posts("/appointments/AB12/check-in")}) == 1
