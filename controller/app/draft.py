"""A config on its way: what of it is right so far, for the checks that look across tables."""

from collections.abc import Iterator
from typing import Any, TypeVar, get_type_hints

import msgspec
import msgspec.inspect as types

from controller.app.toml_lines import Path

_T = TypeVar("_T", bound=msgspec.Struct)


class Draft(msgspec.Struct):
    """`tables` holds each table as far as it is right, `ids` every id that stands in the file, `wrong` where a fault
    was told already, `house` the house language, "" when even that is wrong."""

    tables: dict[Path, msgspec.Struct] = {}
    ids: dict[str, list[tuple[Path, str]]] = {}
    wrong: set[Path] = set()
    house: str = ""

    def each(self, kind: type[_T]) -> Iterator[tuple[Path, _T]]:
        return ((path, table) for path, table in self.tables.items() if isinstance(table, kind))

    def names(self, section: str) -> list[str]:
        return [name for _, name in self.ids.get(section, [])]

    def told(self, path: Path) -> bool:
        """Is this key, or something in it, or the table around it, known to be wrong?"""
        return any(path[: len(one)] == one or one[: len(path)] == path for one in self.wrong)


def as_far_as_right(table: dict[str, Any], kind: types.StructType, wrong: set[str]) -> msgspec.Struct:
    """The table without its `wrong` keys: their default stands in, or an empty value where there is none."""
    hints = get_type_hints(kind.cls, include_extras=True)
    values = {}
    for field in kind.fields:
        if field.encode_name in table and field.encode_name not in wrong:
            values[field.name] = msgspec.convert(table[field.encode_name], hints[field.name])
        elif field.required:
            values[field.name] = {} if isinstance(field.type, types.DictType) else ""
    whole: msgspec.Struct = kind.cls(**values)
    return whole


def repeated(things: list[tuple[Path, str]]) -> Iterator[tuple[Path, Path, str]]:
    """Each thing that stood before already: its place, the first one's place, the thing."""
    first: dict[str, Path] = {}
    for path, thing in things:
        if first.setdefault(thing, path) != path:
            yield path, first[thing], thing
