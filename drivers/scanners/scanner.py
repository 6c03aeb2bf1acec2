"""One code reader: what it reads assembled, judged, and told no faster than people are."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import NoReturn

import structlog

from controller.ports.inputs import Presence, Told, Unrecognised
from drivers.links.link import SLOW, Link, LinkOpener
from drivers.panels.attendance import Attendance, Attended
from drivers.panels.events import Heard, Lost, Source, listen
from drivers.scanners.assembler import KEEP, Assembler, Broken, Read
from drivers.scanners.judge import Judge
from drivers.scanners.layouts import ENDS, Layout, character
from drivers.scanners.lines import GAP_S, Lines

KEY_GAP_S = 0.1  # between two keys of one code; a reader types one each 1 to 30 ms, a person slower
MOST, PER_S = 5, 1.0  # codes told in a second; what comes faster is a stuck trigger, not a person
REFUSED_S = 1.0  # one notice at a time: nobody reads a second one sooner

log = structlog.get_logger("inputs")


class Turnstile:
    """Lets `MOST` through in `PER_S`, and one refusal in `REFUSED_S`. Seconds are passed in."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MOST)
        self._refused = float("-inf")

    def lets(self, told: Told, now: float) -> bool:
        if len(self._times) == MOST and now - self._times[0] < PER_S:
            return False
        if isinstance(told, Unrecognised):
            if now - self._refused < REFUSED_S:
                return False
            self._refused = now
        self._times.append(now)
        return True


class _Desk:
    """Where whole codes arrive: judged, let through or not, told."""

    def __init__(self, id_: str, judge: Judge, heard: Callable[[Told], None]) -> None:
        self._id, self._judge, self._heard = id_, judge, heard
        self._turnstile = Turnstile()

    def take(self, read: Read | Broken | None) -> None:
        if read is None:
            return
        told = self._judge.look(read)
        if not self._turnstile.lets(told, asyncio.get_running_loop().time()):
            return
        if isinstance(told, Unrecognised):
            log.info("a code was not recognised", device=self._id, kind=told.kind, length=told.length)
        self._heard(told)


class KeyboardScanner(Attended[Source]):
    """Implements `ports.inputs.Input` for a reader that types what it reads and ends with Enter or Tab."""

    def __init__(
        self, id_: str, open_: Callable[[], AbstractAsyncContextManager[Source]], judge: Judge, layout: Layout, *,
        random: Random,
    ) -> None:  # fmt: skip
        super().__init__(id_, Attendance(id_, open_, random))
        self._judge, self._layout = judge, layout

    async def run(self, heard: Callable[[Told], None]) -> None:
        desk = _Desk(self.id, self._judge, heard)

        async def session(source: Source) -> NoReturn:
            self._attendance.say(Presence("ready"))
            typing = _Typing(self._layout, max(KEEP, self._judge.longest), desk)
            try:
                await listen(self.id, source, typing.take)
            finally:
                typing.close()

        await self._attendance.keep(session)


class _Typing:
    """The keys of one plugging-in of a reader. Gaps are measured by the kernel's clock, so that a busy box breaks no
    code; the timer only ends what never came to its end."""

    def __init__(self, layout: Layout, keep: int, desk: _Desk) -> None:
        self._layout, self._desk = layout, desk
        self._assembler = Assembler(KEY_GAP_S, keep)
        self._held: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None

    def take(self, one: Heard) -> None:
        if isinstance(one, Lost):
            self._held.clear()
            self._desk.take(self._assembler.lose(one.at))
        elif not one.down:
            self._held.discard(one.code)
        else:
            self._down(one.code, one.at)
        self._watch()

    def close(self) -> None:
        """Unplugged, or the end: what is in hand is thrown away without a word."""
        if self._timer is not None:
            self._timer.cancel()

    def _down(self, code: int, at: float) -> None:
        if code in ENDS:
            self._desk.take(self._assembler.end(at))
            return
        letter = character(self._layout, code, self._held)
        self._held.add(code)
        if letter:
            self._desk.take(self._assembler.put(letter, at))

    def _watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._assembler.in_hand:
            self._timer = asyncio.get_running_loop().call_later(KEY_GAP_S, self._over)

    def _over(self) -> None:
        self._timer = None
        self._desk.take(self._assembler.lose(float("-inf")))


class SerialScanner(Attended[Link]):
    """Implements `ports.inputs.Input` for a reader that sends lines over a byte link."""

    def __init__(
        self, id_: str, open_: LinkOpener, judge: Judge, *, random: Random, simulated: bool = False
    ) -> None:  # fmt: skip
        super().__init__(id_, Attendance(id_, open_, random, SLOW))
        self._judge, self._simulated = judge, simulated

    async def run(self, heard: Callable[[Told], None]) -> None:
        desk = _Desk(self.id, self._judge, heard)

        async def session(link: Link) -> NoReturn:
            self._attendance.say(Presence("ready" if self._simulated else "attached"))
            listening = _Listening(Lines(max(KEEP, self._judge.longest)), desk)

            def came(data: bytes) -> None:
                self._attendance.say(Presence("ready"))
                listening.take(data)

            try:
                await link.listen(came)
            finally:
                listening.close()

        await self._attendance.keep(session)


class _Listening:
    """The bytes of one opening of a line."""

    def __init__(self, lines: Lines, desk: _Desk) -> None:
        self._lines, self._desk = lines, desk
        self._timer: asyncio.TimerHandle | None = None

    def take(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.close()
        for read in self._lines.feed(data, loop.time()):
            self._desk.take(read)
        if self._lines.in_hand:
            self._timer = loop.call_later(GAP_S, self._over)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._timer = None
        self._desk.take(self._lines.lose())
