"""`luukku doctor`: what is wrong with this machine and how to mend it."""

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from controller.app.doctor.finding import CHECK_S, CONFIG, DATA, Box, Finding

OK, WRONG = 0, 1
COLOURS = {"ok": "32", "warn": "33", "fail": "31", "unknown": "35"}


def add(verbs: Any) -> None:
    """Add the verb `doctor` to the command line."""
    verb = verbs.add_parser(
        "doctor", help="what is wrong with this machine, and how to mend it",
        description="Looks at everything a point needs, within seconds, whether its daemon runs or not. "
        "Exit code 0: nothing is wrong (warnings, and what could not be seen, are counted apart); 1: something is.",
    )  # fmt: skip
    verb.add_argument("--json", action="store_true", help="for machines")
    verb.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"({CONFIG})")
    verb.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=f"({DATA})")
    verb.add_argument(
        "--patience", type=float, default=CHECK_S, metavar="S", help=f"wait so long for each check ({CHECK_S:g} s)"
    )
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 nothing is wrong, 1 something is."""
    from controller.app.doctor.examine import examine  # all that it looks at; the daemon carries none of it

    found: dict[str, Finding] = {}
    for name, finding in examine(Box(arguments.config, arguments.data), patience_s=arguments.patience):
        found[name] = finding
        if not arguments.json:
            print(_line(name, finding), flush=True)
    counted = Counter(finding.verdict for finding in found.values())
    if arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report(found)), indent=2).decode() + "\n")
    else:
        rest = f"{counted['warn']} to look at, {counted['fail']} wrong, {counted['unknown']} not known"
        print(f"\n{counted['ok']} ok, {rest}")
    return WRONG if counted["fail"] else OK


def report(found: dict[str, Finding]) -> dict[str, Any]:
    """The same for machines: {version, date, well, checks: [{name, verdict, seen, mend}]}."""
    checks = [{"name": name, **msgspec.to_builtins(finding)} for name, finding in found.items()]
    date = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"version": version("luukku"), "date": date, "checks": checks,
            "well": not any(finding.verdict == "fail" for finding in found.values())}  # fmt: skip


def _line(name: str, finding: Finding) -> str:
    verdict = f"{finding.verdict:7}"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        verdict = f"\033[{COLOURS[finding.verdict]}m{verdict}\033[0m"
    mend = f"\n{'':26} mend: {finding.mend}" if finding.mend else ""
    return f"{verdict} {name:18} {' '.join(finding.seen.split())}{mend}"
