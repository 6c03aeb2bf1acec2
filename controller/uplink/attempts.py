"""Several attempts at one thing, for who cannot wait until the one that was begun too early is given up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def first_of(
    attempt: Callable[[], Awaitable[T]], *, every_s: float, at_once: int, within: float,
    unused: Callable[[T], object],
) -> T:  # fmt: skip
    """What the first attempt gives that succeeds. One is begun each `every_s`, at most so many run `at_once`: the
    oldest is given up. `unused` gets what another one gave at the same time. Raises what the last one raised, or
    TimeoutError, after `within` seconds."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + within
    last: Exception = TimeoutError(f"no answer in {within:g} s")
    running: list[asyncio.Future[T]] = []
    try:
        while clock() < deadline:
            if len(running) == at_once:
                await _end(running.pop(0), unused)
            running.append(asyncio.ensure_future(attempt()))
            until = clock() + every_s
            while running and (left := until - clock()) > 0:
                done, _ = await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                for one in [one for one in running if one in done]:
                    running.remove(one)
                    if (error := one.exception()) is None:
                        return one.result()
                    if not isinstance(error, Exception):
                        raise error
                    last = error
            await asyncio.sleep(max(0.0, until - clock()))
        raise last
    finally:
        for one in running:
            await _end(one, unused)


async def _end(one: asyncio.Future[T], unused: Callable[[T], object]) -> None:
    one.cancel()
    await asyncio.wait([one])
    if not one.cancelled() and one.exception() is None:
        unused(one.result())
