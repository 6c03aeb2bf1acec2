"""The fingers and codes of simulated panels and readers, on the simulators' control API.

POST /panels/{id}/press   {"key": "1", "hold_ms"?: 50}     "key" may be left out where any key does
POST /scanners/{id}/scan  {"text": "..."}
POST /panels/{id}/unplug  {}                               and /scanners/{id}/unplug: out and in again
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import get_args

import msgspec
from aiohttp import web

from controller.ports.inputs import KeyName
from drivers.sim.control import AddRoutes
from drivers.sim.inputs import HELD_MOST_S, InputConfig, NobodyListens, SimulatedInput
from drivers.sim.problems import problem

Inputs = Mapping[str, SimulatedInput]
PANELS: web.AppKey[Inputs] = web.AppKey("panels")
SCANNERS: web.AppKey[Inputs] = web.AppKey("scanners")
TEXT_MOST = 4096  # characters of one code: a QR code holds 4,296 (ISO/IEC 18004)


class Press(msgspec.Struct, forbid_unknown_fields=True):
    key: KeyName = "enter"
    hold_ms: float = 50


class Code(msgspec.Struct, forbid_unknown_fields=True):
    text: str


@asynccontextmanager
async def serve_inputs(configs: Sequence[InputConfig]) -> AsyncIterator[AddRoutes]:
    """Simulated panels and scanners; what it gives puts them on the control API of `serve_printers`."""
    async with AsyncExitStack() as stack:
        inputs = {c.id: await stack.enter_async_context(SimulatedInput(c)) for c in configs}
        yield partial(add_inputs, inputs=inputs)


def add_inputs(app: web.Application, inputs: Mapping[str, SimulatedInput]) -> None:
    app[PANELS] = {id_: one for id_, one in inputs.items() if not one.config.is_scanner}
    app[SCANNERS] = {id_: one for id_, one in inputs.items() if one.config.is_scanner}
    app.add_routes(
        [
            web.get("/{kind:panels|scanners}", _list),
            web.post("/panels/{id}/press", _press),
            web.post("/scanners/{id}/scan", _scan),
            web.post("/{kind:panels|scanners}/{id}/unplug", _unplug),
        ]
    )


def input_state(device: SimulatedInput) -> dict[str, object]:
    return {"id": device.config.id, "kind": device.config.kind, "simulated": True, "connected": device.connected}


async def _list(request: web.Request) -> web.Response:
    kind = request.match_info["kind"]
    return web.json_response({kind: [input_state(one) for one in _all(request, kind).values()]})


async def _press(request: web.Request) -> web.Response:
    device = _all(request, "panels").get(request.match_info["id"])
    if device is None:
        return _unknown(request, "panels")
    try:
        wish = msgspec.json.decode(await request.read() or b"{}", type=Press)
    except msgspec.MsgspecError as bad:
        return problem(400, "invalid", "Not a press", f"{bad}; keys: {', '.join(get_args(KeyName))}")
    if not 0 <= wish.hold_ms <= HELD_MOST_S * 1000:
        return problem(400, "invalid", "Not a press", f"hold_ms is 0 to {HELD_MOST_S * 1000:.0f}")
    try:
        await device.press(wish.key, wish.hold_ms / 1000)
    except NobodyListens:
        return _alone(device)
    return web.json_response(input_state(device))


async def _scan(request: web.Request) -> web.Response:
    device = _all(request, "scanners").get(request.match_info["id"])
    if device is None:
        return _unknown(request, "scanners")
    try:
        wish = msgspec.json.decode(await request.read(), type=Code)
    except msgspec.MsgspecError:
        return problem(400, "invalid", "Not a code", 'give {"text": "..."}')  # without its words: it may be anything
    if len(wish.text) > TEXT_MOST:
        return problem(400, "invalid", "Not a code", f"at most {TEXT_MOST} characters")
    try:
        await device.scan(wish.text)
    except KeyError:
        return problem(400, "invalid", "Not a code", f"a character that layout {device.config.layout} does not have")
    except NobodyListens:
        return _alone(device)
    return web.json_response(input_state(device))


async def _unplug(request: web.Request) -> web.Response:
    kind = request.match_info["kind"]
    device = _all(request, kind).get(request.match_info["id"])
    if device is None:
        return _unknown(request, kind)
    device.unplug()
    return web.json_response(input_state(device))


def _all(request: web.Request, kind: str) -> Inputs:
    return request.app[PANELS if kind == "panels" else SCANNERS]


def _unknown(request: web.Request, kind: str) -> web.Response:
    there = ", ".join(_all(request, kind)) or "none"
    said = f"{kind[:-1]} {request.match_info['id']!r}; there are: {there}"
    return problem(404, f"unknown-{kind[:-1]}", f"No such {kind[:-1]}", said)


def _alone(device: SimulatedInput) -> web.Response:
    return problem(409, "nobody-listens", "Nobody listens", f"no point has opened {device.config.id}")
