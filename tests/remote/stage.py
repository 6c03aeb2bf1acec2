"""A real point with its remote service, and plain ends for its three lines: a broker, a media process, a booth's page.
Each speaks docs/remote-service.md by itself; nothing of the product's own far ends is used.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from controller.app import remote
from controller.domain.point import Central
from controller.ports.booth import Here
from tests.web.rig import Point, point

WAIT_S = 30.0  # for what surely comes: a machine that others use too may stand still for seconds
TOKEN = "the-box-s-own-token"


class Line:
    """One end of a line that keeps all it hears."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.news = asyncio.Condition()
        self.say_raw: Callable[[str], Any] = _nobody

    async def take(self, message: dict[str, Any]) -> None:
        async with self.news:
            self.heard.append(message)
            self.news.notify_all()

    async def say(self, **message: Any) -> None:
        await self.say_raw(msgspec.json.encode(message).decode())

    async def until(self, fits: Callable[[dict[str, Any]], bool], *, after: int = 0) -> dict[str, Any]:
        """The first message that fits, of those after the first `after`."""
        async with asyncio.timeout(WAIT_S), self.news:
            while True:
                found = next((m for m in self.heard[after:] if fits(m)), None)
                if found is not None:
                    return found
                await self.news.wait()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["t"] == kind]


async def _nobody(_text: str) -> None:
    raise ConnectionError("nobody is on this line yet")


class Broker(Line):
    """Central's end, on a port of its own. `orders` counts ids."""

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.lines = 0
        self.orders = 0
        self.is_away = False
        self.servers: list[dict[str, Any]] = []  # what it says of TURN when asked

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async def line(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                return web.Response(status=401)
            if self.is_away:
                return web.Response(status=503)
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            self.say_raw, self.lines, self.socket = socket.send_str, self.lines + 1, socket
            async for message in socket:
                heard = msgspec.json.decode(message.data)
                if heard["t"] == "paths":
                    await self.say(t="paths", id=heard["id"], servers=self.servers, relay_only=False)
                await self.take(heard)
            return socket

        async def nothing(request: web.Request) -> web.StreamResponse:
            return web.json_response({}, status=503)

        app = web.Application()
        app.router.add_get("/api/v1/points/{point}/line", line)
        app.router.add_route("*", "/{any:.*}", nothing)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield
        finally:
            await runner.cleanup()

    async def order(self, session: str, do: str, **more: Any) -> dict[str, Any]:
        """Give an order; its answer."""
        self.orders += 1
        id_ = f"o-{self.orders}"
        await self.say(t="order", id=id_, session=session, do=do, **more)
        return await self.until(lambda m: m["t"] == "done" and m["id"] == id_)

    async def shows(self, state: str, **more: Any) -> dict[str, Any]:
        """The session, once the newest picture has exactly one, in this state."""
        async with asyncio.timeout(WAIT_S), self.news:
            while True:
                pictures = self.of("point")
                sessions = pictures[-1]["sessions"] if pictures else []
                for one in sessions:
                    if one["state"] == state and all(one[name] == value for name, value in more.items()):
                        found: dict[str, Any] = one
                        return found
                await self.news.wait()


class Media(Line):
    """The media process's end."""

    @asynccontextmanager
    async def connected(self, data: Path) -> AsyncIterator[None]:
        reader, writer = await asyncio.open_unix_connection(data / "media.sock")

        async def say(text: str) -> None:
            writer.write(text.encode() + b"\n")
            await writer.drain()

        self.say_raw = say
        listening = asyncio.create_task(self._listen(reader))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            await self.take(msgspec.json.decode(line))


class Page(Line):
    """The booth page's end. `code`: how its line was closed; `finds`: what it says when its devices are to be tried."""

    code: int | None = None
    finds: dict[str, Any] | None = None

    @asynccontextmanager
    async def connected(self, here: Point, booth: str = "b1") -> AsyncIterator[None]:
        headers = {"Authorization": f"Bearer {here.token('booth', booth)}"}
        async with here.http.ws_connect(f"{here.url}/api/v1/booths/{booth}/line", headers=headers) as socket:
            self.say_raw = socket.send_str
            listening = asyncio.create_task(self._listen(socket))
            try:
                yield
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            heard = msgspec.json.decode(message.data)
            if heard["t"] == "test" and self.finds is not None:
                await self.say(t="tested", id=heard["id"], result=self.finds)
            await self.take(heard)
        async with self.news:
            self.code = socket.close_code
            self.news.notify_all()


@asynccontextmanager
async def booth_point(data: Path) -> AsyncIterator[tuple[Point, Broker]]:
    """A point with booth b1, its hub running, its line to the broker open."""
    broker = Broker()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(broker.listening())
        here = await stack.enter_async_context(point(data))
        central = Central(url=f"http://127.0.0.1:{broker.port}")
        work = asyncio.create_task(_work(here, central, data, started := asyncio.Event()))
        await started.wait()
        try:
            await broker.until(lambda m: m["t"] == "point")
            yield here, broker
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def _work(here: Point, central: Central, data: Path, started: asyncio.Event) -> None:
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        await remote.start(stack, tasks, here.ledger, here.site, central, TOKEN, data, Random(1))
        started.set()
        await asyncio.Event().wait()


async def wished(here: Point, **more: Any) -> dict[str, Any]:
    answer = await here.post("/booths/b1/sessions", {"service": "asumistuki", "language": "fi", **more}, role="booth")
    assert answer.status == 201, answer.body
    session: dict[str, Any] = answer.json
    return session


async def agreed(here: Point, session: str) -> None:
    """As the booth's page says it; without a line of a page, which would also go."""
    assert here.site.exchange is not None
    await here.site.exchange.page_said("b1", Here(session=session, consent="1"))


async def answered(here: Point, broker: Broker) -> str:
    id_ = str((await wished(here))["id"])
    await agreed(here, id_)
    await broker.shows("queued", agreed=True)
    assert (await broker.order(id_, "ring"))["ok"]
    await broker.say(t="ice", session=id_, servers=[{"urls": ["turn:turn.example:3478"], "username": "u",
                                                     "credential": "c"}], relay_only=True)  # fmt: skip
    assert (await broker.order(id_, "answer", expert="x1", name="Aino"))["ok"]
    return id_
