"""A real headless Chromium with devices of its own making, and a central in a process of its own, for all tests of the
expert's desk."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

import tests.pages.patience  # noqa: F401  why: it makes every `expect` wait long enough
from tests.central.line_rig import enlisted
from tests.central.rig import central_process

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--auto-accept-this-tab-capture", "--disable-features=WebRtcHideLocalIpsWithMdns",
]  # fmt: skip


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk_central(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    data = tmp_path_factory.mktemp("central")
    enlisted(data)
    async with central_process(data) as central:
        yield central.url
