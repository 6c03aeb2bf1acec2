"""The played day's time: faster than real, never past its limit, and nobody sleeps through a stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from controller.app.daytime import DayTime
from controller.web.site import DemoDay

pytestmark = pytest.mark.usefixtures("steady_loop")


@asynccontextmanager
async def passing(time: DayTime) -> AsyncIterator[None]:
    task = asyncio.create_task(time.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def at_eight(day: DemoDay, changed: Callable[[], None] = lambda: None) -> DayTime:
    return DayTime(day, changed, 8 * 3600.0)


async def test_a_wait_of_two_minutes_takes_a_fifth_of_a_second_at_600() -> None:
    day = DemoDay(running=True, speed=600)
    time, loop = at_eight(day), asyncio.get_running_loop()
    async with passing(time):
        began = loop.time()
        assert await time.wait(120)
        assert 0.15 < loop.time() - began < 1.5
        assert time.at_s >= 8 * 3600 + 120


async def test_a_new_speed_holds_for_those_who_wait_already() -> None:
    day = DemoDay(running=True, speed=1)
    time = at_eight(day)
    async with passing(time), asyncio.timeout(30):
        waiting = asyncio.create_task(time.wait(300))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        day.speed = 600
        assert await waiting


async def test_time_stands_still_at_its_limit_until_the_machine_has_caught_up() -> None:
    day = DemoDay(running=True, speed=600)
    time = at_eight(day)
    time.limit = 8 * 3600 + 60
    async with passing(time), asyncio.timeout(30):
        assert await time.wait(60)
        later = asyncio.create_task(time.wait(1))
        await asyncio.sleep(0.3)
        assert time.at_s == time.limit and not later.done()
        time.limit = float("inf")
        assert await later


async def test_whoever_waits_wakes_at_once_when_the_day_is_stopped() -> None:
    day = DemoDay(running=True, speed=1)
    time = at_eight(day)
    async with passing(time), asyncio.timeout(30):
        sleepers = [asyncio.create_task(time.wait(3600 * n)) for n in (1, 2, 3)]
        await asyncio.sleep(0.1)
        day.running = False
        assert await asyncio.gather(*sleepers) == [False, False, False]
        assert time.stopped and not await time.wait(1)


async def test_a_sleeper_that_was_cancelled_holds_up_nobody() -> None:
    day = DemoDay(running=True, speed=600)
    time = at_eight(day)
    async with passing(time), asyncio.timeout(30):
        gone = asyncio.create_task(time.wait(10))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert await time.wait(60)


async def test_the_wall_hears_of_new_minutes_at_most_once_a_second() -> None:
    heard: list[str] = []
    day = DemoDay(running=True, speed=600)
    time = at_eight(day, lambda: heard.append(day.time))
    async with passing(time):
        await asyncio.sleep(2.3)
    assert 2 <= len(heard) <= 3
    assert heard == sorted(set(heard), key=heard.index) and all("." in one for one in heard)
