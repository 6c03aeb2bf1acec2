"""The peer that ours is measured beside: two plain Chromiums, nothing between them but the network."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from controller.app.bench.call import PAGES, SEEING, WANTED, Call, Screen, Seeing, playing, screen
from drivers.sim.network.network import Network

SITE = "https://plain.test"  # nobody is asked for it: its two files are handed to the browser
SELECTOR = "video"
KINDS = {".html": "text/html", ".js": "text/javascript"}


@asynccontextmanager
async def plain_call(net: Network, folder: Path, *, how: Seeing = SEEING) -> AsyncIterator[Call]:
    """Both ends see and hear each other."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(playing())
        ends = [
            await stack.enter_async_context(screen(playwright, end, folder, how=how))
            for end in (net.end("near"), net.end("far"))
        ]
        near, far = ends
        await stack.enter_async_context(_signalling(near, far))
        for one in ends:
            await one.evaluate("(wanted) => plain.open({ iceServers: [] }, wanted)", WANTED)
        began_ms = time.time() * 1000
        await far.evaluate("() => plain.call()")
        firsts = await asyncio.gather(*(one.watch(SELECTOR) for one in ends))
        yield Call(near, far, max(firsts) - began_ms)


@asynccontextmanager
async def _signalling(near: Screen, far: Screen) -> AsyncIterator[None]:
    """What one page tells, the other hears, in order and at once."""
    async with asyncio.TaskGroup() as group:
        tasks = []
        for here, there in ((near, far), (far, near)):
            told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
            await here.page.expose_function("tell", told.put_nowait)
            tasks.append(group.create_task(_carry(told, there)))
            await here.page.route(f"{SITE}/**", _serve)
            await here.page.goto(f"{SITE}/plain.html")
        yield
        for task in tasks:
            task.cancel()


async def _carry(told: asyncio.Queue[dict[str, Any]], there: Screen) -> None:
    while True:
        await there.evaluate("(message) => plain.hear(message)", await told.get())


async def _serve(route: Any) -> None:
    file = PAGES / route.request.url.rpartition("/")[2]
    await route.fulfill(body=await asyncio.to_thread(file.read_bytes), content_type=KINDS[file.suffix])
