"""What each page shows: one pure picture of the state a view, in every language at once."""

from typing import Any

from controller.domain import hours, queues, rolls, views, waiting
from controller.domain.hours import local_date
from controller.domain.point import Service
from controller.domain.session_view import booth_name
from controller.domain.state import Counter, ServiceEvent
from controller.domain.text import moment
from controller.web import booth_board, dates, device_rows, support_board
from controller.web.problems import Problem
from controller.web.site import Site

View = dict[str, Any]
RECENT_MS = 180_000  # a kiosk keeps its tickets in sight this long, for the paper's result
UNPAPERED_MS = 900_000  # staff see numbers without paper this long
SHOWN_CALLS, SHOWN_NEXT, SHOWN_EVENTS = 8, 10, 40


def build(site: Site, view: str, id_: str) -> View:
    """The state of one view. Raises Problem for a view or a surface that this point does not have."""
    match view:
        case "kiosk":
            return kiosk(site, id_)
        case "tv":
            return tv(site, id_)
        case "counter":
            return desk(site, id_)
        case "booth":
            return _common(site, "booth", id_) | booth_board.board(site, id_)
        case "technician":
            return technician(site)
        case "wall" if site.demo is not None:
            return wall(site)
        case _:
            raise Problem("invalid", f"there is no view {view[:40]!r} here")


def kiosk(site: Site, id_: str) -> View:
    config, state, now = site.config, site.state, site.now().ms
    known = config.kiosk(id_)
    if known is None:
        raise Problem("invalid", f"there is no kiosk {id_[:40]!r} at this point")
    offered = views.offered_at(config, id_)
    recent = [t for t in state.tickets.values() if t.kiosk == id_ and now - t.issued < RECENT_MS][-20:]
    board = _common(site, "kiosk", id_) | {
        "providers": [
            {"id": p.id, "name": p.name, "hint": p.hint, "icon": p.icon,
             "services": [_offer(site, s, now) for s in offered if s.provider == p.id]}
            for p in config.providers
            if any(s.provider == p.id for s in offered)
        ],
        "general": known.general or None,
        "appointments": True,
        "printer": _printer(site, known.printer) if known.printer else None,
        "tickets": {t.id: views.ticket(state, config, site.secret, t.id) for t in recent},
        "idle_s": known.idle_s,
    }  # fmt: skip
    opens = hours.next_opening(config, None, now)
    if board["issuing"] == "closed" and opens is not None:
        board["opens_text"] = _opens(site, opens)
    return board


def tv(site: Site, id_: str) -> View:
    config, state, now = site.config, site.state, site.now().ms
    known = next((s for s in config.screens if s.id == id_), None)
    if known is None:
        raise Problem("invalid", f"there is no screen {id_[:40]!r} at this point")
    shown = [q for q in config.queues if not known.queues or q.id in known.queues]
    ids = tuple(q.id for q in shown)
    board = _common(site, "tv", id_) | {
        "date_text": _date_texts(site, now),
        "called": [_called_row(site, turn) for turn in views.called(state) if turn.queue in ids][:SHOWN_CALLS],
        "next": [_number(site, turn) for turn in queues.in_order(state, ids)[:SHOWN_NEXT]],
        "queues": [
            {
                "id": q.id,
                "name": q.name,
                "waiting": queues.waiting(state, q.id),
                "estimate": _queue_estimate(site, q.id),
            }
            for q in shown
        ],
        "message": site.message(),
        "sound": known.sound,
    }
    opens = hours.next_opening(config, None, now)
    if board["issuing"] == "closed" and opens is not None:
        board["opens_text"] = _opens(site, opens)
    return board


def desk(site: Site, id_: str) -> View:
    config, state, now = site.config, site.state, site.now().ms
    configured = config.counter(id_)
    if configured is None:
        raise Problem("invalid", f"there is no counter {id_[:40]!r} at this point")
    known = state.counters.get(id_) or Counter(id_)
    return _common(site, "counter", id_) | support_board.board(site, id_) | {
        "name": configured.name,
        "label": configured.label,
        "state": "open" if known.open else "closed",
        "advisor": {"id": known.advisor, "state": known.state, "since": moment(known.since)} if known.open else None,
        "services": known.services or list(configured.services),
        "speaks": known.languages or list(configured.languages),
        "current": _at_desk(site, known.current) if known.current else None,
        "held": [_at_desk(site, held) for held in known.held],
        "late": [_late(site, visit) for visit in state.late],
        "waiting": [_waiting(site, known, turn) for turn in queues.in_order(state)[:200]],
        "queues": [
            {"id": q.id, "name": q.name, "waiting": queues.waiting(state, q.id), "open": _queue_open(site, q.id, now)}
            for q in config.queues
        ],
        "counters": [_other_desk(site, c.id) for c in config.counters],
        "all_services": [_service_card(site, s) for s in config.services],
        "printers": [_printer(site, p.id) for p in config.printers],
        "unpapered": [
            {"ticket": t.id, "number": t.number, "cause": t.print.cause}
            for t in state.tickets.values()
            if t.print.state in {"failed", "void", "unknown"} and now - t.issued < UNPAPERED_MS
            and state.visits[t.visit].outcome is None
        ][-20:],
        "incidents": [
            {"id": i.id, "place": i.place, "kind": i.kind, "state": i.state} for i in state.incidents.values()
        ],
        "booths": [booth_board.for_staff(site, booth) for booth in config.booths],
        "walk_s": config.point.walk_s,
        "wrap_up_s": config.point.wrap_up_s,
        "roll": config.point.paper_roll,
        "clock": "unset" if site.issuing() == "clock_not_set" else site.now().clock,
    }  # fmt: skip


def technician(site: Site) -> View:
    return _common(site, "technician", "") | device_rows.board(site)


def wall(site: Site) -> View:
    """The demo's wall; its event list is kept by `wall_events.follow`."""
    config = site.config
    assert site.demo is not None and site.day is not None
    return _common(site, "wall", "") | {
        "links": {
            "kiosk": f"/kiosk/{config.kiosks[0].id}", "tv": f"/tv/{config.screens[0].id}",
            "counter": f"/counter/{config.counters[0].id}", "sim": site.demo.sim, "central": site.demo.central,
            "technician": "/technician",
            **({"booth": f"/booth/{config.booths[0].id}", "expert": site.demo.expert} if config.booths else {}),
        },
        "counters": [{"id": c.id, "label": c.label} for c in config.counters],
        "central": {"up": site.link.up, "seq": site.link.seq, "fork": site.link.fork},
        "seq": site.state.seq,
        "events": site.rows,
        "demo_day": {"running": site.day.running, "speed": site.day.speed, "time": site.day.time},
    }  # fmt: skip


def _common(site: Site, view: str, id_: str) -> View:
    point = site.config.point
    return {
        "view": view,
        "id": id_,
        "point": {"id": point.id, "name": point.name},
        "languages": list(point.languages),
        "house": point.house,
        "demo": site.demo is not None,
        "issuing": site.issuing(),
    }


def _offer(site: Site, service: Service, now: int) -> View:
    is_open, opens = views.opening(site.state, site.config, service, now)
    queue = site.config.queue(service.queue)
    known = waiting.for_newcomer(site.state, site.config, service, now)
    offer: View = {
        "id": service.id,
        "name": service.name,
        "hint": service.hint,
        "queue": service.queue,
        "open": is_open,
        "waiting": queues.waiting(site.state, service.queue),
        "estimate": views.estimate_view(known),
        "channels": list(service.channels),
        "full": queues.is_full(site.state, queue),
    }
    if opens is not None:
        offer["opens_text"] = _opens(site, opens)
    if service.card is not None:
        offer["card"] = {"bring": {k: list(v) for k, v in service.card.bring.items()}}
    return offer


def _opens(site: Site, ms: int) -> dict[str, str]:
    zone = site.config.point.zone
    return {language: dates.opening_text(ms, language, zone) for language in site.config.point.languages}


def _date_texts(site: Site, now: int) -> dict[str, str]:
    day = local_date(site.config.point.zone, now)
    return {language: dates.long_date(day, language) for language in site.config.point.languages}


def _called_row(site: Site, turn: ServiceEvent) -> View:
    counter = site.config.counter(turn.counter)
    place = {} if counter else booth_name(site.config, turn.booth)
    return {
        "service_event": turn.id,
        "number": _number(site, turn),
        "counter": turn.counter,
        "booth": turn.booth,
        "counter_label": counter.label if counter else place.get(site.config.point.house, turn.booth),
        "counter_name": counter.name if counter else place,
        "call": turn.call,
        "called_at": moment(turn.last_called),
        "language": site.state.visits[turn.visit].language,
        "state": turn.stage,
    }


def _number(site: Site, turn: ServiceEvent) -> str:
    ticket = site.state.tickets.get(site.state.visits[turn.visit].ticket)
    return ticket.number if ticket else ""


def _queue_estimate(site: Site, queue: str) -> View | None:
    """The promise of a queue: of its first service, whose counters it shares."""
    service = next((s for s in site.config.services if s.queue == queue), None)
    if service is None:
        return None
    return views.estimate_view(waiting.for_newcomer(site.state, site.config, service, site.now().ms))


def _queue_open(site: Site, queue: str, now: int) -> bool:
    own = [s for s in site.config.services if s.queue == queue]
    return any(queues.is_open(site.state, site.config, s, now) for s in own)


def _at_desk(site: Site, id_: str) -> View:
    turn = site.state.service_events[id_]
    visit = site.state.visits[turn.visit]
    return views.service_event(site.state, id_) | {
        "also": list(visit.wanted), "priority": visit.priority,
        "started_at": moment(turn.started) if turn.started else None, "held_ms": turn.held_ms,
    }  # fmt: skip


def _late(site: Site, visit_id: str) -> View:
    visit = site.state.visits[visit_id]
    turn = site.state.service_events[visit.current]
    return {
        "ticket": visit.ticket,
        "number": _number(site, turn),
        "service": turn.service,
        "ended_at": moment(turn.ended),
    }


def _waiting(site: Site, counter: Counter, turn: ServiceEvent) -> View:
    visit = site.state.visits[turn.visit]
    return {
        "ticket": visit.ticket,
        "service_event": turn.id,
        "number": _number(site, turn),
        "service": turn.service,
        "provider": turn.provider,
        "queue": turn.queue,
        "language": visit.language,
        "priority": visit.priority,
        "queued_at": moment(turn.queued),
        "eligible": queues.eligible(site.state, site.config, counter, turn),
        "appointment": bool(visit.appointment),
    }


def _other_desk(site: Site, id_: str) -> View:
    configured, known = site.config.counter(id_), site.state.counters.get(id_) or Counter(id_)
    current = site.state.service_events.get(known.current)
    return {
        "id": id_,
        "name": configured.name if configured else {},
        "label": configured.label if configured else id_,
        "state": "open" if known.open else "closed",
        "advisor_state": known.state if known.open else None,
        "current": _number(site, current) if current else None,
    }


def _service_card(site: Site, service: Service) -> View:
    provider = site.config.provider(service.provider)
    view: View = {
        "id": service.id, "name": service.name, "provider": service.provider,
        "provider_name": provider.name if provider else {}, "queue": service.queue,
    }  # fmt: skip
    if service.card is not None:
        card = service.card
        view["card"] = {
            "bring": {k: list(v) for k, v in card.bring.items()}, "instructions": card.instructions,
            "support": card.support, "valid_from": card.valid_from, "valid_to": card.valid_to,
        }  # fmt: skip
    return view


def _printer(site: Site, id_: str) -> View:
    left = rolls.forecast(site.state, site.config, id_)
    return views.printer(site.state, id_) | {"tier": site.tiers(id_), "tickets_left": left}
