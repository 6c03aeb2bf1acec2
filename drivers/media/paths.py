"""The servers that a session's connections may use, tried ahead of the first offer."""

import asyncio

from aiortc import RTCIceServer

from controller.ports.signalling import IceConfig
from drivers.media import turn


class Paths:
    """Begins to try them at once; a later `set` holds for the connections to come."""

    def __init__(self, ice: IceConfig) -> None:
        self.ice = ice
        self._trying = self._try()

    def set(self, ice: IceConfig) -> None:
        if ice != self.ice:
            self._trying.cancel()
            self.ice, self._trying = ice, self._try()

    async def servers(self) -> list[RTCIceServer] | None:
        """What aiortc is given; None: a relay is asked for, and none answers. What the last try did not find is tried
        again: it was one bad moment, and the session is long."""
        if self._has_failed():
            self._trying = self._try()
        found = await self._found()
        return None if self.ice.relay_only and not has_relay(found) else found

    async def close(self) -> None:
        self._trying.cancel()
        await asyncio.wait([self._trying])

    def _has_failed(self) -> bool:
        if not self._trying.done() or self._trying.cancelled():
            return self._trying.done()
        if self._trying.exception() is not None:
            return True
        return bool(turn.addresses(self.ice)) and not has_relay(self._trying.result())

    async def _found(self) -> list[RTCIceServer]:
        while True:
            trying = self._trying
            try:
                return await asyncio.shield(trying)
            except asyncio.CancelledError:
                if trying is self._trying:  # it is the caller who was cancelled
                    raise

    def _try(self) -> "asyncio.Task[list[RTCIceServer]]":
        return asyncio.create_task(turn.choose(self.ice), name="media-turn")


def has_relay(servers: list[RTCIceServer]) -> bool:
    return any(str(server.urls).startswith("turn") for server in servers)
