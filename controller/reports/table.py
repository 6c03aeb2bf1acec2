"""A figure as rows, written as a table for people, CSV (RFC 4180) or JSON. A column's name carries its unit:
`_s` seconds, `_ms` UTC milliseconds since 1970, `_share` 0 to 1; a null is what nobody knows."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from controller.reports.figures import Span

GAP = "  "


class Table(msgspec.Struct, frozen=True):
    """`columns` and `rows` as the figure's view gives them."""

    name: str
    span: Span
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def written(table: Table, form: str) -> str:
    """The table in `form`: table, csv or json. Ends with a line break."""
    local = _in_zone(table)
    return {"table": _for_people, "csv": _as_csv, "json": _as_json}[form](local)


def _in_zone(table: Table) -> Table:
    """Moments as local time with its offset: a quarter that an autumn night has twice is told apart."""
    zone = ZoneInfo(table.span.timezone)
    moments = [at for at, column in enumerate(table.columns) if column.endswith("_ms")]

    def row(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(_moment(v, zone) if at in moments else v for at, v in enumerate(values))

    columns = tuple(column.removesuffix("_ms") for column in table.columns)
    return Table(table.name, table.span, columns, [row(values) for values in table.rows])


def _moment(ms: int | None, zone: ZoneInfo) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone).isoformat(timespec="minutes")


def _as_json(table: Table) -> str:
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    said = {"name": table.name, "from": table.span.first, "to": table.span.last, "timezone": table.span.timezone,
            "columns": table.columns, "rows": rows}  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


def _as_csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(["" if value is None else value for value in row] for row in table.rows)
    return out.getvalue()


def _for_people(table: Table) -> str:
    head = [_title(column) for column in table.columns]
    none = {} if table.name == "volumes" else dict.fromkeys(("provider", "service"), "all")  # a row for the whole point
    body = [
        [_cell(column, value, none) for column, value in zip(table.columns, row, strict=True)] for row in table.rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    words = [all(isinstance(row[at], str | None) for row in table.rows) for at in range(len(head))]
    lines = [head, ["-" * width for width in widths], *body]
    return "".join(_line(line, widths, words) + "\n" for line in lines)


def _line(cells: Iterable[str], widths: list[int], words: list[bool]) -> str:
    placed = zip(cells, widths, words, strict=True)
    return GAP.join(c.ljust(w) if left else c.rjust(w) for c, w, left in placed).rstrip()


def _title(column: str) -> str:
    return column.removesuffix("_s").replace("_", " ")


def _cell(column: str, value: Any, none: dict[str, str]) -> str:
    if value is None:
        return none.get(column, "-")
    if column.endswith("_s"):
        return _duration(value)
    return f"{value * 100:.1f} %" if column.endswith("_share") else str(value)


def _duration(seconds: float) -> str:
    """m:ss, h:mm:ss from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
