"""Remote sessions over HTTP: asked for at a booth or by staff, looked at, ended, the identity that was checked."""

from typing import Literal

import msgspec
from aiohttp import web

from controller.domain import commands as c
from controller.domain import session_view
from controller.domain.draft import Draft
from controller.domain.state import State
from controller.ledger import Render
from controller.web import shapes
from controller.web.auth import Credential
from controller.web.problems import Problem
from controller.web.requests import act, answered, body, idempotency, json, subject
from controller.web.site import SITE, Site
from controller.web.tickets import RATES


async def request_session(request: web.Request, who: Credential) -> web.Response:
    """201 with the session. A booth is itself, whatever its path names."""
    site = request.app[SITE]
    wish = await body(request, shapes.RequestSession)
    booth = _booth(site, request.match_info["id"], who)
    if who.role != "staff" and (wish.counter or wish.mode == "support"):
        raise Problem("forbidden", "only staff send a counter's customer to the booth, or ask for support")
    if not wish.service and not wish.appointment:
        raise Problem("invalid", "say which service, or give the code of an appointment")
    if wish.mode == "appointment" and not (wish.appointment or wish.ticket or wish.counter):
        raise Problem("invalid", "mode appointment: give the code of the appointment, or who has checked in with it")
    if wish.mode == "support" and (wish.appointment or wish.ticket):
        raise Problem("invalid", "mode support is for the customer at the counter: leave out appointment and ticket")
    if who.role == "kiosk" and not answered(request):
        request.app[RATES].take(site, who.id)
    actor = {"booth": f"device:{booth}", "kiosk": f"kiosk:{who.id}"}.get(who.role, "system")
    command = c.RequestSession(
        actor=actor, service=wish.service or "",
        language=wish.language, booth="" if wish.mode == "support" else booth, mode=wish.mode, ticket=wish.ticket or "",
        appointment=wish.appointment or "", counter=wish.counter or "", interpreter=wish.interpreter or "",
    )  # fmt: skip
    return (await act(request, command, _session(site, 201)))[0]


async def look(request: web.Request, who: Credential) -> web.Response:
    site, id_ = request.app[SITE], _known(request)
    _own(site, id_, who)
    return json(session_view.session(site.state, site.config, id_))


async def end(request: web.Request, who: Credential) -> web.Response:
    """The booth's customer leaves; staff end it, with their word on how it ended or as the customer's helper."""
    site, wish = request.app[SITE], await body(request, shapes.EndSession)
    id_ = _known(request)
    quality = site.exchange.quality(id_) if site.exchange is not None else None
    command: c.Command
    if who.role == "booth":
        _own(site, id_, who)
        cause: Literal["customer", "declined"] = "declined" if wish.declined else "customer"
        command = c.LeaveSession(actor=f"device:{who.id}", session=id_, cause=cause, quality=quality)
    elif wish.declined:
        raise Problem("invalid", "declined is the customer's word, from their booth; staff give an outcome or nothing")
    elif wish.outcome is None:
        command = c.LeaveSession(session=id_, cause="staff", quality=quality)
    else:
        command = c.EndSession(
            session=id_, outcome=wish.outcome, resolution=wish.resolution, guidance=wish.guidance,
            delivered=wish.delivered, quality=quality,
        )  # fmt: skip
    return (await act(request, command, _session(site)))[0]


async def identity(request: web.Request, who: Credential) -> web.Response:
    """Staff's word, or that of a reader in the booth for the session that is there."""
    told, id_ = await body(request, shapes.Identity), _known(request)
    _own(request.app[SITE], id_, who)
    actor = f"device:{who.id}" if who.role == "booth" else "system"
    command = c.CheckIdentity(actor=actor, session=id_, method=told.method, result=told.result)
    return (await act(request, command, subject))[0]


def _session(site: Site, status: int = 200) -> Render:
    def render(state: State, draft: Draft) -> tuple[int, bytes]:
        return status, msgspec.json.encode(session_view.session(state, site.config, draft.subject))

    return render


def _booth(site: Site, id_: str, who: Credential) -> str:
    if site.config.booth(id_) is None:
        raise Problem("not-found", f"there is no booth {id_[:40]!r} at this point")
    if who.role == "booth" and who.id != id_:
        raise Problem("forbidden", f"this sign-in is booth {who.id}, not {id_[:40]}")
    return id_


def _known(request: web.Request) -> str:
    id_ = request.match_info["id"]
    if id_ not in request.app[SITE].state.sessions:
        raise Problem("not-found", f"there is no session {id_[:80]!r} today")
    return id_


def _own(site: Site, id_: str, who: Credential) -> None:
    """A booth has to do with its own sessions only."""
    if who.role == "booth" and site.state.sessions[id_].booth != who.id:
        raise Problem("forbidden", "this session is not in this booth")


async def helped(request: web.Request, who: Credential) -> web.Response:
    """Staff went to the booth: its call for help is answered."""
    site, id_ = request.app[SITE], request.match_info["id"]
    await body(request, shapes.Nothing)
    await idempotency(request)
    if site.config.booth(id_) is None or site.exchange is None:
        raise Problem("not-found", f"there is no booth {id_[:40]!r} in use at this point")
    site.exchange.helped(id_)
    return json(shapes.Subject(id=id_))
