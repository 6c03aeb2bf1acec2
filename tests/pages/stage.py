"""A stage for the pages: serves them as the daemon does, plays scripted states, and remembers what they asked.

By hand: `python -m tests.pages.stage 8300`, then http://127.0.0.1:8300/kiosk/main or /t/abc.
"""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import segno
from aiohttp import WSCloseCode, web

from kiosk_ui import ROOT
from tests.pages import states

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; frame-ancestors 'self'; frame-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
PAGES = {"kiosk", "tv", "counter", "t", "wall", "login", "technician"}
KINDS = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".ftl": "text/plain; charset=utf-8", ".json": "application/json",
}  # fmt: skip
BEAT_S = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """One request that a page made."""

    method: str
    path: str
    key: str | None
    body: Any
    headers: dict[str, str]


def problem(name: str, status: int) -> web.Response:
    body = {"type": f"/problems/{name}", "title": name, "status": status, "detail": name}
    return web.json_response(body, status=status, content_type="application/problem+json")


def read(path: Path) -> web.Response:
    """A whole file at once: aiohttp's own way would leave its threads behind in the test."""
    return web.Response(body=path.read_bytes(), headers={"Content-Type": KINDS[path.suffix]})


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request)
    if not answer.prepared:
        answer.headers["Content-Security-Policy"] = CSP
        answer.headers["Cache-Control"] = "no-store"
    return answer


@dataclass
class Stage:
    """Set `state`, `paper` or `answers`, then look at `asked`; `push` plays a change, `silent` freezes the link."""

    state: dict[str, Any] = field(default_factory=states.kiosk)
    ticket: dict[str, Any] | None = field(default_factory=states.ticket_page)
    paper: str = "confirmed"  # what becomes of the next ticket's paper; "late": still printing
    paper_s: float = 0.2
    answers: list[web.Response | None] = field(default_factory=list)  # for the next POSTs; None drops the line
    authorised: bool = True
    silent: bool = False
    local: str = "22.03"
    build: str = "one"
    looked: dict[str, dict[str, Any]] = field(default_factory=dict)  # what GET /tickets/{id} answers; 404 for others
    asked: list[Asked] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)  # what pages said over the link
    seq: int = 1
    issued: int = 43
    url: str = ""
    _sockets: dict[web.WebSocketResponse, int] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _by_key: dict[str, Any] = field(default_factory=dict)

    async def start(self, port: int = 0) -> None:
        app = web.Application(middlewares=[guarded])
        app.router.add_get("/api/v1/stream", self._stream)
        app.router.add_get("/api/v1/qr.svg", self._qr)
        app.router.add_get("/api/v1/t/{code}", self._ticket)
        app.router.add_route("*", "/api/v1/{path:.*}", self._api)
        app.router.add_get("/ui/{path:.*}", self._file)
        app.router.add_get("/{page}", self._page)
        app.router.add_get("/{page}/{id}", self._page)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)
        await self._runner.cleanup()

    async def push(self, patch: dict[str, Any]) -> None:
        """Change the state and send it as the daemon would: a merge patch on the last seq each page has."""
        self.state = merge(self.state, patch)
        self.seq += 1
        for socket, last in list(self._sockets.items()):
            self._sockets[socket] = self.seq
            await self.say(socket, {"t": "delta", "from": last, "seq": self.seq, "patch": patch})

    async def say(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        if not self.silent and not socket.closed:
            await socket.send_json(message)

    async def say_all(self, message: dict[str, Any]) -> None:
        for socket in list(self._sockets):
            await self.say(socket, message)

    async def cut(self) -> None:
        """Every link breaks, as when the daemon dies."""
        for socket in list(self._sockets):
            await socket.close()

    def posts(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.method == "POST" and one.path == path]

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if not self.authorised:
            return problem("forbidden", 403)
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return problem("invalid", 400)
        socket = web.WebSocketResponse(compress=False)  # compressing a large state would start a thread
        await socket.prepare(request)
        self._sockets[socket] = self.seq
        await self.say(socket, {"t": "snap", "epoch": "one", "seq": self.seq, "state": self.state})
        self._spawn(self._beat(socket))
        async for message in socket:
            self.heard.append(json.loads(message.data))
        self._sockets.pop(socket, None)
        return socket

    async def _beat(self, socket: web.WebSocketResponse) -> None:
        while not socket.closed and socket in self._sockets:
            beat = {"t": "hb", "seq": self._sockets[socket], "local": self.local, "build": self.build}
            try:
                await self.say(socket, beat | {"time": "2026-11-21T20:03:00.000Z"})
            except ConnectionError:
                return
            await asyncio.sleep(BEAT_S)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        body = await request.json() if request.can_read_body else None
        key = request.headers.get("Idempotency-Key")
        self.asked.append(Asked(request.method, path, key, body, dict(request.headers)))
        if self.answers and request.method == "POST":
            answer = self.answers.pop(0)
            if answer is None:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return answer
        if request.method == "GET" and path.startswith("/tickets/"):
            known = self.looked.get(path.removeprefix("/tickets/"))
            return problem("unknown-ticket", 404) if known is None else web.json_response(known)
        return await self._do(path, body, key)

    async def _do(self, path: str, body: Any, key: str | None) -> web.StreamResponse:
        if path == "/tickets" or path.endswith("/check-in"):
            if key not in self._by_key:
                self._by_key[str(key)] = await self._issue(body)
            return web.json_response(self._by_key[str(key)], status=201)
        if path == "/login":
            self.authorised = body["token"] == "good"
            return web.json_response({}) if self.authorised else problem("forbidden", 403)
        return web.json_response({"ok": True})

    async def _issue(self, body: dict[str, Any]) -> dict[str, Any]:
        self.issued += 1
        name = f"t{self.issued}"
        medium = "screen" if self.paper == "screen" else "paper"
        ticket = {
            "id": name, "visit": "v1", "service_event": "se1", "series": "K", "n": self.issued,
            "number": f"K{self.issued:03}", "queue": "kela", "service": body.get("service", "kela-family"),
            "provider": "kela", "language": body["language"], "state": "waiting", "ahead": 6,
            "estimate": {"p50_s": 900, "p80_s": 1440}, "medium": medium, "code": "abc", "url": f"{self.url}/t/abc",
            "print": {"state": "none" if medium == "screen" else "requested"},
        }  # fmt: skip
        self._spawn(self._print(name, ticket))
        return ticket

    async def _print(self, name: str, ticket: dict[str, Any]) -> None:
        await self.push({"tickets": {name: ticket}})
        if ticket["medium"] == "screen":
            return
        await self.push({"tickets": {name: {"print": {"state": "printing"}}}})
        await asyncio.sleep(self.paper_s)
        if self.paper != "late":
            medium = "paper" if self.paper == "confirmed" else "screen"
            cause = None if self.paper == "confirmed" else "paper_out"
            await self.push({"tickets": {name: {"medium": medium, "print": {"state": self.paper, "cause": cause}}}})

    async def _ticket(self, request: web.Request) -> web.StreamResponse:
        if self.ticket is None:
            return problem("unknown-ticket", 404)
        if self.silent:
            return problem("unavailable", 500)
        return web.json_response(self.ticket)

    async def _qr(self, request: web.Request) -> web.StreamResponse:
        code = segno.make(f"{self.url}/t/abc?{request.query['ticket']}", error="m")
        return web.Response(text=code.svg_inline(scale=8, border=4, omitsize=False).replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), content_type="image/svg+xml")  # fmt: skip

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = (ROOT / request.match_info["path"]).resolve()
        if ROOT not in path.parents or not path.is_file():
            return web.Response(status=404)
        return read(path)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        page = request.match_info["page"]
        if page not in PAGES:
            return web.Response(status=404)
        return read(ROOT / {"t": "ticket"}.get(page, page) / "index.html")


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


async def main(port: int, paper: str) -> None:
    stage = Stage(paper=paper)
    await stage.start(port)
    print(stage.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if re.fullmatch(r"\w+", word)]
    asyncio.run(main(int(given[0]) if given else 8300, given[1] if len(given) > 1 else "confirmed"))
