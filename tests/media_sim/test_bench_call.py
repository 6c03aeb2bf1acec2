"""`bench media`: two plain Chromiums over the simulated network see each other, and what is measured is true."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path as File

import pytest

from controller.app.bench.call import window
from controller.app.bench.call_figures import Seen, figures, readable
from controller.app.bench.plain_call import Call, plain_call
from drivers.sim.network.network import Path

pytestmark = [pytest.mark.long, pytest.mark.browser]


@pytest.fixture
async def path() -> AsyncIterator[Path]:
    async with Path() as path:
        yield path


async def settled(call: Call) -> list[Seen]:
    await asyncio.sleep(2)
    return await window(call.screens, 4)


async def test_a_plain_pair_s_picture_bears_its_moment_and_delay_is_seen(path: Path, tmp_path: File) -> None:
    """Latency is read off the glass: with 150 ms more on the path it has 150 ms more, whatever the machine does."""
    async with plain_call(path, tmp_path) as call:
        clear = await settled(call)
        await path.set(delay_ms=150)
        away = await settled(call)
        cpu_s = await call.near.cpu_s()
    assert min(readable(one) for one in clear) > 0.9
    near, far = figures(clear), figures(away)
    assert 5 < near["p50_ms"] < far["p50_ms"] and far["p50_ms"] > 150
    assert near["fps"] > 5 and near["height"] >= 180 and call.first_ms > 0 and cpu_s > 0.5
    assert all(one.after["audio"]["totalSamplesReceived"] for one in clear)


async def test_an_outage_is_seen_as_long_as_it_was_and_the_picture_comes_back(path: Path, tmp_path: File) -> None:
    async with plain_call(path, tmp_path) as call:
        await asyncio.sleep(1)
        await path.set(blackhole=True)
        since_ms = time.time() * 1000
        dark = await window(call.screens, 3)
        assert [await one.live_after(since_ms + 500, 0.5) for one in call.screens] == [None, None]
        await path.set()
        assert all([await one.live_after(time.time() * 1000, 20) for one in call.screens])
    assert figures(dark)["longest_gap_ms"] > 2000 and figures(dark)["frozen"] > 0.6
