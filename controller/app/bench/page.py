"""docs/benchmarks.md: what was measured, on which machine, when. Never written by hand."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from controller.app.bench.figures import Judged, Result
from controller.app.bench.verb import NAMES

HEAD = """\
# Benchmarks

Written by `luukku bench --write docs/benchmarks.md`, never by hand; the same as JSON:
[benchmarks.json](benchmarks.json). Each figure stands beside its *floor*: the least that any program must do on that
machine to do the same, measured in the same run and in turns with ours. A figure is the median of its rounds where
nothing else is said. *Inconclusive* is not failed: other programs used the machine at the same time, so that the
figure can be judged neither way.
"""


def write(path: Path, result: Result) -> None:
    """Put a result onto the page at `path`, in place of the one that it had of this benchmark. What the page is made
    from lies beside it, as JSON."""
    kept = path.with_suffix(".json")
    known = msgspec.json.decode(kept.read_bytes(), type=list[Result]) if kept.exists() else []
    results = sorted(
        [result, *(one for one in known if one.name != result.name)], key=lambda one: NAMES.index(one.name)
    )
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")
    path.write_text(page(results), encoding="utf-8")


def page(results: Iterable[Result]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(_section, results)])


def _section(result: Result) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in result.machine.items())
    lines = [f"## {result.name}", "", f"{_sentence(result.how)}", ""]
    lines += ["| figure | ours | floor |", "|---|--:|--:|"]
    names = dict.fromkeys([*result.ours, *result.floor])
    lines += [f"| {name} | {_cell(result.ours.get(name))} | {_cell(result.floor.get(name))} |" for name in names]
    lines += [f"| {name}, ours / floor | {_cell(value)} | |" for name, value in result.ratio.items()]
    lines += [f"| {name} | {_cell(value)} | |" for name, value in result.about.items()]
    lines += ["", "| target | at most | found | |", "|---|--:|--:|---|", *map(_target, result.targets), ""]
    lines += [f"Not a quiet machine: {'; '.join(result.why)}.", ""] if result.why else []
    return "\n".join([*lines, f"Measured {result.date} on: {machine}.", ""])


def _target(one: Judged) -> str:
    return f"| {one.figure} | {one.most:g} | {_cell(one.found)} | {one.verdict} |"


def _sentence(how: str) -> str:
    return f"{how[0].upper()}{how[1:]}."


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".").replace(",", " ")
