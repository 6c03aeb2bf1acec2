"""Between the loop and the threads that hold devices: a word back, and the wait until a device is closed."""

import asyncio
from collections.abc import Callable

LET_GO_S = 1.0  # a device is closed some 50 ms after it was told to; one that is not by then, hangs


def back(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *told: object) -> bool:
    """From a thread to the loop; False when that has ended, and the process with it."""
    try:
        loop.call_soon_threadsafe(call, *told)
    except RuntimeError:
        return False
    return True


async def in_time(ended: asyncio.Event) -> bool:
    """Whether a thread said within LET_GO_S that it is over."""
    try:
        async with asyncio.timeout(LET_GO_S):
            await ended.wait()
    except TimeoutError:
        await asyncio.sleep(0)  # after a stall of the loop, time-out and the thread's word come in one pass
        return ended.is_set()
    return True
