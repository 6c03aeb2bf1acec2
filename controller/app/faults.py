"""What is wrong, said to whoever typed the command; in a config: file, line, device, key, value found, values allowed,
hint."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path as File

import msgspec

from controller.app.toml_lines import Path

_SECRET = re.compile(r"token|secret|passw|pwd|credential|private", re.IGNORECASE)
_USERINFO = re.compile(r"//[^/\s]*@")
_SHOWN = 60  # characters of a value that a fault line repeats


class Failed(Exception):
    """It did not work; the message is for whoever typed the command."""


class Misuse(Exception):
    """It was asked in a way that cannot work."""


class Finding(msgspec.Struct, frozen=True):
    """A fault whose line is not known yet. `path` leads to the key; `found` is ready to print."""

    path: Path
    found: str
    allowed: str
    hint: str = ""
    other: Path = ()  # where the thing stands that this one collides with


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `device` is the table it stands in, as written in the file; `line` 0: the file as a whole."""

    file: str
    line: int
    device: str
    key: str
    found: str
    allowed: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = ": ".join(part for part in (place, self.device, self.key) if part)
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}: found {self.found}; allowed: {self.allowed}{hint}"


class ConfigError(Exception):
    """This config cannot be used; `faults` has all of them, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(map(str, self.faults)))


def plain(text: str | File) -> str:
    """One line that does no harm to a terminal: everything unprintable as its escape."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(text))


def show(value: object, path: Path = ()) -> str:
    """A value as found, short; never a secret."""
    if any(_SECRET.search(part) for part in path if isinstance(part, str)):
        return "a value that is not shown here"
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = plain(_USERINFO.sub("//***@", value))
            return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}..." ({len(value)} characters)'
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"a table with {_keys(value)}" if value else "an empty table"
        case int() if value.bit_length() > 200:
            return f"a whole number of {value.bit_length()} bits"
        case _:
            return plain(str(value))[:_SHOWN]


def _keys(table: dict[object, object]) -> str:
    names = [plain(str(key))[:20] for key in table]
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


def did_you_mean(found: object, among: Iterable[str]) -> str:
    """A hint, or "" when nothing is near."""
    if not isinstance(found, str) or len(found) > _SHOWN:
        return ""
    folded = {known.casefold(): known for known in among}
    near = get_close_matches(found.casefold(), folded, n=1, cutoff=0.6)
    return f'did you mean "{plain(folded[near[0]])}"?' if near else ""


def listed(names: Iterable[str]) -> str:
    """Allowed values on one line."""
    shown = [plain(name) for name in names]
    more = f", ... ({len(shown)} in all)" if len(shown) > 24 else ""
    return ", ".join(shown[:24]) + more or "none: there is nothing to refer to yet"
