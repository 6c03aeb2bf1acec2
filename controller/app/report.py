"""`luukku report`: the figures of a point, as a table, CSV or JSON."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Add the verb `report` to the command line."""
    verb = verbs.add_parser("report", help="the figures: volumes, waiting, durations, capacity")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, 1 it failed."""
    raise NotImplementedError("report: being built")
