"""A running point with its buttons, keypads and readers: real sockets, real key events, real journal, real pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from controller.app.inputs import Inputs, Seen, at_once, open_inputs
from controller.app.sim_inputs import sim_inputs
from controller.domain.point import Config, Panel, Scanner
from controller.ports.inputs import KeyName, Where
from drivers.sim.inputs import SimulatedInput
from tests.web.rig import Point, point, small, until
from tests.web.watcher import Watcher

PANELS = (
    Panel(id="call", kind="call_button", link="sim", counter="1"),
    Panel(id="desk", kind="keypad", link="sim", counter="1"),
    Panel(id="keys", kind="keypad", link="sim", kiosk="main"),
    Panel(id="alarm", kind="panic", link="sim", counter="1"),
    Panel(id="hall", kind="panic", link="sim"),
)
SCANNERS = (
    Scanner(id="reader", kind="keyboard", link="sim", kiosk="main"),
    Scanner(id="line", kind="serial", link="sim", kiosk="main"),
)


class Room(msgspec.Struct):
    """A point with its inputs, and the fingers on them."""

    here: Point
    inputs: Inputs
    devices: dict[str, SimulatedInput]

    async def press(self, id_: str, key: KeyName = "enter") -> None:
        await self.devices[id_].press(key, 0.0)

    async def scan(self, id_: str, text: str) -> None:
        await self.devices[id_].scan(text)

    async def events(self, name: str) -> list[dict[str, Any]]:
        told = (await self.here.get("/events?after=0&limit=10000", role="technician")).json["events"]
        return [one for one in told if one["type"] == f"luukku.{name}.v1"]

    async def happened(self, name: str, n: int = 1) -> list[dict[str, Any]]:
        async with asyncio.timeout(60):
            while len(found := await self.events(name)) < n:
                await asyncio.sleep(0.01)
        return found

    def state(self, id_: str) -> tuple[str, list[str]]:
        known = self.here.ledger.state.devices.get(id_)
        return (known.state, list(known.causes)) if known else ("", [])


def config(panels: tuple[Panel, ...] = PANELS, scanners: tuple[Scanner, ...] = SCANNERS) -> Config:
    return msgspec.structs.replace(small(), panels=panels, scanners=scanners)


@asynccontextmanager
async def room(
    tmp_path: Path, known: Config | None = None, where: Where | None = None, seen: Seen = at_once
) -> AsyncIterator[Room]:
    known = known or await asyncio.to_thread(config)
    async with point(tmp_path / "data", config=known) as here, AsyncExitStack() as stack:
        folder = tmp_path / "in"
        devices = {one.id: await stack.enter_async_context(SimulatedInput(one)) for one in sim_inputs(known, folder)}
        inputs = await open_inputs(
            stack, known, here.ledger, here.rooms.kiosks, tmp_path, folder, where=where, random=Random(1)
        )
        tasks = asyncio.TaskGroup()
        async with tasks:
            before = asyncio.all_tasks()
            inputs.start(tasks, here.ledger, Random(1), seen)
            started = asyncio.all_tasks() - before
            await until(lambda: all(one.connected for one in devices.values()))
            try:
                yield Room(here, inputs, devices)
            finally:
                for task in started:
                    task.cancel()


async def told_next(page: Watcher) -> dict[str, Any]:
    """The next message that is neither state nor heartbeat."""
    before = len(page.said)
    async with asyncio.timeout(60):
        while len(page.said) == before:
            await page.hear(60)
    return page.said[-1]
