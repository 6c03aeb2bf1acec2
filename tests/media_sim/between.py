"""Who stands between the two ends, as docs/remote-service.md has it: point and broker in one small server.

Rings at every ready expert, gives the session to whom answers first, passes signals on, keeps nothing of them.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from controller.ports.signalling import MESSAGE_MOST, IceConfig, tell

TOKEN = "booth-token"
LOGIN = {"token": "expert-token"}


@dataclass
class Session:
    id: str
    booth: str
    state: str = "ringing"
    expert: web.WebSocketResponse | None = None
    who: str | None = None
    seat: int = 0
    outcome: str | None = None
    talks: list[dict[str, Any]] = field(default_factory=list)  # what the booth told of its leg

    @property
    def brief(self) -> dict[str, Any]:
        return {"session": self.id, "state": self.state, "booth": self.booth, "rings": self.expert is None}


class Between:
    """`async with Between() as between`; its `url` is the point's and central's at once."""

    def __init__(self, ice: IceConfig | None = None) -> None:
        self.ice = ice or IceConfig()
        self.sessions: dict[str, Session] = {}
        self.heard: list[dict[str, Any]] = []  # every signal that was passed on
        self.swallow = False  # signals get lost
        self.deaf = 0  # so many lines of booths are opened, and nothing is ever taken from them
        self.booths_came = 0
        self._over_now = asyncio.Event()
        self.refuses = 0  # so many answers are not taken
        self._booths: dict[str, web.WebSocketResponse] = {}
        self._experts: dict[web.WebSocketResponse, str] = {}
        self._ready: set[web.WebSocketResponse] = set()

    async def __aenter__(self) -> "Between":
        app = web.Application()
        app.router.add_get("/api/v1/booths/{booth}/line", self._booth)
        app.router.add_post("/api/v1/booths/{booth}/sessions", self._ask)
        app.router.add_post("/api/v1/sessions/{session}/end", self._end)
        app.router.add_post("/api/v1/expert/login", self._login)
        app.router.add_get("/api/v1/expert/line", self._expert)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        return self

    async def open(self, sock: Any = None) -> str:
        """Listen on a socket that listens already, or on a free port here; the address."""
        site = web.SockSite(self._runner, sock) if sock else web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[-1][:2]
        return f"http://{host}:{port}"

    async def __aexit__(self, *_: object) -> None:
        self._over_now.set()
        await self.cut()
        await self._runner.cleanup()

    async def cut(self) -> None:
        """Every line breaks, as when a relay starts anew."""
        for line in [*self._booths.values(), *self._experts]:
            await line.close(code=WSCloseCode.GOING_AWAY)

    async def _login(self, request: web.Request) -> web.Response:
        if await request.json() != LOGIN:
            return web.Response(status=403)
        answer = web.Response(status=204)
        answer.set_cookie("expert", "signed-in", httponly=True)
        return answer

    async def _ask(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or "Idempotency-Key" not in request.headers:
            return web.Response(status=403)
        session = Session(f"r-{len(self.sessions) + 1}", request.match_info["booth"])
        self.sessions[session.id] = session
        await self._ring()
        return web.json_response({"id": session.id, "state": session.state}, status=201)

    async def _end(self, request: web.Request) -> web.Response:
        await self._over(self.sessions[request.match_info["session"]], "customer_left")
        return web.json_response({})

    async def _booth(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=403)
        line = web.WebSocketResponse(max_msg_size=MESSAGE_MOST)
        await line.prepare(request)
        self._booths[request.match_info["booth"]] = line
        self.booths_came += 1
        if self.deaf:
            self.deaf -= 1
            await self._over_now.wait()
        async for message in line:
            if message.type is not WSMsgType.TEXT:
                break
            told = json.loads(message.data)
            if told["t"] in {"signal", "ack"}:
                session = self.sessions[told["session"]]
                await self._pass_on(told, message.data, session.expert)
            elif told["t"] == "talk":
                self.sessions[told["session"]].talks.append(told)
        return line

    async def _expert(self, request: web.Request) -> web.StreamResponse:
        if request.cookies.get("expert") != "signed-in":
            return web.Response(status=403)
        line = web.WebSocketResponse(max_msg_size=MESSAGE_MOST)
        await line.prepare(request)
        self._experts[line] = f"e{len(self._experts) + 1}"
        await line.send_json({"t": "you", "expert": self._experts[line], "ready": False, "session": None})
        async for message in line:
            if message.type is not WSMsgType.TEXT:
                break
            await self._expert_said(line, json.loads(message.data), message.data)
        self._ready.discard(line)
        del self._experts[line]
        return line

    async def _expert_said(self, line: web.WebSocketResponse, told: dict[str, Any], text: str) -> None:
        match told["t"]:
            case "ready":
                self._ready.add(line)
                await self._ring()
            case "answer" if self.refuses:
                self.refuses -= 1
                await say(line, {"t": "refused", "why": "too_many", "detail": ""})
                await self._ring()
            case "answer" | "join":
                await self._seat(line, self.sessions[told["session"]], told["t"])
            case "order":
                await line.send_json({"t": "done", "id": told["id"], "ok": True})
                await self._over(self.sessions[told["session"]], told["outcome"])
            case "signal" | "ack":
                await self._pass_on(told, text, self._booths.get(self.sessions[told["session"]].booth))

    async def _ring(self) -> None:
        waiting = [one.brief for one in self.sessions.values() if one.state == "ringing"]
        for line in list(self._ready):
            await say(line, {"t": "waiting", "sessions": waiting})

    async def _seat(self, line: web.WebSocketResponse, session: Session, how: str) -> None:
        if session.state == "ended" or (how == "answer" and session.expert is not None):
            await say(line, {"t": "lost", "session": session.id, "why": "taken"})
            return
        session.expert, session.state, session.seat = line, "connected", session.seat + 1
        self._ready.discard(line)
        ice = json.loads(tell(self.ice))
        await say(self._booths[session.booth], {"t": "ice", "session": session.id, **ice})
        await say(
            line, {"t": "joined", "session": session.id, "seat": session.seat, "ice": ice, "brief": session.brief}
        )
        await self._ring()

    async def _pass_on(self, told: dict[str, Any], text: str, to: web.WebSocketResponse | None) -> None:
        if told["leg"] == "talk" and not self.swallow and to is not None:
            self.heard.append(told)
            await say(to, text)

    async def _over(self, session: Session, outcome: str) -> None:
        if session.state == "ended":
            return
        session.state, session.outcome = "ended", outcome
        await say(self._booths[session.booth], {"t": "end", "session": session.id})
        if session.expert is not None:
            await say(session.expert, {"t": "session", "brief": session.brief})


async def say(line: web.WebSocketResponse, message: dict[str, Any] | str) -> None:
    """To a line that may just have broken."""
    try:
        await line.send_str(message if isinstance(message, str) else json.dumps(message))
    except ConnectionError:
        await asyncio.sleep(0)
