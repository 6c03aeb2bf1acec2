"""A figure as the engine gives it, row by row, for a test."""

import json
from typing import Any

from controller.reports.engine import Engine
from controller.reports.figures import Span
from controller.reports.table import written

ALL_DAYS = Span("0001-01-01", "9999-12-31")


def figure(name: str, bodies: list[bytes], span: Span = ALL_DAYS) -> list[dict[str, Any]]:
    """The rows of a figure in JSON's form."""
    with Engine(span) as engine:
        engine.add(bodies)
        rows: list[dict[str, Any]] = json.loads(written(engine.figure(name), "json"))["rows"]
    return rows


def same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """Both say the same; `theirs` knows no point."""
    key = [
        name
        for name in ("date", "quarter", "provider", "service", "channel", "question")
        if theirs and name in theirs[0]
    ]

    def order(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
        return {tuple(str(row[name]) for name in key): row for row in rows}

    assert len(order(ours)) == len(ours) and len(order(theirs)) == len(theirs)
    assert order(ours).keys() == order(theirs).keys()
    for place, row in order(theirs).items():
        mine = {name: value for name, value in order(ours)[place].items() if name != "point"}
        assert mine.keys() == row.keys()
        for name, value in row.items():
            assert close(name, mine[name], value), f"{place}: {name} is {mine[name]}, by the oracle {value}"


def close(name: str, ours: object, theirs: object) -> bool:
    """Seconds are rounded to milliseconds, shares to four decimals; all else is exact."""
    if isinstance(ours, float | int) and isinstance(theirs, float | int):
        return abs(ours - theirs) <= (0.0006 if name.endswith("_s") else 0.00006)
    return ours == theirs
