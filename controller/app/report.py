"""`luukku report`: the figures of a point, as a table, CSV or JSON."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.app.faults import Misuse
from controller.app.source import source
from controller.reports import figures
from controller.reports.days import pages
from controller.reports.engine import Engine
from controller.reports.figures import FIGURES, FORMATS, HOME, Span, Wrong
from controller.reports.table import Table, written


def add(verbs: Any) -> None:
    """Add the verb `report` to the command line."""
    verb = verbs.add_parser("report", help=f"the figures: {', '.join(FIGURES)}")
    verb.add_argument("name", type=_right(figures.name_of), metavar="NAME", help=", ".join(FIGURES))
    journal = verb.add_mutually_exclusive_group(required=True)
    journal.add_argument("--data", type=Path, metavar="DIR")
    journal.add_argument("--url", metavar="URL", help="a point; its technician token in LUUKKU_TOKEN")
    verb.add_argument("--from", dest="first", required=True, metavar="DATE", help="first business date, YYYY-MM-DD")
    verb.add_argument("--to", dest="last", required=True, metavar="DATE", help="last business date, included")
    verb.add_argument("--format", type=_right(figures.format_of), default="table", metavar="|".join(FORMATS))
    verb.add_argument("--timezone", default=HOME, metavar="ZONE", help=f"in which quarters are written ({HOME})")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done. Raises Misuse, Failed."""
    try:
        span = figures.span_of(arguments.first, arguments.last, arguments.timezone)
    except Wrong as wrong:
        raise Misuse(f"report: {wrong}") from wrong
    table = asyncio.run(_figure(arguments.name, span, arguments.data, arguments.url))
    sys.stdout.write(written(table, arguments.format))
    return 0


async def _figure(name: str, span: Span, data: Path | None, url: str | None) -> Table:
    with Engine(span) as engine:
        async with source(data, url) as journal:
            async for page in pages(journal.read, span):
                engine.add(page)
        return engine.figure(name)


def _right(check: Callable[[str], str]) -> Callable[[str], str]:
    """A word that is wrong, said as argparse says it."""

    def checked(text: str) -> str:
        try:
            return check(text)
        except Wrong as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from wrong

    return checked
