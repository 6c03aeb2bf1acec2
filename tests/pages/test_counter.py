"""The advisor's counter in a real browser: each press is the contract's request, the next step is always at hand."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, expect

from tests.pages import scenes
from tests.pages.conftest import OpenPage, pass_time, stop_time
from tests.pages.patience import PATIENCE_S
from tests.pages.stage import Asked, Stage, problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PRIMARY = "button.primary"
SLIP_S = 0.45  # counter.js: a second press within 0.4 s is a slip
# What is said goes, and an armed alarm is idle again, after 4 s: a busy machine may need longer to look, or to press.
UNHURRIED = """() => {
  const later = window.setTimeout;
  window.setTimeout = (then, ms, ...more) => later(then, ms === 4000 ? 60_000 : ms, ...more);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(state=scenes.counter())
    await stage.start()
    yield stage
    await stage.stop()


async def desk(open_page: OpenPage, stage: Stage, width: int = 1280, height: int = 800, **state: Any) -> Page:
    stage.state = scenes.counter(**state)
    page = await open_page("/counter/2", width, height, ready="header .clock:not(:empty)")
    await page.evaluate(UNHURRIED)
    return page


async def asked(stage: Stage, path: str) -> Asked:
    """The one request to this path; its key is a UUID made at the press."""
    async with asyncio.timeout(PATIENCE_S):
        while not stage.posts(path):
            await asyncio.sleep(0.02)
    (request,) = stage.posts(path)
    assert request.key is not None and len(request.key) == 36
    return request


async def test_opening_sends_pseudonym_services_and_languages(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, state="closed", advisor=None)
    assert await page.locator(PRIMARY).is_disabled()
    await page.fill("input[name=advisor]", "N7")
    await page.get_by_text("Passi", exact=True).click()
    await page.get_by_role("checkbox", name="English").click()
    await page.keyboard.press("F2")
    assert (await asked(stage, "/counters/2/open")).body == {
        "advisor": "N7",
        "services": ["kela-housing", "kela-family", "vero-card", "poliisi-pass"],
        "languages": ["fi"],
    }


async def test_the_big_button_goes_call_start_end_and_the_usual_end_is_two_presses(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await desk(open_page, stage)
    assert (await page.inner_text(PRIMARY)).startswith("Kutsu seuraava")
    await page.click(PRIMARY)
    assert (await asked(stage, "/counters/2/call-next")).body == {}
    await stage.push({"current": scenes.current("called")})
    await page.get_by_role("button", name="Aloita palvelu").click()
    await asked(stage, "/counters/2/start")
    await stage.push({"current": scenes.current("serving", also=[])})
    await expect(page.get_by_role("button", name="Lopeta palvelu")).to_be_enabled()
    await stop_time(page)
    await page.keyboard.press("F2")
    await page.get_by_role("button", name="Kirjaa ja lopeta").wait_for()
    await page.keyboard.press("F2")
    await page.wait_for_timeout(200)
    assert stage.posts("/counters/2/end") == [], "a double press is a slip, not two decisions"
    await pass_time(page, SLIP_S)
    await page.keyboard.press("F2")
    assert (await asked(stage, "/counters/2/end")).body == {"resolution": "first_contact", "guidance": "none"}
    await stage.push({"current": None})
    await page.get_by_role("button", name="Kutsu seuraava").wait_for()


async def test_an_end_with_everything_and_the_customers_next_matter_already_chosen(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await desk(open_page, stage, current=scenes.current("serving"))
    await page.click(PRIMARY)
    await page.get_by_role("button", name="Ohjattu eteenpäin").click()
    await page.get_by_role("button", name="Tehty yhdessä").click()
    await page.get_by_role("button", name="Sähköinen asiointi").click()
    await pass_time(page, SLIP_S)
    await page.click(PRIMARY)
    assert (await asked(stage, "/counters/2/end")).body == {
        "resolution": "referred", "guidance": "e_channel_assisted", "channel": "e_service", "next": "vero-card",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "key", "path"),
    [
        ("called", "F4", "recall"), ("called", "F10", "no-show"), ("called", "F8", "hold"),
        ("serving", "F8", "hold"), ("serving", "F4", "recall"),
    ],
)  # fmt: skip
async def test_each_key_is_its_request(open_page: OpenPage, stage: Stage, state: str, key: str, path: str) -> None:
    page = await desk(open_page, stage, current=scenes.current(state))
    await page.get_by_role("button", name=key).wait_for()
    await page.keyboard.press(key)
    assert (await asked(stage, f"/counters/2/{path}")).body == {}


async def test_a_transfer_names_where_which_place_and_the_way_back(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, current=scenes.current("serving"))
    await page.keyboard.press("F9")
    await page.select_option(".panel select", "poliisi-pass")
    await page.get_by_role("button", name="Ensimmäiseksi").click()
    await page.get_by_text("Palaa sitten takaisin").click()
    await page.click(PRIMARY)
    assert (await asked(stage, "/counters/2/transfer")).body == {
        "to": {"service": "poliisi-pass"}, "position": "first", "return": True,
    }  # fmt: skip
    await expect(page.locator(".panel")).to_have_count(0)  # answered
    await page.keyboard.press("F9")
    await page.locator(".segments").get_by_role("button", name="Palvelupiste").click()
    assert await page.locator(".panel select option").all_inner_texts() == [
        "Valitse",
        "Palvelupiste 1",
        "Palvelupiste 3",
    ]


async def test_this_one_a_late_one_and_one_on_hold_can_be_taken(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, held=scenes.HELD, late=scenes.LATE)
    await page.locator(".waiting li", has_text="043").get_by_role("button").click()
    assert (await asked(stage, "/counters/2/call")).body == {"ticket": "t-K043"}
    stage.asked.clear()
    await page.locator(".side li", has_text="019").get_by_role("button").click()
    assert (await asked(stage, "/counters/2/call")).body == {"ticket": "t-V019"}
    await expect(page.locator(PRIMARY)).to_be_enabled()  # answered
    await page.keyboard.press("F8")
    assert (await asked(stage, "/counters/2/resume")).body == {"service_event": "se-38"}


async def test_activity_work_and_closing(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage)
    await page.get_by_role("button", name="Tauko").click()
    assert (await asked(stage, "/counters/2/activity")).body == {"activity": "break"}
    await stage.push({"advisor": {"id": "N7", "state": "break", "since": scenes.NOW}})
    await page.get_by_role("button", name="Palaa palveluun").wait_for()
    stage.asked.clear()
    await page.click(PRIMARY)
    assert (await asked(stage, "/counters/2/activity")).body == {"activity": "available"}
    await page.get_by_role("button", name="Kirjaa muu työ").click()
    await page.select_option(".panel select", "kunta-form")
    await page.fill("input[name=minutes]", "25")
    await expect(page.locator(PRIMARY)).to_be_enabled()  # what was asked before is answered
    await pass_time(page, SLIP_S)
    await page.keyboard.press("F2")
    assert (await asked(stage, "/work")).body == {
        "provider": "kunta", "service": "kunta-form", "minutes": 25, "channel": "paper",
    }  # fmt: skip
    await page.get_by_text("Kirjattu.").wait_for()
    await page.get_by_role("button", name="Sulje piste").click()
    await asked(stage, "/counters/2/close")


async def test_without_a_kiosk_the_number_on_the_roll_is_called(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, roll=True, waiting=[])
    await page.click(PRIMARY)
    await page.locator("input[name=n]:focus").wait_for()
    await page.keyboard.type("42")
    await page.select_option(".panel select", "vero-card")
    await pass_time(page, SLIP_S)
    await page.keyboard.press("F2")
    assert (await asked(stage, "/counters/2/call")).body == {"roll": {"service": "vero-card", "n": 42}}


async def test_the_silent_alarm_takes_two_presses_and_is_answered_discreetly(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage)
    await page.get_by_role("button", name="Pyydä tukea").click()
    await page.get_by_role("button", name="Vahvista pyyntö").wait_for()
    assert stage.posts("/incidents") == []
    await page.click(".alarm")
    assert (await asked(stage, "/incidents")).body == {"place": "2", "kind": "threat"}
    await page.get_by_text("Pyyntö lähetetty").wait_for()
    await stage.push({"incidents": [{"id": "i1", "place": "2", "state": "acknowledged"}]})
    await page.get_by_text("Tuki on tulossa").wait_for()


async def test_the_alarm_is_tried_even_when_the_link_is_down(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage)
    stage.silent = True
    await page.get_by_text("Yhteys on poikki").wait_for()
    await page.click(".alarm")
    await page.click(".alarm.armed")
    assert (await asked(stage, "/incidents")).body == {"place": "2", "kind": "threat"}


async def test_another_counters_alarm_is_acknowledged_and_cleared(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, incidents=[{"id": "i9", "place": "3", "state": "raised"}])
    await page.get_by_text("Tukipyyntö: Palvelupiste 3").wait_for()
    await page.get_by_role("button", name="Menen").click()
    await asked(stage, "/incidents/i9/acknowledge")
    await page.get_by_role("button", name="Ohi").click()
    await asked(stage, "/incidents/i9/clear")


async def test_a_dead_link_leaves_no_number_timer_or_action(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, current=scenes.current("serving"))
    stage.silent = True
    await page.get_by_text("Yhteys on poikki").wait_for()
    assert not any(sign.isdigit() for sign in await page.inner_text("body"))
    await page.keyboard.press("F2")
    assert stage.asked == []
    stage.silent = False
    await page.get_by_text("041").first.wait_for()


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("counter-busy", 409, "Lopeta tai keskeytä ensin nykyinen asiakas."),
        ("wrong-state", 409, "Tilanne ehti muuttua"),
        ("journal-full", 503, "Laitteen levy on täynnä"),
        ("not-in-any-list", 418, "Ei onnistunut: not-in-any-list"),
    ],
)
async def test_a_refusal_is_a_plain_sentence(
    open_page: OpenPage, stage: Stage, name: str, status: int, sentence: str
) -> None:
    page = await desk(open_page, stage)
    stage.answers = [problem(name, status)]
    await page.click(PRIMARY)
    await page.get_by_text(sentence).wait_for()


async def test_nobody_waiting_is_said_and_is_no_error(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage)
    stage.answers = [web.Response(status=204)]
    await page.click(PRIMARY)
    await page.locator(".banners").get_by_text("Jonossa ei ole ketään, jota voit palvella.").wait_for()


async def test_a_press_after_a_lost_line_is_the_same_press(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage)
    stage.answers = [None] * 20  # Chromium tries a broken connection again by itself
    await page.click(PRIMARY)
    await page.get_by_text("Laite ei vastannut").wait_for()
    before = len(stage.posts("/counters/2/call-next"))
    stage.answers.clear()
    await page.click(PRIMARY)
    async with asyncio.timeout(PATIENCE_S):
        while len(stage.posts("/counters/2/call-next")) == before:
            await asyncio.sleep(0.05)
    assert before >= 4 and len({request.key for request in stage.posts("/counters/2/call-next")}) == 1


async def test_waiting_grows_by_the_points_clock_and_timers_run(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage, current=scenes.current("called"))
    assert "12 min" in await page.inner_text(".waiting li:first-child")
    before = await page.inner_text(".current .timer")
    await page.wait_for_timeout(300)
    assert before.startswith("0:4")


async def test_the_time_of_a_service_is_the_whole_of_it_with_an_expert_and_less_what_was_on_hold(
    open_page: OpenPage, stage: Stage
) -> None:
    begun = scenes.current("serving", started_at="2026-11-21T19:51:00.000Z", held_ms=120_000)
    page = await desk(open_page, stage, current=begun)
    lasts = page.locator(".doing .timer")
    await expect(lasts).to_have_text(re.compile(r"10:0\d"))
    for state in ("remote_serving", "serving"):  # an expert comes in, and goes
        await stage.push({"advisor": {"id": "N7", "state": state, "since": scenes.NOW}})
        await expect(page.locator(".activity .timer")).to_have_text(re.compile(r"0:0\d"))
        await expect(lasts).to_have_text(re.compile(r"10:0\d"))


async def test_paper_trouble_and_numbers_without_paper_are_said_plainly(open_page: OpenPage, stage: Stage) -> None:
    printer = {"id": "lobby", "state": "out_of_service", "causes": ["paper_out"], "tier": 1}
    page = await desk(open_page, stage, printers=[printer], unpapered=[{"ticket": "a", "number": "K044", "cause": ""}])
    await page.get_by_text("Tulostin lobby ei toimi: paperi on loppu.").wait_for()
    await page.get_by_text("Ilman paperilappua: K").wait_for()


async def test_the_language_is_the_advisors_and_is_remembered(open_page: OpenPage, stage: Stage) -> None:
    page = await desk(open_page, stage)
    await page.select_option(".language select", "sv")
    await page.get_by_role("button", name="Kalla nästa").wait_for()
    await page.reload()
    await page.get_by_role("button", name="Kalla nästa").wait_for()
