"""A real headless Chromium for all page tests, one stage for each, and no console error left unseen."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

import tests.pages.patience  # noqa: F401  why: it makes every `expect` wait long enough
from tests.pages.stage import Stage

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# Chromium's own remarks on what a test does on purpose: a refused request, a dropped line.
EXPECTED = ("Failed to load resource", "WebSocket connection to", "Password forms should have")


def is_complaint(line: ConsoleMessage) -> bool:
    """What our own files were told off for; what a test itself brought in (axe) has no address."""
    return line.type in {"error", "warning"} and bool(line.location["url"])


SETTLED_S = 0.45  # kiosk/session.js: a tap within 0.4 s of a new screen belongs to the old one
# The pages' clock, which a test may stop and put forward.
CLOCK = """window.ahead = 0;
window.stood = undefined;
const real = performance.now.bind(performance);
performance.now = () => (window.stood ?? real()) + window.ahead;"""


async def pass_time(page: Page, seconds: float) -> None:
    await page.evaluate("(ms) => { window.ahead += ms; }", seconds * 1000)


async def stop_time(page: Page) -> None:
    """From now on the page's time is what is passed: however long the machine takes, nothing is over by itself."""
    await page.evaluate("() => { window.stood = performance.now() - window.ahead; }")


async def tap(page: Page, selector: str) -> None:
    """A touch by somebody who has read the screen first."""
    await page.wait_for_selector(selector)
    await pass_time(page, SETTLED_S)
    await page.click(selector)


OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.start()
    yield stage
    await stage.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, stage: Stage) -> AsyncIterator[OpenPage]:
    """open_page("/kiosk/main", width, height): a page of its own; whatever it complains of fails the test."""
    contexts = []
    complaints: list[str] = []

    async def opened(path: str, width: int = 1080, height: int = 1920, ready: str = "main h1") -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if is_complaint(line) else None)
        await page.add_init_script(CLOCK)
        await page.goto(stage.url + path)
        if ready:
            await page.wait_for_selector(ready)
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert [line for line in complaints if not line.startswith(EXPECTED)] == []
