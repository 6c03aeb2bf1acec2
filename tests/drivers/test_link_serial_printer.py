"""The real driver on a serial line: whole tickets, a printer that goes and comes back, and one that says nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from pyzbar import pyzbar

from controller.ports.printer import PrintEnd, PrinterCondition, PrinterUnavailable, Tier
from drivers import catalogue
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from tests.drivers.escpos_tickets import FI, SE
from tests.drivers.serial_line import a_line, until

WELL = PrinterCondition.READY
profile("virtual")  # reads its file here, where no loop runs


@asynccontextmanager
async def at_the_line(path: Path, baud: int = 115200) -> AsyncIterator[EscposPrinter]:
    """The real driver, connected by the catalogue, running."""
    link = f"serial:{path},{baud}"
    printer = catalogue.escpos_printer("lobby", link, "virtual", random=Random(1), life="boot1")
    running = asyncio.create_task(printer.run())
    try:
        yield printer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def desk(folder: Path, baud: int = 115200) -> AsyncIterator[tuple[PrinterServer, EscposPrinter]]:
    """A virtual printer on a pty of that speed, and the driver that found it well."""
    config = PrinterConfig(port=None, pty=folder / "ttyLOBBY", baud=baud)
    async with SimulatedPrinter(folder, config) as sim, at_the_line(folder / "ttyLOBBY", baud) as printer:
        await until(lambda: printer.health.condition is WELL)
        yield sim, printer


def qr_on(picture: Path) -> list[str]:
    with Image.open(picture) as image:
        return [found.data.decode() for found in pyzbar.decode(image)]


async def test_whole_tickets_at_115200_are_confirmed_by_the_printer_and_can_be_read(tmp_path: Path) -> None:
    async with desk(tmp_path) as (sim, printer):
        for at, paper in enumerate((FI, SE)):
            assert (await printer.prepare()).cut0 == at
            outcome = await printer.print(paper, f"job{at}", simulated=True)
            assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.PROCESS_ID)
        assert [piece.scrap for piece in sim.pieces] == [False, False]
        assert [qr_on(picture) for picture in sorted(tmp_path.rglob("*.png"))] == [[FI.qr], [SE.qr]]


async def test_a_printer_that_is_switched_off_and_on_is_back_in_a_new_life_and_prints(tmp_path: Path) -> None:
    async with desk(tmp_path) as (sim, printer):
        before = await printer.prepare()
        sim.strike(Fault(FaultKind.POWER))
        await until(lambda: printer.health.condition is PrinterCondition.DETACHED)
        await until(lambda: printer.health.condition is WELL)
        assert (await printer.prepare()).power_life != before.power_life
        assert (await printer.print(FI, "job1", simulated=True)).end is PrintEnd.CONFIRMED


async def test_a_line_that_drops_in_the_middle_of_a_ticket_is_a_doubt_and_the_next_is_whole(tmp_path: Path) -> None:
    async with desk(tmp_path) as (sim, printer):
        await printer.prepare()
        sim.strike(Fault(FaultKind.DROP, at_byte=400))
        outcome = await printer.print(FI, "job1", simulated=True)
        assert outcome.end is PrintEnd.UNKNOWN
        await until(lambda: printer.health.condition is PrinterCondition.DETACHED)
        await until(lambda: printer.health.condition is WELL)
        assert await printer.clear()
        await printer.prepare()
        assert (await printer.print(FI, "job2", simulated=True)).end is PrintEnd.CONFIRMED
        assert [qr_on(picture) for picture in sorted(tmp_path.rglob("*.png"))][-1] == [FI.qr]


async def test_a_silent_line_is_unknown_and_never_well() -> None:
    with a_line() as line:
        async with at_the_line(Path(line.path)) as printer:
            await until(lambda: printer.health.condition is PrinterCondition.UNKNOWN)
            assert await line.take_until(b"\x10\x04\x04")  # it was asked
            with pytest.raises(PrinterUnavailable):
                await printer.prepare()
            assert printer.health.condition is PrinterCondition.UNKNOWN


async def test_a_picture_that_a_slow_line_carries_for_longer_than_it_prints_is_not_late(tmp_path: Path) -> None:
    async with desk(tmp_path, 57600) as (_, printer):  # Northern Sami is drawn: 25 kB, 4.5 s at this speed
        await printer.prepare()
        assert (await printer.print(SE, "job1", simulated=True)).end is PrintEnd.CONFIRMED


async def test_after_paper_ran_out_on_a_very_slow_line_it_is_cleared_and_the_ticket_comes_whole(tmp_path: Path) -> None:
    async with desk(tmp_path, 9600) as (sim, printer):
        before = await printer.prepare()
        sim.strike(Fault(FaultKind.PAPER_OUT, at_mm=30))
        assert (await printer.print(FI, "job1", simulated=True)).cause == "paper_out"
        sim.strike(Fault(FaultKind.CLEAR))
        await until(lambda: printer.health.condition is WELL)
        assert (await printer.judge(before)).end is PrintEnd.FAILED
        assert await printer.clear()  # the preamble alone takes 1.8 s
        await printer.prepare()
        assert (await printer.print(FI, "job2", simulated=True)).end is PrintEnd.CONFIRMED
        assert [piece.scrap for piece in sim.pieces] == [True, False]
