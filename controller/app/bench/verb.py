"""`luukku bench`: what may be asked, and what is printed."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Add the verb `bench` to the command line."""
    verb = verbs.add_parser("bench", help="how fast and how heavy the program is on this machine, beside its floor")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, 1 it failed."""
    raise NotImplementedError("bench: being built")
