"""Characters come one by one; what a reader read is what stands between two terminators, whole or not at all.

Pure: seconds are passed in, of one clock that the owner chooses. A pause within a code means that its rest belongs to
nothing: what follows is thrown away too, up to the next terminator or a long quiet. So no half of a code is ever
taken for a code, and what was read is kept no longer than its last character takes to come.
"""

import msgspec

KEEP = 64  # characters kept of any length: the longest code of ours is shorter
QUIET_S = 1.0  # after a code broke off; nobody scans the next one sooner


class Read(msgspec.Struct, frozen=True):
    """One whole code. `text` is None when it was longer than what is kept; `length` in characters. It may be anything
    that somebody carries in a pocket, so it is never written out."""

    text: str | None
    length: int

    def __repr__(self) -> str:
        return f"Read(length={self.length})"


class Broken(msgspec.Struct, frozen=True):
    """A code that broke off; `length` is what had come of it."""

    length: int


class Assembler:
    """`gap_s`: the longest pause between two characters of one code."""

    def __init__(self, gap_s: float, keep: int = KEEP) -> None:
        self._gap_s, self._keep = gap_s, keep
        self._text = ""
        self._length = 0
        self._last = float("-inf")
        self._spoiled = False

    @property
    def in_hand(self) -> bool:
        """Has a code begun that has not ended?"""
        return self._length > 0

    def put(self, letters: str, now: float) -> Broken | None:
        """Some characters without a terminator. Gives what had begun before, if these do not belong to it."""
        broken = self.look(now)
        if now - self._last > QUIET_S:
            self._spoiled = False
        self._last = now
        if not self._spoiled:
            self._length += len(letters)
            self._text = self._text + letters if self._length <= self._keep else ""
        return broken

    def end(self, now: float) -> Read | Broken | None:
        """A terminator. None when nothing stood before it, or only the rest of what broke off."""
        broken = self.look(now)
        if broken is not None or self._spoiled or not self._length:
            self._forget(spoiled=False)
            return broken
        read = Read(self._text if self._length <= self._keep else None, self._length)
        self._forget(spoiled=False)
        return read

    def look(self, now: float) -> Broken | None:
        """Is the code in hand over without a terminator?"""
        return self._break() if now - self._last > self._gap_s else None

    def lose(self, now: float) -> Broken | None:
        """Characters were lost, or the reader is gone: what is in hand is no code, nor what is left of it."""
        self._last = max(self._last, now)
        broken = self._break()
        self._spoiled = True
        return broken

    def _break(self) -> Broken | None:
        if not self._length:
            return None
        broken = Broken(self._length)
        self._forget(spoiled=True)
        return broken

    def _forget(self, *, spoiled: bool) -> None:
        self._text, self._length, self._spoiled = "", 0, spoiled
