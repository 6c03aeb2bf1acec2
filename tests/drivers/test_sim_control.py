"""What the control API tells beside the state: what was said, what hangs out, what stands on a paper in words."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest_asyncio
from PIL import Image

from drivers.sim.escpos_parser import CHAR, ROW, Command
from drivers.sim.escpos_printer import Serving, serve_printers
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.phrasebook import answer_says
from drivers.sim.printer_server import PrinterConfig
from drivers.sim.transcript import KEPT, Transcript

CUT = b"\x1dV\x41\x00"
DONE = b'\x37"ABCD\x00'
PROCESS_ID = b"\x1d(H\x06\x0000ABCD"


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with serve_printers([PrinterConfig(speed_mm_s=2000)], "127.0.0.1", 0, tmp_path) as serving:
        yield serving


async def said(serving: Serving, data: bytes, until: bytes = DONE) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.ports["lobby"])
    writer.write(data)
    await asyncio.wait_for(reader.readuntil(until), 30)
    writer.close()
    await writer.wait_closed()


async def test_what_was_said_is_told_command_by_command_in_words_and_bytes(serving: Serving) -> None:
    raster = b"\x1dv0\x00\x48\x00\x03\x00" + b"\xaa" * 216
    await said(serving, b"\x1b@\x1bt\x10p\xe4iv\xe4\n" + raster + b"\x10\x04\x01" + CUT + PROCESS_ID)
    async with aiohttp.ClientSession(serving.url) as http:
        entries = (await (await http.get("/printers/lobby/conversation")).json())["entries"]
        assert [(e["way"], e["name"], e["says"], e["bytes"]) for e in entries] == [
            ("in", "ESC @", "initialise; automatic status is off after it", 2),
            ("in", "ESC t", "code page", 3),
            ("in", "text", "päivä⏎", 6),
            ("in", "GS v 0", "raster picture, 576 x 3 dots", 224),
            ("in", "DLE EOT (real time)", "status, at once", 3),
            ("out", "", "real-time status: all well", 1),
            ("in", "GS V", "cut", 4),
            ("in", "GS ( H", "say when all before is printed", 11),
            ("out", "", "printed: process ID ABCD", 7),
        ]
        assert entries[6]["hex"] == "1d 56 41 00"
        later = (await (await http.get("/printers/lobby/conversation?after=7")).json())["entries"]
        assert [entry["n"] for entry in later] == [8, 9]
        refused = await http.get("/printers/lobby/conversation?after=yesterday")
        assert (refused.status, refused.content_type) == (400, "application/problem+json")
        assert (await http.get("/printers/cellar/conversation")).status == 404


async def test_a_fault_stands_in_the_conversation_where_it_happened(serving: Serving) -> None:
    serving.printers["lobby"].strike(Fault(FaultKind.COVER, at_byte=4))
    await said(serving, b"\x1da\xffab\x10\x04\x01", b"\x1a")  # automatic status tells the same before
    async with aiohttp.ClientSession(serving.url) as http:
        entries = (await (await http.get("/printers/lobby/conversation")).json())["entries"]
    kinds = [(entry["way"], entry["name"]) for entry in entries]
    assert kinds.index(("event", "cover")) < kinds.index(("in", "DLE EOT (real time)"))


async def test_a_paper_is_told_in_words_and_what_hangs_out_is_shown(serving: Serving) -> None:
    qr = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x09\x001P0abcdef\x1d(k\x03\x001Q0"
    await said(serving, b"K 042\n\x1b*\x01\x08\x00" + b"\xff" * 8 + b"\n" + qr + CUT + b"left\n" + PROCESS_ID)
    async with aiohttp.ClientSession(serving.url) as http:
        words = await http.get("/printers/lobby/paper/0001.txt")
        assert (words.content_type, words.charset) == ("text/plain", "utf-8")
        assert await words.text() == "K 042\n[picture]\n[QR] abcdef\n"
        state = await (await http.get("/printers/lobby")).json()
        assert state["hanging"] == {"rows": 144 + 30, "out_mm": 3.8, "inked": True}
        with Image.open(BytesIO(await (await http.get("/printers/lobby/paper/hanging.png")).read())) as paper:
            assert paper.size == (640, 144 + 30)
        for path in ("paper/hanging.png", "nv/4c37.png"):
            assert (await http.get(f"/printers/cellar/{path}")).status == 404
        for nothing in ("/secret.js", "/..%2fcontrol.js", "/help.html"):
            assert (await http.get(nothing)).status == 404


async def test_a_text_that_was_not_printed_whole_is_not_among_the_words(serving: Serving) -> None:
    """Paper ran out in the middle of the second line, and the buffers were cleared."""
    printer = serving.printers["lobby"]
    printer.strike(Fault(FaultKind.PAPER_OUT, at_mm=5.5))
    await said(serving, b"\x1da\xfffirst\nsecond\nthird\n", b"\x18\x00\x0f\x00")
    await said(serving, b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x37\x25\x00")
    printer.strike(Fault(FaultKind.CLEAR))
    await said(serving, CUT + PROCESS_ID)
    text = (printer.directory / "0001.txt").read_text()
    assert text == "first\n"


def test_a_transcript_keeps_the_newest_and_counts_all() -> None:
    told = Transcript()
    for n in range(KEPT + 50):
        told.heard(float(n), Command(b"\x1b@"), b"\x1b@")
    entries = list(told.after(0))
    assert (len(entries), entries[0].n, entries[-1].n, told.count) == (KEPT, 51, KEPT + 50, KEPT + 50)


def test_a_long_text_or_picture_is_one_entry_with_its_beginning() -> None:
    told = Transcript()
    told.heard(0.0, Command(CHAR, b"ab"), b"ab" * 500, "ab" * 500)
    told.heard(0.0, Command(CHAR, b"\n"), b"\n")
    told.heard(0.0, Command(b"\x1dv0", b"\0\x01\0\x00\x02"), b"\x1dv0\0\x01\0\x00\x02")
    for _ in range(512):
        told.heard(0.0, Command(ROW, b"\xff"), b"\xff")
    text, raster = told.after(0)
    assert (text.size, len(text.data), len(text.words)) == (1001, 64, 121)
    assert (raster.size, len(raster.data)) == (520, 64)


def test_answers_are_told_apart_by_their_form() -> None:
    assert answer_says(b"\x12") == "real-time status: all well"
    assert answer_says(b"\x38\x04\x00\x00") == "automatic status: off line, cover open, recoverable error"
    assert answer_says(b"\x37\x72\x40L7\x00") == "NV key codes @L7"
    assert answer_says(b"\x5f17\x00") == "answer to GS I or GS g 17"
    assert answer_says(b"\x00") == "status"
