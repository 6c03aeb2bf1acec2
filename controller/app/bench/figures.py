"""What a benchmark gives: our figures, the floor's, their ratio, and whether each target is met.

On a machine that others use at the same time a figure says little. A *ratio* is then inconclusive whatever it is; an
*absolute* figure that is met all the same stands, for other load can only make it worse; a *steady* one (memory)
does not depend on load.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

Kind = Literal["ratio", "absolute", "steady"]
Verdict = Literal["met", "missed", "inconclusive", "no target"]
Figures = dict[str, float]
Tell = Callable[[float], None]  # how much of a benchmark is done, 0 to 1


class Ask(msgspec.Struct, frozen=True):
    """What a benchmark is given. `folder`: fresh, its own; `cache`: kept between runs; `size`: 1, less in tests."""

    folder: Path
    cache: Path
    size: float
    weeks: int


class Target(msgspec.Struct, frozen=True):
    """`of`: "ours" or "ratio"; the figure of that name must be at most `most`."""

    of: Literal["ours", "ratio"]
    figure: str
    most: float
    kind: Kind


class Judged(msgspec.Struct, frozen=True):
    """A target and what was found."""

    figure: str
    most: float
    found: float
    verdict: Verdict


class Measured(msgspec.Struct, frozen=True):
    """One benchmark's yield. `spread`: the floor's slowest round over its fastest, 1 for a quiet machine.

    `about`: figures that are no target and no pair, by name. `how`: one sentence that says what was done. `starved`:
    what the benchmark itself saw that makes the machine unfit to judge on; but not for the figures in `fit`.
    """

    ours: Figures
    floor: Figures
    ratio: Figures
    spread: float
    how: str
    about: Figures = {}
    starved: list[str] = []
    fit: frozenset[str] = frozenset()


class Result(msgspec.Struct, frozen=True):
    """What `luukku bench NAME --json` prints (contract, section 1), and the judgement beside it.

    `why`: what made the machine unfit to judge on; empty on a quiet one.
    """

    name: str
    ours: Figures
    floor: Figures
    ratio: Figures
    about: Figures
    verdict: Verdict
    targets: list[Judged]
    why: list[str]
    how: str
    machine: dict[str, str]
    date: str


def judge(targets: Iterable[Target], measured: Measured, why: list[str]) -> list[Judged]:
    """Each target against what was measured; `why` non-empty means a machine that others starved."""
    found = {"ours": measured.ours, "ratio": measured.ratio}
    judged = []
    for one in targets:
        starved = bool(why) or (bool(measured.starved) and one.figure not in measured.fit)
        value = found[one.of][one.figure]
        judged.append(Judged(f"{one.of}.{one.figure}", one.most, value, _verdict(one, value, starved=starved)))
    return judged


def overall(judged: Sequence[Judged]) -> Verdict:
    """The worst that is certain: missed before inconclusive before met."""
    verdicts = {one.verdict for one in judged}
    worst: tuple[Verdict, ...] = ("missed", "inconclusive", "met")
    return next((verdict for verdict in worst if verdict in verdicts), "no target")


def _verdict(target: Target, value: float, *, starved: bool) -> Verdict:
    met = value <= target.most
    if starved and (target.kind == "ratio" or (target.kind == "absolute" and not met)):
        return "inconclusive"
    return "met" if met else "missed"


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def of_rounds(rounds: Sequence[Figures]) -> Figures:
    """The median of each figure over the rounds."""
    return {name: round(median(one[name] for one in rounds), 4) for name in rounds[0]}


def ratios(ours: Figures, floor: Figures, pairs: dict[str, str]) -> Figures:
    """`pairs`: name of the ratio -> name of the figure on both sides."""
    return {name: round(ours[figure] / floor[figure], 3) for name, figure in pairs.items()}


def spread(rounds: Sequence[Figures], figure: str) -> float:
    """The slowest round over the fastest."""
    found = [one[figure] for one in rounds]
    return round(max(found) / min(found), 3)


def latencies(seconds: Sequence[float]) -> Figures:
    """p50 and p99 in ms."""
    return {"p50_ms": 1000 * percentile(seconds, 0.5), "p99_ms": 1000 * percentile(seconds, 0.99)}
