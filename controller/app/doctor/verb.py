"""`luukku doctor`: what is wrong with this machine and how to mend it."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Add the verb `doctor` to the command line."""
    verb = verbs.add_parser("doctor", help="what is wrong with this machine, and how to mend it")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, 1 it failed."""
    raise NotImplementedError("doctor: being built")
