"""Every screen in every language: nothing under, over, cut off or broken, nothing that axe complains of."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.pages import audit, states
from tests.pages.conftest import OpenPage, pass_time, stop_time, tap
from tests.pages.stage import Stage, problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SIZES = {"portrait": (1080, 1920), "landscape": (1920, 1080), "desk": (1280, 1024), "wall": (420, 760)}
LEAST_TARGET = 76  # px on a 1080 x 1920 panel, surfaces.md 2

Scene = Callable[[Page, Stage], Awaitable[None]]


async def kiosk(open_page: OpenPage, *size: int) -> Page:
    """It goes back to the start, or asks whether anybody is there, when the test lets time pass only."""
    page = await open_page("/kiosk/main", *size)
    await stop_time(page)
    return page


async def home(page: Page, stage: Stage) -> None:
    await expect(page.locator("[data-provider=kela]")).to_be_visible()


async def services(page: Page, stage: Stage) -> None:
    await tap(page, "[data-provider=kela]")
    await expect(page.locator("[data-service=kela-other]")).to_be_visible()


async def code(page: Page, stage: Stage) -> None:
    stage.answers = [problem("unknown-ticket", 404)]
    await tap(page, "[data-way=appointment]")
    await tap(page, '[data-key="4"]')
    await tap(page, "[data-send]")
    await expect(page.locator("main .notice.alert")).to_be_visible()


async def ticket(page: Page, stage: Stage) -> None:
    card = {"bring": {one: ["1", "passport, Pass, passi", "foto 2"] for one in states.LANGUAGES}}
    stage.state["providers"][1]["services"][0]["card"] = card
    await stage.push({"providers": stage.state["providers"]})
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("main [role=status]")).to_have_text("Ota lappu tulostimesta.")


async def screen_ticket(page: Page, stage: Stage) -> None:
    stage.paper = "screen"
    await tap(page, "[data-provider=vero]")
    await expect(page.locator(".qr")).to_be_visible()


async def refused(page: Page, stage: Stage) -> None:
    stage.answers = [problem("too-many", 429)]
    await tap(page, "[data-provider=vero]")
    await expect(page.locator("[data-retry]")).to_be_visible()


async def closed(page: Page, stage: Stage) -> None:
    await stage.push({"issuing": "closed"})
    await expect(page.locator(".plain")).to_be_visible()


async def no_clock(page: Page, stage: Stage) -> None:
    await stage.push({"issuing": "clock_not_set"})
    await expect(page.locator(".plain")).to_be_visible()


async def full_journal(page: Page, stage: Stage) -> None:
    await stage.push({"issuing": "journal_full"})
    await expect(page.locator(".plain")).to_be_visible()


async def asking(page: Page, stage: Stage) -> None:
    await stage.push({"idle_s": 0.1})
    await tap(page, "[data-provider=kela]")
    await pass_time(page, 0.2)
    await expect(page.locator("dialog[open]")).to_be_visible()


SCENES: dict[str, Scene] = {
    "home": home, "services": services, "code": code, "ticket": ticket, "screen_ticket": screen_ticket,
    "refused": refused, "closed": closed, "no_clock": no_clock, "full_journal": full_journal,
}  # fmt: skip


async def faults(page: Page, broken: bool = True) -> list[str]:
    found = await audit.occlusion(page)
    return found + ([f"broken: {word}" for word in await audit.broken_words(page)] if broken else [])


@pytest.mark.parametrize(
    "size", [pytest.param(size, marks=[pytest.mark.long] if size in {"desk", "wall"} else []) for size in SIZES]
)
@pytest.mark.parametrize("scene", SCENES)
async def test_every_word_is_in_sight_in_every_language(
    open_page: OpenPage, stage: Stage, scene: str, size: str
) -> None:
    page = await kiosk(open_page, *SIZES[size])
    await SCENES[scene](page, stage)
    found = {}
    for language in states.LANGUAGES:
        await page.click(f"[data-language={language}]")
        found[language] = await faults(page)
    assert {language: one for language, one in found.items() if one} == {}


@pytest.mark.parametrize("scene", ["home", "services", "code", "ticket", "screen_ticket"])
@pytest.mark.parametrize("size", ["portrait", "landscape"])
async def test_large_text_flows_and_nothing_is_lost(open_page: OpenPage, stage: Stage, scene: str, size: str) -> None:
    page = await kiosk(open_page, *SIZES[size])
    await SCENES[scene](page, stage)
    found = {}
    for text in ("140", "200"):
        await page.click("[data-aid=text]")
        assert await page.evaluate("document.documentElement.dataset.text") == text
        for language in states.LANGUAGES:
            await page.click(f"[data-language={language}]")
            found[text, language] = await faults(page)
    assert {key: one for key, one in found.items() if one} == {}


@pytest.mark.parametrize("scene", SCENES)
async def test_axe_finds_nothing_in_either_colour_scheme(open_page: OpenPage, stage: Stage, scene: str) -> None:
    page = await kiosk(open_page)
    await SCENES[scene](page, stage)
    assert await audit.axe(page) == []
    await page.click("[data-aid=contrast]")
    await page.click("[data-language=se]")
    assert await audit.axe(page) == []


async def test_the_question_whether_you_are_there_is_in_sight_and_clean(open_page: OpenPage, stage: Stage) -> None:
    page = await kiosk(open_page)
    await asking(page, stage)
    assert await faults(page) == []
    assert await audit.axe(page) == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_notice_of_a_lost_link_is_whole_in_all_languages(
    open_page: OpenPage, stage: Stage, size: str
) -> None:
    page = await kiosk(open_page, *SIZES[size])
    stage.silent = True
    await pass_time(page, 6)
    await expect(page.locator("section[lang=se]")).to_be_visible()
    assert await faults(page) == []
    assert await audit.axe(page) == []
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("scene", ["home", "services", "code", "ticket"])
async def test_targets_are_large_enough_for_an_unsteady_finger(open_page: OpenPage, stage: Stage, scene: str) -> None:
    page = await kiosk(open_page)
    await SCENES[scene](page, stage)
    assert await audit.small_targets(page, LEAST_TARGET) == []


@pytest.mark.parametrize("size", ["portrait", "landscape", "desk"])
async def test_the_first_question_fits_a_screen_without_scrolling(open_page: OpenPage, stage: Stage, size: str) -> None:
    page = await kiosk(open_page, *SIZES[size])
    await home(page, stage)
    for language in states.LANGUAGES:
        await page.click(f"[data-language={language}]")
        assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight"), language


async def test_nothing_moves_for_who_asks_for_less_motion(open_page: OpenPage, stage: Stage) -> None:
    page = await kiosk(open_page)
    await page.emulate_media(reduced_motion="reduce")
    await ticket(page, stage)
    assert await page.evaluate("document.getAnimations().length") == 0


TICKETS = {
    "waiting": states.ticket_page(bring={one: ["passi"] for one in states.LANGUAGES}),
    "first": states.ticket_page(ahead=0),
    "called": states.ticket_page(state="called", counter_label="2", counter_name=states.four("A", "B", "C", "D")),
    "called_to_booth": states.ticket_page(
        state="called",
        booth_name=states.four("Etäpalveluhuone", "Distansrummet", "Remote service room", "Gáiddusbálvallatnja"),
    ),
    "serving": states.ticket_page(state="serving", counter_label="2"),
    "held": states.ticket_page(state="held"),
    "transferred": states.ticket_page(state="transferred"),
    "no_show": states.ticket_page(state="no_show"),
    "cancelled": states.ticket_page(state="cancelled"),
    "done": states.ticket_page(state="done", feedback=True),
    "missing": None,
}


@pytest.mark.parametrize("name", TICKETS)
async def test_the_customers_own_page_is_whole_on_a_phone(open_page: OpenPage, stage: Stage, name: str) -> None:
    stage.ticket = TICKETS[name]
    page = await open_page("/t/abc", 360, 640)
    found = {}
    for language in states.LANGUAGES:
        await page.click(f"[data-language={language}]")
        found[language] = await faults(page)
    assert {language: one for language, one in found.items() if one} == {}
    assert await audit.axe(page) == []


async def test_the_sign_in_page_is_whole(open_page: OpenPage) -> None:
    page = await open_page("/login?next=/counter/1", 1280, 800)
    for language in states.LANGUAGES:
        await page.click(f"[data-language={language}]")
        await page.click("form .primary")
        assert await faults(page) == []
    assert await audit.axe(page) == []


async def test_the_audit_itself_sees_what_is_covered_cut_off_and_broken(open_page: OpenPage) -> None:
    page = await open_page("/kiosk/main")
    await page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`.tiles { position: relative }
        .tiles::after { content: ""; position: absolute; inset: 0; background: white }
        .point { height: 0.4em; max-height: 0.4em }
        .choices .button { width: 2em; flex: none; padding: 0; overflow-wrap: anywhere }`);
      document.adoptedStyleSheets = [sheet];
    }""")
    found = " ".join(await audit.occlusion(page))
    assert "under tiles: Kela" in found
    assert "cut off: Sodankylän palvelupiste" in found
    assert "Davvisámegiella" in await audit.broken_words(page)
