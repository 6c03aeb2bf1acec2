"""A customer at the real kiosk of the real demo who touches no screen: keypad, code reader, and a card held wrongly."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.system.stranger import Stranger
from tests.system.test_inputs import PERSON, finger

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture
async def kiosk(client: Stranger) -> AsyncIterator[Page]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = await browser.new_page(viewport={"width": 1080, "height": 1920})
        await page.goto(f"{client.urls['point']}/kiosk/main")
        await page.wait_for_selector("[data-provider=tyo]")
        yield page
        await browser.close()


async def press(client: Stranger, key: str) -> None:
    await finger(client, "/panels/keypad-main/press", {"key": key, "hold_ms": 20})


async def scan(client: Stranger, text: str) -> None:
    await finger(client, "/scanners/reader-main/scan", {"text": text})


async def test_a_number_by_keypad_alone_then_its_paper_before_the_reader_and_a_card_that_is_no_business_of_ours(
    client: Stranger, kiosk: Page
) -> None:
    digit = await kiosk.get_attribute("[data-provider=tyo]", "data-digit")
    assert digit is not None
    await press(client, digit)  # one service: one key
    number = kiosk.locator(".number")
    await expect(number).to_have_text(re.compile(r"T\s*\d{3}"))
    shown = "".join((await number.inner_text()).split())
    await press(client, "1")  # done
    await expect(kiosk.locator("[data-provider=tyo]")).to_be_visible()

    waiting = next(q for q in (await client.get("staff", "/state"))["queues"] if q["id"] == "tyo")["waiting"]
    [ticket] = [one for one in waiting if one["number"] == shown]
    await scan(client, ticket["url"])
    await expect(number).to_have_text(re.compile(r"\s*".join(re.findall(r"\D|\d+", shown))))
    await press(client, "1")
    await expect(kiosk.locator("[data-provider=tyo]")).to_be_visible()

    await scan(client, PERSON)
    await expect(kiosk.locator("footer .notice")).to_contain_text("Koodia ei tunnistettu")
    assert PERSON not in await kiosk.content()

    await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")
    await scan(client, ticket["code"])
    await expect(kiosk.locator("footer .notice")).to_contain_text("ei ole enää jonossa")


async def test_an_appointments_code_before_the_reader_checks_in(client: Stranger, kiosk: Page) -> None:
    start = datetime.now(UTC) + timedelta(minutes=20)
    end = start + timedelta(minutes=20)
    booked = {
        "rev": 1, "provider": "vero", "service": "vero-verokortti", "channel": "counter", "code": "VERO-77",
        "start": start.isoformat(timespec="seconds"), "end": end.isoformat(timespec="seconds"),
    }  # fmt: skip
    said = await client.ask("staff", "PUT", "/appointments/reader-77", booked)
    assert said.status == 200, said
    await scan(client, "VERO-77")
    await expect(kiosk.locator(".number")).to_have_text(re.compile(r"V\s*\d{3}"))
    waiting = next(q for q in (await client.get("staff", "/state"))["queues"] if q["id"] == "vero")["waiting"]
    for ticket in waiting:
        await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")
