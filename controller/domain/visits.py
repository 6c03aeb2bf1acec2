"""A visit from its ticket to its end: one number, one or more services one after another."""

from itertools import pairwise

from controller.domain import numbering, queues, waiting
from controller.domain.commands import CallRoll, CancelTicket, TakeTicket
from controller.domain.draft import Draft, Refused, hash_code
from controller.domain.event_words import Entry, QueuedCause, ServiceOutcome, VisitOutcome
from controller.domain.events import ServiceEnded, ServiceQueued, TicketIssued, TicketVoided, VisitCreated, VisitEnded
from controller.domain.point import Queue, Service
from controller.domain.state import ServiceEvent, Ticket


def take_ticket(draft: Draft, wish: TakeTicket) -> None:
    """A customer wants a number for `wish.service`, and maybe further services on the same ticket."""
    service = open_service(draft, wish.service)
    for id_ in wish.also:
        open_service(draft, id_)
    room_in_queue(draft, service)
    if wish.language not in draft.config.point.languages:
        raise Refused("invalid", f"language {wish.language!r} is none of {', '.join(draft.config.point.languages)}")
    wanted = (wish.service, *(id_ for id_ in dict.fromkeys(wish.also) if id_ != wish.service))
    priority = max(wish.priority, service.priority)
    issue(draft, service, wish.entry, wish.language, wanted, priority, device=wish.device)


def issue(
    draft: Draft, service: Service, entry: Entry, language: str, wanted: tuple[str, ...], priority: int, *,
    device: str = "", place: int | None = None, appointment: str = "", n: int | None = None,
) -> None:  # fmt: skip
    """The facts of a new visit: created, ticket with its number, waiting in its queue."""
    today = today_or_refuse(draft)
    queue = queue_of(draft, service)
    visit = draft.new_id("v")
    created = VisitCreated(visit=visit, entry=entry, language=language, services=wanted, priority=priority)
    if appointment:
        created = VisitCreated(visit=visit, entry=entry, language=language, services=wanted, priority=priority,
                               appointment=appointment)  # fmt: skip
    draft.add(created)
    ticket, turn = draft.new_id("t"), _later_id(draft, "s")
    if place is None:
        place = queues.new_place(draft.state, draft.config, draft.now, priority)
    place = queues.free_place(draft.state, queue.id, place)
    number = n if n is not None else numbering.next_number(draft.state, queue.series)
    draft.subject = ticket
    draft.add(
        TicketIssued(
            visit=visit, ticket=ticket, service_event=turn, series=queue.series, n=number,
            number=numbering.written(queue.series, number), business_date=today, queue=queue.id,
            ahead=queues.ahead(draft.state, queue.id, place),
            estimate=None if entry == "roll" else waiting.estimate(draft.state, draft.config, service, place),
            medium="paper" if device else ("none" if entry in {"roll", "web"} else "screen"),
            code_hash=hash_code(draft.code(ticket)),
        )
    )  # fmt: skip
    draft.add(_queued(turn, visit, 1, service, "initial", place))


def queue_again(
    draft: Draft, turn: ServiceEvent, service: Service, cause: QueuedCause, place: int, *,
    queue: str = "", only: str = "", back_to: str = "", offset: int = 1,
) -> str:  # fmt: skip
    """The visit of `turn` goes on: a new service event of the same visit and number. Gives its id."""
    id_ = draft.new_id("s")
    place = queues.free_place(draft.state, queue or service.queue, place)
    fact = _queued(id_, turn.visit, draft.visit(turn).service_events + offset, service, cause, place, queue=queue)
    draft.add(_targeted(fact, only, back_to))
    return id_


def go_on_or_end(draft: Draft, turn: ServiceEvent, outcome: VisitOutcome, next_service: str = "") -> None:
    """After a served service: the one named by the advisor, else back to who sent them, else the next they wanted."""
    visit = draft.visit(turn)
    first = draft.state.service_events[visit.history[0]].place
    if next_service:
        service = draft.config.service(next_service)
        if service is None:
            raise Refused("unknown-service", f"there is no service {next_service!r}")
        queue_again(draft, turn, service, "additional", first, back_to=turn.back_to)
    elif back := senders(draft, turn):
        service = draft.config.service(back[-1].service) or draft.config.services[0]
        further = back[-2].counter if len(back) > 1 else ""
        queue_again(draft, turn, service, "return", first, only=back[-1].counter, back_to=further)
    else:
        wanted = (draft.config.service(id_) for id_ in visit.wanted)
        service_next = next((s for s in wanted if s is not None), None)
        if service_next is not None:
            queue_again(draft, turn, service_next, "additional", first)
        else:
            draft.add(VisitEnded(visit=visit.id, outcome=outcome, service_events=visit.service_events))


def senders(draft: Draft, turn: ServiceEvent) -> list[ServiceEvent]:
    """The service events during which somebody sent this customer on and asked to have them back, the next one last.

    A return takes the last away and nothing but another such wish adds one, so that every visit comes to its end.
    """
    back: list[ServiceEvent] = []
    events = [draft.state.service_events[id_] for id_ in draft.visit(turn).history]
    for before, event in pairwise(events):
        if event.cause == "return" and back:
            back.pop()
        elif event.cause == "transfer":
            back = sent_on(back, before.counter) if event.back_to else []
            if event.back_to and event.back_to == before.counter:  # an expert sits at no counter, and has nobody back
                back = [*back, before]
    return back


def sent_on(back: list[ServiceEvent], counter: str) -> list[ServiceEvent]:
    """Who still wants the customer back when `counter` sends them on: not itself, for it had them."""
    return back[:-1] if back and back[-1].counter == counter else back


def cancel(draft: Draft, wish: CancelTicket) -> None:
    """The customer, or staff for them, gives the number back; only while it waits or was just called."""
    ticket = ticket_or_refuse(draft, wish.ticket)
    turn = draft.state.service_events[draft.state.visits[ticket.visit].current]
    if turn.stage not in {"waiting", "called"}:
        raise Refused("wrong-state", f"ticket {ticket.number} cannot be cancelled: it is {turn.stage}")
    by_customer = wish.actor.startswith("kiosk:")
    remove(draft, turn, "removed_customer" if by_customer else "removed_staff", "cancelled")
    draft.add(TicketVoided(ticket=ticket.id, cause="customer" if by_customer else "staff"))
    draft.subject = ticket.id


def remove(draft: Draft, turn: ServiceEvent, outcome: ServiceOutcome, visit_outcome: VisitOutcome) -> None:
    """End a service event that was not served, and its visit with it."""
    draft.add(ServiceEnded(service_event=turn.id, outcome=outcome, accurate=outcome != "ended_timeout"))
    visit = draft.visit(turn)
    draft.add(VisitEnded(visit=visit.id, outcome=visit_outcome, service_events=visit.service_events))


def may_come_late(draft: Draft, turn: ServiceEvent) -> bool:
    """A no-show whose visit is not over yet."""
    return turn.outcome == "no_show" and draft.visit(turn).outcome is None


def roll_number_again(draft: Draft, wish: CallRoll) -> ServiceEvent | None:
    """The no-show with this number of the roll, if there is one; None for a number that is new here."""
    series = queue_of(draft, _roll_service(draft, wish)).series
    for visit in draft.state.visits.values():
        ticket = draft.state.tickets.get(visit.ticket)
        if ticket is None or visit.outcome is not None or (ticket.series, ticket.n) != (series, wish.n):
            continue
        turn = draft.state.service_events[visit.current]
        if not may_come_late(draft, turn):
            raise Refused("wrong-state", f"number {ticket.number} is being served already")
        return turn
    return None


def roll_number(draft: Draft, wish: CallRoll) -> str:
    """A number torn from a paper roll: its visit begins with its call. Gives its service event."""
    service = _roll_service(draft, wish)
    house = draft.config.point.house
    issue(draft, service, "roll", house, (wish.service,), service.priority, n=wish.n)
    queued = draft.facts[-1].event
    assert isinstance(queued, ServiceQueued)
    return queued.service_event


def _roll_service(draft: Draft, wish: CallRoll) -> Service:
    """Whoever has a number of the roll came while it was open: the call itself asks for no opening hours."""
    if not draft.config.point.paper_roll:
        raise Refused("wrong-state", "this point has no manual paper roll ([point].paper_roll = false)")
    service = draft.config.service(wish.service)
    if service is None:
        raise Refused("unknown-service", f"there is no service {wish.service!r} at this point")
    return service


def today_or_refuse(draft: Draft) -> str:
    today = numbering.business_date(draft.state.business_date, draft.now, draft.config.point.zone)
    if not today:
        raise Refused("clock-not-set", "the clock of this machine was never set: no number can be given")
    return today


def ticket_or_refuse(draft: Draft, id_: str) -> Ticket:
    ticket = draft.state.tickets.get(id_)
    if ticket is None:
        raise Refused("unknown-ticket", f"there is no ticket {id_!r} today")
    return ticket


def open_service(draft: Draft, id_: str) -> Service:
    service = draft.config.service(id_)
    if service is None:
        raise Refused("unknown-service", f"there is no service {id_!r} at this point")
    today_or_refuse(draft)
    if not queues.is_open(draft.state, draft.config, service, draft.now.ms):
        raise Refused("closed", f"service {id_} is closed now")
    return service


def queue_of(draft: Draft, service: Service) -> Queue:
    queue = draft.config.queue(service.queue)
    assert queue is not None, f"service {service.id} names no queue: settings let it through"
    return queue


def room_in_queue(draft: Draft, service: Service) -> None:
    """Raises Refused("cap-reached") when as many wait there as may."""
    queue = queue_of(draft, service)
    if queues.is_full(draft.state, queue):
        raise Refused("cap-reached", f"queue {queue.id} is full: {queue.cap} wait")


def _later_id(draft: Draft, kind: str) -> str:
    """The id that the fact after the next will have."""
    return f"{kind}-{draft.state.journal[:8]}-{draft.state.seq + len(draft.facts) + 2}"


def _queued(
    id_: str, visit: str, n: int, service: Service, cause: QueuedCause, place: int, *, queue: str = ""
) -> ServiceQueued:
    return ServiceQueued(
        service_event=id_, visit=visit, n=n, queue=queue or service.queue, provider=service.provider,
        service=service.id, cause=cause, place=place, target_s=service.target_wait_s,
    )  # fmt: skip


def _targeted(fact: ServiceQueued, only: str, back_to: str) -> ServiceQueued:
    extra = {key: value for key, value in (("counter", only), ("back_to", back_to)) if value}
    if not extra:
        return fact
    return ServiceQueued(
        service_event=fact.service_event, visit=fact.visit, n=fact.n, queue=fact.queue, provider=fact.provider,
        service=fact.service, cause=fact.cause, place=fact.place, target_s=fact.target_s, **extra,
    )  # fmt: skip
