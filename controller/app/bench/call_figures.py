"""What one end of a call saw of the other in a window of time, as figures. No browser here.

`shown` are the pictures that came onto the glass: UTC ms, and ms since their capture or None where the stamp could not
be read (media_pages/meter.js). `before` and `after` are the browser's own sums at the window's two ends.
"""

from itertools import pairwise
from typing import Any

import msgspec

from controller.app.bench.figures import Figures, percentile

FROZEN_MS = 200.0  # a gap between two pictures from which people speak of a frozen one


class Seen(msgspec.Struct, frozen=True):
    """One end's window. `offsets_ms`: sound before picture, sampled each second."""

    began_ms: float
    ended_ms: float
    shown: list[tuple[float, float | None]]
    missed: int
    size: tuple[int, int]
    before: dict[str, Any]
    after: dict[str, Any]
    offsets_ms: list[float] = []

    @property
    def seconds(self) -> float:
        return (self.ended_ms - self.began_ms) / 1000

    @property
    def latencies_ms(self) -> list[float]:
        return [latency for _, latency in self.shown if latency is not None]

    @property
    def gaps_ms(self) -> list[float]:
        """Between pictures, and to the window's ends."""
        times = [self.began_ms, *(at for at, _ in self.shown if self.began_ms < at < self.ended_ms), self.ended_ms]
        return [later - earlier for earlier, later in pairwise(times)]


def figures(ends: list[Seen]) -> Figures:
    """Of both directions together: latencies pooled, the worse of the two where one number must be told."""
    latencies = [latency for seen in ends for latency in seen.latencies_ms]
    offsets = [abs(ms) for seen in ends for ms in seen.offsets_ms]
    told = {
        "p50_ms": percentile(latencies, 0.5) if latencies else float("inf"),
        "p95_ms": percentile(latencies, 0.95) if latencies else float("inf"),
        "fps": min((len(seen.shown) + seen.missed) / seen.seconds for seen in ends),
        "frozen": max(_frozen(seen) for seen in ends),
        "longest_gap_ms": max(max(seen.gaps_ms) for seen in ends),
        "concealed": max(_concealed(seen) for seen in ends),
        "offset_p95_ms": percentile(offsets, 0.95) if offsets else 0.0,
        "height": min(seen.size[1] for seen in ends),
        "kbit": min(8 * _grown(seen, "video", "bytesReceived") / 1000 / seen.seconds for seen in ends),
    }
    return {name: round(float(value), 4) for name, value in told.items()}


def readable(seen: Seen) -> float:
    """Share of the pictures whose stamp could be read."""
    return len(seen.latencies_ms) / max(1, len(seen.shown))


def _frozen(seen: Seen) -> float:
    """Share of the window in which the picture stood still for longer than anybody's eye takes for motion."""
    return sum(gap for gap in seen.gaps_ms if gap > FROZEN_MS) / 1000 / seen.seconds


def _concealed(seen: Seen) -> float:
    """Share of the sound that was made up, silence left out."""
    total = _grown(seen, "audio", "totalSamplesReceived")
    made_up = _grown(seen, "audio", "concealedSamples") - _grown(seen, "audio", "silentConcealedSamples")
    return max(0.0, made_up) / max(1.0, total)


def _grown(seen: Seen, kind: str, name: str) -> float:
    """A connection that was replaced meanwhile counts from nothing."""
    after, before = (float(sums[kind].get(name) or 0) for sums in (seen.after, seen.before))
    return after - before if after >= before else after
