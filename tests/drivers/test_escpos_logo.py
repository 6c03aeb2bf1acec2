"""The point's mark at the head of its tickets: written into the printer's memory once, printed from there, drawn where
there is none, and never a reason for a ticket not to come. The real driver and the virtual printer over TCP."""

import asyncio
import io
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageDraw

from controller.app import point_logo
from controller.ports.printer import PrintEnd, PrinterCondition
from drivers.escpos import commands
from drivers.escpos.compose import lay_out
from drivers.escpos.logo import LARGE, SMALL, BadLogo, logos_of
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.escpos.raster import Logos
from drivers.escpos.status import Pictures, StatusParser
from drivers.links.tcp import open_tcp
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from tests.domain.memory import config as a_config
from tests.drivers.escpos_tickets import FI
from tests.drivers.test_escpos_printer import is_now, until

SLOW, FAST = 11_520, math.inf


def picture(colour: str = "navy", size: tuple[int, int] = (900, 400)) -> bytes:
    """A disc on nothing."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, size[1] - 1, size[1] - 1), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@asynccontextmanager
async def lobby(
    sim: PrinterServer, logo: Logos, model: str = "tm-t20iii", bytes_per_s: float = FAST
) -> AsyncIterator[EscposPrinter]:
    printer = EscposPrinter(
        "lobby", profile(model), lambda: open_tcp("127.0.0.1", sim.port), random=Random(1), life="boot1",
        bytes_per_s=bytes_per_s, logo=logo,
    )  # fmt: skip
    tending = asyncio.create_task(printer.run())
    try:
        await until(is_now(printer, PrinterCondition.READY))
        yield printer
    finally:
        tending.cancel()
        await asyncio.gather(tending, return_exceptions=True)


async def another_link(printer: EscposPrinter, sim: PrinterServer) -> None:
    """The line breaks, and comes back."""
    life = printer._line.power_life
    sim.strike(Fault(FaultKind("drop")))
    await until(lambda: printer._line.power_life != life)
    await until(is_now(printer, PrinterCondition.READY))


async def printed(printer: EscposPrinter, sim: PrinterServer) -> tuple[bytes, Image.Image]:
    """One ticket: the bytes since the printer was initialised for it, and its picture."""
    before = len(sim.pieces)
    await printer.prepare()
    assert (await printer.print(FI, "0001", simulated=True)).end is PrintEnd.CONFIRMED
    await until(lambda: len(sim.pieces) > before)
    file = sorted(await asyncio.to_thread(sim.directory.glob, "*.png"))[-1]
    whole = await asyncio.to_thread(file.with_suffix(".bin").read_bytes)
    return whole[whole.rindex(commands.INITIALISE) :], await asyncio.to_thread(_grey, file)


def _grey(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("L")


def disc(paper: Image.Image) -> bool:
    """Is there a solid disc in the middle above the words? Its middle is black over 100 dots, its corners are white."""
    rows = [y for y in range(paper.height // 3) if all(paper.getpixel((x, y)) == 0 for x in range(280, 360))]
    return len(rows) > 80


async def test_a_logo_is_written_once_and_then_each_ticket_names_it_by_two_letters(tmp_path: Path) -> None:
    logo = logos_of(picture())
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim:
        for _ in range(3):  # three daemons, one after the other
            async with lobby(sim, logo) as printer:
                data, paper = await printed(printer, sim)
                assert commands.print_picture(logo.large.key) in data
                assert len(data) < 1_200, "not one dot of it is sent again"
                assert disc(paper)
        assert sim.core.nv.writes == 1


async def test_a_new_printer_in_its_place_gets_it_and_a_changed_logo_is_another(tmp_path: Path) -> None:
    first, second = logos_of(picture()), logos_of(picture(size=(700, 500)))
    assert first.large.key != second.large.key
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim, lobby(sim, first) as printer:
        await printed(printer, sim)
        sim.core.nv.delete_all()  # the same cable, another printer
        await another_link(printer, sim)
        assert set(sim.core.nv.pictures) == {first.large.key.encode()}
        assert disc((await printed(printer, sim))[1])
        for _ in range(3):  # what forgets at every turn is not worn out
            sim.core.nv.delete_all()
            await another_link(printer, sim)
        assert not sim.core.nv.pictures
        assert disc((await printed(printer, sim))[1]), "it is drawn then"


@pytest.mark.parametrize(("model", "bytes_per_s", "shown"), [("generic", FAST, True), ("generic", SLOW, False)])
async def test_where_there_is_no_such_memory_it_is_drawn_and_left_out_where_that_takes_seconds(
    tmp_path: Path, model: str, bytes_per_s: float, shown: bool
) -> None:
    async with (
        SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim,
        lobby(sim, logos_of(picture()), model, bytes_per_s) as printer,
    ):
        data, paper = await printed(printer, sim)
        assert disc(paper) is shown
        assert sim.core.nv.writes == 0 and b"\x1d(L" not in data


async def test_a_printer_that_says_nothing_of_its_memory_prints_all_the_same(tmp_path: Path) -> None:
    """A clone that calls itself an Epson: the question is dropped."""
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim:
        sim.core._interpreter._nv._send_keys = lambda: None  # type: ignore[method-assign]  # why: a clone
        async with lobby(sim, logos_of(picture())) as printer:
            assert disc((await printed(printer, sim))[1])
            assert sim.core.nv.writes == 0


def test_a_picture_becomes_dots_no_larger_than_a_ticket_needs_dark_on_white() -> None:
    for size in ((4000, 300), (300, 4000), (30, 20)):
        logos = logos_of(picture(size=size))
        for logo, (widest, highest) in ((logos.large, LARGE), (logos.small, SMALL)):
            assert logo.bitmap.width_bytes * 8 <= widest and 0 < logo.bitmap.rows <= highest
    assert logos_of(picture()) == logos_of(picture())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture"), (b"<svg/>", "no picture"), (picture()[:200], "no picture"),
        (picture("white"), "nothing on it is dark"), (picture(size=(2001, 2000)), "make it smaller"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(BadLogo, match=words):
        logos_of(data)


def test_a_bad_logo_is_said_by_check_with_its_file_and_the_point_prints_without(tmp_path: Path) -> None:
    config = a_config(logo="arms.png")
    with pytest.raises(BadLogo, match=r"\[point\] logo: .*arms.png: there is no such file"):
        point_logo.read(config, tmp_path)
    assert point_logo.logo_of_point(config, tmp_path) is None
    os.mkfifo(tmp_path / "arms.png")  # to open it would wait for ever, and the point would not start
    with pytest.raises(BadLogo, match="it is no file"):
        point_logo.read(config, tmp_path)
    (tmp_path / "arms.png").unlink()
    (tmp_path / "arms.png").write_bytes(picture())
    assert point_logo.logo_of_point(config, tmp_path) == logos_of(picture())


def test_the_key_codes_of_a_printer_are_read_in_any_pieces_and_never_mistaken() -> None:
    said = b"\x37\x72\x41!Mab\0\x37\x72\x40\0\x37\x72\x40xy\0"
    for cut in range(len(said)):
        parser = StatusParser()
        found = parser.feed(said[:cut]) + parser.feed(said[cut:])
        assert found == [Pictures(("!M", "ab"), True), Pictures((), False), Pictures(("xy",), False)]
        assert parser.garbage == 0
    assert StatusParser().feed(b"\x37\x72\x40abc\0") == [], "half a key is none"


def test_the_logo_stands_over_everything_but_the_marks() -> None:
    logo = logos_of(picture())
    sheet = lay_out(FI, "0001", profile("tm-t20iii"), simulated=False, head=logo.large.key)
    assert sheet.data.index(commands.print_picture(logo.large.key)) < sheet.data.index(b"Sodankyl")


@pytest.mark.parametrize("at_byte", [1_740, 1_750, 1_760, 3_000, 5_100])
@pytest.mark.parametrize("lives", ["the same daemon", "the next daemon"])
async def test_a_write_of_the_logo_that_was_torn_swallows_no_ticket(tmp_path: Path, at_byte: int, lives: str) -> None:
    """Cut at the head and in the dots of the write; what it still wants is given it before anything is asked."""
    logos = logos_of(picture())
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=600.0)) as sim:
        sim.strike(Fault(FaultKind("drop"), at_byte=at_byte))
        if lives == "the next daemon":
            async with lobby(sim, logos):
                pass
        async with lobby(sim, logos) as printer:
            assert disc((await printed(printer, sim))[1])


def test_on_a_slow_line_a_torn_write_wants_no_more_than_a_torn_band() -> None:
    assert len(logos_of(picture(size=(900, 900))).small.bitmap.data) + 20 < commands.LONGEST_COMMAND
