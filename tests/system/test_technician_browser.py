"""A printer that fails in the demo: what the technician, the advisor and the customer see of it, and how soon."""

import asyncio
import math
import re
from contextlib import suppress
from functools import partial
from time import monotonic

import pytest
from playwright.async_api import Browser, Page, expect

from kiosk_ui.messages import Messages
from tests.pages.patience import PATIENCE_S, in_time
from tests.system.stage import Demo, MakeDemo
from tests.system.stranger import Stranger, stranger

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

VISIBLE_S = 2.0  # a fault that the printer reports is seen within this
LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English", "se": "Davvisámegiella"}
TOLD = {"paper_out": "paper_out", "near_end": "near_end", "cover": "cover", "jam": "cutter"}  # fault -> cause
LOST = ("drop", "power")  # over by themselves
T = Messages("fi")
GOOD = re.compile(r"\bgood\b")


async def opened(browser: Browser, demo: Demo, path: str, ready: str) -> Page:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(f"http://127.0.0.1:{demo.port}{path}")
    await page.locator(ready).first.wait_for()
    return page


async def test_technician_and_staff_see_a_fault_within_two_seconds_and_its_end_by_itself(
    own_demo: MakeDemo, browser: Browser
) -> None:
    demo = await own_demo()
    technician = await opened(browser, demo, "/technician", "#printer-lobby.good")
    counter = await opened(browser, demo, "/counter/2", "button.primary")
    card, banners = technician.locator("#printer-lobby"), counter.locator(".banners")
    async with stranger(demo) as client:

        async def told(fault: str, cause: str) -> float:
            await client.fault(fault)
            began = monotonic()
            await expect(card.locator(".cause")).to_have_text(T.text(f"technician-cause-{cause}"))
            await expect(banners).to_contain_text(T.text(f"counter-cause-{cause}"))
            took = monotonic() - began
            await expect(banners).to_contain_text("lobby")
            await expect(card.locator(".trouble")).to_contain_text(T.text(f"technician-mend-{cause}", link="sim"))
            await client.fault("clear")
            began = monotonic()
            await expect(card).to_have_class(GOOD)
            await expect(banners.locator(".warning")).to_have_count(0)
            return max(took, monotonic() - began)

        async def lost(fault: str) -> float:
            await client.fault(fault)
            began, took = monotonic(), math.inf
            with suppress(AssertionError):  # it may be over before a busy machine shows it
                await expect(card).not_to_have_class(GOOD, timeout=VISIBLE_S * 1000)
                took = monotonic() - began
            await expect(card).to_have_class(GOOD)
            return took

        for fault, cause in TOLD.items():
            await in_time(VISIBLE_S, partial(told, fault, cause))
        for fault in LOST:
            await in_time(VISIBLE_S + 0.5, partial(lost, fault))
    await card.locator("summary").click()
    await expect(card.locator(".events li").first).to_contain_text(T.text("technician-state-ready"))
    assert await card.locator(".simulated").inner_text() == T.text("technician-simulated")


async def test_the_customer_of_a_broken_printer_keeps_a_large_number_and_a_code_in_their_language(
    own_demo: MakeDemo, browser: Browser
) -> None:
    demo = await own_demo()
    async with stranger(demo) as client:
        await client.fault("paper_out")
        for lang, name in LANGUAGES.items():
            page = await opened(browser, demo, "/kiosk/main", "[data-provider=tyo]")
            await page.set_viewport_size({"width": 1080, "height": 1920})
            await page.get_by_role("button", name=name, exact=True).click()
            await asyncio.sleep(0.5)  # kiosk/session.js: a tap right after a new screen belongs to the old one
            await page.locator("[data-provider=tyo]").click()
            await expect(page.locator(".number")).to_have_text(re.compile(r"T\s*\d{3}"))
            await page.get_by_text(Messages(lang).text("kiosk-no-paper")).wait_for()
            await expect(page.locator(".qr img")).to_be_visible()
            assert await page.locator(".qr img").evaluate("(one) => one.decode().then(() => one.naturalWidth > 0)")
            box = await page.locator(".number").bounding_box()
            assert box and box["height"] > 150, "the number stays large"
            await page.close()


async def pieces(client: Stranger) -> int:
    """How many papers the virtual printer has cut off."""
    folder = client.demo.data / "paper" / "lobby"
    return await asyncio.to_thread(lambda: len(list(folder.glob("[0-9]*.png"))))


async def test_each_test_button_proves_what_it_says(own_demo: MakeDemo, browser: Browser) -> None:
    demo = await own_demo()
    page = await opened(browser, demo, "/technician", "#printer-lobby.good")
    kiosk = await opened(browser, demo, "/kiosk/main", "[data-provider]")
    async with stranger(demo) as client:
        before = await pieces(client)
        await page.locator("#printer-lobby .test button").click()
        await expect(page.get_by_role("status")).to_contain_text("lobby: ")
        device = next(d for d in (await client.get("technician", "/devices"))["devices"] if d["kind"] == "printer")
        proven = device["last_test"]["proven"]
        words = {"answers": "technician-proven-answers", "paper": "technician-proven-paper-simulated"}[proven]
        await expect(page.locator("#printer-lobby .result")).to_contain_text(T.text(words))
        if proven == "paper":
            async with asyncio.timeout(PATIENCE_S):  # a piece is filed just after its cut
                while await pieces(client) == before:
                    await asyncio.sleep(0.05)
        assert await pieces(client) == before + (proven == "paper"), "paper is promised only where some came out"

    async def drawn() -> float:
        """A page has 2 s to draw itself; one that a busy machine held up is tried again."""
        await page.locator("#kiosk-main .test button").click()
        draws = page.locator("#kiosk-main .result", has_text=T.text("technician-proven-draws"))
        with suppress(AssertionError):
            await expect(draws).to_be_visible(timeout=10_000)
            return 0.0
        return math.inf

    await in_time(0.0, drawn)
    await page.locator("#screen-lobby .test button").click()
    await expect(page.locator("#screen-lobby .result")).to_contain_text(T.text("technician-cause-no_page"))
    await kiosk.close()
    await expect(page.locator("#kiosk-main .cause")).to_have_text(T.text("technician-cause-no_page"))
