"""A session whose ends may only meet over TURN (a real coturn): it works, and it outlives the server's death."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser

from drivers.sim.turn import Turn
from tests.system.remote_scene import Scene, chromium, playing, scene
from tests.system.stage import Demo

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.long, pytest.mark.timeout(240)]


@asynccontextmanager
async def relayed(folder: Path) -> AsyncIterator[tuple[Demo, Turn]]:
    """A demo whose central knows one TURN server and lets nobody go another way."""
    async with Turn() as turn:
        terms = {"urls": [turn.url("udp"), turn.url("tcp")], "secret": turn.secret, "relay_only": True}
        central = folder / "data" / "central"
        central.mkdir(parents=True)
        (central / "turn.json").write_text(json.dumps(terms))
        demo = Demo(folder / "data")
        try:
            yield await asyncio.to_thread(demo.start), turn
        finally:
            await asyncio.to_thread(demo.stop)


async def test_they_meet_over_turn_alone_and_meet_again_when_it_is_killed_and_back(
    tmp_path: Path, chromium: Callable[[], Awaitable[Browser]]
) -> None:
    async with relayed(tmp_path) as (demo, turn), scene(demo, chromium) as here:
        await here.meet()
        await playing(here.desk.locator(".document video"))
        await turn.kill()
        await here.until_state("reconnecting")
        await turn.again()
        await here.until_state("connected")
        await picture_moves(here)
        await here.end()
        (over,) = await here.events("remote.ended")
        assert (over["outcome"], over["quality"]["relay"]) == ("completed", True)


async def picture_moves(here: Scene) -> None:
    for video in (here.booth.locator("video.expert"), here.desk.locator(".customer > video")):
        await playing(video, after=await playing(video))
    await playing(here.desk.locator(".document video"))
