"""The attendance on one input: opened again after every loss, its presence known, each loss logged once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from random import Random
from typing import Generic, NoReturn, TypeVar

import structlog

from controller.ports.inputs import Presence
from drivers.links.link import DeviceGone

S = TypeVar("S")
USB_S = (0.02, 5.0)  # contract section 7: first and longest pause before a device is looked for again
OTHER_S = (0.5, 30.0)
SETTLED_S = 10.0  # who stayed this long is looked for quickly again
# DeviceGone.reason -> what is said of the device; any other reason is "no link"
SAID = {
    "busy": Presence("out_of_service", ("busy_elsewhere",)),
    "refused": Presence("out_of_service", ("no_access",)),
} | {why: Presence("detached", ("no_link", why)) for why in ("absent", "ambiguous", "taken", "no_udev")}
AWAY = Presence("detached", ("no_link",))

log = structlog.get_logger("inputs")


class Attendance(Generic[S]):
    """`presence` is the board that the owner's session writes on while the device is there."""

    def __init__(
        self, id_: str, open_: Callable[[], AbstractAsyncContextManager[S]], random: Random,
        pauses: tuple[float, float] = USB_S,
    ) -> None:  # fmt: skip
        self.presence = Presence("unknown")
        self._id, self._open, self._random = id_, open_, random
        self._first, self._longest = pauses
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
        pause, lost = self._first, False
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
                self.say(SAID.get(gone.reason, AWAY))
                if not lost:
                    log.warning("an input is away", device=self._id, why=str(gone))
                lost = True
            if loop.time() - began > SETTLED_S:
                pause = self._first
            kicked = await self._wait(pause * (0.5 + self._random.random()))
            pause = self._first if kicked else min(self._longest, pause * 2)

    async def _wait(self, seconds: float) -> bool:
        """True when a sign of life ended the pause; one that came since the last pause ends it at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._kick.wait()
        kicked = self._kick.is_set()
        self._kick.clear()
        return kicked
