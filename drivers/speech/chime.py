"""The two-tone chime before a call: a falling major third with soft edges, computed once."""

import math
from array import array
from functools import cache

from .clips import RATE, Pcm

LENGTH_S = 0.9
TONES = ((0.0, 659.26), (0.32, 523.25))  # start in s, Hz: E5, then C5; both clear of the hum of a hall
PARTIALS = ((1, 1.0), (2, 0.28), (3, 0.09))  # multiple, weight: a soft bell
ATTACK_S = 0.012  # shorter is heard as a click
DECAY_S = 0.22  # to 1/e
RELEASE_S = 0.08  # the end is brought to exact silence
PEAK = 0.5  # of full scale


@cache
def chime() -> Pcm:
    """About 20 000 samples of RATE Hz; costs some 50 ms once, so call it off the loop."""
    samples = [0.0] * round(LENGTH_S * RATE)
    for start_s, pitch in TONES:
        _strike(samples, round(start_s * RATE), pitch)
    scale = PEAK * 32767 / max(map(abs, samples))
    return array("h", (round(value * scale * _release(i, len(samples))) for i, value in enumerate(samples)))


def _strike(samples: list[float], start: int, pitch: float) -> None:
    for i in range(start, len(samples)):
        t = (i - start) / RATE
        tone = sum(weight * math.sin(2 * math.pi * multiple * pitch * t) for multiple, weight in PARTIALS)
        samples[i] += tone * _attack(t) * math.exp(-t / DECAY_S)


def _attack(t: float) -> float:
    return 1.0 if t >= ATTACK_S else 0.5 - 0.5 * math.cos(math.pi * t / ATTACK_S)


def _release(i: int, count: int) -> float:
    left = (count - 1 - i) / (RELEASE_S * RATE)
    return 1.0 if left >= 1 else 0.5 - 0.5 * math.cos(math.pi * left)
