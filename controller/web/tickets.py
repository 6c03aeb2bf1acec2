"""Tickets over HTTP: take, look, print again, give back; appointments; the customer's own page."""

import asyncio
import io
import math

import msgspec
import segno
from aiohttp import web

from controller.domain import commands as c
from controller.domain import queues, views
from controller.domain.draft import hash_code
from controller.domain.pace import Bucket
from controller.domain.session_view import booth_name
from controller.web import dates, shapes
from controller.web.auth import Credential
from controller.web.problems import Problem
from controller.web.requests import act, answered, body, json, subject, ticket_of
from controller.web.site import SITE, Site


class Rates:
    """How fast a kiosk may give out numbers: a bucket for each (config `[[kiosks]].rate`)."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def take(self, site: Site, kiosk: str) -> None:
        """Raises Problem("too-many") with Retry-After."""
        known = site.config.kiosk(kiosk)
        if known is None or site.demo is not None or not known.rate.every_s:
            return
        bucket = self._buckets.setdefault(kiosk, Bucket(known.rate.burst, known.rate.every_s))
        if wait_s := bucket.take(asyncio.get_running_loop().time()):
            wait = str(math.ceil(wait_s))
            raise Problem("too-many", f"kiosk {kiosk}: try again in {wait} s", headers={"Retry-After": wait})


RATES: web.AppKey[Rates] = web.AppKey("rates", Rates)


async def take(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    wish = await body(request, shapes.TakeTicket)
    kiosk, device = _printer(site, who, wish.kiosk)
    _room(request)
    if who.role == "kiosk" and not answered(request):
        request.app[RATES].take(site, who.id)
    priority = wish.priority if who.role == "staff" else 0
    command = c.TakeTicket(
        actor=f"kiosk:{kiosk}" if kiosk else "system", service=wish.service, language=wish.language,
        entry="kiosk" if who.role == "kiosk" else "reception", also=wish.also, priority=priority, kiosk=kiosk,
        device=device,
    )  # fmt: skip
    return (await act(request, command, ticket_of(site, 201)))[0]


async def look(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    return json(msgspec.convert(_view(site, request.match_info["id"]), shapes.Ticket))


async def reprint(request: web.Request, who: Credential) -> web.Response:
    """Print it again as a marked copy (unmarked when no byte of it ever went to a printer)."""
    site = request.app[SITE]
    await body(request, shapes.Nothing)
    id_ = request.match_info["id"]
    known = site.state.tickets.get(id_)
    kiosk = site.config.kiosk(known.kiosk) if known and known.kiosk else None
    device = kiosk.printer if kiosk else next((p.id for p in site.config.printers), "")
    command = c.Reprint(actor=_actor(who), ticket=id_, device=device)
    response, reply = await act(request, command, ticket_of(site))
    if reply.fresh and reply.status == 200:
        site.reprint(id_)
    return response


async def cancel(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    await body(request, shapes.Nothing)
    command = c.CancelTicket(actor=_actor(who), ticket=request.match_info["id"])
    return (await act(request, command, ticket_of(site)))[0]


async def check_in(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    wish = await body(request, shapes.CheckIn)
    kiosk, device = _printer(site, who, wish.kiosk)
    _room(request)
    command = c.CheckIn(
        actor=f"kiosk:{kiosk}" if kiosk else "system", code=request.match_info["code"],
        language=wish.language or site.config.point.house, kiosk=kiosk, device=device,
    )  # fmt: skip
    return (await act(request, command, ticket_of(site, 201)))[0]


async def put_appointment(request: web.Request, who: Credential) -> web.Response:
    wish = await body(request, shapes.PutAppointment)
    command = c.PutAppointment(
        actor="system", appointment=request.match_info["id"], rev=wish.rev, provider=wish.provider,
        service=wish.service, start=wish.start, end=wish.end, channel=wish.channel, room=wish.room or "",
        code=wish.code or "",
    )  # fmt: skip
    return (await act(request, command, subject))[0]


async def delete_appointment(request: web.Request, who: Credential) -> web.Response:
    command = c.CancelAppointment(actor="system", appointment=request.match_info["id"], rev=0)
    return (await act(request, command, subject))[0]


async def feedback(request: web.Request, who: Credential) -> web.Response:
    """From a kiosk, or from the customer's own page with `Authorization: Ticket CODE` (only about that visit)."""
    site = request.app[SITE]
    given = await body(request, shapes.Feedback)
    if given.session:
        return await _of_session(request, who, given)
    if not given.service_event:
        raise Problem("invalid", "give the service_event that the feedback is about")
    turn = site.state.service_events.get(given.service_event)
    if who.role == "kiosk" or turn is None:
        device = who.id or "kiosk"
    else:
        if site.state.visits[turn.visit].ticket != who.id:
            raise Problem("forbidden", "this code is for another visit")
        device = "own-phone"
    command = c.GiveFeedback(
        actor=f"kiosk:{who.id}" if who.role == "kiosk" else "device:own-phone", score=given.score,
        question=given.question, language=given.language, device=device, service_event=given.service_event,
    )  # fmt: skip
    return (await act(request, command, subject))[0]


async def _of_session(request: web.Request, who: Credential, given: shapes.Feedback) -> web.Response:
    site = request.app[SITE]
    known = site.state.sessions.get(given.session or "")
    if known is None or known.booth != who.id:
        raise Problem("forbidden", "only the booth of this session may rate it")
    command = c.GiveFeedback(
        actor=f"device:{who.id}", score=given.score, question=given.question, language=given.language, device=who.id,
        session=known.id,
    )  # fmt: skip
    return (await act(request, command, subject))[0]


async def qr(request: web.Request, who: Credential) -> web.Response:
    """The way to the customer's own page, as a picture for the screen."""
    site = request.app[SITE]
    view = _view(site, request.query.get("ticket", ""))
    drawn = await asyncio.to_thread(_svg, view["url"])
    return web.Response(body=drawn, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def own(site: Site, code: str) -> dict[str, object]:
    """What the customer's own page shows. Raises Problem("unknown-ticket")."""
    id_ = site.state.codes.get(hash_code(code))
    if id_ is None:
        raise Problem("unknown-ticket", "this code is not valid today")
    state, config = site.state, site.config
    ticket = state.tickets[id_]
    view = views.ticket(state, config, site.secret, id_)
    turn = state.service_events[view["service_event"]]
    service, counter = config.service(turn.service), config.counter(turn.counter)
    provider = config.provider(turn.provider)
    zone = config.point.zone
    out: dict[str, object] = {
        "number": ticket.number, "state": view["state"], "service": service.name if service else {},
        "provider": provider.name if provider else {}, "ahead": view["ahead"], "estimate": view["estimate"],
        "language": view["language"], "languages": list(config.point.languages), "house": config.point.house,
        "point": {"name": config.point.name}, "service_event": turn.id,
        "issued_text": {lang: dates.clock_time(ticket.issued, zone) for lang in config.point.languages},
        "feedback": turn.outcome == "served" and not turn.rated,
        "open": service is not None and queues.is_open(state, config, service, site.now().ms),
    }  # fmt: skip
    if turn.stage in {"called", "serving"} and counter is not None:
        out |= {"counter_label": counter.label, "counter_name": counter.name}
    elif turn.stage == "called" and turn.booth:
        out |= {"booth_name": booth_name(config, turn.booth)}
    if service is not None and service.card is not None:
        out["bring"] = {k: list(v) for k, v in service.card.bring.items()}
    return out


def _view(site: Site, id_: str) -> dict[str, object]:
    try:
        return views.ticket(site.state, site.config, site.secret, id_)
    except KeyError as unknown:
        raise Problem("unknown-ticket", f"there is no ticket {id_[:80]!r} today") from unknown


def _printer(site: Site, who: Credential, named: str | None) -> tuple[str, str]:
    """The kiosk this happens at, and its printer. A kiosk is itself, whatever it names."""
    id_ = who.id or named or ""
    if who.id and named and named != who.id:
        raise Problem("forbidden", f"this sign-in is kiosk {who.id}, not {named}")
    known = site.config.kiosk(id_)
    if id_ and known is None:
        raise Problem("invalid", f"there is no kiosk {id_[:40]!r} at this point")
    return id_, known.printer if known else ""


def _room(request: web.Request) -> None:
    """No number while the disk takes nothing; what was answered before is answered again."""
    if request.app[SITE].ledger.full and not answered(request):
        raise Problem("journal-full", "the disk of this box takes no more: no number was given")


def _actor(who: Credential) -> str:
    return f"kiosk:{who.id}" if who.role == "kiosk" else "system"


def _svg(url: object) -> bytes:
    out = io.BytesIO()
    segno.make(str(url), error="m").save(out, kind="svg", border=2, scale=8, xmldecl=False, svgns=True)
    return out.getvalue()
