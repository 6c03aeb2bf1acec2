"""A host at the other end of a descriptor: whoever has opened a pty's far side, or is plugged into a USB gadget."""

import asyncio
import errno
import os
import select

from drivers.sim.door import Machine
from drivers.sim.pace import Pace

LOOK_S = 0.02  # a pty tells by nothing but a question that somebody has opened it
TICK_S = 0.005  # a paced line moves so often
ANSWER_BYTES = 4096  # of answers that a slow line holds; a printer that nobody hears forgets the rest


class FdHost:
    """Reads what the printer has room for, as fast as the line is; `over` comes when the descriptor is of no use.

    `fd` does not block, and is its maker's to close after `over`. Answers that nobody takes are dropped, as on a line.
    """

    def __init__(self, machine: Machine, fd: int, baud: int | None = None) -> None:
        self._machine = machine
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._in = Pace(baud) if baud else None
        self._out = Pace(baud) if baud else None
        self._answers = bytearray()
        self._here = False  # a host has the other end open
        self._wanted = False  # the printer reads it
        self._waiting = False  # the loop calls when bytes come
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)
        self.over: asyncio.Future[None] = self._loop.create_future()
        self._look()

    # --- Host ---

    def let_read(self, wanted: bool) -> None:
        if wanted and not self._wanted and self._in:
            self._in.begin(self._loop.time())  # flow control: nothing was under way meanwhile
        self._wanted = wanted
        self._watch()

    def send(self, data: bytes) -> None:
        if not self._here or self.over.done():
            return
        if self._out is None:
            self._write(data)
            return
        if not self._answers:
            self._out.begin(self._loop.time())
        self._answers += data[: ANSWER_BYTES - len(self._answers)]
        self._later("out", TICK_S)

    def abort(self) -> None:
        """The line is hung up."""
        if self.over.done():
            return
        self.over.set_result(None)
        for timer in self._timers.values():
            timer.cancel()
        self._leave()
        self._watch()

    def tend(self, *, active: bool) -> None:
        if not self._wanted and self._here and not self._is_open():
            self._left()

    # --- who is there ---

    def _is_open(self) -> bool:
        """Whether somebody has the other end open, or left bytes in it."""
        events = dict(self._poll.poll(0)).get(self._fd, 0)
        return bool(events & select.POLLIN) or not events & select.POLLHUP

    def _look(self) -> None:
        if not self._is_open():
            self._later("look", LOOK_S)
            return
        self._here = True
        self._machine.joined(self)

    def _left(self) -> None:
        """Whoever was there has closed: the line stays, and waits for the next."""
        self._leave()
        self._later("look", LOOK_S)

    def _leave(self) -> None:
        was_here, self._here, self._wanted = self._here, False, False
        self._answers.clear()
        self._watch()
        if was_here:
            self._machine.left(self)

    # --- bytes in ---

    def _watch(self) -> None:
        """Have the loop call when bytes come; a paced line that has some moves by its own clock."""
        waiting = self._here and self._wanted and not self.over.done() and "in" not in self._timers
        if waiting != self._waiting:
            self._waiting = waiting
            self._loop.add_reader(self._fd, self._readable) if waiting else self._loop.remove_reader(self._fd)

    def _readable(self) -> None:
        if self._in is None:
            self._read(self._machine.room)
        else:
            self._in.begin(self._loop.time())
            self._later("in", TICK_S)

    def _trickle(self) -> None:
        """Take what has come over since the last time; when that was all, wait for more."""
        assert self._in is not None
        due = min(self._in.due(self._loop.time()), self._machine.room) if self._wanted else 0
        if due:
            taken = self._read(due)
            self._in.take(taken)
            if taken < due:
                self._watch()
                return
        if self._wanted:
            self._later("in", TICK_S)

    def _read(self, most: int) -> int:
        """How many bytes came."""
        try:
            data = os.read(self._fd, most)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._lost(error)
            return 0
        if data:
            self._machine.arrived(data)
        return len(data)

    def _lost(self, error: OSError) -> None:
        """EIO from a pty's near side: nobody has the far side open (drivers/tty/n_tty.c, TTY_OTHER_CLOSED)."""
        if error.errno == errno.EIO:
            self._left()
        else:
            self.abort()

    # --- answers out ---

    def _answer(self) -> None:
        assert self._out is not None
        due = min(self._out.due(self._loop.time()), len(self._answers))
        self._out.take(due)
        data = bytes(self._answers[:due])
        del self._answers[:due]
        if data:
            self._write(data)
        if self._answers:
            self._later("out", TICK_S)

    def _write(self, data: bytes) -> None:
        try:
            os.write(self._fd, data)
        except (BlockingIOError, InterruptedError):
            return  # nobody takes it
        except OSError as error:
            self._lost(error)

    # --- time ---

    def _later(self, what: str, after_s: float) -> None:
        """One timer a purpose."""
        if what not in self._timers and not self.over.done():
            self._timers[what] = self._loop.call_later(after_s, self._due, what)
            self._watch()

    def _due(self, what: str) -> None:
        del self._timers[what]
        if what == "look":
            self._look()
        elif what == "in":
            self._trickle()
        else:
            self._answer()
