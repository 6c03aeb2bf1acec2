"""Questions that are put over a booth's lines, each with an id, and their answers, when they come in time."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from controller.ports import media as m
from controller.ports.signalling import IceConfig
from controller.readers.booth_ends import Ends


class Questions:
    """Those that wait for an answer. An answer that nobody waits for is let be."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._open: dict[str, asyncio.Future[Any]] = {}

    def answered(self, id_: str, what: object) -> None:
        if (answer := self._open.get(id_)) is not None and not answer.done():
            answer.set_result(what)

    async def tested(self, booth: str, id_: str, ice: IceConfig, *, within: float) -> dict[str, Any]:
        """What the media process found when it looked at a booth's cameras and paths; red when it does not say."""
        if self._ends.media is None:
            return {"state": "red", "causes": ["no_media"]}
        asking = self._ends.to_media(m.TryOut(id=id_, booth=booth, ice=ice))
        return await self._answer(id_, asking, within) or {"state": "red", "causes": ["no_answer"]}

    async def page_tested(self, booth: str, id_: str, *, within: float) -> dict[str, Any] | None:
        """What the booth's page found of its own devices; None without a page, or one that had no time for
        it; {"state": "no_answer"} of one that hangs or failed."""
        if booth not in self._ends.pages:
            return None
        found = await self._answer(id_, self._ends.to_page(booth, {"t": "test", "id": id_}), within)
        if found is None or found.get("refused") == "failed":
            return {"state": "no_answer"}
        return None if "refused" in found else dict(found)

    async def paths(self, id_: str, *, within: float) -> IceConfig | None:
        """The TURN servers that a session of this point would get now; None when central does not say."""
        told: IceConfig | None
        told = await self._answer(id_, self._ends.to_central({"t": "paths", "id": id_}), within)
        return told

    @property
    def has_media(self) -> bool:
        return self._ends.media is not None

    @property
    def has_central(self) -> bool:
        return self._ends.central is not None

    async def _answer(self, id_: str, asking: Awaitable[None], within: float) -> Any:
        """What `answered` is told of this id within so many seconds after it was asked; None if nothing."""
        self._open[id_] = answer = asyncio.get_running_loop().create_future()
        try:
            await asking
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            return None
        finally:
            del self._open[id_]
