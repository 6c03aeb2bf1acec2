"""`luukku simulate`: what may be asked, and what is printed."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from controller.app.simulate.tally import Tally

OK, FAILED, MISUSE = 0, 1, 2
FAULTS = ("all", "printer", "crash", "link", "clock")


def add(verbs: Any) -> None:
    """Add the verb `simulate` to the command line."""
    verb = verbs.add_parser("simulate", help="whole days in virtual time, with every fault, every law checked")
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument("--days", type=_some, metavar="N", help="play N office days, one after another")
    what.add_argument("--schedules", type=_some, metavar="N", help="or N short schedules of faults, seeds S to S+N-1")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="what happens; the same again for the same (1)")
    verb.add_argument("--faults", choices=FAULTS, default="all", help="what goes wrong (all)")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play; 0: every law held, 1: one did not, and the command that shows it again is printed."""
    from controller.app.simulate import days, report, schedules

    began, cpu = time.monotonic(), _cpu_s()
    if arguments.schedules:
        told = schedules.simulate(arguments.schedules, arguments.seed, arguments.faults, _progress("schedules"))
    else:
        told = days.simulate(arguments.days, arguments.seed, arguments.faults, _progress("days"))
    sys.stdout.write(report.written(told, time.monotonic() - began, _cpu_s() - cpu))
    return FAILED if told.broken is not None else OK


def _cpu_s() -> float:
    """Processor seconds of this process and of those that it has waited for."""
    return time.process_time() + sum(os.times()[2:4])


def _progress(unit: str) -> Callable[[int, int, Tally], None]:
    """Says on stderr how far it is: often on a terminal, now and then in a log."""
    shown_at = time.monotonic()

    def show(done: int, of: int, tally: Tally) -> None:
        nonlocal shown_at
        live = sys.stderr.isatty()
        if done < of and time.monotonic() - shown_at < (0.2 if live else 10.0):
            return
        shown_at = time.monotonic()
        line = f"{unit} {done} of {of}: {tally['events']} events, {tally.step} steps checked"
        sys.stderr.write(f"\r{line}" + ("\n" if done == of else "") if live else f"{line}\n")
        sys.stderr.flush()

    return show


def _some(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no count; a count is a whole number from 1")
    return int(text)
