"""Paper that does not come, as each person reads it: staff why and what to do, a customer their number and no cause."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from kiosk_ui.messages import Messages
from tests.pages import scenes, states
from tests.pages.causes import given, of_papers
from tests.pages.conftest import OpenPage, tap
from tests.pages.stage import Stage
from tests.pages.states import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTHING_TO_DO = {"gave_up", "over", "expired"}  # of a ticket whose time is past
STATES = {"near_end": "degraded", "no_answer": "unknown", "no_link": "detached", "absent": "detached"}


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.start()
    yield stage
    await stage.stop()


async def desk(open_page: OpenPage, stage: Stage, lang: str, **state: Any) -> Page:
    stage.state = scenes.counter(**state)
    page = await open_page("/counter/2", 1280, 800, ready="header .clock:not(:empty)")
    await page.select_option(".language select", lang)
    return page


def lobby(*causes: str, state: str = "out_of_service") -> dict[str, Any]:
    return {"printers": [{"id": "lobby", "state": state, "causes": list(causes), "tier": "T1"}]}


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_staff_read_of_every_cause_why_and_what_they_can_do(open_page: OpenPage, stage: Stage, lang: str) -> None:
    t = Messages(lang, house=lang)
    page = await desk(open_page, stage, lang)
    deeds = set()
    for cause in sorted(given()):
        await stage.push(lobby(cause, state=STATES.get(cause, "out_of_service")))
        banner = page.locator("[data-printer=lobby]")
        await expect(banner).to_contain_text(t.text(f"counter-cause-{cause}"))
        deed = await banner.locator("strong").text_content()
        assert bool(deed) is (cause not in NOTHING_TO_DO), cause
        deeds.add(deed)
    assert len(deeds) >= 8, "a roll, a cover, a cable and a switch are different errands"


async def test_of_two_causes_the_one_that_says_more_is_told_and_a_new_one_goes_to_support(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await desk(open_page, stage, "en")
    banner = page.locator("[data-printer=lobby]")
    await stage.push(lobby("no_link", "ambiguous", state="detached"))
    await expect(banner).to_contain_text("two alike are plugged in")
    await expect(banner).to_contain_text("Tell technical support.")
    await stage.push(lobby("moon_phase"))
    await expect(banner).to_contain_text("the cause is not known")
    await expect(banner).to_contain_text("Tell technical support.")


async def test_numbers_without_paper_say_why_so_that_whoever_asks_can_be_told(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await desk(open_page, stage, "fi")
    causes = sorted(of_papers() | {"paper_out"})
    rows = [{"ticket": f"t{n}", "number": f"K{n:03}", "cause": cause} for n, cause in enumerate(causes, 1)]
    await stage.push({"unpapered": rows})
    t = Messages("fi")
    for n, cause in enumerate(causes, 1):
        await expect(page.locator(".banners")).to_contain_text(f"K\u2009{n:03} ({t.text(f'counter-cause-{cause}')})")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_customer_without_paper_has_the_number_large_their_language_and_no_cause(
    open_page: OpenPage, stage: Stage, lang: str
) -> None:
    stage.state, stage.paper = states.kiosk(), "late"
    t = Messages(lang, house=lang)
    page = await open_page("/kiosk/main")
    await tap(page, f"[data-language={lang}]")
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".number")).to_be_visible()
    words = set()
    for cause in sorted(given()):
        failed = {"medium": "screen", "print": {"state": "failed", "cause": cause}}
        await stage.push({"tickets": {"t44": failed}, "printer": {"state": "out_of_service", "causes": [cause]}})
        await expect(page.locator("main [role=status]")).to_contain_text(t.text("kiosk-no-paper"))
        words.add(await page.locator("main").inner_text())
    assert len(words) == 1, "whatever it is, a customer reads the same plain words"
    size = await page.locator(".number").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 96, "legible from a wheelchair and without glasses"
