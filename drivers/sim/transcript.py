"""What host and printer said to each other lately, command by command, for people who look for a fault."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.sim.escpos_parser import CHAR, ROW, Command

KEPT = 300  # entries
BYTES_KEPT = 64  # of each


@dataclass(slots=True)
class Entry:
    """One command, one answer, or one thing that happened. `at_s` is the machine's clock."""

    n: int  # counts up from 1, across what was forgotten
    at_s: float
    way: str  # "in" from the host, "out" to it, "event" here
    name: str
    data: bytes  # its beginning
    size: int  # bytes


class Transcript:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._n = 0
        self._last: Entry | None = None

    @property
    def count(self) -> int:
        """Entries since it began."""
        return self._n

    def heard(self, at_s: float, command: Command, raw: bytes) -> None:
        """A picture's rows stay with its header, and text with the text before it."""
        last = self._last
        if last is not None and (command.code == ROW or (command.code == CHAR and _is_text(command, last))):
            last.size += len(raw)
            last.data += raw[: BYTES_KEPT - len(last.data)]
            return
        self._last = self._add(at_s, "in", "text" if command.code == CHAR else command.name, raw)

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


def _is_text(command: Command, last: Entry) -> bool:
    return last.name == "text" and last.data[-1:] != b"\n" and (len(command.args) > 1 or command.args >= b" ")
