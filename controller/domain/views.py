"""The contract's own pictures of the state (section 3): a ticket, a service event, the services, the whole point."""

from typing import Any

from controller.domain import hours, queues, session_view, waiting
from controller.domain.draft import secret_code
from controller.domain.events import Estimate
from controller.domain.point import Config, Service
from controller.domain.session_view import is_from_lobby
from controller.domain.state import Counter, ServiceEvent, State, Ticket, live
from controller.domain.text import moment, pick

View = dict[str, Any]


def ticket(state: State, config: Config, secret: bytes, id_: str) -> View:
    """A ticket as it is now. Raises KeyError for one this day does not know."""
    known = state.tickets[id_]
    visit = state.visits[known.visit]
    turn = state.service_events[visit.current]
    code = secret_code(secret, known.id)
    service = config.service(turn.service)
    waits = turn.stage == "waiting"
    view: View = {
        "id": known.id,
        "visit": known.visit,
        "service_event": turn.id,
        "series": known.series,
        "n": known.n,
        "number": known.number,
        "business_date": known.business_date,
        "queue": turn.queue,
        "service": turn.service,
        "provider": turn.provider,
        "language": visit.language,
        "state": stage_of(state, turn),
        "ahead": queues.ahead(state, turn.queue, turn.place) if waits else 0,
        "estimate": _estimate(waiting.estimate(state, config, service, turn.place)) if waits and service else None,
        "issued_at": moment(known.issued),
        "medium": known.medium,
        "print": printed(known),
        "code": code,
        "url": f"{config.point.public_url.rstrip('/')}/t/{code}",
    }
    if turn.counter:
        view["counter"] = turn.counter
    return view


def stage_of(state: State, turn: ServiceEvent) -> str:
    """waiting, called, serving, held, transferred, done, no_show, cancelled or removed."""
    if turn.stage != "ended":
        return turn.stage
    ticket_ = state.tickets.get(state.visits[turn.visit].ticket)
    if ticket_ is not None and ticket_.voided:
        return "cancelled"
    match turn.outcome:
        case "no_show":
            return "no_show"
        case "transferred":
            return "transferred"
        case "removed_customer" | "removed_staff":
            return "cancelled"
        case "removed_reset" | "recycled":
            return "removed"
        case _:
            return "done"


def printed(known: Ticket) -> View:
    paper = known.print
    view: View = {"state": paper.state}
    if paper.job:
        view |= {"job": paper.job, "device": paper.device, "copy": paper.copy}
    if paper.tier:
        view["tier"] = paper.tier
    if paper.cause:
        view["cause"] = paper.cause
    return view


def service_event(state: State, id_: str) -> View:
    """A service event as every counter action answers with one."""
    turn = state.service_events[id_]
    visit = state.visits[turn.visit]
    ticket_ = state.tickets.get(visit.ticket)
    return {
        "service_event": turn.id,
        "visit": turn.visit,
        "ticket": visit.ticket or None,
        "number": ticket_.number if ticket_ else None,
        "service": turn.service,
        "provider": turn.provider,
        "queue": turn.queue,
        "counter": turn.counter or None,
        "language": visit.language,
        "state": stage_of(state, turn),
        "call": turn.call,
        "waiting_ms": turn.waiting_ms,
        "called_at": moment(turn.last_called) if turn.last_called else None,
    }


def services(state: State, config: Config, now_ms: int, language: str, kiosk: str = "") -> View:
    """What is offered, in one language (the house's where a text is missing)."""
    house = config.point.house
    offered = offered_at(config, kiosk)
    providers: list[View] = []
    for provider in config.providers:
        own = [_service(state, config, s, now_ms, language) for s in offered if s.provider == provider.id]
        if own:
            providers.append({"id": provider.id, "name": pick(provider.name, language, house), "services": own})
    return {"lang": language, "seq": state.seq, "providers": providers}


def offered_at(config: Config, kiosk: str = "") -> list[Service]:
    """The services that a kiosk offers; all that any kiosk may offer for ""."""
    known = config.kiosk(kiosk)
    chosen = known.services if known else ()
    return [s for s in config.services if s.kiosk and (not chosen or s.id in chosen)]


def point(state: State, config: Config, secret: bytes, now_ms: int, clock: str, epoch: str) -> View:
    """`GET /state`: everything at once."""
    return {
        "seq": state.seq,
        "epoch": epoch,
        "point": config.point.id,
        "business_date": state.business_date or None,
        "clock": clock,
        "queues": [
            {
                "id": q.id,
                "name": pick(q.name, config.point.house, config.point.house),
                "waiting": [_waiting_ticket(state, config, secret, turn) for turn in queues.in_order(state, (q.id,))],
            }
            for q in config.queues
        ],
        "counters": [counter(state, config, c.id) for c in config.counters],
        "called": [service_event(state, turn.id) for turn in called(state)],
        "kiosks": [{"id": k.id, "printer": k.printer or None} for k in config.kiosks],
        "screens": [{"id": s.id, "sound": s.sound} for s in config.screens],
        "booths": [{"id": b.id, "state": session_view.booth_state(state, b.id)} for b in config.booths],
        "printers": [printer(state, p.id) for p in config.printers],
        "incidents": [
            {"id": i.id, "place": i.place, "kind": i.kind, "state": i.state} for i in state.incidents.values()
        ],
        "now": moment(now_ms),
    }


def counter(state: State, config: Config, id_: str) -> View:
    configured = config.counter(id_)
    known = state.counters.get(id_) or Counter(id_)
    house = config.point.house
    name = pick(configured.name, house, house) if configured and configured.name else id_
    return {
        "id": id_,
        "name": name,
        "state": "open" if known.open else "closed",
        "advisor": {"id": known.advisor, "state": known.state, "since": moment(known.since)} if known.open else None,
        "current": service_event(state, known.current) if known.current else None,
    }


def called(state: State) -> list[ServiceEvent]:
    """Who was called from the lobby and is not finished, newest call first."""
    turns = [turn for turn in live(state) if turn.stage in {"called", "serving"} and is_from_lobby(state, turn)]
    return sorted(turns, key=lambda turn: (turn.last_called, turn.id), reverse=True)


def printer(state: State, id_: str) -> View:
    """A printer as it last reported; unknown is said, never shown as fine."""
    known = state.devices.get(id_)
    if known is None:
        return {"id": id_, "state": "unknown", "causes": [], "tier": None}
    return {"id": id_, "state": known.state, "causes": known.causes, "tier": None, "simulated": known.simulated}


def opening(state: State, config: Config, service: Service, now_ms: int) -> tuple[bool, int | None]:
    """Is it open, and if not, when does it open by the hours?"""
    if queues.is_open(state, config, service, now_ms):
        return True, None
    if service.id in state.closed_by_order:
        return False, None
    return False, hours.next_opening(config, service, now_ms)


def _service(state: State, config: Config, service: Service, now_ms: int, language: str) -> View:
    house = config.point.house
    is_open, opens = opening(state, config, service, now_ms)
    view: View = {
        "id": service.id,
        "name": pick(service.name, language, house),
        "queue": service.queue,
        "open": is_open,
        "waiting": queues.waiting(state, service.queue),
        "estimate": _estimate(waiting.for_newcomer(state, config, service, now_ms)),
        "channels": list(service.channels),
    }
    if opens is not None:
        view["opens_at"] = moment(opens)
    if service.card is not None:
        card = service.card
        view["card"] = {
            "bring": list(card.bring.get(language) or card.bring.get(house) or ()),
            "instructions": pick(card.instructions, language, house) if card.instructions else None,
            "support": pick(card.support, language, house) if card.support else None,
            "valid_from": card.valid_from,
            "valid_to": card.valid_to,
        }
    return view


def _waiting_ticket(state: State, config: Config, secret: bytes, turn: ServiceEvent) -> View:
    return ticket(state, config, secret, state.visits[turn.visit].ticket)


def _estimate(known: Estimate | None) -> View | None:
    return {"p50_s": known.p50_s, "p80_s": known.p80_s} if known else None


estimate_view = _estimate
