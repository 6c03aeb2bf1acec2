"""The line to the broker follows the box: a dead one is not waited for when the box itself knows that it is dead."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from controller.uplink import signals
from controller.uplink.moved import is_ours
from controller.uplink.signals import Address, run_signals
from drivers.sim.network.network import End, Network

PORT = 8080


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
async def a_box(near: End, url: str) -> AsyncIterator[list[str]]:
    """Its line, kept at the end "near"; gives "came", "left" and "moved" as they happen."""
    told: list[str] = []

    def made(info: aiohttp.AddrInfoType) -> socket.socket:
        with near.inside():
            return socket.socket(info[0], info[1], info[2])

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=made))

    def there(address: Address) -> bool:
        with near.inside():
            return is_ours(address)

    async def came(_: object) -> None:
        told.append("came")

    async def moved() -> None:
        told.append("moved")

    async def said(_: object) -> None:
        raise AssertionError("the broker says nothing here")

    line = run_signals(
        url, "token", "p", came=came, said=said, left=lambda _: told.append("left"), moved=moved,
        random=random.Random(1), session=session, is_ours=there,
    )  # fmt: skip
    keeping = asyncio.create_task(line)
    try:
        yield told
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_box_with_another_address_has_a_new_line_without_waiting_for_a_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signals, "HEARTBEAT_S", 600.0)
    async with Network("near", "centre") as net, a_broker(net.end("centre")) as broker:
        near, url = net.end("near"), f"http://{net.end('centre').address}:{PORT}"
        async with a_box(near, url) as told, asyncio.timeout(20):
            first = near.address
            assert await broker.came.get() == first
            second = await near.move()
            assert await broker.came.get() == second != first
            while len(told) < 4:
                await asyncio.sleep(0.01)
            assert told == ["came", "left", "came", "moved"]


async def test_a_line_from_an_address_that_stays_is_left_alone() -> None:
    async with Network("near", "centre") as net, a_broker(net.end("centre")) as broker:
        near, url = net.end("near"), f"http://{net.end('centre').address}:{PORT}"
        async with a_box(near, url) as told:
            async with asyncio.timeout(20):
                await broker.came.get()
            await asyncio.sleep(1.2)  # two looks
            assert told == ["came"]


@pytest.mark.parametrize("address", [("127.0.0.1", 40000), ("::1", 40000, 0, 0), ("not an address", 1)])
def test_what_this_machine_has_or_what_cannot_be_told_is_ours(address: Address) -> None:
    assert is_ours(address)


def test_an_address_of_nobody_here_is_not_ours() -> None:
    assert not is_ours(("192.0.2.77", 40000))  # RFC 5737: of no machine
