"""A printer is examined: a test paper, and what it really answers. Over real TCP, against the virtual printer and
against peers that answer less."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from pyzbar import pyzbar

from controller.ports.printer import PrintEnd, PrinterCondition, PrinterUnavailable, Tier
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import Profile, profile
from drivers.links.tcp import open_tcp
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.escpos_peer import Peer, listening
from tests.drivers.escpos_tickets import FI
from tests.drivers.test_escpos_printer import attended, is_now, until


@asynccontextmanager
async def lobby(port: int, assumed: Profile) -> AsyncIterator[EscposPrinter]:
    """The real driver, on the line with a printer that it has found well."""
    printer = EscposPrinter("lobby", assumed, lambda: open_tcp("127.0.0.1", port), random=Random(1), life="boot1")
    tending = asyncio.create_task(printer.run())
    try:
        await until(is_now(printer, PrinterCondition.READY))
        yield printer
    finally:
        tending.cancel()
        await asyncio.gather(tending, return_exceptions=True)


NOW = datetime(2026, 11, 29, 9, 15, tzinfo=ZoneInfo("Europe/Helsinki"))
FAST = 600.0


@pytest.fixture(params=["virtual", "generic"])
def assumed(request: pytest.FixtureRequest) -> Profile:
    """What the config says of it: all that there is, or nothing."""
    found: Profile = profile(request.param)
    return found


async def test_a_printer_that_answers_everything_is_known_for_it_whatever_its_profile_says(
    tmp_path: Path, assumed: Profile
) -> None:
    async with SimulatedPrinter(tmp_path, PrinterConfig("lobby", speed_mm_s=FAST)) as sim:
        async with lobby(sim.port, assumed) as printer:
            found = await printer.examine(NOW, simulated=True)
            assert found.tier is Tier.PROCESS_ID and found.cause == ""
            assert found.process_id and found.cut_counter and found.barrier
            assert found.automatic_status and found.realtime_status and found.realtime_clear
            assert (found.maker, found.model, found.serial) == ("SIMULATED", "LUUKKU-SIM-80", "SIM0000001")
            await printer.prepare()
            outcome = await printer.print(FI, "ab#1", simulated=True)
            assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.PROCESS_ID)
        assert len(sim.pieces) == 2
        picture = Image.open(sim.directory / "0001.png")
        assert [code.data for code in pyzbar.decode(picture)] == [b"luukku:print-test/lobby"]
    raw = (tmp_path / "lobby" / "0001.bin").read_bytes()
    assert b"KOETULOSTE" in raw and b"29.11.2026 09:15" in raw


@pytest.mark.parametrize(
    ("marks", "counts", "tier"),
    [(True, True, Tier.PROCESS_ID), (True, False, Tier.PROCESS_ID), (False, True, Tier.COUNTER),
     (False, False, Tier.STATUS)],
)  # fmt: skip
async def test_the_strongest_answer_is_the_tier_and_later_papers_are_proven_by_it(
    marks: bool, counts: bool, tier: Tier
) -> None:
    peer = Peer()
    peer.answers_marks, peer.answers_counts = marks, counts
    async with listening(peer), attended(peer, profile("virtual")) as printer:
        await until(is_now(printer, PrinterCondition.READY))
        found = await printer.examine(NOW, simulated=False)
        assert (found.tier, found.process_id, found.cut_counter) == (tier, marks, counts)
        assert (await printer.prepare()).cut0 == (8 if counts else None)
        outcome = await printer.print(FI, "ab#1", simulated=False)
        assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, tier)


async def test_a_printer_that_says_nothing_is_blind_and_never_believed() -> None:
    peer = Peer()
    async with listening(peer), attended(peer, profile("virtual")) as printer:
        await until(is_now(printer, PrinterCondition.READY))
        peer.answers = False
        found = await printer.examine(NOW, simulated=False)
        assert (found.tier, found.cause) == (Tier.BLIND, "no_answer")
        assert printer.health.tier is None
        with pytest.raises(PrinterUnavailable):
            await printer.prepare()


@pytest.mark.parametrize("kind", ["paper_out", "cover", "jam"])
async def test_a_printer_that_cannot_print_says_why_instead(tmp_path: Path, kind: str) -> None:
    async with (
        SimulatedPrinter(tmp_path, PrinterConfig("lobby", speed_mm_s=FAST)) as sim,
        lobby(sim.port, profile("virtual")) as printer,
    ):
        sim.strike(Fault(FaultKind(kind)))
        await until(lambda: printer.health.condition is PrinterCondition.OUT_OF_SERVICE)
        with pytest.raises(PrinterUnavailable) as no:
            await printer.examine(NOW, simulated=True)
        assert no.value.cause == {"jam": "cutter"}.get(kind, kind)
        assert not sim.pieces


async def test_without_a_link_there_is_nothing_to_examine() -> None:
    printer = EscposPrinter(
        "lobby", profile("virtual"), lambda: open_tcp("127.0.0.1", 9), random=Random(1), life="boot1"
    )
    with pytest.raises(PrinterUnavailable, match="no_link"):
        await printer.examine(NOW, simulated=True)
