"""What host and printer said to each other lately, command by command, for people who look for a fault."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.sim.escpos_parser import CHAR, ROW, Command

KEPT = 300  # entries
BYTES_KEPT = 64  # of each
WORDS_KEPT = 120  # letters of each
NEW_LINE = "\u23ce"


@dataclass(slots=True)
class Entry:
    """One command, one answer, or one thing that happened. `at_s` is the machine's clock."""

    n: int  # counts up from 1, across what was forgotten
    at_s: float
    way: str  # "in" from the host, "out" to it, "event" here
    name: str
    data: bytes  # its beginning
    size: int  # bytes
    words: str = ""  # the letters of a text, with a sign for the end of the line


class Transcript:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._n = 0
        self._last: Entry | None = None

    @property
    def count(self) -> int:
        """Entries since it began."""
        return self._n

    def heard(self, at_s: float, command: Command, raw: bytes, words: str = "") -> None:
        """`words`: the letters of a text. A picture's rows stay with its header, and text with its line."""
        if command.code in (b"\x10\x04", b"\x10\x05") or (command.args[:1] == b"\x08" and command.code == b"\x10\x14"):
            return  # told when it was obeyed, on reception
        last, is_text = self._last, command.code == CHAR
        if last is not None and (command.code == ROW or (is_text and _goes_on(last))):
            last.size += len(raw)
            last.data += raw[: BYTES_KEPT - len(last.data)]
        else:
            last = self._last = self._add(at_s, "in", "text" if is_text else command.name, raw)
        if is_text:
            ends = command.args == b"\n"
            last.words = last.words[:WORDS_KEPT] + (NEW_LINE if ends else words)

    def obeyed_at_once(self, at_s: float, command: bytes) -> None:
        name = {b"\x04": "DLE EOT", b"\x05": "DLE ENQ", b"\x14": "DLE DC4"}[command[1:2]]
        self._add(at_s, "in", f"{name} (real time)", command)

    def said(self, at_s: float, data: bytes) -> None:
        self._add(at_s, "out", "", data)

    def happened(self, at_s: float, what: str) -> None:
        self._add(at_s, "event", what, b"")
        self._last = None

    def after(self, n: int) -> Iterator[Entry]:
        """What is kept of the entries after the `n`th; the newest may still grow."""
        return (entry for entry in self._entries if entry.n > n)

    def _add(self, at_s: float, way: str, name: str, data: bytes) -> Entry:
        self._n += 1
        entry = Entry(self._n, at_s, way, name, data[:BYTES_KEPT], len(data))
        self._entries.append(entry)
        return entry


def _goes_on(last: Entry) -> bool:
    return last.name == "text" and not last.words.endswith(NEW_LINE)
