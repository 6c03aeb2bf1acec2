"""A fault names the line it stands on, however the TOML is written; a text that is no TOML names its line too."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.app.settings import ConfigError, load
from controller.app.toml_lines import line_index, nearest

TEXT = (
    '''# a comment with = and [brackets] and "quotes
[point]
id = "a#b]"
name.fi = "x"          # dotted
name."sv" = """
several = 1
[lines]
"""
languages = [
  "fi",  # one
  "sv",
]

[[printers]]
id = 'it'''
    + """'
link = "sim"

[[ printers ]]
"id" = "two"
link = '''
multi''''
rate = { every_s = 1, burst = 2 }
when = 1979-05-27 07:32:00Z

[printers.extra.deep]
x = [ { a = 1 },
      { b = "}" } ]

[[printers.more]]
y = 1
[[printers.more]]
y = 2
"""
)


def walk(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path of a parsed TOML document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deep for key, one in inner for deep in walk(one, (*path, key)))]


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        (("point",), "[point]"),
        (("point", "id"), "id ="),
        (("point", "name"), "name.fi"),
        (("point", "name", "sv"), 'name."sv"'),
        (("point", "languages"), "languages"),
        (("point", "languages", 1), '"sv"'),
        (("printers", 0, "link"), 'link = "sim"'),
        (("printers", 1), "[[ printers ]]"),
        (("printers", 1, "id"), '"id"'),
        (("printers", 1, "rate", "burst"), "rate ="),
        (("printers", 1, "when"), "when ="),
        (("printers", 1, "extra", "deep", "x", 1, "b"), '{ b = "}" }'),
        (("printers", 1, "more", 0, "y"), "y = 1"),
        (("printers", 1, "more", 1, "y"), "y = 2"),
    ],
)
def test_line_of_a_key(path: tuple[str | int, ...], begins: str) -> None:
    assert TEXT.split("\n")[line_index(TEXT)[path] - 1].strip().startswith(begins)


def test_index_knows_every_path_that_tomllib_sees() -> None:
    lines = line_index(TEXT)
    assert [path for path in walk(tomllib.loads(TEXT)) if path and path not in lines] == []


def test_place_of_what_is_missing_is_the_table_around_it() -> None:
    lines = line_index(TEXT)
    assert nearest(lines, ("point", "timezone")) == lines["point",]
    assert nearest(lines, ("nothing",)) == 1


KEYS = st.one_of(st.from_regex(r"\A[A-Za-z0-9_-]{1,6}\Z"), st.text(st.characters(codec="utf-8"), max_size=5))
VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), st.text(st.characters(codec="utf-8"), max_size=12), st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_index_knows_every_path_of_any_document(document: dict[str, Any]) -> None:
    import tomlkit

    text = tomlkit.dumps(document).replace("\r\n", "\n")
    lines = line_index(text)
    assert [path for path in walk(tomllib.loads(text)) if path and path not in lines] == []
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


def refused(tmp_path: Path, content: bytes) -> ConfigError:
    file = tmp_path / "point.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(file)
    return caught.value


DEVICE = '[[printers]]\nid = "lobby"\nlink = "sim"\n'


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (f'{DEVICE}link = "sim"\n'.encode(), 4, '[[printers]] "lobby": link: found no TOML'),
        (f"{DEVICE}link\n".encode(), 4, "Expected '='"),
        (f'{DEVICE}profile = "open\n'.encode(), 4, '[[printers]] "lobby": profile'),
        (b"[point]\r\nid = 'a'\r\n[point]\r\n", 3, "already"),
        (b"[point]\nmunicipality = 'K\xe4rs\xe4m\xe4ki'\n", 2, "byte 0xE4"),
        ("[point]\n".encode("utf-16"), 1, "UTF-16"),
        (b"[point]\nid = 01\n", 2, "found no TOML"),
        (b"[point]\nid = '\x00'\n", 2, "found no TOML"),
        (b'[point]\nid = """\nnever ends\n', 3, "Unterminated string"),
        (b"x = " + b"[" * 5000, 0, "nested too deep"),
        (b"x = " + b"9" * 5000, 1, "found no TOML"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, content: bytes, line: int, said: str) -> None:
    error = refused(tmp_path, content)
    assert error.faults[0].line == line
    assert said in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("form", ["plain", "bom", "crlf"])
def test_line_is_right_with_byte_order_mark_and_dos_line_ends(tmp_path: Path, form: str) -> None:
    text = f'{DEVICE}colour = """\na\nb"""\nprofil = "generic"\n'
    content = text.encode("utf-8-sig") if form == "bom" else text.encode()
    error = refused(tmp_path, content.replace(b"\n", b"\r\n") if form == "crlf" else content)
    lines = {fault.key: fault.line for fault in error.faults}
    assert (lines["colour"], lines["profil"]) == (4, 7)


def test_faults_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    error = refused(tmp_path, b'zz = 1\n[point]\nid = 5\n[[queues]]\nid = "q"\nseries = "q"\n')
    assert [fault.line for fault in error.faults] == sorted(fault.line for fault in error.faults)
    assert len(error.faults) >= 5


@pytest.mark.parametrize("name", ["missing.toml", ".", "missing/point.toml"])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / name)


def test_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    assert "more than" in str(refused(tmp_path, b"#" * 1_000_001))
