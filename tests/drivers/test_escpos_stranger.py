"""Another printer at the place of one that was examined: it is told by its name, and prints no ticket until somebody
has had it print a test paper. Two virtual printers with names of their own, over TCP."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from controller.ports.printer import PrintEnd, PrinterCondition, PrinterUnavailable, Tier
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.links.tcp import open_tcp
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.memory import Identity
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.escpos_tickets import FI
from tests.drivers.test_escpos_examination import NOW
from tests.drivers.test_escpos_printer import is_now, until

READY = PrinterCondition.READY


def named(serial: str) -> PrinterConfig:
    return PrinterConfig(speed_mm_s=600.0, identity=Identity(serial=serial))


async def test_two_printers_that_changed_places_print_nothing_until_each_was_tried_there(tmp_path: Path) -> None:
    async with (
        SimulatedPrinter(tmp_path / "a", named("A1")) as first,
        SimulatedPrinter(tmp_path / "b", named("B2")) as second,
    ):
        here = first
        printer = EscposPrinter(
            "lobby", profile("virtual"), lambda: open_tcp("127.0.0.1", here.port), random=Random(1), life="boot1"
        )
        tending = asyncio.create_task(printer.run())
        try:
            await until(is_now(printer, READY))
            assert (await printer.examine(NOW, simulated=True)).serial == "A1"
            first.strike(Fault(FaultKind("drop")))
            await until(lambda: printer.health.condition is not READY)
            await until(is_now(printer, READY))  # the same one again is no stranger

            here = second
            first.strike(Fault(FaultKind("drop")))
            await until(is_now(printer, PrinterCondition.OUT_OF_SERVICE, "another_printer"))
            with pytest.raises(PrinterUnavailable, match="another_printer"):
                await printer.prepare()
            assert not second.pieces
            found = await printer.examine(NOW, simulated=True)
            assert (found.tier, found.serial, found.cause) == (Tier.PROCESS_ID, "B2", "")
            await until(is_now(printer, READY))
            await printer.prepare()
            assert (await printer.print(FI, "0001", simulated=True)).end is PrintEnd.CONFIRMED
        finally:
            tending.cancel()
            await asyncio.gather(tending, return_exceptions=True)
