"""`luukku export-diagnostics`: a bundle for support, with secrets and personal data left out."""

import argparse
from typing import Any


def add(verbs: Any) -> None:
    """Add the verb `export-diagnostics` to the command line."""
    verb = verbs.add_parser("export-diagnostics", help="a bundle for support, without secrets or personal data")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, 1 it failed."""
    raise NotImplementedError("export-diagnostics: being built")
