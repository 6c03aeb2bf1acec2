"""The control API of simulated printers: state, paper, faults, buttons, and the paper roll page. Whoever simulates more
(input_control.py: panels and scanners) adds its own routes.

Errors are RFC 9457 problem+json. Changing requests from a page of another origin are refused.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from drivers.sim.faults import BadFault, Fault
from drivers.sim.paper_store import picture
from drivers.sim.paper_width import BLANK_ROW, HEAD_DOTS, HEAD_TO_CUTTER_ROWS
from drivers.sim.printer_server import PrinterServer
from drivers.sim.printer_state import conversation, printer_state
from drivers.sim.problems import problem
from drivers.sim.symbols import packed_rows, rows_image

PAGE = Path(__file__).parent / "page"
PAGE_FILES = {"": "index.html", "help": "help.html"}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
PAPER_TYPES = {"png": "image/png", "bin": "application/octet-stream", "txt": "text/plain"}
Printers = Mapping[str, PrinterServer]
AddRoutes = Callable[[web.Application], None]
PRINTERS: web.AppKey[Printers] = web.AppKey("printers")


class NotJson(ValueError):
    """What came is no JSON."""


def control_app(
    printers: Mapping[str, PrinterServer], frame_ancestors: Sequence[str] = (), more: Sequence[AddRoutes] = ()
) -> web.Application:
    """`frame_ancestors`: origins whose pages may show the paper roll in a frame. `more`: other simulated devices."""
    app = web.Application(middlewares=[_guard(" ".join(["'self'", *frame_ancestors]))])
    app[PRINTERS] = printers
    app.add_routes(
        [
            web.get("/{file:(|help|[a-z]+\\.(?:js|css))}", _page),
            web.get("/printers", _list),
            web.get("/printers/{id}", _one),
            web.post("/printers/{id}/faults", _fault),
            web.post("/printers/{id}/buttons", _button),
            web.get("/printers/{id}/conversation", _conversation),
            web.get(r"/printers/{id}/paper/{n:\d{4,9}}.{kind:png|bin|txt}", _paper),
            web.get("/printers/{id}/paper/hanging.png", _hanging),
            web.get("/printers/{id}/nv/{key:[0-9a-f]{4}|n[0-9]{1,3}}.png", _nv_picture),
        ]
    )
    for add in more:
        add(app)
    return app


def _guard(frame_ancestors: str) -> Middleware:
    sources = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
    policy = f"{sources}; frame-ancestors {frame_ancestors}"

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if request.method == "POST" and origin is not None and urlsplit(origin).netloc != request.host:
            return problem(403, "forbidden", "Foreign origin", f"origin {origin} may not change this")
        try:
            response = await handler(request)
        except web.HTTPException as e:
            if e.status < 400:
                raise
            response = problem(e.status, "invalid", e.reason, f"{request.method} {request.path}: {e.reason}")
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guard


def _printer(request: web.Request) -> PrinterServer | None:
    return request.app[PRINTERS].get(request.match_info["id"])


def _unknown(request: web.Request) -> web.Response:
    printers = request.app[PRINTERS]
    there = ", ".join(printers)
    return problem(
        404, "unknown-printer", "No such printer", f"printer {request.match_info['id']!r}; there are: {there}"
    )


async def _page(request: web.Request) -> web.StreamResponse:
    name = request.match_info["file"]
    path = PAGE / PAGE_FILES.get(name, name)
    try:
        text = await asyncio.to_thread(path.read_text, "utf-8")
    except OSError:
        raise web.HTTPNotFound from None
    return web.Response(text=text, content_type=TYPES[path.suffix], charset="utf-8")


async def _list(request: web.Request) -> web.Response:
    return web.json_response({"printers": [printer_state(p) for p in request.app[PRINTERS].values()]})


async def _one(request: web.Request) -> web.Response:
    printer = _printer(request)
    return web.json_response(printer_state(printer)) if printer else _unknown(request)


async def _fault(request: web.Request) -> web.Response:
    printer = _printer(request)
    if printer is None:
        return _unknown(request)
    try:
        printer.strike(Fault.parse(await _json(request)))
    except (NotJson, BadFault) as e:
        return problem(400, "invalid", "Not a fault", str(e))
    return web.json_response(printer_state(printer))


async def _json(request: web.Request) -> object:
    """The body, whatever it says of its type. Raises NotJson."""
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError, web.RequestPayloadError) as bad:
        raise NotJson(f"the body is not JSON: {bad}") from bad


async def _button(request: web.Request) -> web.Response:
    printer = _printer(request)
    if printer is None:
        return _unknown(request)
    try:
        body = await _json(request)
    except NotJson as e:
        return problem(400, "invalid", "Not JSON", str(e))
    if body != {"button": "feed"}:
        return problem(400, "invalid", "Not a button", f'body is {body!r}; allowed: {{"button": "feed"}}')
    return web.json_response({"pressed": printer.press_feed()})


async def _paper(request: web.Request) -> web.StreamResponse:
    printer = _printer(request)
    if printer is None:
        return _unknown(request)
    n, kind = int(request.match_info["n"]), request.match_info["kind"]
    path = printer.directory / f"{n:04d}.{kind}"
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except OSError:
        return problem(404, "unknown-paper", "No such piece", f"piece {n:04d} of {printer.config.id}")
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return web.Response(
        body=data, content_type=PAPER_TYPES[kind], charset="utf-8" if kind == "txt" else None, headers=headers
    )


async def _hanging(request: web.Request) -> web.StreamResponse:
    """The paper that nobody cut yet, as it stands: the 18 mm between head and cutter are its end."""
    printer = _printer(request)
    if printer is None:
        return _unknown(request)
    rows = list(printer.core.mechanism.hanging) or [BLANK_ROW] * HEAD_TO_CUTTER_ROWS
    return _png(await asyncio.to_thread(picture, rows))


async def _nv_picture(request: web.Request) -> web.StreamResponse:
    printer = _printer(request)
    if printer is None:
        return _unknown(request)
    nv, key = printer.core.nv, request.match_info["key"]
    if key.startswith("n"):
        found = dict(enumerate(nv.images, 1)).get(int(key[1:]))
    else:
        found = nv.pictures.get(bytes.fromhex(key))
    if found is None:
        return problem(404, "unknown-picture", "No such picture", f"NV picture {key} of {printer.config.id}")
    ink = rows_image(found.width, found.height, found.rows, 1, 1)
    head = ink.crop((0, 0, HEAD_DOTS, ink.height))
    return _png(await asyncio.to_thread(picture, packed_rows(head)))


def _png(data: bytes) -> web.Response:
    return web.Response(body=data, content_type="image/png")


async def _conversation(request: web.Request) -> web.StreamResponse:
    printer = _printer(request)
    if printer is None:
        return _unknown(request)
    after = request.query.get("after", "0")
    if not after.isdecimal():
        return problem(400, "invalid", "Not a number", f"after is {after!r}; allowed: a whole number from 0")
    return web.json_response(conversation(printer, int(after)))
