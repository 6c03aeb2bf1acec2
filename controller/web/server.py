"""The doors: listeners, each with its roles, and what every request passes before its handler."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from ssl import SSLContext
from typing import Any

import msgspec
import structlog
from aiohttp import web

from controller.web import auth, pages, reading
from controller.web.aloud import ALOUD, Aloud
from controller.web.auth import Credential, Door
from controller.web.kiosk_pages import KioskPages
from controller.web.live import DOOR, SCREENS, STREAMS, TEST, TestDevice
from controller.web.problems import Problem
from controller.web.requests import BODY_MOST
from controller.web.routes import LOCAL, ROUTES, Handler, Route
from controller.web.screens import Screens
from controller.web.site import SITE, Site
from controller.web.stream import Streams
from controller.web.tickets import RATES, Rates

NOBODY = Credential("kiosk", "")
IDLE_S = 75.0  # a line on which no whole request comes is closed: a thousand half requests must keep nobody out
LINES_MOST = 400  # at one door at once: a page has two or three
HANDSHAKE_S = 10.0  # for TLS to begin
LINGER_S = 2.0  # for the rest of a body that was refused
LINES = web.AppKey("LINES", set[asyncio.Task[Any]])  # of one door: pages that hang on it
log = structlog.get_logger("web")


class Rooms(msgspec.Struct):
    """What all doors of a point share."""

    site: Site
    streams: Streams
    screens: Screens
    kiosks: KioskPages
    rates: Rates
    test: TestDevice
    aloud: Aloud


def rooms(site: Site, test: TestDevice) -> Rooms:
    screens, kiosks = Screens(site), KioskPages()
    return Rooms(site, Streams(site, screens, kiosks), screens, kiosks, Rates(), test, Aloud())


@asynccontextmanager
async def listen(
    shared: Rooms, door: Door, address: tuple[str, int] | Path, tls: SSLContext | None = None
) -> AsyncIterator[int]:
    """One open door; gives its port (0 for a Unix socket). Raises OSError when the address is taken."""
    runner = web.AppRunner(
        application(shared, door), access_log=None, shutdown_timeout=1.0, handle_signals=False,
        keepalive_timeout=IDLE_S, lingering_time=LINGER_S, auto_decompress=False,
    )  # fmt: skip
    await runner.setup()
    try:
        if isinstance(address, Path):
            await asyncio.to_thread(address.unlink, missing_ok=True)
            await web.UnixSite(runner, str(address)).start()
            await asyncio.to_thread(address.chmod, 0o660)
            yield 0
        else:
            async with await _bounded(runner.server, address, tls) as listener:
                yield int(listener.sockets[0].getsockname()[1])
    finally:
        await runner.cleanup()


class _Full(asyncio.Protocol):
    """Closes a line too many at once. Each door has its own bound: whoever holds all lines of one keeps nobody from
    another, and the files that the journal needs can always be opened."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


async def _bounded(server: web.Server | None, address: tuple[str, int], tls: SSLContext | None) -> asyncio.Server:
    """Listen; of more than LINES_MOST lines at once the newest are closed. Raises OSError when the address is taken."""
    assert server is not None, "the runner is set up"

    def line() -> asyncio.BaseProtocol:
        return server() if len(server.connections) < LINES_MOST else _Full()

    patience = HANDSHAKE_S if tls else None
    return await asyncio.get_running_loop().create_server(
        line, *address, ssl=tls, ssl_handshake_timeout=patience, reuse_address=True, backlog=128
    )


def application(shared: Rooms, door: Door) -> web.Application:
    app = web.Application(middlewares=[_problems, _kept], client_max_size=BODY_MOST)
    app[LINES] = set()
    app.on_shutdown.append(_let_go)
    app[SITE], app[DOOR] = shared.site, door
    app[STREAMS], app[SCREENS], app[RATES], app[TEST] = shared.streams, shared.screens, shared.rates, shared.test
    app[ALOUD] = shared.aloud
    app.on_response_prepare.append(_headers)
    for route in ROUTES:
        if not route.demo or shared.site.demo is not None:
            resource = app.router.add_resource(f"/api/v1{route.path}")
            resource.add_route(route.method, _guarded(route))
            if route.method == "GET" and route.path != "/stream":
                resource.add_route("HEAD", _guarded(route))
    if door.local or door.admin:
        for path, handler in LOCAL:
            app.router.add_get(path, _open(handler))
    if door.admin:
        app.router.add_get("/tokens", _open(reading.tokens))
    for path in pages.PAGES:
        app.router.add_get(path, pages.page)
    app.router.add_get("/ui/{path:.+}", pages.asset)
    app.router.add_get("/", _home)
    return app


def _guarded(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler for whoever has the role."""

    async def handler(request: web.Request) -> web.StreamResponse:
        door, site = request.app[DOOR], request.app[SITE]
        who = NOBODY
        if route.roles:
            who = _ticket_holder(request, route) or auth.require(
                site.doorkeeper.credentials(request, door), route.roles
            )
        return await _run(route.handler, request, who)

    return handler


def _ticket_holder(request: web.Request, route: Route) -> Credential | None:
    """`Authorization: Ticket CODE`, or Bearer as for all tokens: whoever holds a ticket, about their own visit."""
    scheme, _, code = request.headers.get("Authorization", "").partition(" ")
    if "ticket" not in route.roles or scheme.lower() not in {"ticket", "bearer"}:
        return None
    from controller.domain.draft import hash_code

    code = code.strip()
    id_ = request.app[SITE].state.codes.get(hash_code(code)) if code.isascii() else None
    if id_ is None and scheme.lower() == "bearer":
        return None  # a surface's token, perhaps
    if id_ is None:
        raise Problem("forbidden", "this code is not valid today")
    return Credential("booth", id_)


def _open(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def run(request: web.Request) -> web.StreamResponse:
        return await _run(handler, request, NOBODY)

    return run


async def _run(handler: Handler, request: web.Request, who: Credential) -> web.StreamResponse:
    answer = handler(request, who)
    return await answer if inspect.isawaitable(answer) else answer


async def _home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/wall" if request.app[SITE].demo is not None else "/login")


@web.middleware
async def _problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Name and origin first, whatever the address; what goes wrong is a problem document, never a traceback."""
    try:
        auth.check_origin(request, request.app[DOOR])
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        name = {404: "not-found", 403: "forbidden", 429: "too-many"}.get(answer.status, "invalid")
        return Problem(name, answer.reason or "", status=answer.status, headers=_allow(answer)).response()
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception:  # why: a supervisor's border; the defect is logged whole, the caller gets a plain 500
        log.exception("a request failed", method=request.method, path=request.path)
        return Problem("internal", "this box made a mistake; it is in the log").response()


@web.middleware
async def _kept(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Remember who hangs on a WebSocket."""
    task = asyncio.current_task()
    if request.headers.get("Upgrade", "").lower() != "websocket" or task is None:
        return await handler(request)
    request.app[LINES].add(task)
    try:
        return await handler(request)
    finally:
        request.app[LINES].discard(task)


async def _let_go(app: web.Application) -> None:
    """At the end nobody waits for a page that says nothing: it comes again by itself."""
    for task in app[LINES]:
        task.cancel()


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    """Of every answer: no other site may show it, no cache keep it, and it is what it says it is."""
    response.headers["Server"] = "luukku"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")


def _allow(answer: web.HTTPException) -> dict[str, str]:
    return {"Allow": answer.headers["Allow"]} if "Allow" in answer.headers else {}
