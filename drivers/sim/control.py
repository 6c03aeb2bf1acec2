"""The control API of simulated hardware: printers with state, paper, faults, buttons and the paper roll page, and
the panels and scanners of input_control.py.

Errors are RFC 9457 problem+json. Changing requests from a page of another origin are refused.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from drivers.sim.fault_schedule import NEVER, Armed
from drivers.sim.faults import BadFault, Fault
from drivers.sim.input_control import add_inputs
from drivers.sim.inputs import SimulatedInput
from drivers.sim.paper_store import PieceOnFile
from drivers.sim.printer_server import PrinterServer
from drivers.sim.problems import problem

PAGE = Path(__file__).parent / "page"
PAGE_FILES = {"": "index.html", "roll.js": "roll.js", "roll.css": "roll.css"}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
Printers = Mapping[str, PrinterServer]
PRINTERS: web.AppKey[Printers] = web.AppKey("printers")


class NotJson(ValueError):
    """What came is no JSON."""


def control_app(
    printers: Mapping[str, PrinterServer], frame_ancestors: Sequence[str] = (),
    inputs: Mapping[str, SimulatedInput] | None = None,
) -> web.Application:  # fmt: skip
    """`frame_ancestors`: origins whose pages may show the paper roll in a frame. `inputs`: panels and scanners."""
    app = web.Application(middlewares=[_guard(" ".join(["'self'", *frame_ancestors]))])
    app[PRINTERS] = printers
    app.add_routes(
        [
            web.get("/{file:(|roll.js|roll.css)}", _page),
            web.get("/printers", _list),
            web.get("/printers/{id}", _one),
            web.post("/printers/{id}/faults", _fault),
            web.post("/printers/{id}/buttons", _button),
            web.get(r"/printers/{id}/paper/{n:\d{4,9}}.{kind:png|bin}", _paper),
        ]
    )
    add_inputs(app, inputs or {})
    return app


def printer_state(printer: PrinterServer) -> dict[str, object]:
    """Everything that can be known about the simulated machine, for people and for tests."""
    core = printer.core
    condition = {
        "powered": core.powered,
        "silent": core.silent,
        "offline": core.condition.offline,
        "causes": core.condition.causes,
        "printing": not core.mechanism.idle,
    }
    return {
        "id": printer.config.id,
        "simulated": True,
        "port": printer.port,
        "doors": list(printer.doors),
        "condition": condition,
        "counters": {"cuts": core.counters.cuts, "rows": core.counters.rows},
        "bytes": {"received": core.received, "buffered": core.buffered, "room": core.room},
        "connections": printer.connections,
        "unknown_commands": core.unknown,
        "armed": [_armed(armed) for armed in core.armed],
        "pieces": [_piece(printer.config.id, piece) for piece in printer.pieces],
    }


def _armed(armed: Armed) -> dict[str, object]:
    left = {"bytes_left": armed.bytes_left, "rows_left": armed.rows_left}
    return {"kind": armed.fault.kind.value} | {name: n for name, n in left.items() if n < NEVER}


def _piece(printer: str, piece: PieceOnFile) -> dict[str, object]:
    return {
        "n": piece.n,
        "png": f"/printers/{printer}/paper/{piece.name}.png",
        "bin": f"/printers/{printer}/paper/{piece.name}.bin",
        "height": piece.height,
        "bytes": piece.size,
        "scrap": piece.scrap,
        "interruptions": list(piece.interruptions),
        "at": piece.at,
    }


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
    path = PAGE / PAGE_FILES[request.match_info["file"]]
    text = await asyncio.to_thread(path.read_text, "utf-8")
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
        body=data, content_type="image/png" if kind == "png" else "application/octet-stream", headers=headers
    )
