"""Pages in a real Chromium that say when they have shown a number."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from controller.app.bench.stage import NotStarted

if TYPE_CHECKING:  # the daemon's machine has no Playwright: only what tests and benches set up
    from playwright.async_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTH, HEIGHT = 1280, 720
# Shown: it stands in the document, and two frames have gone by, as kiosk_ui/shared/link.js counts it too.
WATCH = """window.wanted = null;
function look() {
  const numbers = [...document.querySelectorAll(".called .number")];
  if (!window.wanted || !numbers.some((one) => one.textContent.replace(/\\s/g, "") === window.wanted)) return;
  window.wanted = null;
  requestAnimationFrame(() => requestAnimationFrame(() => window.shown(performance.timeOrigin + performance.now())));
}
new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });"""


class Glass:
    """One page. `look_for` before the number can come."""

    def __init__(self, page: "Page") -> None:
        self._page = page
        self._shown: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def open(self, url: str, ready: str) -> None:
        """There when `ready` is in its document."""
        await self._page.expose_function("shown", self._hear)
        await self._page.add_init_script(WATCH)
        await self._page.goto(url)
        await self._page.wait_for_selector(ready, state="attached")

    async def look_for(self, number: str) -> asyncio.Future[float]:
        """The moment at which it will have been shown, in UTC ms."""
        self._shown = asyncio.get_running_loop().create_future()
        await self._page.evaluate("(number) => { window.wanted = number; }", number)
        return self._shown

    def _hear(self, at_ms: float) -> None:
        if not self._shown.done():
            self._shown.set_result(at_ms)


@asynccontextmanager
async def chromium() -> AsyncIterator["Browser"]:
    """Debian's, without a head. Raises NotStarted where something is missing."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as missing:
        raise NotStarted("this needs Playwright and Debian's chromium: `make setup-test` brings both") from missing
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        except Error as missing:
            said = str(missing).splitlines()[0]
            raise NotStarted(f"{CHROMIUM} does not start ({said}): `make setup-test` brings it") from missing
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: "Browser", urls: list[str], ready: str) -> list[Glass]:
    """A page for each address, each a screen of its own."""
    pages = []
    for url in urls:
        context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        pages.append(Glass(await context.new_page()))
        await pages[-1].open(url, ready)
    return pages
