"""The attendance on one input: opened again after every loss, its presence known, each loss logged once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from random import Random
from typing import Generic, NoReturn, TypeVar

import structlog

from controller.ports.inputs import Presence
from drivers.links.link import FAST, NOT_FOUND, SAID, Backoff, DeviceGone

S = TypeVar("S")
SETTLED_S = 10.0  # who stayed this long is looked for quickly again

log = structlog.get_logger("inputs")


class Attended(Generic[S]):
    """What every panel and reader is towards the core (`ports.inputs.Input`): its attendance, seen from outside."""

    def __init__(self, id_: str, attendance: "Attendance[S]") -> None:
        self.id = id_
        self._attendance = attendance

    @property
    def presence(self) -> Presence:
        return self._attendance.presence

    async def presence_changed(self) -> Presence:
        return await self._attendance.changed()

    def reconnect_now(self) -> None:
        self._attendance.kick()


class Attendance(Generic[S]):
    """`presence` is the board that the owner's session writes on while the device is there."""

    def __init__(
        self, id_: str, open_: Callable[[], AbstractAsyncContextManager[S]], random: Random,
        backoff: Backoff = FAST,
    ) -> None:  # fmt: skip
        self.presence = Presence("unknown")
        self._id, self._open, self._random = id_, open_, random
        self._backoff = backoff
        self._changed, self._kick = asyncio.Event(), asyncio.Event()
        self._told: Presence | None = Presence("unknown")

    def say(self, presence: Presence) -> None:
        if presence != self.presence:
            self.presence = presence
            self._changed.set()

    async def changed(self) -> Presence:
        """Wait for a presence that this call did not give before."""
        while self.presence == self._told:
            self._changed.clear()
            await self._changed.wait()
        self._told = self.presence
        return self.presence

    def kick(self) -> None:
        """An outside sign of life: look now, not after the pause."""
        self._kick.set()

    async def keep(self, session: Callable[[S], Awaitable[NoReturn]]) -> NoReturn:
        """Open and hand to `session`, for ever; ends by cancellation alone."""
        attempt, lost = 0, False
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                async with self._open() as source:
                    if lost:
                        log.info("an input is back", device=self._id)
                    lost = False
                    await session(source)
            except DeviceGone as gone:
                self.say(_away(gone.reason))
                if not lost:
                    log.warning("an input is away", device=self._id, why=str(gone))
                lost = True
            if loop.time() - began > SETTLED_S:
                attempt = 0
            kicked = await self._wait(self._backoff.wait_s(attempt, self._random))
            attempt = 0 if kicked else attempt + 1

    async def _wait(self, seconds: float) -> bool:
        """True when a sign of life ended the pause; one that came since the last pause ends it at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._kick.wait()
        kicked = self._kick.is_set()
        self._kick.clear()
        return kicked


def _away(reason: str) -> Presence:
    """It is there and cannot be had, or it is not there."""
    if reason in SAID and reason not in NOT_FOUND:
        return Presence("out_of_service", (SAID[reason],))
    return Presence("detached", ("no_link", SAID[reason]) if reason in SAID else ("no_link",))
