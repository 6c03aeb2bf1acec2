"""A ticket printer that is a serial line by USB (CDC-ACM), as many Custom and Star printers are: pyserial's open, our
link, the kernel's real cdc_acm and udev's own names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from drivers import catalogue
from drivers.escpos.printer import EscposPrinter
from drivers.links.link import DeviceGone
from drivers.links.serial import open_serial
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.gadget import Function, Gadget, UsbIdentity, load_drivers
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from drivers.udev.attached import Kind
from tests.drivers.escpos_tickets import FI
from tests.rig.kernel.world import PORTS, an_ear, place, task, until

PATH = "/dev/serial/by-id/usb-SIMULATED_LUUKKU-SIM-80_ACM0001-if00"
LINK = "usb:ACM0001"


@asynccontextmanager
async def a_serial_printer(folder: Path) -> AsyncIterator[tuple[PrinterServer, Gadget]]:
    await asyncio.to_thread(load_drivers)
    gadget = Gadget("acm", PORTS[3], UsbIdentity("SIMULATED", "LUUKKU-SIM-80", "ACM0001"), Function("acm"))
    await asyncio.to_thread(gadget.build)
    await asyncio.to_thread(gadget.plug)
    try:
        config = PrinterConfig(id="serial", port=None, speed_mm_s=600.0, device=Path("/dev/ttyGS0"))
        async with SimulatedPrinter(folder / "paper", config) as sim:
            yield sim, gadget
    finally:
        await asyncio.to_thread(gadget.remove)


def driver() -> EscposPrinter:
    return catalogue.escpos_printer("serial", f"serial:{PATH},115200", "virtual", random=Random(1), life="boot1")


async def ready(printer: EscposPrinter) -> None:
    await until(lambda: printer.health.condition.value == "ready", "the printer", within=60.0)


async def test_a_ticket_goes_over_cdc_acm_and_is_confirmed(tmp_path: Path) -> None:
    async with a_serial_printer(tmp_path) as (sim, _), an_ear() as hotplug:
        await until(lambda: place(hotplug, LINK, Kind.SERIAL))
        printer = await asyncio.to_thread(driver)
        async with task(printer.run()):
            await ready(printer)
            await printer.prepare()
            outcome = await printer.print(FI, "J001", simulated=True)
            assert outcome.tier is not None and outcome.tier.value == "T1"
            assert sim.core.counters.cuts == 1


async def test_however_an_unplugged_line_says_it_it_is_gone_and_it_comes_back(tmp_path: Path) -> None:
    """Fact 3: EIO, a hang-up or a read of nothing, by the moment; the link says "closed", and the next one works."""
    async with a_serial_printer(tmp_path) as (_, gadget), an_ear() as hotplug:
        for _ in range(5):
            await until(lambda: place(hotplug, LINK, Kind.SERIAL))
            async with open_serial(PATH, 115200) as link:
                loop = asyncio.get_running_loop()
                listening = asyncio.create_task(link.listen(lambda data: None))
                await asyncio.sleep(0.05)
                pulled = loop.time()
                await asyncio.to_thread(gadget.unplug)
                await asyncio.wait({listening}, timeout=2.0)
                assert listening.done() and loop.time() - pulled < 0.2
                gone = listening.exception()
                assert isinstance(gone, DeviceGone) and gone.reason == "closed"
            await until(lambda: not place(hotplug, LINK, Kind.SERIAL))
            await asyncio.to_thread(gadget.plug)
        printer = await asyncio.to_thread(driver)
        async with task(printer.run()):
            await ready(printer)
