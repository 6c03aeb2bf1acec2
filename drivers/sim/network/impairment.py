"""What becomes of each packet on one direction of a link. No I/O: sizes and times come in, times go out."""

from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]
Milliseconds = Annotated[float, Meta(ge=0, le=60_000)]


class Impairment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How bad one direction is. Nothing by default.

    `burst`: the mean length of a run of lost packets, 1: each is lost by itself. `jitter_ms`: the delay is anywhere
    within so much of `delay_ms`, in order all the same; `reorder`: the share that goes ahead without any delay.
    `rate_kbit`: of IP packets, header and all; what would wait longer than `queue_ms` for the line is dropped.
    """

    loss: Share = 0.0
    burst: Annotated[float, Meta(ge=1, le=1000)] = 1.0
    delay_ms: Milliseconds = 0.0
    jitter_ms: Milliseconds = 0.0
    reorder: Share = 0.0
    duplicate: Share = 0.0
    rate_kbit: Annotated[float, Meta(gt=0, le=10_000_000)] | None = None
    queue_ms: Milliseconds = 200.0
    blackhole: bool = False


CLEAR = Impairment()


class Counts(msgspec.Struct):
    """Packets of one direction since it began; `octets` are those that passed."""

    taken: int = 0
    passed: int = 0
    octets: int = 0
    lost: int = 0
    dropped: int = 0
    swallowed: int = 0


class Lane:
    """One direction. The same seed, packets and times give the same fates: each packet draws equally often."""

    def __init__(self, chance: Random) -> None:
        self.impairment = CLEAR
        self.counts = Counts()
        self._chance = chance
        self._losing = False
        self._free_s = 0.0
        self._last_s = 0.0

    def fates(self, octets: int, now_s: float) -> tuple[float, ...]:
        """When the packet comes out, twice if it is doubled; empty when it never does."""
        how, counts = self.impairment, self.counts
        counts.taken += 1
        lost, swing, ahead, doubled = (self._chance.random() for _ in range(4))
        if how.blackhole:
            counts.swallowed += 1
            return ()
        if self._loses(how, lost):
            counts.lost += 1
            return ()
        sent_s = self._sent(how, octets, now_s)
        if sent_s is None:
            counts.dropped += 1
            return ()
        counts.passed += 1
        counts.octets += octets
        if ahead < how.reorder:
            return (sent_s,)
        away_s = max(0.0, how.delay_ms + (2 * swing - 1) * how.jitter_ms) / 1000
        self._last_s = max(self._last_s, sent_s + away_s)
        return (self._last_s, self._last_s) if doubled < how.duplicate else (self._last_s,)

    def _loses(self, how: Impairment, drawn: float) -> bool:
        """Gilbert's two states: a run of losses begins as rarely as its mean length asks for."""
        if how.burst <= 1 or how.loss >= 1:
            return drawn < how.loss
        begins = how.loss / (how.burst * (1 - how.loss))
        self._losing = drawn >= 1 / how.burst if self._losing else drawn < begins
        return self._losing

    def _sent(self, how: Impairment, octets: int, now_s: float) -> float | None:
        """When its last bit has left; None: the queue is full."""
        if how.rate_kbit is None:
            return now_s
        begins_s = max(now_s, self._free_s)
        if begins_s - now_s > how.queue_ms / 1000:
            return None
        self._free_s = begins_s + octets * 8 / (how.rate_kbit * 1000)
        return self._free_s
