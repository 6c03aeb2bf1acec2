"""Commands from central reach the core once and in order, across a dead line, a restart and a core that fails."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from controller.ports.central import Order
from controller.uplink.commands import Unplaced, read_order, run_commands
from tests.central.rig import PATIENCE_S, TOKENS, client, process_client
from tests.uplink.test_sync import base, strange_central


class Core:
    """Takes orders as the ledger does: applied and the cursor moved in one step."""

    def __init__(self, fails: int = 0, forgets: int = 0) -> None:
        self.applied: list[Order] = []
        self.cursor = 0
        self.fails, self.forgets, self.asked = fails, forgets, 0

    async def apply(self, order: Order) -> None:
        self.asked += 1
        if self.fails:
            self.fails -= 1
            raise OSError("journal full")
        if self.forgets:
            self.forgets -= 1
            return
        self.applied.append(order)
        self.cursor = order.n

    async def has(self, count: int) -> list[Order]:
        async with asyncio.timeout(20):  # not when the 25 s of a poll are over
            while len(self.applied) < count:
                await asyncio.sleep(0.01)
        return self.applied


@asynccontextmanager
async def commands(core: Core, url: str) -> AsyncIterator[None]:
    task = asyncio.create_task(
        run_commands(
            url, TOKENS["box"], "sodankyla", cursor=lambda: core.cursor, apply=core.apply, random=random.Random(1)
        )
    )
    try:
        yield
    finally:
        assert not task.done(), task
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_orders_arrive_in_order_with_their_data_as_sent(tmp_path: Path) -> None:
    core = Core()
    async with client(tmp_path) as central, commands(core, base(central.url)):
        for n in range(4):
            await central.order("announce", text=f"{n} ä", n=n)
        orders = await core.has(4)
        assert [order.n for order in orders] == [1, 2, 3, 4]
        assert [msgspec.json.decode(order.data) for order in orders] == [{"text": f"{n} ä", "n": n} for n in range(4)]
        await central.order("close_queue", queue="kela")
        assert (await core.has(5))[4].type == "close_queue"


@pytest.mark.parametrize(("fails", "forgets"), [(2, 0), (0, 2)], ids=["raises", "does not take it in"])
async def test_a_core_that_cannot_apply_gets_the_order_again_later(tmp_path: Path, fails: int, forgets: int) -> None:
    core = Core(fails, forgets)
    async with client(tmp_path) as central:
        await central.order("announce", text="a")
        await central.order("announce", text="b")
        async with commands(core, base(central.url)):
            assert [order.n for order in await core.has(2)] == [1, 2]
    assert core.asked == 4


@pytest.mark.system
async def test_orders_given_while_the_line_was_down_come_afterwards_once(tmp_path: Path) -> None:
    core = Core()
    async with process_client(tmp_path) as (central, process):
        await central.order("announce", text="a")
        async with commands(core, base(central.url)):
            await core.has(1)
            await process.kill()
            await process.start()
            await central.order("announce", text="b")
            orders = await core.has(2)
        async with commands(core, base(central.url)):  # the box starts again, its cursor is in its journal
            await central.order("announce", text="c")
            orders = await core.has(3)
    assert [order.n for order in orders] == [1, 2, 3]


def test_an_order_of_another_version_is_passed_on_for_the_core_to_refuse() -> None:
    order = read_order(b'{"id":"c-1","n":7,"type":"fly","data":[1,2],"expires":5,"more":{}}')
    assert order == Order(id="c-1", n=7, type="fly", data=msgspec.Raw(b"[1,2]"), expires="")
    assert read_order(b'{"id":"c-2","n":8}').type == ""
    with pytest.raises(Unplaced):
        read_order(b'{"type":"announce"}')


async def test_nonsense_among_orders_is_left_out_and_the_rest_applied() -> None:
    core = Core()

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b'[{"id":1},{"id":"b","n":2},"x",{"id":"a","n":1,"type":"announce"}]')

    async with strange_central(answer) as url, commands(core, url):
        assert [order.id for order in await core.has(2)] == ["a", "b"]


async def test_a_central_that_answers_at_once_with_nothing_is_not_asked_without_end() -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(body=b"[]")

    async with strange_central(answer) as url, commands(Core(), url):
        async with asyncio.timeout(PATIENCE_S):
            while not asked:
                await asyncio.sleep(0.01)
        await asyncio.sleep(1.5)
        assert asked <= 4
