"""Letters that a printer on a slow line is taught: the same words as drawn ones, in a fraction of the bytes."""

import asyncio
from pathlib import Path
from random import Random

import msgspec
import pytest
from PIL import Image, ImageChops

from controller.ports.printer import PrintEnd, PrinterCondition
from drivers.escpos.compose import lay_out
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.escpos.taught import CODES, TaughtLetters
from drivers.links.tcp import open_tcp
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.escpos_tickets import EN, FI, SE, SV
from tests.drivers.test_escpos_printer import is_now, until

MODEL = profile("tm-t20iii")


def size(ticket: object, *, slow: bool, model: str = "tm-t20iii") -> int:
    return len(lay_out(ticket, "0001", profile(model), simulated=False, slow=slow).data)  # type: ignore[arg-type]  # why: a table of tickets


def test_a_sami_ticket_on_a_slow_line_is_a_small_part_of_the_bytes_and_others_are_what_they_were() -> None:
    assert 10 * size(SE, slow=True) < size(SE, slow=False)
    for ticket in (FI, SV, EN):
        assert size(ticket, slow=True) == size(ticket, slow=False)
    assert size(SE, slow=True, model="generic") == size(SE, slow=False, model="generic"), "a clone may not be taught"


async def test_what_it_was_taught_reads_as_what_is_drawn(tmp_path: Path) -> None:
    """The same ticket by both ways, and the ink where the letters are that no code page has."""
    papers = []
    for bytes_per_s in (11_520, 1e9):
        async with SimulatedPrinter(tmp_path / str(bytes_per_s), PrinterConfig(speed_mm_s=600.0)) as sim:
            printer = EscposPrinter(
                "lobby", MODEL, lambda port=sim.port: open_tcp("127.0.0.1", port), random=Random(1), life="boot1",
                bytes_per_s=bytes_per_s,
            )  # fmt: skip
            tending = asyncio.create_task(printer.run())
            await until(is_now(printer, PrinterCondition.READY))
            await printer.prepare()
            assert (await printer.print(SE, "0001", simulated=False)).end is PrintEnd.CONFIRMED
            await until(lambda: bool(sim.pieces))  # why: awaited in this turn of the loop
            file = next(iter(await asyncio.to_thread(lambda: list(sim.directory.glob("*.png")))))
            papers.append((await asyncio.to_thread(Image.open, file)).convert("L"))
            tending.cancel()
            await asyncio.gather(tending, return_exceptions=True)
    taught, drawn = papers
    assert taught.size == drawn.size, "the same lines, each as high"
    ink = [sum(paper.histogram()[:128]) for paper in papers]
    different = sum(ImageChops.difference(taught, drawn).histogram()[128:])
    assert different < 0.35 * max(ink), f"{different} of {ink} dots"


@pytest.mark.parametrize(
    "words", ["Привіт, як справи сьогодні ввечері", "مرحبا ŋ", "ŋ̂ꞩ̌", "ŋ and a price in $", "a [list] of ŧ"]
)
def test_what_cannot_be_taught_is_drawn_as_before(words: str) -> None:
    assert not TaughtLetters("cp1252").spells(words)
    ticket = msgspec.structs.replace(SE, point=words)
    assert size(ticket, slow=True) > size(SE, slow=True) + 1_000


def test_each_letter_is_taught_once_a_ticket_and_no_more_than_there_are_codes() -> None:
    taught = TaughtLetters("cp1252")
    assert taught.spells("čđŋŧ") and len(taught.lesson("čđŋŧčč")) == 4 * 42
    assert taught.lesson("ŋ") == b"" and taught.encode("aŋ") == b"a" + CODES[2:3]
    many = "".join(chr(0x410 + n) for n in range(len(CODES) - 3))
    assert not taught.spells(many)
    assert taught.spells(many[1:])
