"""A config on its way: what of it is right so far, for the checks that look across tables."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from controller.app.toml_lines import Path
from controller.domain.point import Point

_T = TypeVar("_T", bound=msgspec.Struct)


class Draft(msgspec.Struct):
    """`tables` holds each table whose own shape is right, `ids` every id that stands in the
    file (also of tables with faults, so that one fault is not told twice)."""

    tables: dict[Path, msgspec.Struct]
    ids: dict[str, list[tuple[Path, str]]]

    def each(self, kind: type[_T]) -> Iterator[tuple[Path, _T]]:
        return ((path, table) for path, table in self.tables.items() if isinstance(table, kind))

    def names(self, section: str) -> list[str]:
        return [name for _, name in self.ids.get(section, [])]

    @property
    def point(self) -> Point | None:
        return next((point for _, point in self.each(Point)), None)


def repeated(things: list[tuple[Path, str]]) -> Iterator[tuple[Path, Path, str]]:
    """Each thing that stood before already: its place, the first one's place, the thing."""
    first: dict[str, Path] = {}
    for path, thing in things:
        if first.setdefault(thing, path) != path:
            yield path, first[thing], thing
