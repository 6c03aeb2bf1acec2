"""Who waits for whom: the order within a pool, at whom a session rings, and how long it may take. No I/O here.

A pool is a provider's experts. Who has an appointment or a customer at a counter (support) goes first, then who asked
first; a session that comes back after a failure keeps its place, since it keeps its `requested_at`.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence

from controller.central.experts import Expert
from controller.central.shapes import Brief, Estimate

REMEMBERED = 40  # durations of a pool
USUAL_S = 1200.0  # one session, until a pool has told
SPREAD = 1.5  # p80 over p50 of durations, until a pool has told
SHORTEST_S = 10.0  # a session that was shorter says nothing about the next
LONGEST_S = 4 * 3600.0


def place(brief: Brief) -> tuple[bool, str, str]:
    """Sorts who waits in one pool."""
    return (brief.mode == "walk_in", brief.requested_at, brief.session)


def ring_at(brief: Brief, ready: Iterable[Expert]) -> set[str]:
    """Of the ready experts those at whom it rings: who speak its language; all of its pool while none does."""
    pool = [expert for expert in ready if brief.provider in expert.pools]
    fluent = {expert.id for expert in pool if brief.language in expert.languages}
    return fluent or {expert.id for expert in pool}


class Durations:
    """How long the last sessions of each pool were."""

    def __init__(self, usual_s: float = USUAL_S) -> None:
        self._usual_s = usual_s
        self._known: dict[str, deque[float]] = {}

    def took(self, pool: str, seconds: float) -> None:
        if SHORTEST_S <= seconds <= LONGEST_S:
            self._known.setdefault(pool, deque(maxlen=REMEMBERED)).append(seconds)

    def quantiles(self, pool: str) -> tuple[float, float]:
        """p50 and p80 of one session, in seconds."""
        known = sorted(self._known.get(pool, ()))
        if not known:
            return self._usual_s, self._usual_s * SPREAD
        return _quantile(known, 0.5), _quantile(known, 0.8)


def estimate(ahead: int, free: int, busy: int, p50_s: float, p80_s: float) -> Estimate | None:
    """How long until somebody answers, when `ahead` wait before and `free` of the pool's experts are ready, `busy` in
    a session. None: nobody of the pool is there.

    The n-th to finish is waited for. On average the next of k comes after half a session / k, each further one after a
    session / k; the spread grows as the root of n.
    """
    there, turn = free + busy, ahead + 1 - free
    if not there:
        return None
    if turn <= 0:
        return Estimate(p50_s=0, p80_s=0)
    middle = (turn - 0.5) * p50_s / there
    spread = max(0.0, p80_s - p50_s / 2) / there * math.sqrt(turn)
    return Estimate(p50_s=round(middle), p80_s=round(middle + spread))


def _quantile(known: Sequence[float], share: float) -> float:
    return known[min(len(known) - 1, math.ceil(share * len(known)) - 1)]
