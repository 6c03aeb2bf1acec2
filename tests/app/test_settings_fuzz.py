"""Whatever stands in a config file: a point, or faults on one line each; never a traceback."""

import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.app.settings import ConfigError, load
from controller.domain.point import Config
from tests.fuzz.rig import LONG

EXAMPLE = (Path(__file__).parents[2] / "config" / "point.example.toml").read_bytes()
fuzz = settings(
    max_examples=1500 if LONG else 150, derandomize=not LONG, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip

KEYS = st.one_of(
    st.sampled_from([*Config.__struct_fields__, "id", "name", "link", "fi", "kind", "services", "hours", "card"]),
    st.text(st.characters(codec="utf-8"), max_size=8),
)
VALUES = st.recursive(
    st.one_of(
        st.integers(),
        st.booleans(),
        st.floats(),
        st.text(st.characters(codec="utf-8"), max_size=20),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.sampled_from(["sim", "tcp:a:1", "08:00-16:00", "closed", "fi", "2026-02-30", "", "Europe/Helsinki"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=15,
)


def answered(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "point.toml"
    file.write_bytes(content)
    try:
        assert isinstance(load(file), Config)
    except ConfigError as error:
        assert error.faults
        for fault in error.faults:
            line = str(fault)
            assert line.isprintable(), line
            assert fault.found
            assert fault.allowed
            assert 0 <= fault.line <= content.count(b"\n") + 1


@fuzz
@given(st.binary(max_size=400))
def test_random_bytes(tmp_path: Path, content: bytes) -> None:
    answered(tmp_path, content)


@fuzz
@given(st.text(st.sampled_from("[]{}=.,#\"'\\\n \t\rab1-:_\u00e4"), max_size=80))
def test_random_toml_like_text(tmp_path: Path, text: str) -> None:
    answered(tmp_path, text.encode())


@fuzz
@given(st.integers(0, len(EXAMPLE) - 1), st.integers(0, 60), st.binary(max_size=8))
def test_example_with_a_piece_cut_out_and_another_put_in(tmp_path: Path, at: int, length: int, new: bytes) -> None:
    answered(tmp_path, EXAMPLE[:at] + new + EXAMPLE[at + length :])


@fuzz
@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_random_tables(tmp_path: Path, raw: dict[str, Any]) -> None:
    answered(tmp_path, tomlkit.dumps(raw).encode())


@fuzz
@given(st.data())
def test_example_with_any_value_replaced(tmp_path: Path, data: st.DataObject) -> None:
    raw = tomllib.loads(EXAMPLE.decode())
    table: Any = raw[data.draw(st.sampled_from(sorted(raw)))]
    table = table[0] if isinstance(table, list) else table
    table[data.draw(st.sampled_from(sorted(table)))] = data.draw(VALUES)
    answered(tmp_path, tomlkit.dumps(raw).encode())
