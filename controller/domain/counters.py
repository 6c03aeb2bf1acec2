"""What an advisor does at a counter: open, call, start, hold, end, transfer, and what they do between customers."""

from msgspec import UNSET

from controller.domain import queues, visits
from controller.domain.commands import (
    CallNext,
    CallRoll,
    CallTicket,
    CloseCounter,
    End,
    Hold,
    NoShow,
    OpenCounter,
    Recall,
    Resume,
    SetActivity,
    Start,
)
from controller.domain.draft import Draft, Refused
from controller.domain.events import (
    CounterClosed,
    CounterOpened,
    ServiceCalled,
    ServiceEnded,
    ServiceHeld,
    ServiceResumed,
    ServiceStarted,
    VisitEnded,
)
from controller.domain.session_facts import free_state
from controller.domain.state import Counter, ServiceEvent


def open_counter(draft: Draft, wish: OpenCounter) -> None:
    counter = draft.counter(wish.counter, open_=False)
    if counter.open:
        if counter.advisor == wish.advisor:
            close(draft, counter, "reopened") if wish.services or wish.languages else None
        else:
            raise Refused("wrong-state", f"counter {counter.id} is open already, for {counter.advisor}")
    for id_ in wish.services:
        if draft.config.service(id_) is None:
            raise Refused("unknown-service", f"there is no service {id_!r}")
    if counter.open and not (wish.services or wish.languages):
        return
    draft.add(_opened(draft, wish))
    if counter.current and draft.turn(counter.current).stage == "serving":
        draft.set_advisor(counter, "serving", "inferred")


def _opened(draft: Draft, wish: OpenCounter) -> CounterOpened:
    """What was said at opening counts, else the configuration; the event says which it is."""
    configured = draft.config.counter(wish.counter)
    services = wish.services or (configured.services if configured else ())
    languages = wish.languages or (configured.languages if configured else ())
    return CounterOpened(
        counter=wish.counter, advisor=wish.advisor, services=services, cause="advisor", languages=languages
    )


def close_counter(draft: Draft, wish: CloseCounter) -> None:
    """Whoever was called but not served goes back to the head of the line; whoever was served is ended as logout."""
    close(draft, draft.counter(wish.counter), "advisor")


def close(draft: Draft, counter: Counter, cause: str) -> None:
    if cause != "reopened":
        for id_ in [counter.current, *counter.held]:
            if id_:
                _let_go(draft, draft.turn(id_))
    draft.set_advisor(counter, "available", "inferred")
    services = tuple(counter.services)
    draft.add(CounterClosed(counter=counter.id, advisor=counter.advisor, services=services, cause=cause))


def call_next(draft: Draft, wish: CallNext) -> None:
    counter = draft.counter(wish.counter)
    _make_free(draft, counter)
    turn = queues.next_for(draft.state, draft.config, counter)
    if turn is not None:
        _call(draft, counter, turn)


def call_ticket(draft: Draft, wish: CallTicket) -> None:
    """Call this one: somebody who waits anywhere, or a no-show who came late after all."""
    counter = draft.counter(wish.counter)
    ticket = visits.ticket_or_refuse(draft, wish.ticket)
    visit = draft.state.visits[ticket.visit]
    turn = draft.turn(visit.current)
    if turn.stage == "waiting":
        _make_free(draft, counter)
        _call(draft, counter, turn)
    elif visits.may_come_late(draft, turn):
        _make_free(draft, counter)
        _call_late(draft, counter, turn)
    else:
        raise Refused("wrong-state", f"ticket {ticket.number} cannot be called: it is {turn.outcome or turn.stage}")


def call_roll(draft: Draft, wish: CallRoll) -> None:
    counter = draft.counter(wish.counter)
    late = visits.roll_number_again(draft, wish)
    _make_free(draft, counter)
    if late is not None:
        _call_late(draft, counter, late)
    else:
        _called(draft, counter, visits.roll_number(draft, wish), 0)


def recall(draft: Draft, wish: Recall) -> None:
    counter = draft.counter(wish.counter)
    turn = _mine(draft, counter, wish.service_event)
    if turn.stage != "called":
        raise Refused("wrong-state", f"only a called customer can be called again; this one is {turn.stage}")
    draft.subject = turn.id
    draft.add(ServiceCalled(service_event=turn.id, counter=counter.id, call=turn.call + 1, waiting_ms=turn.waiting_ms))


def start(draft: Draft, wish: Start) -> None:
    counter = draft.counter(wish.counter)
    turn = _mine(draft, counter, wish.service_event)
    if turn.stage != "called":
        raise Refused("wrong-state", f"service can start after a call; this one is {turn.stage}")
    draft.subject = turn.id
    draft.add(ServiceStarted(service_event=turn.id, at="explicit"))
    draft.set_advisor(counter, "serving", "explicit")


def hold(draft: Draft, wish: Hold) -> None:
    counter = draft.counter(wish.counter)
    turn = _mine(draft, counter, wish.service_event)
    ensure_started(draft, counter, turn)
    draft.subject = turn.id
    draft.add(ServiceHeld(service_event=turn.id, cause="advisor"))
    draft.set_advisor(counter, free_state(draft, counter), "explicit")


def resume(draft: Draft, wish: Resume) -> None:
    counter = draft.counter(wish.counter)
    if counter.current:
        raise Refused("counter-busy", f"counter {counter.id} has a customer; end or hold first")
    id_ = wish.service_event or (counter.held[-1] if counter.held else "")
    if id_ not in counter.held:
        raise Refused("wrong-state", f"counter {counter.id} holds {'no such' if id_ else 'no'} customer")
    draft.subject = id_
    draft.add(ServiceResumed(service_event=id_, cause="advisor"))
    with_expert = free_state(draft, counter) != "available"
    draft.set_advisor(counter, "remote_serving" if with_expert else "serving", "explicit")


def no_show(draft: Draft, wish: NoShow) -> None:
    """The called customer did not come. For `late_s` they may still be called; then the visit is over."""
    counter = draft.counter(wish.counter)
    turn = _mine(draft, counter, wish.service_event)
    if turn.stage != "called":
        raise Refused("wrong-state", f"a no-show is somebody who was called; this one is {turn.stage}")
    draft.subject = turn.id
    end_no_show(draft, turn)


def end_no_show(draft: Draft, turn: ServiceEvent) -> None:
    draft.add(ServiceEnded(service_event=turn.id, outcome="no_show", accurate=True))
    if not draft.config.point.late_s:
        visit = draft.visit(turn)
        draft.add(VisitEnded(visit=visit.id, outcome="no_show", service_events=visit.service_events))


def end(draft: Draft, wish: End) -> None:
    counter = draft.counter(wish.counter)
    turn = _mine(draft, counter, wish.service_event)
    providers = tuple(provider_of(draft, item.service) for item in wish.delivered)
    ensure_started(draft, counter, turn)
    draft.subject = turn.id
    draft.add(
        ServiceEnded(
            service_event=turn.id, outcome="served", resolution=wish.resolution, guidance=wish.guidance,
            channel=wish.channel, delivered=wish.delivered, providers=providers or UNSET, accurate=True,
        )
    )  # fmt: skip
    visits.go_on_or_end(draft, turn, "served", wish.next_service)
    draft.set_advisor(counter, "wrap_up" if draft.config.point.wrap_up_s else "available", "explicit")


def provider_of(draft: Draft, delivered: str) -> str:
    """Whose a delivered service is. Raises Refused("unknown-service")."""
    service = draft.config.service(delivered)
    if service is None:
        raise Refused("unknown-service", f"delivered service {delivered!r} is not known")
    return service.provider


def set_activity(draft: Draft, wish: SetActivity) -> None:
    counter = draft.counter(wish.counter)
    if wish.activity in {"serving", "remote_serving"}:
        raise Refused("invalid", f"{wish.activity} is what calls and starts say, not an activity to choose")
    if counter.current and wish.activity != "available":
        raise Refused("counter-busy", f"counter {counter.id} has a customer; end or hold first")
    if counter.current:
        return
    draft.set_advisor(counter, wish.activity, "explicit", wish.reason)


def ensure_started(draft: Draft, counter: Counter, turn: ServiceEvent) -> None:
    """A start that nobody pressed is inferred: last call plus the walk, but not later than now."""
    if turn.stage == "serving":
        return
    if turn.stage != "called":
        raise Refused("wrong-state", f"service event {turn.id} is {turn.stage}, not being served")
    walk = draft.config.point.walk_s * 1000
    ms = min(draft.now.ms, turn.last_called + walk)
    if turn.last_called_boot == draft.now.boot:
        mono = min(draft.now.mono_ns, turn.last_called_mono + walk * 1_000_000)
    else:  # called before this boot: the wall clock tells how long ago, but not before the boot
        mono = max(0, draft.now.mono_ns - (draft.now.ms - ms) * 1_000_000)
    draft.add(ServiceStarted(service_event=turn.id, at="inferred"), ms=ms, mono_ns=mono)
    draft.set_advisor(counter, "serving", "inferred", ms=ms, mono_ns=mono)


def _make_free(draft: Draft, counter: Counter) -> None:
    """Before a call: a customer whose start and end nobody pressed was served meanwhile, unless still walking."""
    if not counter.current:
        if draft.advisor_state(counter) != "available":
            draft.set_advisor(counter, "available", "inferred")
        return
    turn = draft.turn(counter.current)
    if turn.stage == "serving" or draft.now.ms < turn.last_called + draft.config.point.walk_s * 1000:
        raise Refused("counter-busy", f"counter {counter.id} has a customer; end, hold or mark a no-show first")
    ensure_started(draft, counter, turn)
    draft.add(ServiceEnded(service_event=turn.id, outcome="served", resolution="pending", guidance="none",
                           channel="counter", accurate=False))  # fmt: skip
    visits.go_on_or_end(draft, turn, "served")
    draft.set_advisor(counter, "available", "inferred")


def _call_late(draft: Draft, counter: Counter, turn: ServiceEvent) -> None:
    """A no-show who came after all: the visit goes on where it stood."""
    service = draft.config.service(turn.service)
    if service is None:
        raise Refused("unknown-service", f"service {turn.service} is no longer offered")
    id_ = visits.queue_again(draft, turn, service, "recycle", turn.place, queue=turn.queue, back_to=turn.back_to)
    _called(draft, counter, id_, 0)


def _call(draft: Draft, counter: Counter, turn: ServiceEvent) -> None:
    _called(draft, counter, turn.id, waited_ms(draft, turn))


def waited_ms(draft: Draft, turn: ServiceEvent) -> int:
    """Since it was queued: by the boot's own clock where it is the same boot."""
    same_boot = turn.queued_boot == draft.now.boot
    waited = (draft.now.mono_ns - turn.queued_mono) // 1_000_000 if same_boot else draft.now.ms - turn.queued
    return max(0, waited)


def _called(draft: Draft, counter: Counter, id_: str, waiting_ms: int) -> None:
    draft.subject = id_
    draft.add(ServiceCalled(service_event=id_, counter=counter.id, call=1, waiting_ms=waiting_ms))


def _mine(draft: Draft, counter: Counter, id_: str) -> ServiceEvent:
    """The service event that a button at this counter means: the named one if it is here, else the current one."""
    wanted = id_ or counter.current
    if not wanted:
        raise Refused("wrong-state", f"counter {counter.id} has no customer")
    if wanted != counter.current and wanted not in counter.held:
        raise Refused("wrong-state", f"service event {wanted} is not at counter {counter.id}")
    return draft.turn(wanted)


def _let_go(draft: Draft, turn: ServiceEvent) -> None:
    if turn.stage == "called":
        draft.add(ServiceEnded(service_event=turn.id, outcome="recycled", accurate=True))
        service = draft.config.service(turn.service) or draft.config.services[0]
        place = queues.first_place(draft.state, turn.queue, turn.place)
        visits.queue_again(draft, turn, service, "recycle", place, queue=turn.queue, back_to=turn.back_to)
    else:
        draft.add(ServiceEnded(service_event=turn.id, outcome="ended_logout", accurate=False))
        visits.go_on_or_end(draft, turn, "served")


def current_of(draft: Draft, counter: Counter, id_: str) -> ServiceEvent:
    """As `_mine`, for the rooms beside this one."""
    return _mine(draft, counter, id_)
