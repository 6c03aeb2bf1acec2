"""The broker's two lines: `GET /api/v1/points/{point}/line` for boxes, `GET /api/v1/expert/line` for experts' pages.

A line has a queue of what it has not read; one that reads too slowly is closed, and comes back to a picture of the
whole. What comes is limited in size, rate and number, and what is not understood is answered with a reason.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from controller.central.auth import Doors
from controller.central.broker import Broker
from controller.central.expert_doors import ExpertDoors
from controller.central.problems import Problem
from controller.central.receiver import path_id
from controller.central.shapes import Refused, read_expert, read_point
from controller.central.standing import Say, To
from controller.central.told_later import Keeper
from controller.domain.pace import Bucket
from controller.ports.signalling import MESSAGE_MOST

TICK_S = 1.0
BEAT_S = 10.0  # a ping: an end that is silent for half of it after one is gone
WRITE_S = 10.0  # for one message to be taken
UNREAD_MOST, UNREAD_BYTES = 1_024, 8 * 2**20  # of one line
EXPERTS_MOST = 2_000  # pages at once; points are counted by the broker
PER_S = {"point": (200, 2_000), "expert": (50, 600)}  # messages: lasting, at once (all that is unacknowledged)
DROPPED_MOST = 2_000  # messages over the rate; then the line is closed
REPLACED, TOO_MANY = 4409, 4429  # private-use close codes

log = structlog.get_logger()


class Line:
    """One open WebSocket: what is to be said on it, and how it ends."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport, kind: str) -> None:
        self.socket, self._transport = socket, transport
        per_s, at_once = PER_S[kind]
        self.rate = Bucket(at_once, 1 / per_s)
        self.dropped = 0
        self._unread: deque[str] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._ending: tuple[int, bytes] | None = None

    def say(self, text: str) -> None:
        self._unread.append(text)
        self._bytes += len(text)
        if len(self._unread) > UNREAD_MOST or self._bytes > UNREAD_BYTES:
            self._cut()
        self._news.set()

    def end(self, code: int, why: bytes) -> None:
        if self._ending is None:
            self._ending = (code, why)
        self._news.set()

    async def write(self) -> None:
        """Say what there is until the line ends."""
        try:
            while self._ending is None:
                await self._news.wait()
                self._news.clear()
                while self._unread and self._ending is None:
                    text = self._unread.popleft()
                    self._bytes -= len(text)
                    async with asyncio.timeout(WRITE_S):
                        await self.socket.send_str(text)
            async with asyncio.timeout(WRITE_S):
                await self.socket.close(code=self._ending[0], message=self._ending[1])
        except (ConnectionError, TimeoutError):
            self._cut()

    def _cut(self) -> None:
        """Who does not read gets no word of farewell."""
        self._unread.clear()
        self._bytes = 0
        self.end(WSCloseCode.GOING_AWAY, b"")
        self._transport.abort()


class Lines:
    """All lines, and the broker behind them."""

    def __init__(
        self, broker: Broker, doors: Doors, expert_doors: ExpertDoors, keeper: Keeper, now_s: Callable[[], float]
    ) -> None:
        self._keeper = keeper
        self._broker, self._doors, self._expert_doors, self._now_s = broker, doors, expert_doors, now_s
        self._open: dict[To, Line] = {}
        self._all: set[Line] = set()
        self._is_closing = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/points/{point}/line", self.point_line, allow_head=False),
            web.get("/api/v1/expert/line", self.expert_line, allow_head=False),
        ]

    @asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Time passes for the broker, and what it must keep is kept."""
        tasks = [asyncio.create_task(self._tick()), asyncio.create_task(self._keeper.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._keeper.write()

    def end(self) -> None:
        """Every line, and each that comes now, is closed: central ends."""
        self._is_closing = True
        for line in self._all:
            line.end(WSCloseCode.GOING_AWAY, b"central ends")

    async def point_line(self, request: web.Request) -> web.WebSocketResponse:
        self._doors.need(request, "box")
        point = path_id(request)
        if not self._broker.has_room(point):
            raise Problem(429, "too-many", "The broker has as many points as it can hold.")
        to, broker = To("point", point), self._broker
        return await self._serve(
            request, to, lambda now_s: broker.point_came(point, now_s),
            lambda text, now_s: broker.point_said(point, read_point(text), now_s),
            lambda now_s: broker.point_gone(point, now_s),
        )  # fmt: skip

    async def expert_line(self, request: web.Request) -> web.WebSocketResponse:
        expert = self._expert_doors.need(request)
        pages = sum(to.kind == "expert" for to in self._open)
        if pages >= EXPERTS_MOST and To("expert", expert.id) not in self._open:
            raise Problem(429, "too-many", "As many experts as there can be are here.")
        broker = self._broker
        return await self._serve(
            request, To("expert", expert.id), lambda now_s: broker.expert_came(expert, now_s),
            lambda text, now_s: broker.expert_said(expert.id, read_expert(text), now_s),
            lambda now_s: broker.expert_gone(expert.id, now_s),
        )  # fmt: skip

    async def _serve(
        self, request: web.Request, to: To, came: Callable[[float], list[Say]],
        said: Callable[[str, float], list[Say]], gone: Callable[[float], list[Say]],
    ) -> web.WebSocketResponse:  # fmt: skip
        """One line until it ends; a newer one of the same end takes its place."""
        socket = web.WebSocketResponse(max_msg_size=MESSAGE_MOST, heartbeat=BEAT_S, compress=False, timeout=2.0)
        await socket.prepare(request)
        assert request.transport is not None
        line = Line(socket, request.transport, to.kind)
        if (older := self._open.get(to)) is not None:
            older.end(REPLACED, b"another line of yours")
        self._open[to] = line
        self._all.add(line)
        if self._is_closing:
            line.end(WSCloseCode.GOING_AWAY, b"central ends")
        writing = asyncio.create_task(line.write())
        try:
            self._say(came(self._now_s()))
            await self._listen(line, to, said)
        finally:
            self._all.discard(line)
            if self._open.get(to) is line:
                del self._open[to]
                self._say(gone(self._now_s()))
            line.end(WSCloseCode.OK, b"")
            await writing
        return socket

    async def _listen(self, line: Line, to: To, said: Callable[[str, float], list[Say]]) -> None:
        async for message in line.socket:
            if self._open.get(to) is not line:
                return
            if line.rate.take(time.monotonic()):
                self._over_rate(line)
            elif message.type is not WSMsgType.TEXT:
                line.say(_text(Refused(why="not_understood", detail="a line takes text")))
            else:
                self._take(line, message.data, said)

    def _take(self, line: Line, text: str, said: Callable[[str, float], list[Say]]) -> None:
        try:
            says = said(text, self._now_s())
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as strange:
            line.say(_text(Refused(why="not_understood", detail=str(strange)[:200])))
            return
        self._say(says)

    def _over_rate(self, line: Line) -> None:
        if not line.dropped % 100:
            line.say(_text(Refused(why="too_many", detail="slower, please: this was not read")))
        line.dropped += 1
        if line.dropped >= DROPPED_MOST:
            line.end(TOO_MANY, b"too many messages")

    def _say(self, says: Iterable[Say]) -> None:
        self._keeper.look(self._broker.to_keep())
        for to, message in says:
            if (line := self._open.get(to)) is not None:
                line.say(_text(message))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._say(self._broker.tick(self._now_s()))
            except Exception:  # why: one fault must not stop the time for every session there is
                log.exception("what time brings could not be said")


def _text(message: object) -> str:
    return msgspec.json.encode(message).decode()
