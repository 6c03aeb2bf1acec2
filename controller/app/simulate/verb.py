"""`luukku simulate`: what may be asked, and what is printed."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Add the verb `simulate` to the command line."""
    verb = verbs.add_parser("simulate", help="whole days in virtual time, with every fault, every law checked")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, 1 it failed."""
    raise NotImplementedError("simulate: being built")
