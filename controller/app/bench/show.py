"""How a benchmark looks to whoever started it: a bar on stderr while it runs, a table when it is done."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from controller.app.bench.figures import Judged, Result, Tell

BAR = 30
SAID = {"met": "met", "missed": "MISSED", "inconclusive": "inconclusive"}


@contextmanager
def progress(name: str) -> Iterator[Tell]:
    """A bar that moves on a terminal; elsewhere a line at each tenth."""
    began, live, shown = time.monotonic(), sys.stderr.isatty(), -1

    def tell(done: float) -> None:
        nonlocal shown
        took = time.monotonic() - began
        if live:
            filled = round(BAR * done)
            sys.stderr.write(f"\r{name:8} [{'#' * filled}{'.' * (BAR - filled)}] {done:4.0%} {took:5.0f} s ")
        elif int(10 * done) > shown:
            shown = int(10 * done)
            sys.stderr.write(f"bench {name}: {done:.0%} after {took:.0f} s\n")
        sys.stderr.flush()

    tell(0.0)
    try:
        yield tell
    finally:
        if live:
            sys.stderr.write("\n")


def table(result: Result) -> str:
    """The figures of one benchmark, ours beside the floor's, then each target."""
    lines = [f"{result.name}: {result.verdict}", f"  {'':22} {'ours':>12} {'floor':>12}"]
    lines += [
        f"  {name:22} {_cell(result.ours.get(name))} {_cell(result.floor.get(name))}"
        for name in dict.fromkeys([*result.ours, *result.floor])
    ]
    lines += [f"  {name:22} {_cell(value)}" for name, value in result.about.items()]
    lines += [f"  ratio {name:16} {_cell(value)}" for name, value in result.ratio.items()]
    lines += [f"  target {_target(one)}" for one in result.targets]
    lines += [f"  unquiet: {why}" for why in result.why]
    return "\n".join(lines) + "\n"


def _target(one: Judged) -> str:
    return f"{one.figure} {one.found:g}, at most {one.most:g}: {SAID[one.verdict]}"


def _cell(value: float | None) -> str:
    return f"{value:12,.3f}".replace(",", " ") if value is not None else f"{'-':>12}"
