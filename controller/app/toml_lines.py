"""On which line of a TOML text does each key stand? For texts that tomllib has already accepted.

tomllib gives values without places and tomlkit hides its own, so this reads the structure once more: keys, headers,
strings and brackets, nothing about what values mean. Because the text is known to be valid it never has to complain.
"""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]  # ("printers", 0, "link"); a number is a place in a list, from 0

_GAP = re.compile(r"(?:[ \t\n\r]|#[^\n]*)*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]\}#\n]*")


def line_index(text: str) -> dict[Path, int]:
    """Every table, key and list element of a valid TOML text -> its first line, counted from 1."""
    return _Reader(text).read()


def nearest(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table around it; 1 when even that is unknown."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)


class _Reader:
    """One pass over the text; `at` is the place reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.lines: dict[Path, int] = {}
        self.last: dict[Path, int] = {}  # an array of tables -> index of its newest element

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self.gap() < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.lines

    def gap(self) -> int:
        self.at = self.over(_GAP)
        return self.at

    def over(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        return found.end() if found else self.at

    def take(self, pattern: re.Pattern[str]) -> str:
        start, self.at = self.at, self.over(pattern)
        return self.text[start : self.at]

    def mark(self, path: Path, place: int) -> None:
        """Note the line of `path`, and of every table that it brings into being."""
        line = bisect_right(self.starts, place)
        for end in range(1, len(path) + 1):
            self.lines.setdefault(path[:end], line)

    def keys(self) -> tuple[str, ...]:
        parts = [_plain(self.take(_KEY))]
        while self.over(_DOT) > self.at:
            self.at = self.over(_DOT)
            parts.append(_plain(self.take(_KEY)))
        return tuple(parts)

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]` -> the table that the following pairs belong to."""
        place = self.at
        many = self.text.startswith("[[", place)
        self.at += 2 if many else 1
        self.gap()
        parts = self.keys()
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        table = self.resolve(parts[:-1]) + parts[-1:] if many else self.resolve(parts)
        if many:
            self.last[table] = self.last.get(table, -1) + 1
            table = (*table, self.last[table])
        self.mark(table, place)
        return table

    def resolve(self, parts: tuple[str, ...]) -> Path:
        """A header's dotted name means the newest element of each array of tables on its way."""
        table: Path = ()
        for part in parts:
            table = (*table, part)
            if table in self.last:
                table = (*table, self.last[table])
        return table

    def pair(self, table: Path) -> None:
        place = self.at
        path = (*table, *self.keys())
        self.mark(path, place)
        self.at = self.text.index("=", self.at) + 1
        self.gap()
        self.value(path)

    def value(self, path: Path) -> None:
        match self.text[self.at]:
            case "[":
                self.enclosed("]", path)
            case "{":
                self.enclosed("}", path)
            case '"' | "'":
                self.take(_STRING)
            case _:
                self.take(_SCALAR)

    def enclosed(self, end: str, path: Path) -> None:
        """A list, or a table on one line."""
        self.at += 1
        n = 0
        while self.text[self.gap()] != end:
            if end == "]":
                self.mark((*path, n), self.at)
                self.value((*path, n))
            else:
                self.pair(path)
            n += 1
            if self.text[self.gap()] == ",":
                self.at += 1
        self.at += 1


def _plain(key: str) -> str:
    """A key without its quotes and escapes."""
    if key.startswith("'"):
        return key[1:-1]
    return next(iter(tomllib.loads(f"{key} = 0"))) if key.startswith('"') else key
