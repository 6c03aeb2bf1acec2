"""A printer on USB as the point sees it: gone with its reason, back the moment it is plugged in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from controller.domain.point import Config
from drivers import catalogue
from drivers.links.link import Link
from drivers.links.tcp import open_tcp
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from tests.drivers.steady import Steady
from tests.drivers.udev_world import World, in_a_world
from tests.web.rig import Point, point, small

AT_ONCE_S = 1.0  # seconds of steady time; the backoff of a printer that is long gone is longer by far
LONG_GONE_S = 4.0


def with_a_usb_printer() -> Config:
    config = small()
    (lobby, *_) = config.printers
    return msgspec.structs.replace(config, printers=(msgspec.structs.replace(lobby, link="usb:TM0001"),))


async def until(true: Callable[[], bool]) -> float:
    """Gives the seconds that it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(60.0):
        while not true():
            await asyncio.sleep(0.005)
    return loop.time() - began


def state(running: Point) -> tuple[str, list[str]]:
    known = running.ledger.state.devices["lobby"]
    return known.state, known.causes


@in_a_world
async def test_a_usb_printer_is_out_with_its_reason_and_back_as_soon_as_it_is_plugged_in(world: World) -> None:
    """The bytes go over TCP: what is tried is who is told, and when. The node is asked for at every opening."""
    Steady(asyncio.get_running_loop())  # in a process of its own
    with TemporaryDirectory() as folder:
        async with SimulatedPrinter(Path(folder, "paper")) as lobby:
            nodes: list[str] = []

            def opener(
                link: str, where: catalogue.Where | None = None
            ) -> Callable[[], AbstractAsyncContextManager[Link]]:
                @asynccontextmanager
                async def opened() -> AsyncIterator[Link]:
                    assert where is not None
                    nodes.append(where(link))
                    async with open_tcp("127.0.0.1", lobby.port) as line:
                        yield line

                return opened

            catalogue.opener = opener  # in a process of its own: nobody else sees it
            async with point(Path(folder, "data"), config=with_a_usb_printer(), devices=True) as running:
                await until(lambda: "lobby" in running.ledger.state.devices and "absent" in state(running)[1])
                assert nodes == []
                assert state(running) == ("detached", ["no_link", "absent"])
                await asyncio.sleep(LONG_GONE_S)
                world.plug_printer("1-2", "TM0001")
                assert await until(lambda: nodes == ["/dev/usb/lp0"]) < AT_ONCE_S
                await until(lambda: state(running) == ("ready", []))
                world.unplug("1-2")
                lobby.strike(Fault(FaultKind.DROP))
                await until(lambda: state(running) == ("detached", ["no_link", "absent"]))
                world.plug_printer("1-4", "TM0001", "lp3")
                await until(lambda: state(running) == ("ready", []))
                assert nodes[-1] == "/dev/usb/lp3"


@in_a_world
async def test_a_machine_without_udev_starts_and_its_usb_printer_says_why_it_is_out(world: World) -> None:
    Path("/run/udev/control").unlink()
    catalogue.opener = _asking
    with TemporaryDirectory() as folder:
        async with point(Path(folder, "data"), config=with_a_usb_printer(), devices=True) as running:
            await until(lambda: "lobby" in running.ledger.state.devices and "no_udev" in state(running)[1])
            assert (await running.http.get(f"http://127.0.0.1:{running.port}/healthz")).status == 200


def _asking(link: str, where: catalogue.Where | None = None) -> Callable[[], AbstractAsyncContextManager[Link]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Link]:
        assert where is not None
        raise AssertionError(where(link))
        yield

    return opened
