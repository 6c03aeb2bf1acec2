"""A customer is sent on: to a queue, a counter or a service; first, last or keeping the place; there and back."""

from controller.domain import counters, queues, visits
from controller.domain.commands import Transfer
from controller.domain.draft import Draft, Refused
from controller.domain.events import ServiceEnded
from controller.domain.point import Service
from controller.domain.state import ServiceEvent


def transfer(draft: Draft, wish: Transfer) -> None:
    """This service event ends as transferred, and a new one of the same visit and number waits at the target."""
    counter = draft.counter(wish.counter)
    turn = counters.current_of(draft, counter, wish.service_event)
    service, queue, only = _target(draft, wish, turn)
    if turn.stage != "held":
        counters.ensure_started(draft, counter, turn)
    draft.add(ServiceEnded(service_event=turn.id, outcome="transferred", accurate=True))
    draft.subject = visits.queue_again(
        draft, turn, service, "transfer", _place(draft, wish, turn, queue), queue=queue, only=only,
        back_to=wanted_by(draft, turn, wish.counter, come_back=wish.come_back),
    )  # fmt: skip
    if turn.id == counter.current:
        draft.set_advisor(counter, "available", "explicit")


def wanted_by(draft: Draft, turn: ServiceEvent, sender: str, *, come_back: bool = False) -> str:
    """The counter that has this customer back when who comes next is done: the sender, else who sent them before."""
    wanted = visits.sent_on(visits.senders(draft, turn), sender)
    return sender if come_back else (wanted[-1].counter if wanted else "")


def target_of(draft: Draft, wish: Transfer, turn: ServiceEvent) -> tuple[Service, str, str, int]:
    """Service, queue, the one counter if it is for one, and the place there: what a transfer by somebody who sits at no
    counter comes to."""
    service, queue, only = _target(draft, wish, turn)
    return service, queue, only, _place(draft, wish, turn, queue)


def _target(draft: Draft, wish: Transfer, turn: ServiceEvent) -> tuple[Service, str, str]:
    """Where to: service, queue, and the one counter if it is for one."""
    service = draft.config.service(turn.service)
    if wish.to_service:
        service = visits.open_service(draft, wish.to_service)
        return service, service.queue, _open_counter(draft, wish.to_counter)
    if wish.to_queue:
        if draft.config.queue(wish.to_queue) is None:
            raise Refused("invalid", f"there is no queue {wish.to_queue!r}")
        if service is None or service.queue != wish.to_queue:
            offered = [s for s in draft.config.services if s.queue == wish.to_queue]
            if not offered:
                raise Refused("invalid", f"queue {wish.to_queue} has no service")
            service = offered[0]
        return service, wish.to_queue, _open_counter(draft, wish.to_counter)
    if wish.to_counter:
        if service is None:
            raise Refused("unknown-service", f"service {turn.service} is no longer offered")
        return service, turn.queue, _open_counter(draft, wish.to_counter)
    raise Refused("invalid", "say where to: queue, counter or service")


def _open_counter(draft: Draft, id_: str) -> str:
    return draft.counter(id_).id if id_ else ""


def _place(draft: Draft, wish: Transfer, turn: ServiceEvent, queue: str) -> int:
    match wish.position:
        case "first":
            return queues.first_place(draft.state, queue, turn.place)
        case "keep":
            return turn.place
        case "last":
            return queues.new_place(draft.state, draft.config, draft.now, 0)
