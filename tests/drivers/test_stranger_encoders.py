"""Tickets by encoders that nobody here wrote, on our virtual printer and on another's: same words, right dots and QR.

The encoders: python-escpos; `@point-of-sale/receipt-printer-encoder` and `receiptline` (npm, kept in tests/vendor) in a
real Chromium, where they are at home. receiptline draws its QR itself: another maker's QR.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from escpos.printer import Dummy
from PIL import Image, ImageDraw
from playwright.async_api import Page, async_playwright
from pyzbar import pyzbar

from drivers.sim.escpos_core import EscposCore
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.paper_store import picture
from drivers.sim.piece import Piece
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.stranger_printer import seen_by_a_stranger

pytestmark = pytest.mark.browser
VENDOR = Path(__file__).parents[1] / "vendor"
QR = "https://vuoro.sodankyla.fi/t/QK52-XN7T"
LINES = {
    "fi": ("Edelläsi on 6 asiakasta.", "Henkilökortti, ajokortti tai passi", "Maksu 12,50 €"),
    "sv": ("Det är 2 kunder före dig.", "Ett färskt passfoto, Åsa Ängström", "Avgift 12,50 €"),
    "en": ("You are next.", "Your number will show on the screen", "Fee 12.50 €"),
    "se": ("Ovddabealde leat 3 áššehasa.", "Dihto- ja álbmotregistar", "Čájet passa: š ž đ á"),
}
SQUARE = 48  # dots of the picture's side; its burnt quarter is at the top left

POINT_OF_SALE = """([lines, qr, side]) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, side, side);
  pen.fillStyle = "#000"; pen.fillRect(0, 0, side / 2, side / 2);
  const settings = { language: "esc-pos", columns: 48, feedBeforeCut: 6, imageMode: "raster" };
  const encoder = new ReceiptPrinterEncoder(settings);
  encoder.initialize().codepage("auto").align("center").bold(true).size(2, 2).line("K 042").size(1, 1).bold(false);
  encoder.align("left");
  for (const line of lines) encoder.line(line);
  encoder.image(canvas, side, side, "threshold");
  return [...encoder.qrcode(qr, { model: 2, size: 6, errorlevel: "m" }).cut().encode()];
}"""
RECEIPTLINE = """([lines, qr, side]) => {
  const text = ["^^^K 042", ...lines.map((line) => line.replace(/([|\\\\{}~_"`^])/g, "\\\\$1") + " |")];
  const source = [...text, `{code:${qr};option:qrcode,6,m}`, "", "", "", ""].join("\\n");
  const made = receiptline.transform(source, { cpl: 48, encoding: "multilingual", command: "escpos", cutting: true });
  return [...made].map((letter) => letter.charCodeAt(0));
}"""


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await browser.new_page()
        for name in ("receipt-printer-encoder.js", "receiptline.js"):
            await page.evaluate((VENDOR / name).read_text("utf-8"))
        yield page
        await browser.close()


def python_escpos(lines: tuple[str, ...]) -> bytes:
    pen = Dummy(profile="TM-T20II")
    pen.set(align="center", bold=True, custom_size=True, width=2, height=2)
    pen.text("K 042\n")
    pen.set(align="left", bold=False, normal_textsize=True)
    for line in lines:
        pen.text(f"{line}\n")
    square = Image.new("1", (SQUARE, SQUARE), 1)
    ImageDraw.Draw(square).rectangle((0, 0, SQUARE // 2 - 1, SQUARE // 2 - 1), fill=0)
    pen.image(square, impl="bitImageRaster")
    pen.qr(QR, native=True, size=6)
    pen.ln(6)
    pen.cut()
    return bytes(pen.output)


async def encoded(encoder: str, page: Page, lines: tuple[str, ...]) -> bytes:
    if encoder == "python-escpos":
        return await asyncio.to_thread(python_escpos, lines)
    code = POINT_OF_SALE if encoder == "receipt-printer-encoder" else RECEIPTLINE
    return bytes(await page.evaluate(code, [list(lines), QR, SQUARE]))


def printed(data: bytes) -> tuple[Piece, EscposCore]:
    core = EscposCore()
    core.feed(data, 0.0)
    core.advance(1e6)
    (piece,) = core.take_pieces()
    return piece, core


def words(text: str) -> list[str]:
    return [word for line in text.splitlines() if not line.startswith("[") for word in line.split()]


def codes(paper: Image.Image) -> list[str]:
    return [code.data.decode() for code in pyzbar.decode(paper.convert("L"))]


def came_out_right(data: bytes, language: str) -> None:
    """On both printers."""
    piece, core = printed(data)
    wanted = words("\n".join(["K 042", *LINES[language]]))
    assert words(piece.text) == wanted
    assert core.unknown == {}
    with Image.open(BytesIO(picture(piece.rows))) as paper:
        assert codes(paper) == [QR]
    theirs = seen_by_a_stranger(data)
    assert codes(theirs.picture) == [QR]
    # The other printer has no code page for Northern Sami, nor for each euro; FS - and FS S of receiptline are
    # strange to it: it prints their arguments.
    if language != "se" and b"\x1c-" not in data:
        assert [word.replace("\ufffd", "€") for word in words(theirs.text)] == wanted


@pytest.mark.parametrize("encoder", ["python-escpos", "receipt-printer-encoder", "receiptline"])
async def test_words_and_qr_come_out_right_on_two_printers_of_two_makers(encoder: str, page: Page) -> None:
    for language, lines in LINES.items():
        data = await encoded(encoder, page, lines)
        await asyncio.to_thread(came_out_right, data, language)


@pytest.mark.parametrize("encoder", ["python-escpos", "receipt-printer-encoder"])
async def test_a_strangers_picture_is_dot_for_dot_what_it_drew(encoder: str, page: Page) -> None:
    piece, _ = await asyncio.to_thread(printed, await encoded(encoder, page, LINES["en"]))
    quarter = b"\xff" * (SQUARE // 16)
    burnt = [row for row in piece.rows if row.rstrip(b"\0") == quarter]
    assert len(burnt) == SQUARE // 2


CLIENT = """
import sys
from escpos.printer import Network

client = Network("127.0.0.1", int(sys.argv[1]), timeout=30)
if sys.argv[2:]:
    client.text(sys.argv[2])
    client.cut()
else:
    print(client.is_online(), client.paper_status())
client.close()
"""


async def strange_client(port: int, *text: str) -> str:
    """python-escpos' own network printer, in a process of its own: it judges our printer, and no driver uses it."""
    command = (sys.executable, "-c", CLIENT, str(port), *text)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return said.decode().strip()


async def test_a_strangers_client_hears_over_tcp_what_the_printer_is_and_prints(tmp_path: Path) -> None:
    """Its reading of DLE EOT against ours: on line or not; 2 enough paper, 1 near its end, 0 none."""
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=2000)) as printer:
        for kind, told in (
            (FaultKind.CLEAR, "True 2"), (FaultKind.NEAR_END, "True 1"), (FaultKind.PAPER_OUT, "False 0"),
            (FaultKind.CLEAR, "True 2"), (FaultKind.COVER, "False 2"), (FaultKind.CLEAR, "True 2"),
        ):  # fmt: skip
            printer.strike(Fault(kind))
            assert await strange_client(printer.port) == told
        await strange_client(printer.port, "Hyvää päivää\n")
        async with asyncio.timeout(30):
            while not printer.pieces:
                await asyncio.sleep(0.02)
        text = (printer.directory / f"{printer.pieces[0].name}.txt").read_text()
        assert text == "Hyvää päivää\n"
