"""What can be read over HTTP: services, state, events, the point's own health."""

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from controller.domain import rolls, views
from controller.web import shapes
from controller.web.auth import Credential, all_credentials, token
from controller.web.problems import Problem
from controller.web.requests import json
from controller.web.site import SITE, Site

EVENTS_MOST = 10_000
AFTER_MOST = 2**53
PAGE = 1000  # events taken from the journal in one turn


def services(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    language = request.query.get("lang", site.config.point.house)
    if language not in site.config.point.languages:
        raise Problem("invalid", f"lang is one of {', '.join(site.config.point.languages)}")
    kiosk = who.id if who.role == "kiosk" else request.query.get("kiosk", "")
    return json(views.services(site.state, site.config, site.now().ms, language, kiosk))


def state(request: web.Request, who: Credential) -> web.Response:
    site = request.app[SITE]
    now = site.now()
    view = views.point(site.state, site.config, site.secret, now.ms, now.clock, site.epoch)
    for printer in view["printers"]:
        printer["tier"] = site.tiers(printer["id"])
    return json(view)


async def events(request: web.Request, who: Credential) -> web.Response:
    """The journal, page by page; each event in its exact bytes."""
    site = request.app[SITE]
    after, limit = _number(request, "after", 0, AFTER_MOST), _number(request, "limit", 1000, EVENTS_MOST, least=1)
    found: list[msgspec.Raw] = []
    end = site.state.seq
    while len(found) < limit and after < end:
        part = await site.ledger.journal.read(after, min(PAGE, limit - len(found)))
        if not part:
            break
        found += [msgspec.Raw(stored.body) for stored in part]
        after = part[-1].seq
    return json(shapes.Events(found, after if found and after < end else None))


def healthz(request: web.Request, who: Credential) -> web.Response:
    """The process lives and its loop turns."""
    return json({"status": "ok"})


def readyz(request: web.Request, who: Credential) -> web.Response:
    """May customers be served? 503 with the reasons when not."""
    site = request.app[SITE]
    reasons = site.ready_causes()
    issuing = site.issuing()
    if issuing in {"clock_not_set", "journal_full"}:
        reasons = [*reasons, issuing]
    return json({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


def tokens(request: web.Request, who: Credential) -> web.Response:
    """Every sign-in of this point; only through the admin socket, whose group is the key."""
    site = request.app[SITE]
    return json(
        [{"role": c.role, "id": c.id, "token": token(site.secret, c.role, c.id)} for c in all_credentials(site.config)]
    )


def metrics(request: web.Request, who: Credential) -> web.Response:
    """Prometheus text; made for each request, so that nothing is counted twice or kept."""
    site = request.app[SITE]
    registry = CollectorRegistry()
    for name, text, value in _figures(site):
        Gauge(f"luukku_{name}", text, registry=registry).set(value)
    waiting = Gauge("luukku_waiting", "Customers who wait", ["queue"], registry=registry)
    for queue in site.config.queues:
        waiting.labels(queue.id).set(len(site.state.waiting.get(queue.id, ())))
    ready = Gauge("luukku_device_ready", "1 when a device reports ready", ["device", "kind"], registry=registry)
    for device in site.state.devices.values():
        ready.labels(device.id, device.kind).set(device.state == "ready")
    left = Gauge("luukku_tickets_left", "Tickets that the roll still holds", ["device"], registry=registry)
    for printer in site.config.printers:
        if (known := rolls.forecast(site.state, site.config, printer.id)) is not None:
            left.labels(printer.id).set(known)
    return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})


def _figures(site: Site) -> list[tuple[str, str, float]]:
    acked = site.link.seq
    return [
        ("journal_seq", "Newest event", site.state.seq),
        ("journal_full", "1 while the disk takes no more", site.ledger.full),
        ("central_up", "1 while central answers", site.link.up),
        ("central_lag_events", "Events that central has not acknowledged", site.state.seq - (acked or 0)),
        ("tickets_today", "Tickets of this business date still known", len(site.state.tickets)),
        ("prints_unfinished", "Papers whose end is not known yet", len(site.state.unfinished_prints)),
    ]


def _number(request: web.Request, name: str, default: int, most: int, *, least: int = 0) -> int:
    text = request.query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not text.isascii() or len(text) > 16 or not least <= int(text) <= most:
        raise Problem("invalid", f"{name} is a whole number from {least} to {most}")
    return int(text)
