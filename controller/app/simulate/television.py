"""The info-TV in the world, over the real stream: it paints what it is sent, says what it has painted, plays the calls;
now and then somebody switches it off."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

import aiohttp
import msgspec

from controller.ports.speaker import Announcement, Clip
from controller.web import patch

ON_S, OFF_S = 900.0, 3600.0  # mean spells: each second of it costs a heartbeat
PAINT_S = (0.01, 0.06)
AGAIN_S = (0.5, 3.0)
CLIP_MS, SPEAK_S = 4000, 0.4


class Viewer(Protocol):
    """Looks at the glass."""

    def shown(self, seq: int, state: dict[str, Any]) -> None: ...


class Announcer:
    """A `ports.speaker.Voice` that speaks every language, and whose sound is only its length."""

    async def speak(self, announcement: Announcement) -> Clip:
        await asyncio.sleep(SPEAK_S)
        return Clip(b"", announcement.languages, CLIP_MS)


class Television:
    """`run` is its life."""

    def __init__(
        self, url: str, screen: str, token: str, session: Callable[[], aiohttp.ClientSession], random: Random,
        viewer: Viewer,
    ) -> None:  # fmt: skip
        self._address = f"{url}/api/v1/stream?view=tv&id={screen}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session = session
        self._random = random
        self._viewer = viewer
        self._state: dict[str, Any] = {}
        self._seq = 0
        self._epoch = ""

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._random.expovariate(1 / ON_S)):
                    await self._watch()
            except TimeoutError:
                self._epoch = ""  # switched off: it knows nothing any more
            await asyncio.sleep(self._random.expovariate(1 / OFF_S))

    async def _watch(self) -> None:
        """Follow the stream, and come back to it when it breaks, with what is on the glass."""
        while True:
            since = f"&since={self._seq}&epoch={self._epoch}" if self._epoch else ""
            try:
                async with (
                    self._session() as http,
                    http.ws_connect(self._address + since, headers=self._headers) as line,
                ):
                    async for message in line:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            await self._hear(line, msgspec.json.decode(message.data))
            except (aiohttp.ClientError, OSError):
                pass  # a page shows that its line is gone, and asks again
            await asyncio.sleep(self._random.uniform(*AGAIN_S))

    async def _hear(self, line: aiohttp.ClientWebSocketResponse, told: dict[str, Any]) -> None:
        if told["t"] == "hb":
            return
        if told["t"] == "say":
            await asyncio.sleep(told["ms"] / 1000)
            await line.send_str(msgspec.json.encode({"t": "said", "id": told["id"], "ok": True}).decode())
            return
        if told["t"] == "snap":
            self._epoch, self._state = told["epoch"], told["state"]
        else:
            self._state = patch.apply(self._state, told["patch"])
        self._seq = told["seq"]
        await asyncio.sleep(self._random.uniform(*PAINT_S))
        self._viewer.shown(self._seq, self._state)
        await line.send_str(msgspec.json.encode({"t": "shown", "seq": self._seq}).decode())
