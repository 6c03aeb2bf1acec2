"""The live page in a real Chromium: events arrive by themselves, and it says when it is not live."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.central.rig import TOKENS, Box, client, one_visit, process_client

pytestmark = pytest.mark.browser
CARD = {"width": 420, "height": 500}  # a card of the demo's wall
FULL = {"width": 1280, "height": 800}
SHOTS = os.environ.get("LUUKKU_SHOTS")  # a folder: keep what the page looked like


@asynccontextmanager
async def browser_page(size: dict[str, int]) -> AsyncIterator[tuple[Page, list[str]]]:
    """A fresh page, and every complaint of its console."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        page = await browser.new_page(viewport=size)  # type: ignore[arg-type]  # why: a TypedDict
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield page, complaints
        finally:
            await browser.close()


async def keep(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


def served(box: Box, first: int, last: int) -> Box:
    for n in range(first, last + 1):
        for event in one_visit(n):
            box.put(event)
    return box


@pytest.mark.parametrize(("name", "size"), [("card", CARD), ("full", FULL)])
async def test_events_appear_as_they_arrive_with_their_numbers(tmp_path: Path, name: str, size: dict[str, int]) -> None:
    box = served(Box(), 40, 42)
    async with client(tmp_path) as central, browser_page(size) as (page, complaints):
        await central.send(box.events[:8])
        await page.goto(central.url.removesuffix("/api/v1") + "/?lang=en")
        await expect(page.locator("#link-text")).to_have_text("Live")
        await expect(page.locator("#events li")).to_have_count(8)
        await central.send(box.events[8:])
        await expect(page.locator("#events li")).to_have_count(24)
        newest = page.locator("#events li").first
        await expect(newest.locator(".what")).to_contain_text("Visit ended")
        await expect(newest.locator(".number")).to_have_text("K042")
        called = page.locator('#events li[data-type="service.called"]').first
        await expect(called.locator(".what")).to_have_text("Called counter 2")
        await expect(page.locator("#events li .number", has_text="K042")).to_have_count(8)
        figures = page.locator("[data-point=sodankyla]")
        await expect(figures.locator("[data-figure=seq] dd")).to_have_text("24")
        await expect(figures.locator("[data-figure=gaps] dd")).to_have_text("0")
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        await keep(page, f"central-{name}")
        assert complaints == []


async def test_a_fork_is_shown_as_an_alarm(tmp_path: Path) -> None:
    box = served(Box(), 1, 2)
    async with client(tmp_path) as central, browser_page(CARD) as (page, _):
        await central.send(box.events)
        await central.send(box.fork_at(10, more=9).events)
        await page.goto(central.url.removesuffix("/api/v1") + "/?lang=sv")
        await expect(page.locator(".fork")).to_be_visible()
        await keep(page, "central-fork")


async def test_the_page_says_when_it_is_not_live_and_comes_back_by_itself(tmp_path: Path) -> None:
    box = served(Box(), 1, 2)
    async with process_client(tmp_path) as (central, process), browser_page(CARD) as (page, _):
        await central.send(box.events[:8])
        await page.goto(process.url + "/?lang=fi")
        await expect(page.locator("#link-text")).to_have_text("Reaaliaikainen")
        await process.kill()
        await expect(page.locator("#link-text")).to_contain_text("Ei yhteyttä")
        await keep(page, "central-lost")
        await process.start()
        await central.send(box.events)
        await expect(page.locator("#link-text")).to_have_text("Reaaliaikainen")
        await expect(page.locator("#events li")).to_have_count(16)
        await expect(page.locator("#events li .number").first).to_have_text("K002")


async def test_elsewhere_the_page_asks_for_the_token(tmp_path: Path) -> None:
    async with client(tmp_path) as central, browser_page(CARD) as (page, _):
        await page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.7"})
        await page.goto(central.url.removesuffix("/api/v1") + "/?lang=en")
        await expect(page.locator("#token")).to_be_visible()
        await keep(page, "central-token")
        await page.locator("#token").fill(TOKENS["central"])
        await page.locator("#token-send").click()
        await expect(page.locator("#link-text")).to_have_text("Live")
        await expect(page.locator("#token")).to_be_hidden()


async def test_a_frame_of_the_named_origin_shows_the_page(tmp_path: Path) -> None:
    wall = b"<iframe src='%s/?lang=en' width=420 height=500></iframe>"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # a browser may open a line that it does not use
            await reader.readuntil(b"\r\n\r\n")
        body = wall % central.url.removesuffix("/api/v1").encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, client(tmp_path, frame_ancestors=(origin,)) as central, browser_page(FULL) as (page, _):
        await page.goto(origin)
        await expect(page.frame_locator("iframe").locator("#link-text")).to_have_text("Live")
