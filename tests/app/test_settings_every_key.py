"""Each key of the config, each way it can be wrong: the line names file, place, value found and values allowed."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec.inspect as types
import pytest
import tomlkit

from controller.app.faults import show
from controller.app.settings import ConfigError, load
from controller.app.wording import KEYS, only
from controller.domain.point import Config

EXAMPLE = Path(__file__).parents[2] / "config" / "point.example.toml"
TEXTS = {"fi": "teksti"}
BESIDE = {  # optional keys that the example leaves out
    "points": {"logo": "", "wrap_up_s": 0, "priority_boost_s": 600, "paper_roll": False},
    "services": {"hint": TEXTS, "target_wait_s": 900, "priority": 0, "kiosk": True, "hours": {"mon": "closed"}},
    "counters": {"name": TEXTS, "services": []},
    "kiosks": {"services": [], "idle_s": 45},
    "panels": {"kiosk": "", "booth": ""},
    "booths": {"name": TEXTS, "services": [], "consent": "1", "consent_text": TEXTS, "idle_s": 90},
    "printers": {"blind": False, "roll_m": 80},
    "card": {"bring": {"fi": ["a"]}, "instructions": TEXTS, "support": TEXTS, "valid_to": "2030-01-01"},
}


def config() -> types.StructType:
    kind = types.type_info(Config)
    assert isinstance(kind, types.StructType)
    return kind


def example() -> dict[str, Any]:
    """The example with every key of every table present."""
    raw: dict[str, Any] = tomllib.loads(EXAMPLE.read_text("utf-8"))
    raw["point"] |= BESIDE["points"]
    raw["services"] = [raw["services"][2] | BESIDE["services"] | {"id": "neuvonta"}]
    raw["services"][0]["card"] |= BESIDE["card"]
    raw["counters"] = [raw["counters"][0] | BESIDE["counters"]]
    raw["counters"][0]["id"] = "2"
    raw["kiosks"][0] |= BESIDE["kiosks"]
    raw["printers"] = [raw["printers"][0] | BESIDE["printers"]]
    raw["panels"] = [raw["panels"][0] | BESIDE["panels"]]
    raw["booths"] = [raw["booths"][0] | BESIDE["booths"]]
    raw["screens"] = [{"id": "lobby", "sound": True, "queues": []}]
    return raw


def places(kind: types.Type, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], types.Field]]:
    """Every key of every table: the path of the first such table, and the key's field."""
    match kind:
        case types.UnionType():
            yield from places(only(kind), path)
        case types.VarTupleType():
            yield from places(kind.item_type, (*path, 0))
        case types.StructType():
            for field in kind.fields:
                yield (*path, field.encode_name), field
                yield from places(field.type, (*path, field.encode_name))


def wrong(kind: types.Type) -> Iterator[object]:
    """Values that a key of this type must refuse."""
    match kind:
        case types.Metadata():
            yield from wrong(kind.type)
        case types.UnionType():
            yield from wrong(only(kind))
        case types.StrType():
            yield from (7, True, 1.5, [], {}, "a\x1b@b", "x\u202ey", "line\nbreak")
            yield from ["!! wrong !!"] if kind.pattern else []
            yield from ["", "   "] if kind.min_length else []
            yield from ["x" * (kind.max_length + 1)] if kind.max_length else []
        case types.LiteralType():
            first = min(map(str, kind.values))
            yield from (7, [], "", first + "x", first.upper())
        case types.IntType():
            yield from ("7", True, 1.5, [], 2**70, -(2**70))
            yield from [kind.ge - 1] if kind.ge is not None else []
            yield from [kind.le + 1] if kind.le is not None else []
        case types.FloatType():
            yield from ("7", True, [], float("nan"), float("inf"), -0.5, 1e300)
        case types.BoolType():
            yield from ("true", 1, 0.0, [])
        case types.VarTupleType():
            yield from ("one", 7, {"a": 1})
            yield from ([value] for value in wrong(kind.item_type))
        case types.DictType():
            yield from ("one", 7, ["a"], {"???": "x"})
            key = "mon" if isinstance(kind.key_type, types.LiteralType) else "fi"
            yield from ({key: value} for value in wrong(kind.value_type))
        case types.StructType():
            yield from ("one", 7, [])


PLACES = dict(places(config()))


def parent(raw: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    for part in path[:-1]:
        raw = raw[part]  # type: ignore[index]  # why: a path mixes names and places, as TOML does
    return raw


def faults_of(raw: dict[str, Any], tmp_path: Path) -> tuple[ConfigError, list[str]]:
    file = tmp_path / "point.toml"
    text = tomlkit.dumps(raw)
    file.write_bytes(text.encode())
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert all("\n" not in str(fault) and str(fault).startswith(str(file)) for fault in caught.value.faults)
    return caught.value, text.split("\n")


def said_at(error: ConfigError, lines: list[str], path: tuple[str | int, ...]) -> Any:
    """The fault about this key; its line must hold the key or the table that it is missing from."""
    named = [fault for fault in error.faults if about(fault, path)]
    assert named, f"nobody named {path}: {error}"
    fault = named[0]
    assert fault.found
    assert fault.allowed
    assert "^" not in fault.allowed, "a pattern is no word"
    line = lines[fault.line - 1]
    spoken = [*(part for part in path if isinstance(part, str)), fault.key.rpartition(".")[2].partition("[")[0]]
    assert any(part in line for part in spoken) or line.strip().startswith(("[", '"', "'")), line
    return fault


def about(fault: Any, path: tuple[str | int, ...]) -> bool:
    names = [str(part) for part in path if isinstance(part, str)]
    whole = f"{fault.device} {fault.key}"
    return all(name in whole for name in names)


def test_example_holds_every_key() -> None:
    raw = example()
    assert [path for path in PLACES if path[-1] not in parent(raw, path)] == []


def test_every_key_has_words_for_the_technician() -> None:
    assert len(KEYS) == len(PLACES)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_wrong_value_is_answered_with_place_found_and_allowed(path: tuple[str | int, ...], tmp_path: Path) -> None:
    values = list(wrong(PLACES[path].type))
    assert values
    for value in values:
        raw = example()
        parent(raw, path)[path[-1]] = value
        if raw.get(str(path[0])) == [] or (isinstance(value, list) and not value and may_be_empty(PLACES[path].type)):
            continue
        error, lines = faults_of(raw, tmp_path)
        fault = said_at(error, lines, path)
        if isinstance(value, int | float | bool):
            assert show(value, path) in fault.found


def may_be_empty(kind: types.Type) -> bool:
    return isinstance(kind, types.VarTupleType) and not kind.min_length


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_mistyped_key_is_refused_and_the_right_one_proposed(path: tuple[str | int, ...], tmp_path: Path) -> None:
    raw = example()
    table = parent(raw, path)
    table[f"{path[-1]}x"] = table.pop(path[-1])
    error, lines = faults_of(raw, tmp_path)
    fault = said_at(error, lines, (*path[:-1], f"{path[-1]}x"))
    assert "unknown key" in fault.found
    assert f'did you mean "{path[-1]}"?' in fault.hint
    assert str(path[-1]) in fault.allowed


@pytest.mark.parametrize(
    "path", [path for path, field in PLACES.items() if field.required], ids=lambda path: ".".join(map(str, path))
)
def test_missing_key_is_named_at_its_table(path: tuple[str | int, ...], tmp_path: Path) -> None:
    raw = example()
    del parent(raw, path)[path[-1]]
    error, lines = faults_of(raw, tmp_path)
    assert "missing" in said_at(error, lines, path).found
