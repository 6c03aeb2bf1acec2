"""The technician's page in a real browser: what is wrong, since when, what to do, in words; a test and its result."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from kiosk_ui import ROOT
from kiosk_ui.messages import Messages
from tests.pages import audit
from tests.pages import technician_scenes as scenes
from tests.pages.causes import given
from tests.pages.conftest import OpenPage
from tests.pages.patience import in_time
from tests.pages.stage import Stage, problem
from tests.pages.states import LANGUAGES
from tests.pages.technician_scenes import shown

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LINKS = {"no_link": ("tcp:10.0.0.9:9100", "usb:1a2b", "sim"), "no_answer": ("serial:/dev/ttyS0,9600", "tcp:a:1")}
STALE_S = 6.0


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(state=scenes.technician())
    await stage.start()
    yield stage
    await stage.stop()


def causes() -> list[str]:
    """Every cause that the page knows words for."""
    listed = re.search(r"CAUSES = \[(.*?)\]", (ROOT / "technician" / "words.js").read_text(), re.DOTALL)
    assert listed
    return re.findall(r'"(\w+)"', listed[1])


async def test_the_page_has_words_for_whatever_a_driver_or_a_paper_gives_as_its_cause() -> None:
    assert given() <= set(causes())


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_each_cause_shows_its_words_and_what_to_do(open_page: OpenPage, stage: Stage, lang: str) -> None:
    t = Messages(lang, house=lang)
    page = await shown(open_page, stage, scenes.technician(scenes.printer()), lang)
    seen = set()
    for cause in causes():
        state = "unknown" if cause == "unsaid" else "out_of_service"
        for link in LINKS.get(cause, ("tcp:10.0.0.9:9100",)):
            said = [] if cause == "unsaid" else [cause]
            await stage.push({"devices": [scenes.printer(state, *said, link=link)]})
            trouble = page.locator("#printer-lobby .trouble")
            await expect(trouble.locator(".cause")).to_have_text(t.text(f"technician-cause-{cause}"))
            mend = t.text(f"technician-mend-{cause}", link=link.split(":")[0])
            await expect(trouble).to_contain_text(f"{t.text('technician-do')}: {mend}")
            seen.add(mend)
    assert len(seen) >= len(causes()) - 2, "two causes or links with one and the same mend may be, not many"


async def test_a_cause_that_nobody_foresaw_is_shown_as_it_is(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(scenes.printer("out_of_service", "moon_phase")))
    await page.locator("#printer-lobby .cause", has_text="moon_phase").wait_for()


async def test_since_when_is_told_by_the_points_clock(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(scenes.printer("detached", "no_link")))
    for since, words in (
        (scenes.NOW, "for less than a minute"), (scenes.TWELVE_AGO, "for 12 min"), (scenes.HOURS_AGO, "for 4 h 1 min"),
        ("2026-11-18T20:00:00.000Z", "for 3 days"),
    ):  # fmt: skip
        await stage.push({"devices": [scenes.printer("detached", "no_link", since=since)]})
        await expect(page.locator("#printer-lobby .since")).to_have_text(words)


async def test_what_needs_a_hand_stands_first_and_leads_to_its_card(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.trouble(), size=(360, 740))
    notices = [re.sub(r"\s+", " ", text) for text in await page.locator(".summary .notice").all_inner_texts()]
    assert notices[0].startswith("Mend now: Ticket printer lobby: The paper is out")
    assert "Central system: No link; events wait on the box" in notices[0]
    assert notices[1].startswith("Needs attention soon: Ticket printer office: The paper is running low")
    assert notices[2].startswith("Not known whether these work: Button or keypad desk-1")
    await page.get_by_role("link", name="Info-TV lobby").click()
    await expect(page.locator("#screen-lobby h3")).to_be_focused()
    await expect(page.locator("#screen-lobby h3")).to_be_in_viewport()


async def test_everything_works_is_said_only_when_nothing_is_wrong_or_unknown(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await shown(open_page, stage, scenes.technician())
    good = page.get_by_text("Everything works.")
    await expect(good).to_be_visible()
    full = {"issuing": "journal_full"}
    for patch, mended in (
        ({"devices": [scenes.printer("unknown")]}, {"devices": [scenes.printer()]}),
        ({"devices": [scenes.printer("ready", "near_end")]}, {"devices": [scenes.printer()]}),
        ({"clock": "unsynced"}, {"clock": "synced"}), (full, {"issuing": "ok"}),
        ({"disk": {"low": True}}, {"disk": {"low": False}}), ({"central": {"up": False}}, {"central": {"up": True}}),
    ):  # fmt: skip
        await stage.push(patch)
        await expect(good).to_have_count(0)
        await stage.push(mended)
        await expect(good).to_be_visible()


async def test_unknown_looks_and_reads_like_no_well_device(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(scenes.printer("unknown"), scenes.printer(id_="well")))
    card = page.locator("#printer-lobby")
    await expect(card).to_have_class(re.compile(r"\bunknown\b"))
    assert "Not known" in await card.inner_text() and "Works" not in await card.locator(".how").inner_text()
    icons = [await page.locator(f"#printer-{one} .how use").get_attribute("href") for one in ("lobby", "well")]
    assert icons[0] != icons[1]


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_tiers_are_told_in_words_and_a_simulated_device_is_marked_loudly(
    open_page: OpenPage, stage: Stage, lang: str
) -> None:
    t = Messages(lang, house=lang)
    page = await shown(open_page, stage, scenes.technician(), lang)
    for tier in ("T1", "T2", "T3", "T4", "T5", None):
        await stage.push({"devices": [scenes.printer(tier=tier)]})
        await expect(page.locator(".tier")).to_contain_text(t.text(f"technician-tier-{tier or 'none'}"))
    assert await page.locator(".simulated").count() == 0
    await stage.push({"devices": [scenes.printer(simulated=True, link="sim")]})
    await expect(page.locator("#printer-lobby .simulated")).to_have_text(t.text("technician-simulated"))
    await expect(page.locator(".summary .sim")).to_contain_text("lobby")


async def test_a_test_is_one_request_and_its_result_is_shown_and_said_aloud(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician())
    told = {"at": scenes.NOW, "ok": True, "cause": "", "proven": "paper", "ms": 900}
    stage.answers = [web.json_response(told | {"id": "lobby", "kind": "printer", "state": "ready"})]
    button = page.get_by_role("button", name="Print a test paper: lobby")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("lobby: A test paper came out and was proven.")
    await expect(button).to_be_focused()
    (request,) = stage.posts("/devices/lobby/test")
    assert request.body == {"kind": "printer", "paper": True} and request.key is not None and len(request.key) == 36
    for last, words in (
        (told, "A test paper came out and was proven. Test just now"),
        (told | {"proven": "answers"}, "It answers over its link and could print now. No paper was printed."),
        (told | {"ok": False, "proven": "nothing", "cause": "cover", "at": scenes.TWELVE_AGO},
         "The test failed: The cover is open Test 12 min ago"),
    ):  # fmt: skip
        await stage.push({"devices": [scenes.printer(last_test=last)]})
        await expect(page.locator("#printer-lobby .result")).to_contain_text(words)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [("forbidden", 403, "This sign-in may not test devices."), ("not-found", 404, "not-found")],
)
async def test_a_test_that_is_refused_says_why(
    open_page: OpenPage, stage: Stage, name: str, status: int, words: str
) -> None:
    page = await shown(open_page, stage, scenes.technician())
    stage.answers = [problem(name, status)]
    await page.get_by_role("button", name="Test the screen: lobby").click()
    await expect(page.locator("#screen-lobby .result")).to_contain_text(words)
    await expect(page.get_by_role("status")).to_contain_text(words)


async def test_the_newest_events_of_a_device_are_told_in_words(open_page: OpenPage, stage: Stage) -> None:
    shown_call = {"seq": 5, "name": "service.announced", "time": scenes.NOW, "local": "22.02", "medium": "tv",
                  "latency_ms": 120}  # fmt: skip
    state = scenes.technician(scenes.printer(), scenes.device("screen", "lobby", events=[shown_call]))
    page = await shown(open_page, stage, state)
    for summary in await page.locator("summary").all():
        await summary.click()
    rows = [re.sub(r"\s+", " ", text) for text in await page.locator(".events li").all_inner_texts()]
    assert rows == [
        "22.01 K 042 on paper", "18.02 Works", "20.11. 18.00 Does not work – The cover is open",
        "22.02 Showed a call after 120 ms",
    ]  # fmt: skip


async def test_an_unknown_device_is_offered_with_its_lines_to_copy(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(unknown=[scenes.UNOWNED]))
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stage.url)
    assert await page.locator(".unowned pre").inner_text() == scenes.STANZA
    await page.get_by_role("button", name="Copy the lines: EPSON TM-T20III").click()
    await expect(page.locator(".unowned .result")).to_have_text("Copied")
    await expect(page.get_by_role("status")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == scenes.STANZA


async def test_where_there_is_no_clipboard_the_lines_are_marked(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(unknown=[scenes.UNOWNED]))
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.get_by_role("button", name="Copy the lines").click()
    await expect(page.locator(".unowned .result")).to_contain_text("Marked")
    assert (await page.evaluate("getSelection().toString()")).strip() == scenes.STANZA.strip()


async def test_the_box_tells_of_itself(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.trouble())
    told = re.sub(r"\s+", " ", await page.locator("#point").inner_text())
    for words in ("0.1.0", "9f86d081884c", "830 MB free of 62 GB", "No link: 22 events wait on the box",
                  "Runs on its own, still trusted", "Running for 4 h 1 min"):  # fmt: skip
        assert words in told, told


async def test_without_a_link_all_is_greyed_within_six_seconds_and_nothing_can_be_tested(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await shown(open_page, stage, scenes.technician())
    clock = asyncio.get_running_loop().time

    async def silent() -> float:
        stage.silent = False
        await expect(page.locator("main:not(.stale)")).to_be_visible()
        stage.silent, began = True, clock()
        await expect(page.locator("main.stale")).to_be_visible()
        return clock() - began

    await in_time(STALE_S, silent)
    await expect(page.get_by_role("alert")).to_contain_text("The connection to the point is lost")
    await expect(page.get_by_role("alert")).to_contain_text("was true at 22.03")
    assert await page.locator("header .clock").inner_text() == ""
    await page.get_by_role("button", name="Print a test paper: lobby").click(force=True)
    assert stage.asked == []
    assert "grayscale" in await page.locator("main").evaluate("(one) => getComputedStyle(one).filter")
    assert await audit.axe(page) == []
    stage.silent = False
    await expect(page.locator("main:not(.stale)")).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_empty()


async def test_before_the_first_word_of_the_point_nothing_is_called_well(open_page: OpenPage, stage: Stage) -> None:
    stage.silent = True
    page = await open_page("/technician", 1280, 800, ready="main .waiting")
    assert "toimii" not in (await page.inner_text("body")).lower()
    await expect(page.get_by_role("alert").locator(".lost")).to_be_visible()


async def test_the_language_and_the_contrast_are_remembered(open_page: OpenPage, stage: Stage) -> None:
    page = await shown(open_page, stage, scenes.technician(), "se")
    await page.get_by_role("button", name="Nana kontrásta").click()
    await page.reload()
    await page.get_by_text("Buot doaibmá.").wait_for()
    assert await page.evaluate("document.documentElement.dataset.contrast") == "high"
    assert await page.evaluate("document.documentElement.lang") == "se"


async def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(open_page: OpenPage, stage: Stage) -> None:
    stage.authorised = False
    page = await open_page("/technician", 1280, 800, ready="")
    await page.wait_for_url("**/login?next=%2Ftechnician")
    await page.fill("#token", "good")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/technician")
    await page.locator(".device").first.wait_for()
