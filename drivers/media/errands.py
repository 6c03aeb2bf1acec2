"""Things that are done beside, each with its own end; what one raises is told in the log."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger("media")


class Errands:
    """`name` stands in the log."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, doing: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(doing, name=self._name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    async def ended(self, within: float | None = None) -> None:
        """When all that run now are over, or after so many seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("media_errand", errand=self._name, exc_info=error)
