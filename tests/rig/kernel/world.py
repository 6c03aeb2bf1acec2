"""What stands in the guest's lobby: printers that are plugged into a real USB bus, udev that tells of them, and a point
with the real driver. Also the fingers that press real keys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from controller.readers import ticket_text
from controller.readers.paper import Paper
from drivers import catalogue
from drivers.escpos.printer import EscposPrinter
from drivers.links.link import DeviceGone
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.memory import Identity
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from drivers.udev.attached import Attached, Kind
from drivers.udev.hotplug import Hotplug
from tests.journal.rig import HandClock, a_point
from tests.readers.paper_rig import FAST, Desk

PORTS = [f"dummy_udc.{n}" for n in range(4)]  # each a bus of its own: usb1, usb3, usb5, usb7 (with usb2.. for 3.0)
SERIAL = "SIM0000001"
LOOK_S = 0.002


async def until(wanted: Callable[[], Any], what: str = "", within: float = 15.0) -> Any:
    """What `wanted` gives once it is true; AssertionError when it does not come to that in so many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not (found := wanted()):
        assert loop.time() < end, f"it never came: {what or wanted}"
        await asyncio.sleep(LOOK_S)
    return found


@asynccontextmanager
async def task(work: Any) -> AsyncIterator[asyncio.Task[Any]]:
    """`work` runs as long as the block; what it dies of is not swallowed."""
    running = asyncio.create_task(work)
    try:
        yield running
    finally:
        died = running.done() and not running.cancelled() and running.exception()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not died, f"it ended by itself: {died!r}"


@asynccontextmanager
async def an_ear() -> AsyncIterator[Hotplug]:
    """The real ear, at the guest's real udev."""
    hotplug = Hotplug()
    async with task(hotplug.run()):
        await hotplug.first_look(10.0)
        assert hotplug.trouble is None
        yield hotplug


@asynccontextmanager
async def a_usb_printer(
    folder: Path, *, name: str = "lobby", port: str = PORTS[0], serial: str = SERIAL, speed: float = FAST,
    rx_bytes: int = 4096,
) -> AsyncIterator[PrinterServer]:  # fmt: skip
    """The virtual printer, plugged into a port of the guest's USB."""
    config = PrinterConfig(
        id=name, port=None, speed_mm_s=speed, rx_bytes=rx_bytes, identity=Identity(serial=serial), gadget=port
    )
    async with SimulatedPrinter(folder / "paper", config) as sim:
        yield sim


def usblp_driver(link: str, hotplug: Hotplug, *, name: str = "lobby", life: str = "boot1") -> EscposPrinter:
    """The real driver for a printer on USB, kicked by the real ear, as compose.py puts them together."""
    where = partial(hotplug.where, kind=Kind.PRINTER)
    driver = catalogue.escpos_printer(name, link, "virtual", random=Random(1), life=life, where=where)
    hotplug.tell(link, Kind.PRINTER, driver.reconnect_now)
    return driver


@asynccontextmanager
async def a_usb_desk(
    folder: Path, sim: PrinterServer, hotplug: Hotplug, link: str = f"usb:{SERIAL}"
) -> AsyncIterator[Desk]:  # fmt: skip
    """Ledger, journal, paper reader and driver; the printer is ready."""
    clock = HandClock()
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(a_point(folder / "j.db", clock))
        driver = await asyncio.to_thread(usblp_driver, link, hotplug)
        await asyncio.to_thread(ticket_text.copy_mark, ledger.config)
        paper = Paper(ledger, driver, simulated=True)
        desk = Desk(ledger, sim, driver, paper, clock)
        await stack.enter_async_context(task(driver.run()))
        await desk.ready()
        await stack.enter_async_context(task(paper.run()))
        yield desk


def attached(hotplug: Hotplug, kind: Kind = Kind.PRINTER) -> list[Attached]:
    return [one for one in hotplug.attached if one.kind is kind]


def place(hotplug: Hotplug, link: str, kind: Kind = Kind.PRINTER) -> str:
    """The node behind a link, "" for none."""
    try:
        return hotplug.where(link, kind)
    except DeviceGone:
        return ""


async def plugged(sim: PrinterServer, hotplug: Hotplug, link: str = f"usb:{SERIAL}") -> str:
    """The printer's node, once udev has told of it and the printer itself has noticed its host."""
    node: str = await until(lambda: place(hotplug, link), f"{link} at its node")
    await until(lambda: sim.connections, "a host at the printer's end")
    return node
