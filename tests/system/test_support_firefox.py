"""An advisor whose browser is a real Firefox, an expert at the desk in a real Chromium, the real programs between."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.booth.conftest import WITNESS
from tests.central.firefox import Firefox, firefox
from tests.system.remote_scene import PATIENCE_MS, chromium, playing
from tests.system.stage import Demo, MakeDemo
from tests.system.test_remote_support import take

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.long, pytest.mark.timeout(240)]

AS_INSTALLED = {"media.autoplay.default": 1, "media.peerconnection.ice.obfuscate_host_addresses": True}
EXPERT = "document.querySelector('aside.support video.expert')"
SILENT = "document.querySelector('aside.support .notice.alert')"  # the panel says that a press is wanted
OPEN = "window.witness.tracks.filter((one) => one.readyState === 'live').length"


@asynccontextmanager
async def at_the_counter(
    demo: Demo, chromium: Callable[[], Awaitable[Browser]], profile: Path
) -> AsyncIterator[tuple[Firefox, Page]]:
    """Counter 1 serves a customer; an expert is ready."""
    told = demo.known()
    desk = await (await chromium()).new_page(viewport={"width": 1366, "height": 900})
    desk.set_default_timeout(PATIENCE_MS)
    async with firefox(profile, (1280, 800), AS_INSTALLED) as counter:
        await counter.before(WITNESS)
        await counter.goto(f"{told['point']}/counter/1")
        await counter.click("form.open button.primary")
        await counter.until("document.querySelector('main.desk')")
        await take(told)
        await counter.until("document.querySelector('.waiting li')")
        await counter.click("button.primary")
        await counter.until("document.querySelector('.current.called')")
        await counter.click("button.primary")
        await desk.goto(f"{told['central']}/expert#token={told['tokens']['expert']}")
        await desk.get_by_role("button", name="Valmiina", exact=True).click()
        yield counter, desk
        assert counter.errors == []


async def moves(counter: Firefox, video: str = EXPERT) -> None:
    """The picture is one, plays with its sound, and goes on."""
    await counter.until(f"{video}?.videoWidth && !{video}.paused")
    at = await counter.evaluate(f"{video}.currentTime", pressed=False)
    await counter.until(f"{video}.currentTime > {at} + 0.5")


async def test_an_advisor_with_firefox_is_seen_and_heard_writes_comes_back_and_parts(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]], tmp_path: Path
) -> None:
    async with at_the_counter(await own_demo(), chromium, tmp_path) as (counter, desk):
        await counter.click(".ask button")
        await desk.locator("button.answer").first.click()
        await moves(counter)
        await moves(counter, "document.querySelector('aside.support video.self')")
        assert await counter.evaluate(f"{EXPERT}.muted || Boolean({SILENT})", pressed=False) is False
        await playing(desk.locator(".customer > video"))
        lights = "document.querySelector('.lights').textContent"
        await counter.until(f"{lights} === 'Kamera ja mikrofoni ovat päällä.'")

        await counter.evaluate("document.querySelector('[data-typing]').focus()")
        for letter in "Moi, ä":
            await counter.key(letter)
        await expect(desk.locator(".theirs")).to_contain_text("Moi, ä", timeout=PATIENCE_MS)
        await desk.locator("#mine").press_sequentially("Hei!", delay=30)
        await counter.until("document.querySelector('aside.support .theirs').textContent.includes('Hei!')")
        await counter.click("[data-turn=video]")
        await counter.until(f"{lights} === 'Mikrofoni on päällä, kamera ei.'")
        await expect(desk.get_by_text("Neuvojan kamera on pois päältä.")).to_be_visible(timeout=PATIENCE_MS)
        await counter.click("[data-turn=video]")

        await counter.reload()
        await moves(counter)
        await counter.until(f"{EXPERT}.muted === Boolean({SILENT})")  # in a page that nobody has pressed yet
        await counter.click("aside.support h2")
        await counter.until(f"!{EXPERT}.muted && !{EXPERT}.paused && !{SILENT}")
        await playing(desk.locator(".customer > video"))
        assert await counter.evaluate(OPEN) == 2

        await counter.click("aside.support .end")
        await counter.until(f"!document.querySelector('aside.support') && {OPEN} === 0")
        await expect(desk.locator(".card.over")).to_be_visible(timeout=PATIENCE_MS)
        await counter.until("document.querySelector('.current.serving .ask button')")
