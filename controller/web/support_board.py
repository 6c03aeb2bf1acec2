"""What a counter's page shows of an expert who supports its advisor (`view=counter`)."""

from typing import Any

from controller.domain import session_view, views
from controller.domain.point import Service
from controller.domain.state import Session, State
from controller.ports.booth import Seen, counter_place
from controller.web.site import Site

View = dict[str, Any]


def board(site: Site, counter: str) -> View:
    """`support`: the session that lives at this counter; `supports`: the services that one can be asked for now, none
    when nobody could be reached."""
    known = _of(site.state, counter)
    seen = site.exchange.seen(counter_place(counter), known.id if known else "") if site.exchange else Seen()
    now = site.now().ms
    asked = site.config.services if seen.central and site.config.booths else ()
    return {
        "support": _session(site, known, seen) if known is not None else None,
        "supports": [
            _offer(site, one) for one in asked
            if "remote" in one.channels and views.opening(site.state, site.config, one, now)[0]
        ],
    }  # fmt: skip


def _of(state: State, counter: str) -> Session | None:
    """The one of the customer at the desk, else the newest: a customer on hold may have one, too."""
    turn = state.counters[counter].current if counter in state.counters else ""
    own = [one for one in state.sessions.values() if one.counter == counter and one.outcome is None]
    return next((one for one in own if one.service_event == turn), own[-1] if own else None)


def _session(site: Site, known: Session, seen: Seen) -> View:
    service, provider = site.config.service(known.service), site.config.provider(known.provider)
    outlook = seen.outlook
    return session_view.session(site.state, site.config, known.id) | {
        "service_name": service.name if service else {},
        "provider_name": provider.name if provider else {},
        "answered": bool(known.answered),
        "expert": seen.expert or None,
        "page": seen.page,
        "ahead": outlook.ahead if outlook else None,
        "ready": outlook.ready if outlook else None,
        "estimate": views.estimate_view(outlook.estimate) if outlook else None,
    }


def _offer(site: Site, service: Service) -> View:
    provider = site.config.provider(service.provider)
    return {
        "id": service.id, "name": service.name, "provider": service.provider,
        "provider_name": provider.name if provider else {},
    }  # fmt: skip
