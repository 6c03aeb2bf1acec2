"""Where cut pieces fall, and what went wrong while the next one is made."""

from collections import deque

from drivers.sim.piece import Piece


class Drawer:
    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()
        self._interruptions: list[str] = []

    def __bool__(self) -> bool:
        """Some piece lies in it."""
        return bool(self._pieces)

    def interrupted(self, cause: str) -> None:
        """Something went wrong with the piece that is in the making."""
        if cause not in self._interruptions:
            self._interruptions.append(cause)

    def drop(self, rows: list[bytes], raw: bytes, partial: bool) -> None:
        """A piece falls; without rows none does."""
        if rows:
            self._pieces.append(Piece(rows, raw, partial, tuple(self._interruptions)))
            self._interruptions.clear()

    def take(self) -> list[Piece]:
        pieces = list(self._pieces)
        self._pieces.clear()
        return pieces
