"""`luukku bench`: what may be asked. What measures is only imported to measure: the daemon carries none of it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from controller.app.faults import did_you_mean

MISUSE = 2
NAMES = (
    "ticket",
    "paper",
    "stalled",
    "session",
    "board",
    "start",
    "memory",
    "journal",
    "drain",
    "media",
)  # each a module of this package


def add(verbs: Any) -> None:
    """Add the verb `bench` to the command line."""
    verb = verbs.add_parser("bench", help="how fast and how heavy the program is on this machine, beside its floor")
    verb.add_argument("name", nargs="?", metavar="NAME", help=f"one of {', '.join(NAMES)}; without it all in turn")
    verb.add_argument("--json", action="store_true", help="one JSON object, or a list of all")
    verb.add_argument("--write", type=Path, metavar="FILE", help="put it onto this page too (docs/benchmarks.md)")
    verb.add_argument("--data", type=Path, metavar="DIR", help="measure on this disk (~/.cache/luukku)")
    verb.add_argument("--weeks", type=int, default=1, metavar="N", help="memory: simulated weeks (1)")
    verb.add_argument("--size", type=float, default=1.0, help=argparse.SUPPRESS)  # tests measure little
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, whatever the verdicts, 1 it could not run, 2 misuse."""
    name = arguments.name
    if name is not None and name not in NAMES:
        return _misuse(f"there is no {name[:40]!r}, only {', '.join(NAMES)} {did_you_mean(name, NAMES)}".rstrip())
    from controller.app.bench import runner

    return runner.run([name] if name else list(NAMES), arguments)


def _misuse(words: str) -> int:
    print(f"luukku bench: {words}", file=sys.stderr)
    return MISUSE
