"""`luukku bench`: what may be asked, and what is printed."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from controller.app.bench import start, ticket
from controller.app.bench.figures import Measured, Result, Target, Tell, judge, overall
from controller.app.bench.machine import Watch, described
from controller.app.bench.show import progress, table
from controller.app.faults import did_you_mean

OK, FAILED, MISUSE = 0, 1, 2
Measure = Callable[[Path, float, Tell], Awaitable[Measured]]


class Bench(msgspec.Struct, frozen=True):
    """`measure(folder, size, tell)`: what is measured; `targets`: what it is held against."""

    measure: Measure
    targets: tuple[Target, ...]


BENCHES: dict[str, Bench] = {
    "ticket": Bench(ticket.measure, ticket.TARGETS),
    "start": Bench(start.measure, start.TARGETS),
}


def add(verbs: Any) -> None:
    """Add the verb `bench` to the command line."""
    verb = verbs.add_parser("bench", help="how fast and how heavy the program is on this machine, beside its floor")
    verb.add_argument("name", nargs="?", metavar="NAME", help=f"one of {', '.join(BENCHES)}; without it all in turn")
    verb.add_argument("--json", action="store_true", help="one JSON object, or a list of all")
    verb.add_argument("--data", type=Path, metavar="DIR", help="measure on this disk (the one with your home)")
    verb.add_argument("--size", type=float, default=1.0, help=argparse.SUPPRESS)
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, whatever the verdicts, 1 it could not run."""
    name = arguments.name
    if name is not None and name not in BENCHES:
        hint = did_you_mean(name, BENCHES)
        print(f"luukku bench: there is no {name!r}; one of {', '.join(BENCHES)} {hint}".rstrip(), file=sys.stderr)
        return MISUSE
    folder = _folder(arguments.data)
    results = []
    try:
        for one in [name] if name else BENCHES:
            results.append(_one(one, folder / one, arguments.size))
            if not arguments.json:
                print(table(results[-1]), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(results[0] if name else results)).decode() + "\n")
    return OK


def _one(name: str, folder: Path, size: float) -> Result:
    folder.mkdir(parents=True)
    bench = BENCHES[name]
    machine = described(folder)
    with progress(name) as tell, Watch() as watch:
        measured = asyncio.run(_measured(bench, folder, size, tell))
    why = watch.why(measured.spread)
    judged = judge(bench.targets, measured, why)
    return Result(
        name=name, ours=measured.ours, floor=measured.floor, ratio=measured.ratio, about=measured.about,
        verdict=overall(judged), targets=judged, why=why, how=measured.how, machine=machine,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


async def _measured(bench: Bench, folder: Path, size: float, tell: Tell) -> Measured:
    return await bench.measure(folder, size, tell)


def _folder(disk: Path | None) -> Path:
    """A fresh folder on a real disk: /tmp may be memory."""
    cache = disk or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "luukku"
    cache.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="bench-", dir=cache))
