"""One panel: its keys read, held against the clock, and told as what they mean."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import NoReturn, Protocol

from controller.ports.inputs import KeyName, Presence, Pressed, Told
from drivers.panels.attendance import Attendance, Attended
from drivers.panels.events import Heard, Lost, Move, Source, listen
from drivers.panels.names import name_of

STUCK_S = 30.0  # devices.md case 18: a key held longer is stuck
GLOW_S = 0.7  # the light of a button says that the press was felt
READY, STUCK = Presence("ready"), Presence("degraded", ("stuck",))


class Meaning(Protocol):
    def pressed(self, key: KeyName, now: float) -> Pressed | None:
        """What a key that goes down at `now` (seconds of the loop) means; None for nothing."""


class Panel(Attended[Source]):
    """Implements `ports.inputs.Input`. `glows`: its light answers a press (a silent alarm's never does)."""

    def __init__(
        self, id_: str, open_: Callable[[], AbstractAsyncContextManager[Source]], meaning: Meaning, *,
        random: Random, glows: bool = True, stuck_s: float = STUCK_S,
    ) -> None:  # fmt: skip
        super().__init__(id_, Attendance(id_, open_, random))
        self._meaning, self._glows, self._stuck_s = meaning, glows, stuck_s
        self._timers: dict[int, asyncio.TimerHandle] = {}  # held key -> when it is stuck
        self._stuck: set[int] = set()

    async def run(self, heard: Callable[[Told], None]) -> None:
        async def session(source: Source) -> NoReturn:
            self._attendance.say(READY)
            await listen(self.id, source, lambda one: self._take(one, source, heard))

        await self._attendance.keep(session)

    def _take(self, one: Heard, source: Source, heard: Callable[[Told], None]) -> None:
        if isinstance(one, Lost):
            return
        self._watch(one)
        if not one.down:
            return
        told = self._meaning.pressed(name_of(one.code), asyncio.get_running_loop().time())
        if told is not None:
            if self._glows:
                self._glow(source)
            heard(told)

    def _watch(self, move: Move) -> None:
        """A key that stays down is stuck; one that comes up, or goes with its device, is not."""
        timer = self._timers.pop(move.code, None)
        if timer is not None:
            timer.cancel()
        if move.down:
            loop = asyncio.get_running_loop()
            self._timers[move.code] = loop.call_later(self._stuck_s, self._is_stuck, move.code)
        elif move.code in self._stuck:
            self._stuck.discard(move.code)
            if not self._stuck:
                self._attendance.say(READY)

    def _is_stuck(self, code: int) -> None:
        self._timers.pop(code, None)
        self._stuck.add(code)
        self._attendance.say(STUCK)

    def _glow(self, source: Source) -> None:
        """A light that fails is no reason to lose the press; the reader will notice a device that is gone."""
        try:
            source.light(True)
        except OSError:
            return
        asyncio.get_running_loop().call_later(GLOW_S, _dark, source)


def _dark(source: Source) -> None:
    try:
        source.light(False)
    except OSError:
        return
