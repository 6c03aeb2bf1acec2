"""Motor, head and cutter against the clock: rows become paper one after another, cuts take time, answers wait
their turn behind the paper they vouch for.

Holds the paper between cutter and head. The head stands 18 mm above the cutter, so what was printed last stays
inside unless it is fed out first.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.sim.paper_width import BLANK_ROW, DOTS_PER_MM, HEAD_TO_CUTTER_ROWS

ROW_TOLERANCE = 1e-3  # of a row: a monotonic clock's float rounds to 2 ns after months
TIME_TOLERANCE_S = 1e-7
CUT_S = 0.3  # assumed, devices.md 1.6


@dataclass(slots=True)
class Rows:
    rows: deque[bytes]


@dataclass(frozen=True, slots=True)
class Cut:
    raw: bytes  # the exact bytes since the last cut
    partial: bool


@dataclass(frozen=True, slots=True)
class Answer:
    data: bytes


@dataclass(frozen=True, slots=True)
class Printed:
    rows: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Something is written to the memory that needs no power."""

    takes_s: float
    write: Callable[[], object]


Done = Printed | Cut | Answer | Stored
Timed = TypeVar("Timed", Cut, Answer, Stored)


class Mechanism:
    def __init__(self, speed_mm_s: float, cut_s: float = CUT_S) -> None:
        self.rows_per_s = speed_mm_s * DOTS_PER_MM
        self._cut_s = cut_s
        self.hanging: list[bytes] = [BLANK_ROW] * HEAD_TO_CUTTER_ROWS
        self._queue: deque[Rows | Cut | Answer | Stored] = deque()
        self.rows_waiting = 0
        self._free_s = 0.0  # it has done everything up to here

    @property
    def idle(self) -> bool:
        return not self._queue

    @property
    def busy(self) -> bool:
        """Something is to be done that nothing may run ahead of."""
        return any(isinstance(work, Cut | Stored) for work in self._queue)

    @property
    def free_s(self) -> float:
        return self._free_s

    def not_before(self, now_s: float) -> None:
        """It stood still until now; nothing that starts later can start earlier."""
        self._free_s = max(self._free_s, now_s)

    def print_rows(self, rows: list[bytes]) -> None:
        if not rows:
            return
        self.rows_waiting += len(rows)
        if self._queue and isinstance(self._queue[-1], Rows):
            self._queue[-1].rows.extend(rows)
        else:
            self._queue.append(Rows(deque(rows)))

    def cut(self, raw: bytes, partial: bool) -> None:
        self._queue.append(Cut(raw, partial))

    def answer(self, data: bytes) -> None:
        """To be sent once everything before it is on paper."""
        self._queue.append(Answer(data))

    def store(self, takes_s: float, write: Callable[[], object]) -> None:
        """`write` is called when that time is over, unless power went before."""
        self._queue.append(Stored(takes_s, write))

    def step(self, until_s: float, max_rows: int) -> Done | None:
        """Do the next thing that is finished by `until_s`; None: nothing is."""
        if not self._queue:
            return None
        match self._queue[0]:
            case Rows(rows):
                return self._burn(rows, until_s, max_rows)
            case Cut() as cut:
                return self._finish(cut, until_s, self._cut_s)
            case Answer() as answer:
                return self._finish(answer, until_s, 0.0)
            case Stored() as stored:
                return self._finish(stored, until_s, stored.takes_s)

    def next_done_s(self, max_rows: int) -> float | None:
        """When the first thing in line will be finished, if nothing stops it."""
        if not self._queue:
            return None
        match self._queue[0]:
            case Rows(rows):
                return self._free_s + min(len(rows), max_rows) / self.rows_per_s
            case Cut():
                return self._free_s + self._cut_s
            case Answer():
                return self._free_s
            case Stored(takes_s):
                return self._free_s + takes_s

    def must_end(self, now_s: float) -> bool:
        """The blade is on its way, or a write to memory."""
        return bool(self._queue) and isinstance(self._queue[0], Cut | Stored) and self._free_s < now_s

    def drop_work(self, keep_first: bool) -> bytes:
        """Forget what is not on paper yet, but the first work where it must end; gives the bytes of cuts not made."""
        kept = [self._queue.popleft()] if keep_first and self._queue else []
        lost = b"".join(work.raw for work in self._queue if isinstance(work, Cut))
        self._queue = deque(kept)
        self.rows_waiting = sum(len(work.rows) for work in kept if isinstance(work, Rows))
        return lost

    @property
    def inked(self) -> bool:
        """Something stands on the paper that is not cut off."""
        return any(row is not BLANK_ROW and any(row) for row in self.hanging)

    def take_piece(self) -> list[bytes]:
        """The paper below the cutter, as it falls."""
        cut_at = max(0, len(self.hanging) - HEAD_TO_CUTTER_ROWS)
        piece, self.hanging = self.hanging[:cut_at], self.hanging[cut_at:]
        return piece

    def _burn(self, rows: deque[bytes], until_s: float, max_rows: int) -> Printed | None:
        time_for = int((until_s - self._free_s) * self.rows_per_s + ROW_TOLERANCE)
        count = min(len(rows), time_for, max_rows)
        if count <= 0:
            return None
        self.hanging.extend(rows.popleft() for _ in range(count))
        self.rows_waiting -= count
        self._free_s += count / self.rows_per_s
        if not rows:
            self._queue.popleft()
        return Printed(count)

    def _finish(self, work: Timed, until_s: float, takes_s: float) -> Timed | None:
        if self._free_s + takes_s > until_s + TIME_TOLERANCE_S:
            return None
        self._free_s += takes_s
        self._queue.popleft()
        return work
