"""What a reader sends over a byte stream: codes that end with CR, LF or Tab, in pieces of any size. Pure."""

import re
from collections.abc import Iterator

from drivers.scanners.assembler import Assembler, Broken, Read

GAP_S = 0.5  # between two pieces of one code: 64 characters at 1200 baud take as long
PIECES = re.compile(rb"[^\r\n\t]+|[\r\n\t]+")


class Lines:
    """`keep`: characters kept of one code."""

    def __init__(self, keep: int) -> None:
        self._assembler = Assembler(GAP_S, keep)

    @property
    def in_hand(self) -> bool:
        """Has a code begun that has not ended?"""
        return self._assembler.in_hand

    def lose(self) -> Broken | None:
        """Nothing came for longer than a code may pause: what is in hand is thrown away."""
        return self._assembler.lose(float("-inf"))

    def feed(self, data: bytes, now: float) -> Iterator[Read | Broken]:
        """Whole codes, in order. Each byte is one character: what our codes are made of is ASCII."""
        for piece in PIECES.finditer(data):
            ended = piece[0][:1] in b"\r\n\t"
            letters = "" if ended else piece[0].decode("latin-1")
            found = self._assembler.end(now) if ended else self._assembler.put(letters, now)
            if found is not None:
                yield found
