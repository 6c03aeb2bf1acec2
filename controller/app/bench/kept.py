"""A process that is started again when it ends, as systemd does it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from controller.app.bench.stage import Running, started

AGAIN_S = 0.5


class Kept:
    """`running` is the one of now, `started` how often it was begun."""

    def __init__(self) -> None:
        self.running: Running | None = None
        self.started = 0

    def cpu_s(self) -> float:
        """Of the one of now; 0 between two."""
        try:
            return self.running.cpu_s() if self.running is not None else 0.0
        except OSError:
            return 0.0  # it has just ended


@asynccontextmanager
async def kept(words: Sequence[str], log: Path) -> AsyncIterator[Kept]:
    """Ended with the block."""
    one = Kept()

    async def keep() -> None:
        while True:
            async with started(words, log) as one.running:
                one.started += 1
                await one.running.process.wait()
            await asyncio.sleep(AGAIN_S)

    task = asyncio.create_task(keep())
    try:
        yield one
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task  # a process that could not be started again is heard of here
