"""Camera and microphone are off when a session is over: the booth's page says so, or its browser is ended."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

PRESSED_S = 0.1  # after the leave button: a page that lives needs less, and what hangs is to be gone within 0.3 s
ENDED_S = 3.0  # after any other end: a page that is only slow keeps its last word for the customer

Cut = Callable[[str], Awaitable[None]]
"""Ends the browser of a booth. One that nobody keeps goes on, and that is logged."""

log = structlog.get_logger("booth")


async def _nobody(booth: str) -> None:
    log.error("a booth's page did not say that its camera is off, and nobody keeps its browser", booth=booth)


class Dark:
    """`cut` is set by the composition. Works inside `Booths.run`."""

    def __init__(self) -> None:
        self.cut: Cut = _nobody
        self._awaited: dict[str, asyncio.Event] = {}  # session -> its page has said that it is off
        self._booths: dict[str, str] = {}  # session -> booth

    def off(self, booth: str, session: str) -> None:
        """The page there has let go of camera and microphone. What a page of elsewhere says of it is nothing."""
        if self._booths.get(session) == booth:
            self._awaited[session].set()

    def here(self, booth: str, session: str | None) -> None:
        """The booth's page says anew how it stands, and in which session it is: in every other one it is off."""
        for awaited, at in list(self._booths.items()):
            if at == booth and awaited != session:
                self.off(booth, awaited)

    async def watch(self, booth: str, session: str, within_s: float) -> None:
        """Until it is off, or cut."""
        event = self._awaited.setdefault(session, asyncio.Event())
        self._booths[session] = booth
        try:
            async with asyncio.timeout(within_s):
                await event.wait()
        except TimeoutError:
            log.warning("a booth's browser is ended: its page did not say that it is off", booth=booth)
            with suppress(ConnectionError, TimeoutError):  # its keeper is just going, and the browser with it
                await self.cut(booth)
            event.set()  # whoever else waits for it
        finally:
            self._awaited.pop(session, None)
            self._booths.pop(session, None)
