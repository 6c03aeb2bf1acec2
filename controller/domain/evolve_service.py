"""What the events of a service event do to the queues and the counters."""

from bisect import bisect_left, insort
from typing import assert_never

from controller.domain import events as e
from controller.domain import evolve_session, queues
from controller.domain.state import ServiceEvent, State

KEPT_DURATIONS = 40  # served durations a service remembers for its estimate

Moved = e.ServiceQueued | e.ServiceCalled | e.ServiceStarted | e.ServiceHeld | e.ServiceResumed


def moved(state: State, event: Moved, ms: int, mono_ns: int, boot: str) -> None:
    if isinstance(event, e.ServiceQueued):
        _queued(state, event, ms, mono_ns, boot)
        return
    turn = state.service_events[event.service_event]
    match event:
        case e.ServiceCalled():
            _called(state, turn, event, ms)
            turn.last_called_mono, turn.last_called_boot = mono_ns, boot
        case e.ServiceStarted():
            turn.stage, turn.started = "serving", ms
        case e.ServiceHeld():
            turn.stage, turn.held_since = "held", ms
            _leave_counter(state, turn)
            if turn.counter:
                state.counters[turn.counter].held.append(turn.id)
        case e.ServiceResumed():
            turn.stage = "serving"
            turn.held_ms += max(0, ms - turn.held_since)
            if turn.counter:
                state.counters[turn.counter].held.remove(turn.id)
                state.counters[turn.counter].current = turn.id
        case _:
            assert_never(event)


def _queued(state: State, event: e.ServiceQueued, ms: int, mono_ns: int, boot: str) -> None:
    visit = state.visits[event.visit]
    turn = ServiceEvent(
        event.service_event, event.visit, event.n, event.queue, event.provider, event.service, event.cause,
        event.place, ms, mono_ns, boot,
    )  # fmt: skip
    turn.only = event.counter if isinstance(event.counter, str) else ""
    turn.back_to = event.back_to if isinstance(event.back_to, str) else ""
    state.service_events[turn.id] = turn
    evolve_session.follows(state, state.service_events.get(visit.current), turn)
    visit.current, visit.service_events = turn.id, event.n
    visit.history.append(turn.id)
    if event.service in visit.wanted:
        visit.wanted.remove(event.service)
    state.late.pop(visit.id, None)
    insort(state.waiting.setdefault(turn.queue, []), (turn.place, turn.id))
    state.tail = queues.arrival(state, ms, mono_ns, boot)  # as `queues.new_place` counted
    state.tail_mono, state.tail_boot = mono_ns, boot


def _called(state: State, turn: ServiceEvent, event: e.ServiceCalled, ms: int) -> None:
    if turn.stage == "waiting":
        _leave_queue(state, turn)
    if event.call == 1:
        turn.first_called, turn.waiting_ms = ms, event.waiting_ms
    turn.stage, turn.call = "called", event.call
    turn.last_called = ms
    turn.counter = event.counter if isinstance(event.counter, str) else ""
    turn.booth = event.booth if isinstance(event.booth, str) else ""
    if turn.counter:
        state.counters[turn.counter].current = turn.id


def ended(state: State, event: e.ServiceEnded, ms: int) -> None:
    turn = state.service_events[event.service_event]
    if turn.stage == "waiting":
        _leave_queue(state, turn)
    elif turn.stage == "held":
        if turn.counter:
            state.counters[turn.counter].held.remove(turn.id)
        turn.held_ms += max(0, ms - turn.held_since)
    else:
        _leave_counter(state, turn)
    turn.stage, turn.ended, turn.outcome = "ended", ms, event.outcome
    if event.outcome == "no_show":
        state.late[turn.visit] = ms
    if event.outcome == "served" and event.accurate and turn.started:
        seen = state.durations.setdefault(turn.service, [])
        seen.append(max(0, ms - turn.started - turn.held_ms))
        del seen[:-KEPT_DURATIONS]


def _leave_queue(state: State, turn: ServiceEvent) -> None:
    line = state.waiting[turn.queue]
    at = bisect_left(line, (turn.place, turn.id))
    assert line[at][1] == turn.id, f"{turn.id} is not where its place says"
    del line[at]


def _leave_counter(state: State, turn: ServiceEvent) -> None:
    counter = state.counters.get(turn.counter)
    if counter is not None and counter.current == turn.id:
        counter.current = ""
