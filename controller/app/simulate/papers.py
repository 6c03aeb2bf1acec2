"""The laws of paper, held against the pieces that really fell from the simulated printers.

A piece counts as a paper of a ticket when the ticket's whole QR stands on it in dots, and no KESKEN behind it: what was
interrupted is marked so before its cut, and counts for nothing. A copy says so before its QR.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from controller.app.simulate.laws import hold
from controller.domain.draft import secret_code
from drivers.sim.piece import Piece
from drivers.sim.symbols import qr_symbol
from drivers.sim.typesetter import Typesetter

COPY_MARK = b"KOPIO"
SCRAP_MARK = b"KESKEN"
INITIALISE = b"\x1b@"  # ESC @: every job begins with it
QR_STORE = re.compile(rb"\x1d\(k(..)1P0", re.DOTALL)  # GS ( k, function 180: length, and the data follow
QR_MODULE = re.compile(rb"\x1d\(k\x03\x001C(.)", re.DOTALL)  # function 167
QR_LEVEL = re.compile(rb"\x1d\(k\x03\x001E(.)", re.DOTALL)  # function 169


class Papers:
    """Knows every piece, and which tickets are on it."""

    def __init__(self, public_url: str, secret: bytes) -> None:
        self._prefix = f"{public_url.rstrip('/')}/t/".encode()
        self._secret = secret
        self._tickets: dict[str, str] = {}  # code -> ticket, of today
        self._before: dict[str, str] = {}  # of the day before: a paper may fall while the day ends
        self.pieces = 0
        self.scraps = 0
        self.marked: dict[str, list[bool]] = {}  # ticket -> of each of its papers: is it marked as a copy?

    def issued(self, ticket: str) -> None:
        self._tickets[secret_code(self._secret, ticket)] = ticket

    def fell(self, piece: Piece) -> None:
        """One more piece of paper."""
        self.pieces += 1
        found = list(self._found(piece))
        self.scraps += not found
        for ticket, marked in found:
            known = self.marked.setdefault(ticket, [])
            known.append(marked)
            law = "of every number at most one paper is out without a mark"
            hold(law, known.count(False) <= 1, f"{ticket} is out {known.count(False)} times without {COPY_MARK!r}")

    def ended(self, ticket: str, result: str) -> None:
        """The journal says how a paper ended: what it calls confirmed is there."""
        if result == "confirmed":
            hold("a confirmed paper is in the world", bool(self.marked.get(ticket)), f"{ticket} is on no piece")

    def forget(self) -> None:
        """A day is over: the papers of the one before are in the bin."""
        gone = set(self._before.values())
        self.marked = {ticket: marks for ticket, marks in self.marked.items() if ticket not in gone}
        self._before, self._tickets = self._tickets, {}

    def _found(self, piece: Piece) -> Iterator[tuple[str, bool]]:
        for store in QR_STORE.finditer(piece.raw):
            begin = store.end()
            data = piece.raw[begin : begin + int.from_bytes(store[1], "little") - 3]
            if not data.startswith(self._prefix):
                continue
            job = max(0, piece.raw.rfind(INITIALISE, 0, begin))
            before = piece.raw[job:begin]
            if SCRAP_MARK in piece.raw[begin:]:
                continue
            if not _stands_on(piece.rows, qr_rows(data, _last(QR_MODULE, before, 3), _last(QR_LEVEL, before, 48))):
                continue
            code = data.removeprefix(self._prefix).decode("ascii", "replace")
            ticket = self._tickets.get(code) or self._before.get(code)
            hold("no paper bears a code that nobody was given", ticket is not None, code)
            yield str(ticket), COPY_MARK in before


def _last(pattern: re.Pattern[bytes], data: bytes, otherwise: int) -> int:
    found = pattern.findall(data)
    return int(found[-1][0]) if found else otherwise


@lru_cache(maxsize=64)
def qr_rows(data: bytes, module: int, level: int) -> tuple[bytes, ...]:
    """The symbol as dot rows in the middle of the paper, as the printer sets it."""
    image = qr_symbol(data, module, level)
    assert image is not None
    setter = Typesetter()
    setter.modes.align = 1
    return tuple(setter.full_rows(image))


def _stands_on(rows: list[bytes], symbol: tuple[bytes, ...]) -> bool:
    """Are these rows on the paper, one after another?"""
    at = -1
    while True:
        try:
            at = rows.index(symbol[0], at + 1)
        except ValueError:
            return False
        if tuple(rows[at : at + len(symbol)]) == symbol:
            return True
