"""From the first touch to a conversation."""

from playwright.async_api import Page, expect

from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.pages.conftest import tap


async def agree(booth: Page) -> None:
    await expect(booth.locator("[data-agree]")).to_be_visible()
    await tap(booth, "[data-agree]")


async def meet(open_page: OpenPage, point: Point) -> tuple[Page, Page]:
    """A booth page and an expert's page whose talk leg is up."""
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    await agree(booth)
    await expect(booth.locator("main.waiting")).to_be_visible()
    await point.order("ring")
    await expect(booth.locator(".pulses i").first).to_be_visible()
    await point.order("answer", expert="e1")
    expert = await open_page("/test/expert.html")
    await expect(booth.locator("html[data-screen=talk]")).to_be_attached()
    return booth, expert
