"""Who waits where, who is next, and who may call whom.

Order is one number, the *place*: when the customer came, moved forward by a fixed time per step of priority. So
priority ages by itself: whoever came earlier than that time is before everyone who comes later, and nobody starves.
"""

from bisect import bisect_left

from controller.domain import hours
from controller.domain.commands import Now
from controller.domain.point import Config, Queue, Service
from controller.domain.state import Counter, ServiceEvent, State

AWAY = frozenset({"break", "other_work"})  # a counter that calls nobody for now
AGEING_MS = 60 * 60_000  # a booked customer stands as if they had come this long before their time


def new_place(state: State, config: Config, now: Now, priority: int) -> int:
    """The place of somebody who comes now. A clock that stepped back puts nobody before those already there."""
    return arrival(state, now.ms, now.mono_ns, now.boot) - boost(config, priority)


def arrival(state: State, ms: int, mono_ns: int, boot: str) -> int:
    """When somebody comes, on a clock that only goes forward and does not stand still while the wall clock is behind:
    priority ages by it."""
    since = (mono_ns - state.tail_mono) // 1_000_000 if boot == state.tail_boot else 0
    return max(ms, state.tail + max(1, since))


def boost(config: Config, priority: int) -> int:
    """How many milliseconds earlier somebody with this priority stands."""
    return priority * config.point.priority_boost_s * 1000


def first_place(state: State, queue: str, place: int) -> int:
    """A place before everyone who waits in `queue`, for somebody who has `place`: that one, if it is already."""
    line = state.waiting.get(queue)
    return min(place, line[0][0] - 1) if line else place


def free_place(state: State, queue: str, place: int) -> int:
    """`place`, or the next one that nobody has: of two with the same place, who came first is first."""
    line = state.waiting.get(queue) or []
    for taken, _ in line[bisect_left(line, (place, "")) :]:
        if taken != place:
            break
        place += 1
    return place


def ahead(state: State, queue: str, place: int) -> int:
    """How many wait in `queue` before `place`."""
    return bisect_left(state.waiting.get(queue) or [], (place, ""))


def is_full(state: State, queue: Queue | None) -> bool:
    """As many wait there as its cap allows."""
    return bool(queue is not None and queue.cap and waiting(state, queue.id) >= queue.cap)


def waiting(state: State, queue: str) -> int:
    return len(state.waiting.get(queue) or [])


def serves(config: Config, counter: Counter, service: str) -> bool:
    """Is this open counter competent for `service`? What was said at opening counts, else the configuration."""
    allowed = counter.services or _configured(config, counter.id)
    return not allowed or service in allowed


def speaks(config: Config, counter: Counter, language: str) -> bool:
    configured = config.counter(counter.id)
    languages = counter.languages or (configured.languages if configured else ())
    return not languages or language in languages


def eligible(state: State, config: Config, counter: Counter, turn: ServiceEvent) -> bool:
    """May `counter` call `turn` by call-next?

    Language decides only while another counter at work, competent for the service, speaks it: a customer whose
    language nobody speaks now (nobody has it, or who has it is at lunch) is served all the same. Who waits for a remote
    expert is no counter's, unless a counter calls that number.
    """
    if turn.session:
        return False
    if turn.only and turn.only != counter.id:
        wanted = state.counters.get(turn.only)
        if wanted is not None and wanted.open:
            return False
    if turn.only != counter.id and not serves(config, counter, turn.service):
        return False
    language = state.visits[turn.visit].language
    if turn.only == counter.id or speaks(config, counter, language):
        return True
    return not any(
        other.open
        and other.state not in AWAY
        and serves(config, other, turn.service)
        and speaks(config, other, language)
        for other in state.counters.values()
    )


def next_for(state: State, config: Config, counter: Counter) -> ServiceEvent | None:
    """Who is called when `counter` presses "next": the earliest place that it may serve, in any queue."""
    best: tuple[int, ServiceEvent] | None = None
    for line in state.waiting.values():
        for place, id_ in line:
            if best is not None and place >= best[0]:
                break
            if eligible(state, config, counter, state.service_events[id_]):
                best = place, state.service_events[id_]
                break
    return best[1] if best else None


def in_order(state: State, queues: tuple[str, ...] = ()) -> list[ServiceEvent]:
    """Everyone who waits, in the order of their places; in `queues` only, () for all."""
    lines = (line for queue, line in state.waiting.items() if not queues or queue in queues)
    return [state.service_events[id_] for _, id_ in sorted(entry for line in lines for entry in line)]


def is_open(state: State, config: Config, service: Service, now_ms: int) -> bool:
    """Open by the hours, unless central closed it by hand today, or opened it by hand and the hours have not yet."""
    by_order = state.closed_by_order.get(service.id)
    return not by_order if by_order is not None else hours.is_open(config, service, now_ms)


def _configured(config: Config, counter: str) -> tuple[str, ...]:
    found = config.counter(counter)
    return found.services if found else ()
