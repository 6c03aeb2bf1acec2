"""Questions that are put over a booth's lines, each with an id, and their answers, when they come in time."""

import asyncio
from collections.abc import Awaitable
from typing import Any


class Questions:
    """Those that wait for an answer. An answer that nobody waits for is let be."""

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Future[Any]] = {}

    async def answer(self, id_: str, asking: Awaitable[None], within: float) -> Any:
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

    def answered(self, id_: str, what: object) -> None:
        if (answer := self._open.get(id_)) is not None and not answer.done():
            answer.set_result(what)
