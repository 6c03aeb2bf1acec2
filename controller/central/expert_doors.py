"""How an expert's page gets in: `POST /api/v1/expert/login {token}` for a cookie that no script can read."""

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from controller.central.auth import LOOPBACK, write_private
from controller.central.experts import LONGEST, Expert, Experts, Failures, Passes
from controller.central.problems import Problem
from controller.central.receiver import json_response

COOKIE = "central_expert"  # not luukku_…: a point on the same host has its own, and cookies do not know ports
CODES_AT_ONCE = 2  # scrypt takes 16 MiB and 50 ms each
BODY_MOST = 4096
IN_SESSION_S = 3600  # a pass that would end in a conversation lasts at least so long from now


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: str


def load_key(path: Path) -> bytes:
    """What the passes are sealed with, made at the first start. Raises OSError, ValueError."""
    try:
        key = bytes.fromhex(path.read_text())
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        write_private(path, key.hex())
    if len(key) != 32:
        raise ValueError(f"{path}: needs 32 bytes in hex; remove it to have another made")
    return key


class ExpertDoors:
    """Sign in, sign out, and who is it?"""

    def __init__(
        self, experts: Experts, passes: Passes, now_ms: Callable[[], int], is_in_session: Callable[[str], bool]
    ) -> None:
        self._experts, self._passes, self._now_ms, self._is_in_session = experts, passes, now_ms, is_in_session
        self._failures = Failures()
        self._codes = asyncio.Semaphore(CODES_AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/expert/login", self.login),
            web.post("/api/v1/expert/logout", self.logout),
            web.get("/api/v1/expert/me", self.me),
        ]

    def need(self, request: web.Request) -> Expert:
        """The expert whose cookie this is, on a request of our own page. Raises Problem 401, 403."""
        _same_origin(request)
        expert = self._passes.holder(request.cookies.get(COOKIE, ""), self._now_s())
        if expert is None:
            raise Problem(401, "unauthorized", "Sign in first: POST /api/v1/expert/login.")
        return expert

    async def login(self, request: web.Request) -> web.Response:
        """A right token opens at once. A code is looked at only while few have failed here: it could be guessed."""
        _same_origin(request)
        wish = await _read(request)
        expert = self._experts.by_token(wish.token) or await self._by_code(request, wish.token)
        return self._let_in(request, expert, self._passes.lasts_s)

    async def logout(self, request: web.Request) -> web.Response:
        _same_origin(request)
        answer = json_response({})
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def me(self, request: web.Request) -> web.Response:
        """Who it is. In a session the pass is renewed before it ends: nobody is cut off in a call by the clock."""
        expert, now_s = self.need(request), self._now_s()
        if self._passes.until_s(request.cookies[COOKIE]) - now_s < IN_SESSION_S / 2 and self._is_in_session(expert.id):
            return self._let_in(request, expert, IN_SESSION_S)
        return _who(expert)

    def _let_in(self, request: web.Request, expert: Expert, lasts_s: int) -> web.Response:
        answer = _who(expert)
        answer.set_cookie(
            COOKIE, self._passes.give(expert, self._now_s(), lasts_s), path="/", httponly=True, samesite="Strict",
            secure=request.secure, max_age=lasts_s,
        )  # fmt: skip
        return answer

    async def _by_code(self, request: web.Request, given: str) -> Expert:
        """Who is locked is so when the turn comes, however many were sent at once."""
        address, wanted = _address(request), given.partition(".")[0][:40]
        async with self._codes:
            if self._failures.locked(address, wanted, self._now_s()):
                raise Problem(429, "too-many", "Too many sign-ins failed: try again in a quarter of an hour.")
            expert = await asyncio.to_thread(self._experts.by_code, given)
            if expert is None:
                self._failures.failed(address, wanted, self._now_s())
                raise Problem(403, "forbidden", "This opens nothing here.")
        return expert

    def _now_s(self) -> float:
        return self._now_ms() / 1000


def _address(request: web.Request) -> str:
    """Who asks: behind a proxy on this machine whom that one names last, which the asker cannot choose. Another
    machine's word is not believed."""
    peer, told = request.remote or "local", request.headers.getall("X-Forwarded-For", [])
    named = told[-1].rpartition(",")[2].strip() if told and peer in LOOPBACK else ""
    return named[:64] or peer


def _who(expert: Expert) -> web.Response:
    return json_response({"expert": expert.id, "name": expert.name})


async def _read(request: web.Request) -> Login:
    if request.content_type != "application/json":
        raise Problem(415, "unsupported-media-type", "Send application/json.")
    if request.content_length is None or request.content_length > BODY_MOST:
        raise Problem(413, "too-large", f"At most {BODY_MOST} bytes, and say how many.")
    try:
        wish = msgspec.json.decode(await request.read(), type=Login)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as bad:
        raise Problem(400, "invalid", str(bad)) from bad
    if not 0 < len(wish.token) <= LONGEST:
        raise Problem(400, "invalid", f"token has 1 to {LONGEST} characters")
    return wish


def _same_origin(request: web.Request) -> None:
    """A browser says where a request comes from; ours come from this host. Other programs say nothing."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Problem(403, "forbidden", "This page is another host's.")
