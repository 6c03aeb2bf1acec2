"""How long it will take: a promise of two numbers, from what was observed and from who is at work.

The work before a customer is shared by the open counters that may serve their queue. Service times are taken as
log-normal (mission.md's working assumption): what was observed today and before, with the configured median standing
in for the first of them, so that the first promise of the first day is sane.
"""

import math

from controller.domain import queues
from controller.domain.events import Estimate
from controller.domain.point import Config, Service
from controller.domain.state import State

SIGMA = 0.6  # spread of log service time, mission.md's assumption until observed
PRIOR = 5  # how many observations the configured median weighs
SIGMA_MOST = 1.0  # wider promises help nobody
OUTLIER = 8.0  # a pressed-through or forgotten service counts as an eighth or eight times the configured median
Z80 = 0.8416  # standard normal quantile
ROUND_S = 60


def estimate(state: State, config: Config, service: Service, place: int) -> Estimate | None:
    """The promise to somebody at `place` for `service`; None while no counter that could serve is open."""
    counters = [c for c in state.counters.values() if c.open and queues.serves(config, c, service.id)]
    if not counters:
        return None
    mean, variance = _work_before(state, config, service, place, len(counters))
    busy = sum(1 for counter in counters if counter.current)
    own_mean, own_variance = moments(state, service)
    if busy == len(counters):  # all serve: the first to become free is half-way, on average
        mean, variance = mean + own_mean / 2 / busy, variance + own_variance / busy**2
    elif mean == 0:
        return Estimate(0, 0)
    median, p80 = _quantiles(mean, variance)
    return Estimate(_rounded(median), _rounded(p80))


def for_newcomer(state: State, config: Config, service: Service, now_ms: int) -> Estimate | None:
    """The promise to somebody who would come now."""
    place = max(now_ms, state.tail + 1) - queues.boost(config, service.priority)
    return estimate(state, config, service, place)


def moments(state: State, service: Service) -> tuple[float, float]:
    """Mean and variance in seconds of one service, observed and assumed together."""
    low, high = service.median_s / OUTLIER, service.median_s * OUTLIER
    logs = [math.log(min(high, max(low, ms / 1000))) for ms in state.durations.get(service.id, ())]
    prior = math.log(service.median_s)
    centre = (sum(logs) + PRIOR * prior) / (len(logs) + PRIOR)
    squares = sum((x - centre) ** 2 for x in logs) + PRIOR * SIGMA**2 + PRIOR * (prior - centre) ** 2
    sigma2 = min(SIGMA_MOST**2, squares / (len(logs) + PRIOR))
    mean = math.exp(centre + sigma2 / 2)
    return mean, (math.exp(sigma2) - 1) * mean**2


def _work_before(state: State, config: Config, service: Service, place: int, counters: int) -> tuple[float, float]:
    """Mean and variance of the time until `counters` have worked off everyone before `place` whom they share."""
    mean = variance = 0.0
    for queue in config.queues:
        before = queues.ahead(state, queue.id, place)
        if not before:
            continue
        share = _share(state, config, service, queue.id)
        each, spread = _typical(state, config, queue.id)
        mean += before * share * each / counters
        variance += before * share * spread / counters**2
    return mean, variance


def _share(state: State, config: Config, service: Service, queue: str) -> float:
    """The part of another queue's work that falls on the counters which serve `service`."""
    others = [s.id for s in config.services if s.queue == queue]
    open_ = [c for c in state.counters.values() if c.open]
    can = [c for c in open_ if any(queues.serves(config, c, id_) for id_ in others)]
    both = [c for c in can if queues.serves(config, c, service.id)]
    return len(both) / len(can) if can else 0.0


def _typical(state: State, config: Config, queue: str) -> tuple[float, float]:
    every = [moments(state, s) for s in config.services if s.queue == queue]
    count = max(1, len(every))
    return sum(m for m, _ in every) / count, sum(v for _, v in every) / count


def _quantiles(mean: float, variance: float) -> tuple[float, float]:
    """Median and 80 % point of a wait of this mean and variance, taken as log-normal itself."""
    sigma = math.sqrt(math.log1p(variance / mean**2))
    median = mean * math.exp(-sigma * sigma / 2)
    return median, median * math.exp(Z80 * sigma)


def _rounded(seconds: float) -> int:
    """Whole minutes: nobody is promised seconds."""
    return int(math.ceil(seconds / ROUND_S) * ROUND_S)
