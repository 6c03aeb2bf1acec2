"""The uplink brings every event to a real central exactly as journalled, whatever happens to either side."""

import asyncio
import contextlib
import random
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from controller.domain.events import WorkRecorded
from controller.ports.central import LinkState
from controller.uplink.line import LONGEST_S, SHORTEST_S, Backoff
from controller.uplink.sync import IDLE_S, Uplink, run_uplink
from tests.central.rig import PATIENCE_S, TOKENS, Box, client, process_client


class Line:
    """A running uplink and everything it said of its line."""

    def __init__(self, box: Box, url: str, token: str = TOKENS["box"]) -> None:
        self.states: list[LinkState] = []
        self.uplink = Uplink(box, url, token, random=random.Random(1), on_link=self.states.append)

    @property
    def now(self) -> LinkState | None:
        return self.states[-1] if self.states else None

    async def until(self, wanted: Callable[[LinkState], bool], seconds: float = PATIENCE_S) -> LinkState:
        async with asyncio.timeout(seconds):
            while not (self.states and wanted(self.states[-1])):
                await asyncio.sleep(0.01)
        return self.states[-1]

    async def holds(self, seq: int, seconds: float = PATIENCE_S) -> LinkState:
        return await self.until(lambda state: state.up and state.seq == seq and not state.fork, seconds)


@asynccontextmanager
async def uplink(box: Box, url: str, token: str = TOKENS["box"]) -> AsyncIterator[Line]:
    line = Line(box, url, token)
    task = asyncio.create_task(line.uplink.run())
    try:
        yield line
    finally:
        assert not task.done(), task
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def base(url: str) -> str:
    return url.removesuffix("/api/v1")


async def test_a_backlog_and_what_comes_later_arrive_byte_for_byte(tmp_path: Path) -> None:
    box = Box().fill(1700)
    async with client(tmp_path) as central, uplink(box, base(central.url)) as line:
        await line.holds(1700)
        for n in range(5):
            await box.append(WorkRecorded(provider="kela", service="kela", minutes=n + 1, channel="counter"))
            await line.holds(1701 + n, seconds=0.8 * IDLE_S)  # sent at once, not at the next look
        assert await central.stored() == box.bodies
        (point,) = await central.points()
        assert (point["behind"], point["gaps"], point["fork"]) == (0, 0, False)


async def test_it_goes_on_from_the_head_that_central_has(tmp_path: Path) -> None:
    box = Box().fill(60)
    async with client(tmp_path) as central:
        await central.send(box.events[:40])
        async with uplink(box, base(central.url)) as line:
            await line.holds(60)
        assert await central.stored() == box.bodies


@pytest.mark.parametrize("central_has", [10, 30], ids=["a chain that differs", "more than this journal has"])
async def test_a_fork_stops_the_line_and_raises_the_alarm(tmp_path: Path, central_has: int) -> None:
    box = Box().fill(12)
    clone = box.fork_at(6, more=central_has - 6)
    async with client(tmp_path) as central:
        await central.send(clone.events)
        async with uplink(box, base(central.url)) as line:
            state = await line.until(lambda state: state.fork)
            assert state.up and state.detail
            await asyncio.sleep(0.3)
            assert line.now == state
        assert await central.stored() == clone.bodies
        assert [point["fork"] for point in await central.points()] == [True]


@pytest.mark.system
async def test_a_fork_that_was_put_right_at_central_goes_on_at_a_recheck(tmp_path: Path) -> None:
    box = Box().fill(12)
    async with process_client(tmp_path) as (central, process):
        await central.send(box.events[:6])
        await process.stop()
        shutil.copy(tmp_path / "central.db", tmp_path / "backup")
        await process.start()
        await central.send(box.fork_at(6, more=4).events)
        async with uplink(box, base(central.url)) as line:
            await line.until(lambda state: state.fork)
            await process.stop()
            shutil.copy(tmp_path / "backup", tmp_path / "central.db")
            await process.start()
            line.uplink.rewind_to(7)
            await line.holds(12)
        assert await central.stored() == box.bodies


@pytest.mark.system
async def test_kill_9_of_central_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    box, chance = Box().fill(4000), random.Random(3)
    cut_off = 0
    async with process_client(tmp_path) as (central, process), uplink(box, base(central.url)) as line:
        for _ in range(6):
            await line.until(lambda state: state.up)
            await asyncio.sleep(chance.uniform(0.0, 0.1))
            cut_off += line.states[-1].seq != box.seq
            await process.kill()
            box.fill(4000)
            await line.until(lambda state: not state.up)
            await process.start()
        await line.holds(box.seq)
        assert await central.stored() == box.bodies
        (point,) = await central.points()
        assert (point["gaps"], point["seq"]) == (0, box.seq)
    assert cut_off >= 3, "the kills came too late to cut anything off"


@pytest.mark.system
async def test_a_central_restored_from_an_old_backup_is_healed(tmp_path: Path) -> None:
    box = Box().fill(300)
    async with process_client(tmp_path) as (central, process), uplink(box, base(central.url)) as line:
        await line.holds(300)
        await process.stop()
        shutil.copy(tmp_path / "central.db", tmp_path / "backup")
        await process.start()
        box.fill(900)
        line.uplink.rewind_to(0)
        await line.holds(1200)
        await process.stop()
        shutil.copy(tmp_path / "backup", tmp_path / "central.db")
        await process.start()
        assert (await central.head())[0] == 300
        line.uplink.rewind_to(0)
        await box.append(WorkRecorded(provider="kela", service="kela", minutes=1, channel="counter"))
        await line.holds(1201)
        assert await central.stored() == box.bodies


async def test_a_line_that_is_away_is_said_once_and_found_again(tmp_path: Path) -> None:
    box = Box().fill(5)
    async with process_client(tmp_path) as (central, process), uplink(box, base(central.url)) as line:
        await line.holds(5)
        await process.stop()
        await box.append(WorkRecorded(provider="kela", service="kela", minutes=1, channel="counter"))
        down = await line.until(lambda state: not state.up)
        assert (down.seq, down.fork) == (5, False) and down.detail
        await process.start()
        await line.holds(6)
        assert await central.stored() == box.bodies


async def test_a_listener_that_fails_does_not_stop_the_events(tmp_path: Path) -> None:
    def broken(link: LinkState) -> None:
        raise LookupError("no such lamp")

    box = Box().fill(700)
    async with client(tmp_path) as central:
        task = asyncio.create_task(
            run_uplink(box, base(central.url), TOKENS["box"], random=random.Random(1), on_link=broken)
        )
        async with asyncio.timeout(PATIENCE_S):
            while (await central.head())[0] < 700:
                await asyncio.sleep(0.02)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_wrong_token_never_ends_the_uplink(tmp_path: Path) -> None:
    box = Box().fill(5)
    async with client(tmp_path) as central, uplink(box, base(central.url), token="wrong") as line:
        state = await line.until(lambda state: not state.up)
        assert "401" in state.detail


@asynccontextmanager
async def strange_central(handler: Callable[[web.Request], object]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)  # type: ignore[arg-type]  # why: tests answer with anything
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


STRANGE = {
    "no JSON": b"<html>",
    "another shape": b"[1, 2]",
    "a head without a chain": b'{"journal": "j1", "seq": 0, "acked": 0}',
    "always nothing": b'{"journal":"j1","seq":0,"acked":0,"chain":"' + b"0" * 64 + b'"}',
    "a lie": b'{"journal":"j1","seq":0,"acked":999,"chain":"' + b"0" * 64 + b'"}',
}


@pytest.mark.parametrize("said", STRANGE.values(), ids=STRANGE.keys())
async def test_a_central_that_talks_nonsense_is_asked_seldom_and_ends_nothing(said: bytes) -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        await request.read()
        return web.Response(body=said, content_type="application/json")

    async with strange_central(answer) as url, uplink(Box().fill(3), url) as line:
        await line.until(lambda state: not state.up or state.fork or state.seq == 0)
        await asyncio.sleep(1.0)
        assert 1 <= asked <= 8


async def test_a_central_that_never_answers_holds_nothing_up() -> None:
    async def silent(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    box = Box().fill(3)
    async with strange_central(silent) as url:
        states: list[LinkState] = []
        task = asyncio.create_task(
            run_uplink(box, url, "t", random=random.Random(1), on_link=states.append, session=impatient)
        )
        async with asyncio.timeout(PATIENCE_S):
            while not states:
                await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert not states[0].up


def impatient() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3))


def test_waits_are_jittered_grow_and_stay_within_their_bounds() -> None:
    for seed in range(50):
        backoff = Backoff(random.Random(seed))
        waits = [backoff.next() for _ in range(200)]
        assert all(SHORTEST_S <= wait <= LONGEST_S for wait in waits)
        assert waits[0] <= 3 * SHORTEST_S and max(waits) > LONGEST_S / 2
        backoff.reset()
        assert backoff.next() <= 3 * SHORTEST_S
