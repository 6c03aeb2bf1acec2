"""Printers that answer nothing: what their USB port can say (T4), and those that are believed because the config says
so (T5). The real driver and the virtual printer at the two ends of a pty; only LPGETSTATUS is answered in its place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest

from controller.ports.printer import Examined, Prepared, PrintEnd, PrinterCondition, PrinterUnavailable, Tier
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import Profile, profile
from drivers.links.link import FAST
from drivers.links.tcp import open_tcp
from drivers.links.usblp import open_usblp
from drivers.sim.device_door import port_status
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from tests.drivers.escpos_tickets import FI
from tests.drivers.test_escpos_examination import NOW
from tests.drivers.test_escpos_printer import is_now, until

GENERIC = profile("generic")


@asynccontextmanager
async def tended(printer: EscposPrinter) -> AsyncIterator[EscposPrinter]:
    work = asyncio.create_task(printer.run())
    try:
        yield printer
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


@asynccontextmanager
async def mute(folder: Path, *, port: bool = True) -> AsyncIterator[tuple[PrinterServer, EscposPrinter]]:
    """A printer on "USB" that prints and answers nothing but (where `port`) its port's status."""
    node = folder / "lp0"
    async with SimulatedPrinter(folder / "paper", PrinterConfig(port=None, pty=node, speed_mm_s=600.0)) as sim:
        sim.strike(Fault(FaultKind("silent")))
        line = str(await asyncio.to_thread(node.resolve))

        def ask(_fd: int) -> int:
            if not port:
                raise OSError(25, "not a typewriter")
            return port_status(sim.core.condition)

        link = partial(open_usblp, lambda: line, ask=ask)
        yield sim, EscposPrinter("lobby", GENERIC, link, random=Random(1), life="boot1", backoff=FAST)


async def known(printer: EscposPrinter) -> None:
    """After a test paper."""
    await until(is_now(printer, PrinterCondition.UNKNOWN, "no_answer"))
    found = await printer.examine(NOW, simulated=True)
    assert (found.tier, found.cause) == (Tier.PORT, "")
    await until(is_now(printer, PrinterCondition.READY))


async def test_silence_is_unknown_until_a_test_paper_shows_that_the_port_at_least_answers(tmp_path: Path) -> None:
    async with mute(tmp_path) as (sim, driver), tended(driver) as printer:
        await until(is_now(printer, PrinterCondition.UNKNOWN, "no_answer"))
        with pytest.raises(PrinterUnavailable):
            await printer.prepare()
        await known(printer)
        await until(lambda: len(sim.pieces) == 1)  # the whole test paper came out
        assert await printer.prepare() == Prepared(None, printer._line.power_life)
        outcome = await printer.print(FI, "0001", simulated=True)
        assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.PORT)
        assert printer.health.tier is Tier.PORT
        await until(lambda: len(sim.pieces) == 2)


async def test_the_port_sees_that_paper_is_out_before_and_while_it_prints_and_no_ticket_is_believed(
    tmp_path: Path,
) -> None:
    async with mute(tmp_path) as (sim, driver), tended(driver) as printer:
        await known(printer)
        sim.strike(Fault(FaultKind("paper_out"), at_mm=40))
        await printer.prepare()
        outcome = await printer.print(FI, "0001", simulated=True)
        assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, "paper_out")
        with pytest.raises(PrinterUnavailable, match="paper_out"):
            await printer.prepare()
        sim.strike(Fault(FaultKind("clear")))
        sim.strike(Fault(FaultKind("silent")))
        printer.reconnect_now()
        await until(is_now(printer, PrinterCondition.READY))
        assert (await printer.judge(Prepared(None, "boot1.1"))).end is PrintEnd.UNKNOWN, "it counts nothing"


async def test_without_a_port_that_answers_it_stays_unknown(tmp_path: Path) -> None:
    async with mute(tmp_path, port=False) as (sim, driver), tended(driver) as printer:
        await until(is_now(printer, PrinterCondition.UNKNOWN, "no_answer"))
        with pytest.raises(PrinterUnavailable, match="no_answer"):
            await printer.examine(NOW, simulated=True)
        assert not sim.pieces


async def test_only_who_is_called_blind_is_believed_without_any_word_and_is_never_shown_as_well(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim:
        sim.strike(Fault(FaultKind("silent")))

        def at(model: Profile) -> EscposPrinter:
            return EscposPrinter(
                "lobby", model, lambda: open_tcp("127.0.0.1", sim.port), random=Random(1), life="boot1"
            )

        async with tended(at(GENERIC)) as printer:
            await until(is_now(printer, PrinterCondition.UNKNOWN, "busy_elsewhere"))
            with pytest.raises(PrinterUnavailable):
                await printer.prepare()
        async with tended(at(GENERIC.mute())) as printer:
            await until(is_now(printer, PrinterCondition.DEGRADED, "blind"))
            assert printer.health.causes == ("blind",)
            assert (await printer.prepare()).cut0 is None
            outcome = await printer.print(FI, "0001", simulated=True)
            assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.BLIND)
            await until(lambda: len(sim.pieces) == 1)
            assert printer.health.condition is PrinterCondition.DEGRADED


async def test_a_blind_printer_whose_line_breaks_is_not_believed(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim:
        model = GENERIC.mute()
        line = EscposPrinter("lobby", model, lambda: open_tcp("127.0.0.1", sim.port), random=Random(1), life="boot1")
        sim.strike(Fault(FaultKind("silent")))
        async with tended(line) as printer:
            await until(is_now(printer, PrinterCondition.DEGRADED, "blind"))
            await printer.prepare()
            sim.strike(Fault(FaultKind("drop"), at_byte=200))
            outcome = await printer.print(FI, "0001", simulated=True)
            assert (outcome.end, outcome.tier) == (PrintEnd.UNKNOWN, None)


async def test_what_a_test_paper_once_found_does_not_outlive_the_configs_word_that_it_is_blind(tmp_path: Path) -> None:
    """It answered everything, its answers ceased, and the technician says so: it must not be waited for again."""
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim:
        printer = EscposPrinter(
            "lobby", GENERIC.mute(), lambda: open_tcp("127.0.0.1", sim.port), random=Random(1), life="boot1"
        )
        printer.learn(Examined(tier=Tier.PROCESS_ID, process_id=True, cut_counter=True, automatic_status=True))
        sim.strike(Fault(FaultKind("silent")))
        async with tended(printer):
            await until(is_now(printer, PrinterCondition.DEGRADED, "blind"))
            assert (await printer.prepare()).cut0 is None
            assert (await printer.print(FI, "0001", simulated=True)).tier is Tier.BLIND
