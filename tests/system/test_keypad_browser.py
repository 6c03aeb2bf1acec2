"""A customer who does not see, at the real demo: fingers on the keypad, the kernel's key events through the real
decoder, the daemon's own voice, and ears at the browser's loudspeaker."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from kiosk_ui.messages import Messages
from tests.pages.conftest import ARGUMENTS
from tests.pages.ears import EARS, LET_IT_SOUND, falls_silent, sounds
from tests.pages.test_tv_sound import UNHURRIED
from tests.system.stage import PATIENCE_S
from tests.system.stranger import Stranger
from tests.system.test_inputs import finger

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

T = Messages("fi")
SPOKEN = "() => window.spoken"
LISTEN = """
window.spoken = [];
const fetched = window.fetch;
window.fetch = (url, how) => {
  if (String(url).endsWith("/speech")) window.spoken.push(JSON.parse(how.body).text);
  return fetched(url, how);
};
"""


@pytest.fixture
async def kiosk(client: Stranger) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, LET_IT_SOUND])
        page = await browser.new_page(viewport={"width": 1080, "height": 1920})
        await page.add_init_script(EARS + LISTEN + UNHURRIED)
        await page.goto(f"{client.urls['point']}/kiosk/main#token={client.tokens['kiosk']}")
        await page.locator("[data-provider=tyo]").wait_for()
        yield page
        await browser.close()


async def keys(client: Stranger, *names: str) -> None:
    for name in names:
        await finger(client, "/panels/keypad-main/press", {"key": name, "hold_ms": 5})


async def heard(page: Page, words: str) -> None:
    """Wait until these words were given to the voice."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(words in text for text in await page.evaluate(SPOKEN)):
            await asyncio.sleep(0.05)


async def test_a_number_is_had_by_ear_and_keys_alone_and_the_next_customer_hears_nothing(
    client: Stranger, kiosk: Page
) -> None:
    level = kiosk.locator(".level span").first
    await keys(client, "down")
    await heard(kiosk, T.text("kiosk-aloud-hint"))
    await sounds(kiosk)
    await keys(client, "volume_up", "volume_up")
    await expect(level).to_have_text(T.text("kiosk-volume", level=5, levels=5))
    await sounds(kiosk)
    for _ in range(12):
        if await kiosk.locator("[data-way=general]").evaluate("one => one === document.activeElement"):
            break
        await kiosk.evaluate("window.was = document.activeElement")
        await keys(client, "down")
        async with asyncio.timeout(PATIENCE_S):
            while not await kiosk.evaluate("document.activeElement !== window.was"):
                await asyncio.sleep(0.02)
    await keys(client, "enter")
    await expect(kiosk.locator(".number")).to_be_visible()
    await heard(kiosk, "Vuoronumerosi")
    await heard(kiosk, T.text("kiosk-take-paper"))
    await sounds(kiosk)
    await keys(client, "home")
    await expect(kiosk.locator("h1")).to_have_text(T.text("kiosk-question"))
    await falls_silent(kiosk)
    await keys(client, "home")
    await expect(kiosk.locator(".sound")).to_have_count(0)
    said = len(await kiosk.evaluate(SPOKEN))
    await keys(client, "1")
    await expect(kiosk.locator("h1")).not_to_have_text(T.text("kiosk-question"))
    assert len(await kiosk.evaluate(SPOKEN)) == said, "who did not ask is not spoken to"
    await keys(client, "volume_down")
    await expect(level).to_have_text(T.text("kiosk-volume", level=2, levels=5))
