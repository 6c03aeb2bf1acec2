"""Every part of a session freezes or dies in mid call, one by one (docs/remote-service.md, "When a part fails").

Whatever it is, the two go on seeing each other or do so again, and the session has one outcome in the journal.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser

from tests.system.remote_scene import Scene, chromium, playing, scene
from tests.system.stage import MakeDemo

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(240)]

FROZEN_S = 12.0  # longer than any line waits for a sign of life


async def freeze(here: Scene, part: str) -> None:
    pid = here.demo.pid(part)
    os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(FROZEN_S):
            await asyncio.Event().wait()
    except TimeoutError:
        os.kill(pid, signal.SIGCONT)


async def goes_on(here: Scene, failing: Awaitable[None]) -> None:
    """Both pictures move while it happens and after it."""
    seen, shown = here.booth.locator("video.expert"), here.desk.locator(".customer > video")
    before, theirs = await playing(seen), await playing(shown)
    task = asyncio.ensure_future(failing)
    during, their_during = await playing(seen, after=before), await playing(shown, after=theirs)
    await task
    await playing(seen, after=during)
    await playing(shown, after=their_during)


@pytest.mark.parametrize("part", [pytest.param(one, marks=pytest.mark.long) for one in ("central", "point", "media")])
async def test_a_part_that_freezes_in_mid_call_and_thaws_costs_no_picture(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]], part: str
) -> None:
    async with scene(await own_demo(), chromium) as here:
        await here.meet()
        await playing(here.desk.locator(".document video"))
        await goes_on(here, freeze(here, part))
        await playing(here.desk.locator(".document video"))
        await here.end()
        assert [over["outcome"] for over in await here.events("remote.ended")] == ["completed"]
        assert [state for state, _ in await here.states()] == ["ringing", "ringing", "connected", "ended"]


async def test_central_is_killed_in_mid_call_and_the_two_go_on_and_part_in_order(
    own_demo: MakeDemo, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with scene(await own_demo(), chromium) as here:
        await here.meet()

        async def die() -> None:
            old = here.demo.kill("central")
            async with asyncio.timeout(60):
                while here.demo.pid("central") == old:
                    await asyncio.sleep(0.1)

        await goes_on(here, die())
        await here.end()
        assert [over["outcome"] for over in await here.events("remote.ended")] == ["completed"]
        assert [state for state, _ in await here.states()] == ["ringing", "ringing", "connected", "ended"]
