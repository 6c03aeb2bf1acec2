"""A point of the tests' own, in the shapes of docs/remote-service.md: it serves the booth page under the product's
headers, plays the session as it is told, and relays signals between booth and expert, keeping nothing of them.

Alone, for a test that kills it: `python -m tests.booth.point PORT FILE`; FILE keeps the session over its death. By
hand: the same, then http://127.0.0.1:PORT/booth/b1, http://127.0.0.1:PORT/test/expert.html and POST /test/order.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket as Sock
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from kiosk_ui import ROOT
from tests.booth import states
from tests.pages.stage import CSP, Asked, merge, problem, read

HERE = Path(__file__).parent
PERMISSIONS = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), usb=(), serial=()"
BEAT_S = 1.0
TAKEN = 4409  # a newer line of the same booth
CLOSE_S = 1.0  # for a page to say that its line is closed
STATES = {"ring": "ringing", "unring": "queued", "answer": "connected", "hold": "held", "resume": "connected",
          "end": "ended", "lose": "reconnecting"}  # fmt: skip


@dataclass
class Point:
    """Set `state` or `answers`, give orders with `order`, look at `asked` (HTTP) and `heard` (the booth's line)."""

    keep: Path | None = None
    state: dict[str, Any] = field(default_factory=states.booth)
    answers: list[web.Response] = field(default_factory=list)
    ice: dict[str, Any] = field(default_factory=lambda: {"servers": [], "relay_only": False})
    silent: bool = False
    speech: bool = False
    local: str = "12.03"
    asked: list[Asked] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 1
    url: str = ""
    lines: set[web.WebSocketResponse] = field(default_factory=set)
    deaf: bool = False  # the booth's line is not answered
    closed: bool = False  # nobody is let in any more
    turned_away: list[str] = field(default_factory=list)
    experts: set[web.WebSocketResponse] = field(default_factory=set)
    _streams: dict[web.WebSocketResponse, int] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _by_key: dict[str | None, Any] = field(default_factory=dict)

    async def start(self, port: int = 0, socks: Sequence[Sock] = ()) -> None:
        """Listen on a port of this machine, or on all of these sockets, which listen already."""
        if self.keep is not None and self.keep.exists():
            self.state["session"] = json.loads(self.keep.read_text())
        app = web.Application()
        app.on_response_prepare.append(_headers)
        app.router.add_get("/api/v1/stream", self._stream)
        app.router.add_get("/api/v1/booths/{booth}/line", self._booth_line)
        app.router.add_get("/api/v1/expert/line", self._expert_line)
        app.router.add_post("/test/order", self._order)
        app.router.add_route("*", "/api/v1/{path:.*}", self._api)
        app.router.add_get("/ui/{path:.*}", _file)
        app.router.add_get("/test/{path:.*}", _test_file)
        app.router.add_get("/booth/{id}", _page)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        for sock in socks:
            await web.SockSite(self._runner, sock).start()
        if not socks:
            await web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in [*self._streams, *self.lines, *self.experts]:
            await socket.close(code=WSCloseCode.GOING_AWAY)
        await self._runner.cleanup()

    @property
    def session(self) -> dict[str, Any] | None:
        session: dict[str, Any] | None = self.state["session"]
        return session

    async def push(self, patch: dict[str, Any]) -> None:
        """Change the state and send it as the daemon would; null for the session is a session that is gone."""
        self.state = {"session": None} | merge(self.state, patch)
        if self.keep is not None:
            self.keep.write_text(json.dumps(self.session))
        self.seq += 1
        for socket, last in list(self._streams.items()):
            self._streams[socket] = self.seq
            await self._say(socket, {"t": "delta", "from": last, "seq": self.seq, "patch": patch})

    async def begin(self, **more: Any) -> dict[str, Any]:
        """A session, as POST /booths/{id}/sessions or a counter makes one; with its ICE servers told."""
        await self.push({"session": states.session(**more)})
        await self.tell_ice()
        assert self.session is not None
        return self.session

    async def order(self, do: str, **more: Any) -> None:
        """What the broker orders: ring, answer, hold, resume, lose, end (with an outcome)."""
        await self.push({"session": {"state": STATES[do], **more}})

    async def tell_ice(self) -> None:
        if self.session is not None:
            await self.tell({"t": "ice", "session": self.session["id"], **self.ice})

    async def tell(self, message: dict[str, Any]) -> None:
        """To the booth's page, by its line."""
        for socket in list(self.lines):
            await self._say(socket, message)

    async def key(self, name: str) -> None:
        """A key of the booth's own keypad goes down (controller/ports/inputs.py has the names)."""
        for socket in list(self._streams):
            await self._say(socket, {"t": "key", "key": name})

    async def cut_lines(self) -> None:
        for socket in [*self.lines, *self.experts, *self._streams]:
            await socket.close()

    def posts(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.method == "POST" and one.path == path]

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.heard if one["t"] == kind]

    async def _say(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        if not socket.closed and not self.silent:
            await socket.send_json(message)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self.closed:
            self.turned_away.append(request.headers.get("Upgrade", "why?"))
            return problem("unauthorized", 401)
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return problem("invalid", 400)
        socket = await _socket(request)
        self._streams[socket] = self.seq
        await self._say(socket, {"t": "snap", "epoch": "one", "seq": self.seq, "state": self.state})
        task = asyncio.get_running_loop().create_task(self._beat(socket))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        async for _ in socket:
            pass
        self._streams.pop(socket, None)
        return socket

    async def _beat(self, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await self._say(socket, {"t": "hb", "seq": self.seq, "time": "t", "local": self.local, "build": "one"})
            await asyncio.sleep(BEAT_S)

    async def _booth_line(self, request: web.Request) -> web.StreamResponse:
        if self.deaf:
            raise web.HTTPServiceUnavailable
        socket = await _socket(request)
        for older in list(self.lines):
            await older.close(code=TAKEN)
        self.lines.add(socket)
        await self.tell_ice()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._from_booth(json.loads(message.data))
        self.lines.discard(socket)
        return socket

    async def _from_booth(self, message: dict[str, Any]) -> None:
        if message["t"] in {"signal", "ack"}:
            for expert in list(self.experts):
                await self._say(expert, message)
            return
        self.heard.append(message)
        if message["t"] == "help":
            await self.push({"help": True})
        session = self.session or {}
        if message["t"] == "talk" and message["session"] == session.get("id"):
            await self.push({"session": {"off": message["off"]}})
        if message["t"] == "here" and message["consent"] is not None and message["session"] == session.get("id"):
            await self.push({"session": {"consent": message["consent"]}})

    async def _expert_line(self, request: web.Request) -> web.StreamResponse:
        socket = await _socket(request)
        self.experts.add(socket)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            if said["t"] == "join" and self.session is not None:
                seat = int(time.time() * 10)
                brief = {"session": self.session["id"], "seat": seat, "ice": self.ice}
                await self._say(socket, {"t": "joined", **brief})
            elif said["t"] in {"signal", "ack"}:
                await self.tell(said)
        self.experts.discard(socket)
        return socket

    async def _order(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["do"] == "begin":
            await self.begin()
        else:
            await self.order(**body)
        return web.json_response(self.session)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body = await request.json() if request.can_read_body else None
        key = request.headers.get("Idempotency-Key")
        self.asked.append(Asked(request.method, path, key, body, dict(request.headers)))
        if path == "/speech":
            return states.speech() if self.speech else web.Response(status=204)
        if self.answers:
            return self.answers.pop(0)
        if path.endswith("/sessions"):
            if key not in self._by_key:
                self._by_key[key] = await self.begin(language=body["language"])
            return web.json_response(self._by_key[key], status=201)
        if path.endswith("/end"):
            met = self.session is not None and self.session["state"] in {"connected", "held", "reconnecting"}
            await self.order("end", outcome="completed" if met else "customer_left")
        return web.json_response({"ok": True})


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = CSP
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers["Cache-Control"] = "no-store"


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=False, max_msg_size=96 * 1024, timeout=CLOSE_S)
    await socket.prepare(request)
    return socket


async def _page(request: web.Request) -> web.StreamResponse:
    return read(ROOT / "booth" / "index.html")


async def _file(request: web.Request) -> web.StreamResponse:
    return _below(ROOT, request.match_info["path"])


async def _test_file(request: web.Request) -> web.StreamResponse:
    return _below(HERE, request.match_info["path"])


def _below(root: Path, name: str) -> web.StreamResponse:
    path = (root / name).resolve()
    return read(path) if root in path.parents and path.is_file() else web.Response(status=404)


async def main(port: int, keep: Path) -> None:
    point = Point(keep=keep)
    await point.start(port)
    print(point.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
