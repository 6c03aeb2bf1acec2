"""A customer in the booth and an expert at the desk, each in a real Chromium with made camera and microphone."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.system.stage import Demo

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]  # fmt: skip
PATIENCE_MS = 60_000  # two browsers and five processes on two processors that others use too


@pytest.fixture
async def chromium() -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Browsers with a fake camera and microphone, each a process of its own."""
    async with async_playwright() as playwright:
        made: list[Browser] = []

        async def make() -> Browser:
            made.append(await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS))
            return made[-1]

        yield make
        for browser in made:
            await browser.close()


class Scene:
    """A demo with an expert at the desk and a customer in the booth."""

    def __init__(self, demo: Demo, booth: Page, desk: Page) -> None:
        self.demo, self.booth, self.desk = demo, booth, desk
        self.told: dict[str, Any] = json.loads((demo.data / "demo-credentials.json").read_bytes())
        self.booth_said: list[str] = []

    async def events(self, name: str = "") -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.told['tokens']['technician']}"}
        url = f"{self.told['point']}/api/v1/events?limit=10000"
        async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
            events = (await answer.json())["events"]
        return [event["data"] for event in events if not name or event["type"] == f"luukku.{name}.v1"]

    async def states(self) -> list[tuple[str, str]]:
        return [(change["to"], change["cause"]) for change in await self.events("remote.state_changed")]

    async def until_state(self, state: str, cause: str | None = None) -> None:
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while True:
                try:
                    newest = (await self.states())[-1:]
                except aiohttp.ClientError:
                    newest = []  # the daemon is not there just now
                if newest and newest[0][0] == state and cause in {None, newest[0][1]}:
                    return
                await asyncio.sleep(0.2)

    async def meet(self) -> None:
        """From the customer's wish to sound and picture."""
        await self.desk.get_by_role("button", name="Olen valmis").click()
        await self.booth.locator("[data-service=kela-asumistuki]").click()
        await asyncio.sleep(0.6)  # a tap right after a new screen belongs to the old one
        await self.booth.locator("[data-agree]").click()
        await self.desk.locator("button.answer").first.click()
        await self.until_state("connected")
        await playing(self.booth.locator("video.expert"))
        await playing(self.desk.locator(".customer > video"))

    async def both_are_well(self) -> None:
        """Until the booth's page has told that sound and picture come; it tells each 5 s how the talk is."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not any('"audio":true,"video":true' in said for said in self.booth_said):
                await asyncio.sleep(0.2)

    async def end(self) -> None:
        """The expert's word on how it ended, that of most."""
        await self.desk.get_by_role("button", name="Lopeta", exact=False).last.click()
        await self.desk.locator("form[data-form=end] [value=completed]").check()
        await self.desk.locator("form[data-form=end] [type=submit]").click()
        await self.until_state("ended")

    def kill(self, part: str) -> None:
        pids = json.loads((self.demo.data / "demo-credentials.json").read_bytes())["pids"]
        os.kill(pids[part], signal.SIGKILL)


async def playing(video: Any, *, after: float = 0.0) -> float:
    """Wait until the picture moves on, and say where it is."""
    await expect(video).to_be_attached(timeout=PATIENCE_MS)
    return float(await video.evaluate(
        "(v, after) => new Promise((done) => { const look = () => v.videoWidth && v.currentTime > after + 0.3"
        " ? done(v.currentTime) : setTimeout(look, 50); look(); })", after))  # fmt: skip


@asynccontextmanager
async def scene(demo: Demo, chromium: Callable[[], Awaitable[Browser]]) -> AsyncIterator[Scene]:
    told = json.loads((demo.data / "demo-credentials.json").read_bytes())
    booth = await (await chromium()).new_page(viewport={"width": 1280, "height": 800})
    desk = await (await chromium()).new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    for page in (booth, desk):
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
    here = Scene(demo, booth, desk)
    booth.on("websocket", lambda line: line.on("framesent", lambda said: here.booth_said.append(str(said))))
    await booth.goto(f"{told['point']}/booth/booth-1")
    await desk.goto(f"{told['central']}/expert#token={told['tokens']['expert']}")
    yield here
    assert complaints == []
