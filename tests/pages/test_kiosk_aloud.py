"""The kiosk by ear, in a real browser: what is said, how loud it is, what cuts it short, and that it ends with the
customer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect

from kiosk_ui.messages import Messages
from tests.pages.conftest import ARGUMENTS, CLOCK, pass_time
from tests.pages.ears import EARS, FORBID, LET_IT_SOUND, falls_silent, loudness, sounded, sounds
from tests.pages.patience import PATIENCE_S
from tests.pages.stage import Stage
from tests.pages.states import LANGUAGES
from tests.pages.test_tv_sound import UNHURRIED, tone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")
HOME = "Kenen palvelua tarvitset?"


long_tone = cache(tone)


@dataclass
class Lobby(Stage):
    """A stage whose daemon speaks all but Northern Sami: long tones, so that what cuts them short is heard."""

    lasts_ms: int = int(1500 * PATIENCE_S)
    said: list[dict[str, Any]] = field(default_factory=list)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["path"] != "speech":
            return await super()._api(request)
        self.said.append(await request.json())
        if self.said[-1]["language"] == "se":
            return web.Response(status=204)
        return web.Response(body=long_tone(self.lasts_ms), content_type="audio/wav")

    @property
    def last(self) -> str:
        return str(self.said[-1]["text"]) if self.said else ""


@pytest_asyncio.fixture(loop_scope="session")
async def lobby() -> AsyncIterator[Lobby]:
    lobby = Lobby()
    await lobby.start()
    yield lobby
    await lobby.stop()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def loud() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, LET_IT_SOUND])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def kiosk(loud: Browser, lobby: Lobby) -> AsyncIterator[Page]:
    page = await opened(loud, lobby)
    yield page
    await page.close()


async def opened(browser: Browser, lobby: Lobby, script: str = UNHURRIED) -> Page:
    page = await browser.new_page(viewport={"width": 1080, "height": 1920})
    await page.add_init_script(CLOCK + EARS + script)
    await page.goto(f"{lobby.url}/kiosk/main")
    async with asyncio.timeout(PATIENCE_S):  # nothing is asked of the page: that would count as a touch
        while {"t": "shown", "seq": lobby.seq} not in lobby.heard:
            await asyncio.sleep(0.02)
    return page


async def press(lobby: Lobby, *keys: str) -> None:
    for key in keys:
        await lobby.say_all({"t": "key", "key": key})


async def said(lobby: Lobby, start: str) -> None:
    """Wait until the newest words begin so."""
    async with asyncio.timeout(PATIENCE_S):
        while not lobby.last.startswith(start):
            await asyncio.sleep(0.02)


def level(page: Page) -> Any:
    return page.locator(".level span").first


async def test_the_first_arrow_starts_it_and_says_how_it_goes_then_what_is_chosen(lobby: Lobby, kiosk: Page) -> None:
    assert lobby.said == [], "nobody is spoken to who did not ask"
    await press(lobby, "down")
    await sounds(kiosk)
    assert lobby.last.startswith(T.text("kiosk-aloud-hint")) and "Kela. Tuet ja etuudet." in lobby.last
    await press(lobby, "down")
    await expect(kiosk.locator("[data-provider=vero]")).to_be_focused()
    await said(lobby, "Verohallinto.")
    assert [one["text"].count(T.text("kiosk-aloud-hint")) for one in lobby.said] == [1, 0]
    assert lobby.last.startswith("Verohallinto. Verokortti, veroilmoitus. 2 jonossa"), lobby.last
    await press(lobby, "enter")
    await expect(kiosk.locator(".number")).to_be_visible()
    await expect(kiosk.locator("main [role=status]")).to_contain_text(T.text("kiosk-take-paper"))
    await sounds(kiosk)
    ticket = " ".join(one["text"] for one in lobby.said[2:])
    assert "Vuoronumerosi K 044. Veroasia. Edelläsi on 6 asiakasta." in ticket
    assert T.text("kiosk-take-paper") in ticket, "the paper is told when it is there"


async def test_volume_keys_step_through_five_levels_that_are_shown_said_and_really_louder(
    lobby: Lobby, kiosk: Page
) -> None:
    await press(lobby, "volume_up")
    await expect(level(kiosk)).to_have_text("Ääni 4 / 5")
    heard = {4: await loudness(kiosk)}
    assert lobby.last == "Äänenvoimakkuus 4."
    await press(lobby, "volume_down", "volume_down")
    await expect(level(kiosk)).to_have_text("Ääni 2 / 5")
    heard[2] = await loudness(kiosk)
    assert 3.6 < heard[4] / heard[2] < 4.4, "two levels are some 12 dB"
    await press(lobby, *["volume_down"] * 5)
    await expect(level(kiosk)).to_have_text("Ääni 1 / 5")
    assert await loudness(kiosk) > 0.01, "the softest level is still heard"
    await press(lobby, *["volume_up"] * 9)
    await expect(level(kiosk)).to_have_text("Ääni 5 / 5")
    assert await kiosk.locator(".bars i[data-on]").count() == 5


@pytest.mark.parametrize("how", ["key", "touch"])
async def test_any_key_or_touch_cuts_what_is_being_said(lobby: Lobby, kiosk: Page, how: str) -> None:
    await press(lobby, "help")
    await sounds(kiosk)
    before = len(lobby.said)
    await (kiosk.click("header") if how == "touch" else press(lobby, "star", "back"))
    if how == "touch":
        await falls_silent(kiosk)
        assert len(lobby.said) == before
    else:
        await expect(kiosk.locator("h1")).to_have_text(HOME)
        await said(lobby, HOME)


async def test_home_is_the_start_in_silence_and_once_more_the_end_of_the_session(lobby: Lobby, kiosk: Page) -> None:
    await kiosk.click("[data-language=en]")
    await press(lobby, "volume_up", "1")
    await expect(kiosk.locator("h1")).to_have_text("What is it about?")
    await sounds(kiosk)
    await press(lobby, "home")
    await expect(kiosk.locator("h1")).to_have_text("Whose service do you need?")
    await falls_silent(kiosk)
    await expect(level(kiosk)).to_have_text("Volume 4 / 5")
    await press(lobby, "home")
    await expect(kiosk.locator("h1")).to_have_text(HOME)
    await expect(kiosk.locator(".sound")).to_have_count(0)
    said = len(lobby.said)
    await press(lobby, "1", "0")
    await expect(kiosk.locator("h1")).to_have_text(HOME)
    assert len(lobby.said) == said, "the next customer is not spoken to unasked"


async def test_the_next_customer_finds_no_voice_and_the_volume_as_everybody_does(lobby: Lobby, kiosk: Page) -> None:
    lobby.lasts_ms = 500
    await press(lobby, "volume_up", "volume_up")
    await expect(level(kiosk)).to_have_text("Ääni 5 / 5")
    await falls_silent(kiosk)
    lobby.lasts_ms = int(1500 * PATIENCE_S)
    await pass_time(kiosk, 46)
    await expect(kiosk.locator("dialog.still")).to_be_visible()
    await sounds(kiosk)
    assert "sekunnin kuluttua" in lobby.last, "the question is asked of whoever does not see it too"
    await pass_time(kiosk, 21)
    await expect(kiosk.locator(".sound")).to_have_count(0)
    await falls_silent(kiosk)
    await press(lobby, "volume_up")
    await expect(level(kiosk)).to_have_text("Ääni 4 / 5")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_touch_starts_and_ends_it_in_each_language_and_a_language_without_a_voice_says_so(
    lobby: Lobby, kiosk: Page, lang: str
) -> None:
    t = Messages(lang, house=lang)
    await kiosk.click(f"[data-language={lang}]")
    await kiosk.get_by_role("button", name=t.text("kiosk-aloud"), exact=True).click()
    await sounded(kiosk)  # a chime, where there is no voice
    assert lobby.said[-1]["language"] == lang and lobby.last.startswith(t.text("kiosk-question"))
    silent = kiosk.locator("footer .notice")
    if lang == "se":
        await expect(silent).to_contain_text(t.text("kiosk-aloud-none"))
        said = len(lobby.said)
        await pass_time(kiosk, 1)
        assert len(lobby.said) == said, "that there is no voice is not tried to be said"
        await kiosk.click("[data-language=fi]")
        await expect(silent).to_have_count(0)
        return
    await expect(silent).to_have_count(0)
    await kiosk.get_by_role("button", name=t.text("kiosk-louder")).click()
    await expect(level(kiosk)).to_have_text(t.text("kiosk-volume", level=4, levels=5))
    await kiosk.get_by_role("button", name=t.text("kiosk-aloud-off")).click()
    await expect(kiosk.locator(".sound")).to_have_count(0)
    await falls_silent(kiosk)


async def test_a_browser_that_may_not_sound_says_that_help_is_needed(lobby: Lobby) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, FORBID])
        page = await opened(browser, lobby, "")
        await press(lobby, "volume_up")
        await expect(page.locator("footer .notice")).to_contain_text(T.text("kiosk-aloud-blocked"))
        await browser.close()


async def test_a_daemon_that_is_gone_is_no_harm_to_the_page(lobby: Lobby, kiosk: Page) -> None:
    lobby.answers = []
    await kiosk.route("**/api/v1/speech", lambda route: route.abort())
    await press(lobby, "down")
    await expect(kiosk.locator("footer .notice")).to_contain_text(T.text("kiosk-aloud-blocked"))
    await press(lobby, "enter")
    await expect(kiosk.locator("h1")).to_have_text("Mitä asiasi koskee?")
