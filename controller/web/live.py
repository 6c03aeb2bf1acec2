"""Handlers of what lives: sign-in, the stream, clips, the customer's own ticket, the demo's day."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
from aiohttp import web

from controller.web import shapes, tickets
from controller.web.auth import COOKIE, PERIOD_S, Credential, Door
from controller.web.problems import Problem
from controller.web.requests import body, json
from controller.web.screens import Screens
from controller.web.site import SITE
from controller.web.stream import Streams

STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)
SCREENS: web.AppKey[Screens] = web.AppKey("screens", Screens)
DOOR: web.AppKey[Door] = web.AppKey("door", Door)
TestDevice = Callable[[str, bool, datetime], Awaitable[dict[str, object]]]  # id, with a test paper, now
TEST: web.AppKey[TestDevice] = web.AppKey("test", object)  # type: ignore[arg-type]  # why: a callable has no class


async def login(request: web.Request, who: Credential) -> web.Response:
    """A token for a cookie that page scripts cannot read.

    A right token always opens: every page of a box comes from one address, and somebody's wrong guesses must not keep
    the kiosk out. A token has 160 bits, so that the lock is against noise, not against guessing.
    """
    site, door = request.app[SITE], request.app[DOOR]
    address, now = request.remote or "local", asyncio.get_running_loop().time()
    wish = await body(request, shapes.Login)
    found = site.doorkeeper.credential(wish.token)
    if found is None or found.role not in door.roles:
        if site.doorkeeper.locked(address, now):
            raise Problem("too-many", "too many failed sign-ins: try again in a quarter of an hour",
                          headers={"Retry-After": str(PERIOD_S)})  # fmt: skip
        site.doorkeeper.failed(address, now)
        raise Problem("forbidden", "this token opens nothing here")
    response = json({"role": found.role, "id": found.id})
    set_cookie(response, found.role, wish.token, door)
    return response


async def logout(request: web.Request, who: Credential) -> web.Response:
    await body(request, shapes.Nothing)
    response = json({})
    for name in request.cookies:
        if name.startswith(COOKIE):
            response.del_cookie(name, path="/")
    return response


def set_cookie(response: web.StreamResponse, role: str, token: str, door: Door) -> None:
    response.set_cookie(COOKIE + role, token, path="/", httponly=True, samesite="Strict", secure=door.tls)


async def stream(request: web.Request, who: Credential) -> web.StreamResponse:
    site = request.app[SITE]
    credentials = site.doorkeeper.credentials(request, request.app[DOOR])
    return await request.app[STREAMS].handle(request, credentials)


def clip(request: web.Request, who: Credential) -> web.Response:
    wav = request.app[SCREENS].clip(request.match_info["id"])
    if wav is None:
        raise Problem("not-found", "this call has been spoken")
    return web.Response(body=wav, content_type="audio/wav", headers={"Cache-Control": "no-store"})


def own_ticket(request: web.Request, who: Credential) -> web.Response:
    return json(tickets.own(request.app[SITE], request.match_info["code"]))


async def start_day(request: web.Request, who: Credential) -> web.Response:
    """The demo's busy day begins, or changes its speed (how many times faster than real time)."""
    day = request.app[SITE].day
    wish = await body(request, shapes.DaySpeed)
    if day is None:
        raise Problem("not-found", "there is no demo day here")
    day.running, day.speed = True, wish.speed
    day.changed.set()
    request.app[SITE].touch()
    return json(msgspec.structs.asdict(day) | {"changed": None})


async def stop_day(request: web.Request, who: Credential) -> web.Response:
    day = request.app[SITE].day
    if day is None:
        raise Problem("not-found", "there is no demo day here")
    day.running = False
    day.changed.set()
    request.app[SITE].touch()
    return json({"running": False})
