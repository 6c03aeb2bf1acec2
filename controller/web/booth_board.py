"""What the booth's page shows (`view=booth`): the services with an expert, the session, what its lines know."""

from typing import Any

from controller.domain import bookings, queues, session_view, views, waiting
from controller.domain.point import Booth, Service
from controller.domain.state import Session
from controller.ports.booth import Seen
from controller.web import dates
from controller.web.problems import Problem
from controller.web.site import Site
from kiosk_ui.messages import Messages

View = dict[str, Any]
ENDED_MS = 120_000  # how long a booth shows how its last session ended


def board(site: Site, id_: str) -> View:
    """Raises Problem for a booth that this point does not have."""
    booth = site.config.booth(id_)
    if booth is None:
        raise Problem("invalid", f"there is no booth {id_[:40]!r} at this point")
    now = site.now().ms
    known = session_view.of_booth(site.state, id_)
    if known is not None and known.outcome is not None and now - known.ended > ENDED_MS:
        known = None
    seen = site.exchange.seen(id_, known.id if known else "") if site.exchange is not None else Seen()
    return {
        "booth": {"id": id_, "name": session_view.booth_name(site.config, id_)},
        "booked": _booked(site, booth),
        "services": [_offer(site, service, now) for service in _offered(site, booth)],
        "session": _session(site, known, seen) if known is not None else None,
        "consent": {"version": booth.consent, "text": booth.consent_text or _consent(site)},
        "help": seen.help,
        "media": seen.media,
        "page": seen.page,
        "central": seen.central,
        "document_camera": bool(booth.document_camera),
        "printer": bool(booth.printer),
        "idle_s": booth.idle_s,
    }


def _booked(site: Site, booth: Booth) -> str | None:
    """The hour from which it is somebody's by appointment, while nobody else may begin here by themselves."""
    booked = bookings.reserved_for(site.state, booth.room, site.now())
    return dates.clock_time(bookings.read_time(booked.start), site.config.point.zone) if booked is not None else None


def for_staff(site: Site, booth: Booth) -> View:
    """A booth at an advisor's desk: is it free, does somebody there call for help?"""
    seen = site.exchange.seen(booth.id, "") if site.exchange is not None else Seen()
    name = session_view.booth_name(site.config, booth.id)
    return {"id": booth.id, "name": name, "state": session_view.booth_state(site.state, booth.id), "help": seen.help}


def _offered(site: Site, booth: Booth) -> list[Service]:
    chosen = booth.services
    return [s for s in site.config.services if "remote" in s.channels and (not chosen or s.id in chosen)]


def _offer(site: Site, service: Service, now: int) -> View:
    provider = site.config.provider(service.provider)
    is_open, _ = views.opening(site.state, site.config, service, now)
    return {
        "id": service.id,
        "name": service.name,
        "hint": service.hint,
        "provider": service.provider,
        "provider_name": provider.name if provider else {},
        "icon": provider.icon if provider else "service",
        "open": is_open,
        "full": queues.is_full(site.state, site.config.queue(service.queue)),
        "estimate": views.estimate_view(waiting.for_newcomer(site.state, site.config, service, now)),
    }


def _session(site: Site, known: Session, seen: Seen) -> View:
    service, provider = site.config.service(known.service), site.config.provider(known.provider)
    outlook = seen.outlook
    return session_view.session(site.state, site.config, known.id) | {
        "service_name": service.name if service else {},
        "provider_name": provider.name if provider else {},
        "expert": seen.expert or None,
        "consent": seen.consent or None,
        "off": {"audio": seen.off.audio, "video": seen.off.video},
        "answered": bool(known.answered),
        "ahead": outlook.ahead if outlook else None,
        "ready": outlook.ready if outlook else None,
        "estimate": views.estimate_view(outlook.estimate) if outlook else None,
        "files": [
            {"id": f.id, "name": f.name, "kind": f.kind, "size": f.size, "got": f.got, "state": f.state,
             "cause": f.cause, "printable": f.printable}
            for f in seen.files
        ],
    }  # fmt: skip


def _consent(site: Site) -> dict[str, str]:
    """Our own words, a line for each thing that the customer agrees to."""
    house = site.config.point.house
    return {lang: Messages(lang, house).text("booth-consent-text") for lang in site.config.point.languages}
