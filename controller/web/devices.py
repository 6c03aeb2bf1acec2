"""Devices over HTTP: how each one is, and a try of one on the spot.

A try is no command of the core, so it is no event; its answer is kept under its key all the same, beside a tick.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from controller.domain.commands import NewRoll, Tick
from controller.domain.draft import Draft
from controller.domain.state import State
from controller.domain.text import moment
from controller.journal.faults import JournalFault
from controller.ledger import Key, KeyConflict
from controller.web import device_rows, shapes
from controller.web.auth import Credential
from controller.web.device_rows import VIEWS, Configured
from controller.web.live import STREAMS, TEST
from controller.web.problems import JSON, Problem
from controller.web.requests import act, body, idempotency, json
from controller.web.site import SITE, Site


def devices(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    return json({"devices": device_rows.rows(site), "unknown": device_rows.unknown(site)})


async def test_device(request: web.Request, who: Credential) -> web.Response:
    """Try one device and say what was proven. The same key again gives the same answer and tries nothing."""
    wish = await body(request, shapes.TryDevice)
    key = await idempotency(request)
    site, id_ = request.app[SITE], request.match_info["id"]
    one = device_rows.find(site.config, id_, wish.kind)
    async with site.trying:  # one at a time: whoever sends the same key meanwhile waits for its answer
        told = await _stored(site, key)
        if told is None:
            if one is None:
                raise Problem("not-found", f"there is no {wish.kind or 'device'} {id_[:40]!r} at this point")
            told = msgspec.json.encode(await _try(request, site, one, paper=wish.paper))
            await _store(site, key, told)
    return web.Response(body=told, content_type=JSON)


async def new_roll(request: web.Request, who: Credential) -> web.Response:
    """A full roll of paper was put into a printer: its sensors may not have seen it."""
    await body(request, shapes.Nothing)
    site, id_ = request.app[SITE], request.match_info["id"]
    if device_rows.find(site.config, id_, "printer") is None:
        raise Problem("not-found", f"there is no printer {id_[:40]!r} at this point")

    def render(_state: State, _draft: Draft) -> tuple[int, bytes]:
        return 200, msgspec.json.encode(shapes.Subject(id=id_))

    response, _ = await act(request, NewRoll(actor=f"device:{id_}", device=id_), render)
    site.touch()
    return response


async def _stored(site: Site, key: Key) -> bytes | None:
    """The answer that this key has already. Raises Problem when it was used for something else."""
    known = await site.ledger.journal.answer(key.key) if site.ledger.knows(key.key) else None
    if known is None:
        return None
    if known.request != key.request:
        raise Problem("idempotency-conflict", "the same key came with another request before")
    return known.body


async def _store(site: Site, key: Key, told: bytes) -> None:
    """Keep the answer for a week. A disk that takes nothing keeps no technician from trying a printer."""
    with suppress(JournalFault):
        try:
            await site.ledger.submit(Tick(), render=lambda _state, _draft: (200, told), key=key)
        except KeyConflict as conflict:
            raise Problem("idempotency-conflict", "the same key came with another request meanwhile") from conflict


async def _try(request: web.Request, site: Site, one: Configured, *, paper: bool) -> dict[str, Any]:
    """What the device answered, in the shape of `shapes.DeviceTest`; remembered as its last test."""
    now = site.now()
    said = await (_page(request, one) if one.kind in VIEWS else _device(request, site, one, paper=paper))
    told = {"kind": one.kind, "proven": "answers" if said["ok"] else "nothing", "at": moment(now.ms)} | said
    told |= {"ms": (site.now().mono_ns - now.mono_ns) // 1_000_000}
    site.trials[one.kind, one.id] = {name: told[name] for name in ("at", "ok", "cause", "proven", "ms")}
    site.touch()
    return told


async def _device(request: web.Request, site: Site, one: Configured, *, paper: bool) -> dict[str, Any]:
    """Over its real link, by whoever drives it."""
    try:
        return await request.app[TEST](
            one.id, paper, datetime.fromtimestamp(site.now().ms / 1000, site.config.point.zone)
        )
    except Problem as none:
        if none.name != "not-found":
            raise
    state, causes, _ = device_rows.actual(site, one)
    return {"id": one.id, "state": state, "ok": False, "cause": causes[0] if causes else "no_report"}


async def _page(request: web.Request, one: Configured) -> dict[str, Any]:
    """A page proves itself by drawing itself anew."""
    view, site = VIEWS[one.kind], request.app[SITE]
    if one.kind == "booth" and site.try_booth is not None:
        return await _booth(request, site, one)
    if not site.presence.here(view, one.id):
        return {"id": one.id, "state": "detached", "ok": False, "cause": "no_page"}
    if not await request.app[STREAMS].draws(view, one.id):
        return {"id": one.id, "state": "unknown", "ok": False, "cause": "not_drawing"}
    return {"id": one.id, "state": "ready", "ok": True, "cause": "", "proven": "draws"}


async def _booth(request: web.Request, site: Site, one: Configured) -> dict[str, Any]:
    """Its cameras and paths by the media process, then its page."""
    assert site.try_booth is not None
    found = await site.try_booth(one.id)
    state, causes, _ = device_rows.actual(site, one)
    told = {"id": one.id, "state": state, "light": found["state"], "ok": found["state"] != "red" and not causes,
            "cause": causes[0] if causes else "", "found": found}  # fmt: skip
    if site.presence.here("booth", one.id) and not await request.app[STREAMS].draws("booth", one.id):
        told |= {"ok": False, "cause": "not_drawing"}
    return told
