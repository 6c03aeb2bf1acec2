"""Does a table have the shape of its type? All that is wrong with it, not only the first thing.

msgspec stops at the first fault and its path hides the device, so each value is held against its own type here;
`settings` then lets msgspec build the config, and msgspec has the last word.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

import msgspec.inspect as types

from controller.app.faults import Finding, did_you_mean, plain, show
from controller.app.toml_lines import Path
from controller.app.wording import allowed, only

# Unicode TR 9: explicit embeddings, overrides and isolates; they reorder what stands after them on a screen
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_BREAKS = {0x2028, 0x2029}  # line and paragraph separator


def faults(value: object, kind: types.Type, path: Path) -> Iterator[Finding]:
    """Every difference between a TOML value and its type. `path` is where the value stands."""
    match kind:
        case types.Metadata():
            yield from faults(value, kind.type, path)
        case types.UnionType():
            yield from faults(value, only(kind), path)
        case types.StructType():
            yield from _table(value, kind, path)
        case types.DictType():
            yield from _map(value, kind, path)
        case types.VarTupleType():
            yield from _list(value, kind, path)
        case types.LiteralType():
            if value not in kind.values:
                yield _wrong(value, kind, path, did_you_mean(value, map(str, kind.values)))
        case types.StrType():
            yield from _text(value, kind, path)
        case _:
            if not _number_fits(value, kind):
                yield _wrong(value, kind, path)


def as_written(value: object) -> object:
    """TOML's own dates as the text they were written as: `valid_from = 2026-01-01` needs no quotes."""
    match value:
        case dict():
            return {key: as_written(one) for key, one in value.items()}
        case list():
            return [as_written(one) for one in value]
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case _:
            return value


def unprintable(text: str) -> str:
    """The first character that may stand in no text for people, named by its code point and place; "" if none."""
    for place, character in enumerate(text, 1):
        code = ord(character)
        if unicodedata.category(character) in {"Cc", "Cs"} or code in _BIDI or code in _BREAKS:
            return f"U+{code:04X} {unicodedata.name(character, 'CONTROL')} at character {place}"
    return ""


def _table(value: object, kind: types.StructType, path: Path) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _wrong(value, kind, path)
        return
    known = {field.encode_name: field for field in kind.fields}
    for key, one in value.items():
        if key in known:
            yield from faults(one, known[key].type, (*path, key))
        else:
            hint = did_you_mean(key, known)
            yield Finding((*path, key), f'the unknown key "{plain(key)[:60]}"', ", ".join(known), hint)
    for key, field in known.items():
        if field.required and key not in value:
            yield Finding((*path, key), "nothing: this key is missing", allowed(field.type))


def _map(value: object, kind: types.DictType, path: Path) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _wrong(value, kind, path)
        return
    for key, one in value.items():
        bad = next(faults(key, kind.key_type, (*path, key)), None)
        if bad is not None:
            yield Finding(bad.path, f'the key "{plain(key)[:60]}"', bad.allowed, bad.hint)
        yield from faults(one, kind.value_type, (*path, key))


def _list(value: object, kind: types.VarTupleType, path: Path) -> Iterator[Finding]:
    if not isinstance(value, list) or len(value) < (kind.min_length or 0):
        yield _wrong(value, kind, path)
        return
    for n, one in enumerate(value):
        yield from faults(one, kind.item_type, (*path, n))


def _text(value: object, kind: types.StrType, path: Path) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(value, kind, path)
    elif bad := unprintable(value):
        words = "text without control characters, line breaks and direction overrides"
        yield Finding(path, f"{bad} in {show(value, path)}", words)
    elif not _length_fits(value, kind) or (kind.pattern and not re.search(kind.pattern, value)):
        yield _wrong(value, kind, path, _near_scheme(value, kind))


def _length_fits(text: str, kind: types.StrType) -> bool:
    """A text that must have something in it must have more than blanks."""
    low = kind.min_length or 0
    return len(text) >= low and (not low or bool(text.strip())) and len(text) <= (kind.max_length or len(text))


def _number_fits(value: object, kind: types.Type) -> bool:
    match kind:
        case types.BoolType():
            return isinstance(value, bool)
        case types.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and _between(value, kind)
        case types.FloatType():
            if not isinstance(value, int | float) or isinstance(value, bool):
                return False
            return _between(value, kind) and math.isfinite(value)
    raise TypeError(f"a config key of type {kind} cannot be checked")


def _between(value: float, kind: types.IntType | types.FloatType) -> bool:
    return (kind.ge is None or value >= kind.ge) and (kind.le is None or value <= kind.le)


def _near_scheme(value: str, kind: types.StrType) -> str:
    """`tpc:10.0.0.5:9100` -> did you mean "tcp:..."?"""
    schemes = re.findall(r"([a-z]{3,6}):", kind.pattern or "")
    scheme, colon, rest = value.partition(":")
    if not colon or scheme in schemes:
        return ""
    near = did_you_mean(scheme, schemes)
    return near.replace('"?', f':{plain(rest)[:40]}"?') if near else ""


def _wrong(value: object, kind: types.Type, path: Path, hint: str = "") -> Finding:
    return Finding(path, show(value, path), allowed(kind), hint)
