"""The line to the broker follows the box: a dead one is not waited for when the box itself knows that it is dead."""

import asyncio
import math
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from controller.uplink import signals
from controller.uplink.ground import Address, Ground
from controller.uplink.signals import run_signals
from drivers.sim.network.network import End, Network
from tests.central.rig import PATIENCE_S

PORT = 8080
TRIES = 4


class Broker:
    """At the end "centre": who came from where, and what they said."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[str] = asyncio.Queue()

    async def line(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self.came.put_nowait(request.transport.get_extra_info("peername")[0])  # type: ignore[union-attr]  # why: it has just come
        async for _ in ws:
            pass
        return ws


class Box:
    """The point. `told`: what its line told it, as it happened."""

    in_session = False

    def __init__(self) -> None:
        self.told: list[str] = []

    async def central_came(self, send: object) -> None:
        self.told.append("came")

    async def central_said(self, message: object) -> None:
        raise AssertionError("the broker says nothing here")

    def central_left(self, send: object) -> None:
        self.told.append("left")

    async def moved(self) -> None:
        self.told.append("moved")


@asynccontextmanager
async def a_broker(centre: End) -> AsyncIterator[Broker]:
    broker, app = Broker(), web.Application()
    app.router.add_get("/api/v1/points/p/line", broker.line)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, centre.socket(port=PORT)).start()
    try:
        yield broker
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_box(near: End, url: str, *, in_session: bool = False) -> AsyncIterator[Box]:
    """Its line, kept at the end "near"."""
    side = Box()
    side.in_session = in_session

    class There(Ground):
        def opened(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
            with near.inside():
                return super().opened(family, kind, protocol)

    line = run_signals(url, "token", "p", side, random=random.Random(1), ground=There())
    keeping = asyncio.create_task(line)
    try:
        yield side
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_box_with_another_address_has_a_new_line_without_waiting_for_a_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signals, "HEARTBEAT_S", 600.0)
    async with Network("near", "centre") as net, a_broker(net.end("centre")) as broker:
        near, url = net.end("near"), f"http://{net.end('centre').address}:{PORT}"
        async with a_box(near, url) as box, asyncio.timeout(PATIENCE_S):
            first = near.address
            assert await broker.came.get() == first
            second = await near.move()
            assert await broker.came.get() == second != first
            while len(box.told) < 4:
                await asyncio.sleep(0.01)
            assert box.told == ["came", "left", "came", "moved"]


async def test_a_line_from_an_address_that_stays_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "HEARTBEAT_S", 600.0)
    async with Network("near", "centre") as net, a_broker(net.end("centre")) as broker:
        near, url = net.end("near"), f"http://{net.end('centre').address}:{PORT}"
        async with a_box(near, url) as box:
            async with asyncio.timeout(PATIENCE_S):
                await broker.came.get()
                while not box.told:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(1.2)  # two looks
            assert box.told == ["came"]


async def test_in_a_session_the_line_is_back_soon_after_the_network_whatever_was_begun_before() -> None:
    """What was begun in the outage would be heard of only when its packet is sent again, at the 7th second."""
    async with Network("near", "centre") as net, a_broker(net.end("centre")) as broker:
        near, url = net.end("near"), f"http://{net.end('centre').address}:{PORT}"
        async with a_box(near, url, in_session=True) as box, asyncio.timeout(100):
            clock, took = asyncio.get_running_loop().time, [math.inf]
            while len(took) < TRIES and took[-1] > 2.5:  # a busy machine makes it later, but not each time
                assert await broker.came.get() == near.address
                await near.set(blackhole=True)
                while box.told.count("left") < len(took):
                    await asyncio.sleep(0.05)
                await asyncio.sleep(3.6)
                await near.set()
                began = clock()
                while broker.came.empty():
                    await asyncio.sleep(0.01)
                took.append(clock() - began)
            assert took[-1] <= 2.5, took
            assert await broker.came.get() == near.address
            await asyncio.sleep(1.5)
            assert broker.came.empty(), "one line, not one for each attempt"


@pytest.mark.parametrize("address", [("127.0.0.1", 40000), ("::1", 40000, 0, 0), ("not an address", 1)])
def test_what_this_machine_has_or_what_cannot_be_told_is_ours(address: Address) -> None:
    assert Ground().has(address)


def test_an_address_of_nobody_here_is_not_ours() -> None:
    assert not Ground().has(("192.0.2.77", 40000))  # RFC 5737: of no machine
