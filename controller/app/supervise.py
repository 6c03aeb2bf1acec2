"""Tasks that may fail and must come back: edges and devices restart with a growing, jittered pause."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import structlog

FIRST_S, LONGEST_S = 0.5, 30.0
SETTLED_S = 60.0  # a task that ran this long starts its pauses anew

log = structlog.get_logger("supervise")


async def keep_running(name: str, work: Callable[[], Awaitable[None]], random: Random) -> None:
    """Run `work` for ever; each failure is logged once with its cause. Ends only by cancellation."""
    pause = FIRST_S
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await work()
        except Exception:  # why: a supervisor's border; one edge's defect must not stop the point
            log.exception("a task failed and will be started again", task=name)
        if loop.time() - began > SETTLED_S:
            pause = FIRST_S
        await asyncio.sleep(pause * (0.5 + random.random()))
        pause = min(LONGEST_S, pause * 2)
