"""A kiosk's page read aloud: the page sends what it would say, and gets it as sound in the customer's language."""

import asyncio

from aiohttp import web

from controller.ports.speaker import Reader
from controller.web import shapes
from controller.web.auth import Credential
from controller.web.problems import Problem
from controller.web.requests import body


class Nobody:
    """The reader of a point without voices."""

    async def read(self, text: str, language: str) -> bytes | None:
        return None


class Aloud:
    """One text at a time for each kiosk: a key interrupts what was being said, so the newest is the one wanted."""

    def __init__(self) -> None:
        self.reader: Reader = Nobody()
        self._reading: dict[str, asyncio.Task[bytes | None]] = {}

    async def read(self, kiosk: str, text: str, language: str) -> bytes | None:
        """Raises Problem "too-many" when the same kiosk wants something newer meanwhile."""
        if (before := self._reading.get(kiosk)) is not None:
            before.cancel()
        task = asyncio.ensure_future(self.reader.read(text, language))
        self._reading[kiosk] = task
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            if self._reading.get(kiosk) is task:
                del self._reading[kiosk]
        if task.cancelled():
            raise Problem("too-many", "this kiosk has something newer to say")
        return task.result()


ALOUD: web.AppKey[Aloud] = web.AppKey("aloud", Aloud)


async def speech(request: web.Request, who: Credential) -> web.Response:
    """Nothing of the text is kept or logged: it may be somebody's number, or the code that they type."""
    wish = await body(request, shapes.Speech)
    wav = await request.app[ALOUD].read(f"{who.role}/{who.id}", wish.text, wish.language)
    if wav is None:
        return web.Response(status=204)
    return web.Response(body=wav, content_type="audio/wav")
