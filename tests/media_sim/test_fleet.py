"""Fifty simulated booths in one process and fifty experts in another: all in a call at once, again and again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.media_sim.between import LOGIN, TOKEN, Between

COUNT = 50
PATIENCE_S = 60.0
MIB = 2**20
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
SIM = (sys.executable, "-m", "drivers.media.sim")

pytestmark = [pytest.mark.long, pytest.mark.system]


@asynccontextmanager
async def process(log: Path, *words: str) -> AsyncIterator[int]:
    with log.open("wb") as file:
        running = await asyncio.create_subprocess_exec(*SIM, *words, stdout=file, stderr=asyncio.subprocess.STDOUT)
    try:
        yield running.pid
        assert running.returncode is None, log.read_text()[-2000:]
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        await running.wait()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.1)


def rss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / MIB


def cpu_s(pid: int) -> float:
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])) * TICK_S


async def test_fifty_booths_call_at_once_and_cost_little(tmp_path: Path, record_property: Callable[..., None]) -> None:
    booths = [f"b{n}" for n in range(COUNT)]
    async with AsyncExitStack() as stack:
        between = await stack.enter_async_context(Between())
        url = await between.open()
        asks = ("booths", "--point", url, "--token", TOKEN, "--service", "any", "--text", "--calls", "0", *booths)
        pid = await stack.enter_async_context(process(tmp_path / "booths", *asks))
        await until(lambda: len(between.sessions) == COUNT)
        before_mib = rss_mib(pid)
        tokens = [LOGIN["token"]] * COUNT
        manner = '{"talks_s": 12, "media": false}'
        experts = ("expert", "--central", url, "--manner", manner, "--token", *tokens)
        await stack.enter_async_context(process(tmp_path / "experts", *experts))
        await until(lambda: sum(any(t["up"] for t in s.talks) for s in between.sessions.values()) >= COUNT)
        began_s, each_mib = cpu_s(pid), (rss_mib(pid) - before_mib) / COUNT
        await asyncio.sleep(2)
        cores = (cpu_s(pid) - began_s) / 2
        await until(lambda: sum(s.outcome == "completed" for s in between.sessions.values()) >= COUNT)
        await until(lambda: len(between.sessions) >= 2 * COUNT)  # and all call again
    assert each_mib < 3, f"{each_mib:.2f} MiB a booth"
    assert cores < 1, f"{cores:.2f} cores"
    record_property("simulated booths in a call at once", COUNT)
