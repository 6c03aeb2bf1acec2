"""An advisor's counter page in a real Chromium, at a real point; and an expert's end of the talk in a page of its own,
with a broker between that passes signals on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.booth.conftest import WITNESS
from tests.booth.way import Way
from tests.pages.conftest import EXPECTED, is_complaint
from tests.remote.stage import WAIT_S, Broker, booth_point
from tests.web.rig import Point

END = Path(__file__).with_name("expert_end.js").read_text()
HTML = '<!doctype html><meta charset="utf-8"><body><script type="module" src="/expert_end.js"></script>'
PANEL = "aside.support"


class Advisor:
    """`page` is the counter's, `way` how it comes to the point; `expert` the other end's page; `turn` the service event
    at the desk."""

    def __init__(
        self, here: Point, way: Way, broker: Broker, context: BrowserContext, page: Page, expert: Page
    ) -> None:
        self.here, self.way, self.broker, self.context, self.page, self.expert = (
            here,
            way,
            broker,
            context,
            page,
            expert,
        )
        self.turn = ""

    async def serve(self) -> None:
        """A customer is served at the counter."""
        await self.here.open("1")
        await self.here.take()
        self.turn = str((await self.here.do("/counters/1/call-next", {}))["service_event"])
        await self.here.do("/counters/1/start", {})

    async def ask(self) -> str:
        """The press; gives the session."""
        await self.page.locator(".ask button").click()
        await expect(self.page.locator(PANEL)).to_be_visible()
        return str((await self.broker.shows("queued", mode="support"))["session"])

    async def answer(self, id_: str) -> None:
        """An expert answers, and begins the talk."""
        assert (await self.broker.order(id_, "ring"))["ok"]
        assert (await self.broker.order(id_, "answer", expert="x1", name="Aino"))["ok"]
        await self.broker.say(t="ice", session=id_, servers=[], relay_only=False, expert="x1", name="Aino")
        await self.expert.evaluate("(id) => expert.begin(id)", id_)

    async def expert_anew(self, id_: str) -> None:
        """The expert's page is loaded anew, and begins a new connection."""
        await self.expert.reload()
        await self.expert.wait_for_function("window.ready")
        await self.expert.evaluate("(id) => expert.begin(id)", id_)

    async def meet(self) -> str:
        id_ = await self.ask()
        await self.answer(id_)
        await self.stage("talk")
        await self.broker.shows("connected", session=id_)
        return id_

    async def stage(self, name: str) -> None:
        await expect(self.page.locator(f"{PANEL}[data-stage={name}]")).to_be_visible()

    async def open_devices(self, page: Page | None = None) -> int:
        script = "() => window.witness.tracks.filter((one) => one.readyState === 'live').length"
        return int(await (page or self.page).evaluate(script))

    async def no_devices(self, page: Page | None = None) -> None:
        async with asyncio.timeout(WAIT_S):
            while await self.open_devices(page):
                await asyncio.sleep(0.02)

    async def over(self) -> None:
        """Until no session lives at the point."""
        async with asyncio.timeout(WAIT_S):
            while any(one.outcome is None for one in self.here.ledger.state.sessions.values()):
                await asyncio.sleep(0.02)

    async def outcomes(self) -> list[str]:
        told = (await self.here.get("/events?limit=300", role="technician")).json["events"]
        return [one["data"]["outcome"] for one in told if one["type"] == "luukku.remote.ended.v1"]


@asynccontextmanager
async def advisor(
    browser: Browser, data: Path, *, script: str = "", width: int = 1280, height: int = 800
) -> AsyncIterator[Advisor]:
    """Whatever the counter's page complains of fails the test. `script` runs in it before its own."""
    complaints: list[str] = []
    async with AsyncExitStack() as stack:
        here, broker = await stack.enter_async_context(booth_point(data))
        way = await stack.enter_async_context(Way(here.port).carrying())
        context = await browser.new_context(viewport={"width": width, "height": height})
        stack.push_async_callback(context.close)
        await context.add_init_script(WITNESS + script)
        context.on("weberror", lambda fault: complaints.append(str(fault.error)))
        context.on("console", lambda line: complaints.append(line.text) if is_complaint(line) else None)
        far = await browser.new_context()
        stack.push_async_callback(far.close)
        expert = await far.new_page()
        await expert.route("**/expert_page", lambda route: route.fulfill(body=HTML, content_type="text/html"))
        await expert.route("**/expert_end.js", lambda route: route.fulfill(body=END, content_type="text/javascript"))
        await expert.expose_function("tell", lambda message: broker.say(**message))
        await expert.goto(f"{here.url}/expert_page")
        await expert.wait_for_function("window.ready")
        passing = asyncio.create_task(_pass_on(broker, expert))
        stack.push_async_callback(_ended, passing)
        page = await context.new_page()
        one = Advisor(here, way, broker, context, page, expert)
        await one.serve()
        await page.goto(f"{way.url}/counter/1#token={here.token('staff')}")
        await expect(page.locator(".current .number")).to_be_visible()
        yield one
    unexpected = [line for line in complaints if not line.startswith(EXPECTED)]
    assert unexpected == [], unexpected


async def _pass_on(broker: Broker, expert: Page) -> None:
    """What the point says to the expert's end."""
    done = 0
    while True:
        async with broker.news:
            while done == len(broker.heard):
                await broker.news.wait()
            fresh: list[dict[str, Any]] = broker.heard[done:]
            done = len(broker.heard)
        for message in fresh:
            if message["t"] in {"signal", "ack"}:
                with contextlib.suppress(Exception):  # why: a page that is being closed
                    await expert.evaluate("(m) => expert.hear(m)", message)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
