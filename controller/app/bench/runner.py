"""Runs benchmarks one after another on a fresh folder of the real disk, and prints what they gave."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import msgspec

from controller.app.bench.figures import Ask, Measured, Result, Target, Tell, judge, overall
from controller.app.bench.machine import Watch, described, keep_orphans
from controller.app.bench.page import write
from controller.app.bench.show import progress, table


class Bench(Protocol):
    """A module of this package: `measure` and what it is held against."""

    TARGETS: tuple[Target, ...]

    def measure(self, ask: Ask, tell: Tell) -> Awaitable[Measured]: ...


def run(names: list[str], arguments: argparse.Namespace) -> int:
    cache = arguments.data or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "luukku"
    cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=cache))  # /tmp may be memory
    results: list[Result] = []
    keep_orphans()
    try:
        for name in names:
            results.append(measured(name, Ask(folder / name, cache, arguments.size, arguments.weeks)))
            if not arguments.json:
                print(table(results[-1]), flush=True)
            if arguments.write:
                write(arguments.write, results[-1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        told = msgspec.json.encode(results if len(names) > 1 else results[0])
        sys.stdout.write(msgspec.json.format(told).decode() + "\n")
    return 0


def measured(name: str, ask: Ask) -> Result:
    """One benchmark, judged."""
    bench = cast(Bench, import_module(f"controller.app.bench.{name}"))
    ask.folder.mkdir(parents=True)
    machine = described(ask.folder)
    with progress(name) as tell, Watch() as watch:
        found = asyncio.run(_run(bench, ask, tell))
    others = watch.why(found.spread)
    judged = judge(bench.TARGETS, found, others)
    why = [*others, *found.starved]
    return Result(
        name=name, ours=found.ours, floor=found.floor, ratio=found.ratio, about=found.about,
        verdict=overall(judged), targets=judged, why=why, how=found.how, machine=machine,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


async def _run(bench: Bench, ask: Ask, tell: Tell) -> Measured:
    return await bench.measure(ask, tell)
