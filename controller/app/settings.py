"""A config file read whole: either every value is right, or every fault is named (contract, section 7)."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path as File
from typing import Any

import msgspec
import msgspec.inspect as types

from controller.app.crosscheck import findings
from controller.app.draft import Draft, as_far_as_right
from controller.app.faults import ConfigError, Fault, Finding, did_you_mean, listed, plain, show
from controller.app.meanings import LANGUAGES
from controller.app.shape import as_written, faults
from controller.app.toml_lines import Path, line_index, nearest
from controller.app.wording import KEYS, allowed
from controller.domain.point import Config, Point

__all__ = ["ConfigError", "Fault", "config_hash", "load"]

_LARGEST = 1_000_000  # bytes; a real point's config has some ten thousand
_HEADER = re.compile(r"[ \t]*(\[\[?[^\n#\]]*\]\]?)")
_ID = re.compile(r"[ \t]*id[ \t]*=[ \t]*[\"']([^\"'\n]*)[\"']")
_KEY = re.compile(r"[ \t]*([A-Za-z0-9_.-]+)[ \t]*=")


def load(path: File) -> Config:
    """The point that `path` describes. Raises ConfigError with all faults, in the order of the file."""
    text = _text(path)
    raw = _parse(path, text)
    draft = Draft()
    found = list(_shape(raw, draft))
    draft.wrong = {one.path for one in found}
    found += [one for one in findings(draft) if not draft.told(one.path) and not (one.other and draft.told(one.other))]
    if not found:
        try:
            return msgspec.convert(raw, Config)
        except msgspec.ValidationError as bad:
            found = [Finding((), plain(str(bad)), "what the schema says: luukku schema config")]
    raise ConfigError(_placed(path, text, raw, found))


def config_hash(config: Config) -> str:
    """Which config is this? Hex SHA-256 of its values: comments, order of keys and line ends do not count."""
    return hashlib.sha256(msgspec.json.encode(config, order="deterministic")).hexdigest()


def _text(path: File) -> str:
    """The file's text, with or without a byte order mark, lines ended by a newline alone."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as bad:
        reason = bad.strerror if isinstance(bad, OSError) and bad.strerror else "a name that is no file name"
        raise _whole(path, 0, f"a file that cannot be read: {reason}", "a TOML file") from bad
    if len(content) > _LARGEST:
        raise _whole(path, 0, f"more than {_LARGEST} bytes", f"a TOML file of at most {_LARGEST} bytes")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as bad:
        line = content.count(b"\n", 0, bad.start) + 1
        hint = "save the file as UTF-8" + (" (this one is UTF-16)" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "")
        raise _whole(path, line, f"the byte 0x{content[bad.start]:02X}", "UTF-8 text", hint) from bad


def _whole(path: File, line: int, found: str, allowed: str, hint: str = "") -> ConfigError:
    return ConfigError([
        Fault(file=plain(path), line=line, device="", key="", found=found, allowed=allowed, hint=hint)
    ])  # fmt: skip


def _parse(path: File, text: str) -> dict[str, Any]:
    try:
        raw = as_written(tomllib.loads(text))
    except RecursionError as bad:
        raise _whole(path, 0, "brackets nested too deep", "lists and tables at most a few levels deep") from bad
    except ValueError as bad:  # tomllib's own error, and what int() and date() say of monstrous values
        raise ConfigError([_syntax(path, text, str(bad))]) from bad
    assert isinstance(raw, dict)
    return raw


def _syntax(path: File, text: str, said: str) -> Fault:
    """Where the text stops being TOML: the line, the table above it and the key on it."""
    lines = text.split("\n")
    place = re.search(r" \(at line (\d+), column \d+\)$", said)
    line = int(place[1]) if place else len(text.rstrip("\n").split("\n"))
    words = re.sub(r" \(at (line \d+, column \d+|end of document)\)$", "", said)
    key = _KEY.match(lines[line - 1]) if line <= len(lines) else None
    hint = "this key or table stands there already" if re.search("overwrite|twice|mutate|Duplicate", words) else ""
    return Fault(
        file=plain(path),
        line=line,
        device=_table_above(lines[:line]),
        key=key[1] if key else "",
        found=f"no TOML: {plain(words)[:120]}",
        allowed='TOML 1.0, one "key = value" a line',
        hint=hint,
    )


def _table_above(lines: list[str]) -> str:
    """`[[printers]] "lobby"`, as far as it can be told from lines that do not parse."""
    name = ""
    for line in reversed(lines):
        if found := _ID.match(line):
            name = f' "{plain(found[1])[:40]}"'
        if found := _HEADER.match(line):
            return plain(found[1])[:60] + name
    return ""


def _shape(raw: dict[str, Any], draft: Draft) -> Iterator[Finding]:
    """Hold each table against its type by itself; fill `draft` with what is right in it, and with all ids."""
    config = types.type_info(Config)
    assert isinstance(config, types.StructType)
    sections = {field.encode_name: field for field in config.fields}
    for key in raw.keys() - sections.keys():
        yield Finding((key,), f'the unknown key "{plain(key)[:60]}"', listed(sections), did_you_mean(key, sections))
    for key, field in sections.items():
        if key in raw:
            yield from _section(key, raw[key], field.type, draft)
        elif field.required:
            header = f"[[{key}]]" if isinstance(field.type, types.VarTupleType) else f"[{key}]"
            yield Finding((key,), "nothing: this table is missing", f"{header}, {KEYS[f'Config.{key}']}")
        elif isinstance(field.type, types.StructType):
            draft.tables[key,] = field.type.cls()


def _section(key: str, value: object, kind: types.Type, draft: Draft) -> Iterator[Finding]:
    if isinstance(kind, types.StructType):
        yield from _one(value, kind, (key,), draft)
    elif isinstance(kind, types.VarTupleType) and isinstance(value, list):
        for n, table in enumerate(value):
            yield from _one(table, kind.item_type, (key, n), draft)
    else:
        yield Finding((key,), show(value, (key,)), f"tables that each begin with [[{key}]]")


def _one(value: object, kind: types.Type, path: Path, draft: Draft) -> Iterator[Finding]:
    assert isinstance(kind, types.StructType)
    if isinstance(value, dict) and isinstance(value.get("id"), str) and len(path) > 1:
        draft.ids.setdefault(str(path[0]), []).append((path, value["id"]))
    wrong = list(faults(value, kind, path))
    yield from wrong
    if isinstance(value, dict):
        try:
            draft.tables[path] = as_far_as_right(value, kind, {str(one.path[len(path)]) for one in wrong})
        except msgspec.ValidationError as bad:
            yield Finding(path, plain(str(bad)), allowed(kind))
        else:
            draft.house = _house(draft.tables[path], value) or draft.house


def _house(table: msgspec.Struct, written: dict[str, Any]) -> str:
    """The first language as it is written, when it is one of ours."""
    languages = written.get("languages", table.languages) if isinstance(table, Point) else ()
    first = languages[0] if isinstance(languages, list | tuple) and languages else ""
    return first if first in LANGUAGES else ""


def _placed(path: File, text: str, raw: dict[str, Any], found: Iterable[Finding]) -> Iterator[Fault]:
    lines = line_index(text)
    for one in found:
        device, key = _device(raw, one.path)
        other = f"see line {nearest(lines, one.other)}" if one.other else ""
        yield Fault(
            file=plain(path),
            line=nearest(lines, one.path),
            device=device,
            key=key,
            found=one.found,
            allowed=one.allowed,
            hint="; ".join(part for part in (one.hint, other) if part),
        )


def _device(raw: dict[str, Any], path: Path) -> tuple[str, str]:
    """`("printers", 0, "link")` -> `[[printers]] "lobby"`, `link`."""
    if not path:
        return "", ""
    section, rest = str(path[0]), path[1:]
    if rest and isinstance(rest[0], int):
        table = raw[section][rest[0]]
        name = table.get("id") if isinstance(table, dict) else None
        label = f'"{plain(name)[:40]}"' if isinstance(name, str) else f"number {rest[0] + 1}"
        return f"[[{section}]] {label}", _dotted(rest[1:])
    return (f"[{plain(section)[:40]}]", _dotted(rest)) if rest else ("", plain(section)[:60])


def _dotted(path: Path) -> str:
    """`card.bring.fi[2]`, elements counted from 1 as people do."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{plain(part)[:60]}" for part in path)
    return "".join(parts).lstrip(".")
