"""The virtual printer's memory of pictures: a logo that is stored once, asked for by its key, and there after power."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from drivers.sim.escpos_core import EscposCore
from drivers.sim.escpos_printer import SimulatedPrinter, serve_printers
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.nv_graphics import CAPACITY, NvGraphics, NvPicture, from_columns
from drivers.sim.paper_width import HEAD_TO_CUTTER_ROWS
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.serial_line import until

CUT = b"\x1dV\x41\x00"
LIST_KEYS = b"\x1d(L\x04\x000@KC"
CAPACITY_ASKED, FREE_ASKED = b"\x1d(L\x02\x0000", b"\x1d(L\x02\x0003"
ERASE_ALL = b"\x1d(L\x05\x000ACLR"
ACK, NAK, CAN = b"\x06", b"\x15", b"\x18"
LOGO = bytes((x * 37 + y * 11) % 256 for y in range(24) for x in range(10))  # 80 x 24
FAST = PrinterConfig(speed_mm_s=2000)


def sized(body: bytes) -> bytes:
    if len(body) > 65535:
        return b"\x1d8L" + len(body).to_bytes(4, "little") + body
    return b"\x1d(L" + len(body).to_bytes(2, "little") + body


def define(key: bytes, width: int, height: int, dots: bytes, fn: int = 67) -> bytes:
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return sized(b"0" + bytes([fn, 48]) + key + b"\x01" + size + b"1" + dots)


def show(key: bytes, across: int = 1, down: int = 1) -> bytes:
    return sized(b"0E" + key + bytes([across, down]))


def erase(key: bytes) -> bytes:
    return sized(b"0B" + key)


class Machine:
    """A printer in virtual time: say something, hear what it answers."""

    def __init__(self, core: EscposCore | None = None) -> None:
        self.core = core or EscposCore()
        self.now_s = 0.0

    def say(self, data: bytes) -> bytes:
        self.core.feed(data, self.now_s)
        self.now_s += 100.0
        return b"".join(self.core.advance(self.now_s))

    def printed(self, data: bytes) -> list[bytes]:
        """The dot rows below the first 18 mm, which were blank."""
        self.say(data + CUT)
        (piece,) = self.core.take_pieces()
        return piece.rows[HEAD_TO_CUTTER_ROWS:]


def test_a_logo_is_stored_listed_and_printed_dot_for_dot() -> None:
    machine = Machine()
    assert machine.say(LIST_KEYS + ACK) == b"\x37\x72\x40\x00"
    assert machine.say(define(b"L7", 80, 24, LOGO) + LIST_KEYS + ACK) == b"\x37\x72\x40L7\x00"
    rows = machine.printed(show(b"L7"))
    assert [row[:10] for row in rows] == [LOGO[at : at + 10] for at in range(0, 240, 10)]
    assert (machine.core.nv.writes, machine.core.nv.prints, machine.core.unknown) == (1, 1, {})


def test_it_is_placed_by_the_alignment_and_enlarged_by_its_two_factors() -> None:
    machine = Machine()
    machine.say(define(b"L7", 8, 1, b"\xff"))
    rows = machine.printed(b"\x1ba\x02" + show(b"L7", 2, 2))
    assert [row[-2:] for row in rows] == [b"\xff\xff"] * 2
    assert not any(any(row[:-2]) for row in rows)


def test_columns_and_rows_make_the_same_picture() -> None:
    columns = b"".join(bytes([0x80 >> x, 0x01]) for x in range(8))  # a slope, and a line along the bottom
    rows = b"".join(bytes([0x80 >> y if y < 8 else 0]) for y in range(15)) + b"\xff"
    assert from_columns(8, 16, columns) == NvPicture(8, 16, rows)
    machine = Machine()
    by_columns = machine.printed(define(b"CO", 8, 16, columns, fn=68) + show(b"CO"))
    assert by_columns == machine.printed(define(b"RO", 8, 16, rows) + show(b"RO"))


def test_the_memory_says_how_large_it_is_and_what_is_free() -> None:
    machine = Machine()
    assert machine.say(CAPACITY_ASKED + FREE_ASKED) == b"\x37\x30262144\x00\x37\x31262144\x00"
    assert machine.say(define(b"L7", 80, 24, LOGO) + FREE_ASKED) == b"\x37\x31%d\x00" % (262144 - 240 - 24)


def test_what_has_no_room_is_not_stored_and_what_was_there_stays() -> None:
    machine = Machine()
    machine.say(define(b"L7", 80, 24, LOGO))
    large = bytes(1000 // 8 * 2000)  # 250,000 of 262,144 bytes
    machine.say(define(b"A1", 1000, 2000, large) + define(b"A2", 1000, 2000, large))
    assert machine.say(LIST_KEYS + ACK) == b"\x37\x72\x40L7A1\x00"
    assert machine.core.nv.writes == 2


def test_one_is_erased_or_all_and_a_key_that_is_not_there_costs_no_write() -> None:
    machine = Machine()
    machine.say(b"".join(define(key, 8, 1, b"\xff") for key in (b"AA", b"BB", b"CC")))
    assert machine.say(erase(b"BB") + erase(b"XX") + LIST_KEYS + ACK) == b"\x37\x72\x40AACC\x00"
    assert machine.core.nv.writes == 4
    assert machine.say(ERASE_ALL + LIST_KEYS + ACK) == b"\x37\x72\x40\x00"


def test_a_key_that_is_not_there_prints_nothing_and_is_counted() -> None:
    machine = Machine()
    assert not any(map(any, machine.printed(show(b"NO"))))
    assert machine.core.unknown == {"GS ( L fn 69": 1}


def test_a_long_list_comes_in_blocks_of_forty_each_waiting_for_the_host() -> None:
    machine = Machine()
    keys = [b"%02d" % n for n in range(90)]
    machine.say(b"".join(define(key, 8, 1, b"\xff") for key in keys))
    first, second, third = (b"".join(keys[at : at + 40]) for at in (0, 40, 80))
    assert machine.say(LIST_KEYS) == b"\x37\x72\x41" + first + b"\x00"
    assert machine.say(ACK) == b"\x37\x72\x41" + second + b"\x00"
    assert machine.say(NAK) == b"\x37\x72\x41" + second + b"\x00"
    assert machine.say(b"\x10\x04\x01") == b"\x12"  # real time: no answer to the list
    assert machine.say(ACK) == b"\x37\x72\x40" + third + b"\x00"
    assert machine.say(ACK + b"\x1dr\x01") == b"\x00"
    assert machine.say(LIST_KEYS + CAN + b"\x1dr\x01") == b"\x37\x72\x41" + first + b"\x00\x00"


def test_a_host_that_does_not_answer_the_list_loses_its_next_byte() -> None:
    machine = Machine()
    assert machine.say(LIST_KEYS + b"\x1dr\x01") == b"\x37\x72\x40\x00"  # GS went as its answer: "r" and 01 are text
    assert machine.core.take_pieces() == []
    assert machine.say(b"\x1dr\x01") == b"\x00"


@pytest.mark.parametrize(
    "bad",
    [
        define(b"\x1fA", 8, 1, b"\xff"),  # not a letter
        define(b"L7", 80, 24, LOGO[:-1]),  # a byte short
        define(b"L7", 8, 0, b""),
        sized(b"0C0L7\x02" + b"\x08\x00\x01\x001\xff"),  # two colours
        sized(b"0ACLX"),
        sized(b"0@KX"),
        sized(b"0"),
    ],
)
def test_a_wrong_command_changes_nothing_and_is_counted(bad: bytes) -> None:
    machine = Machine()
    machine.say(define(b"L1", 80, 24, LOGO))
    assert machine.say(bad + LIST_KEYS + ACK) == b"\x37\x72\x40L1\x00"
    assert sum(machine.core.unknown.values()) == 1


def test_nothing_is_stored_in_the_middle_of_a_line() -> None:
    machine = Machine()
    machine.say(b"abc" + define(b"L7", 80, 24, LOGO) + b"\n")
    assert machine.core.nv.pictures == {}


def test_old_images_are_defined_all_at_once_printed_by_number_and_gone_with_the_first_new_one() -> None:
    machine = Machine()
    columns = bytes(range(8)) * 2  # 8 columns of 8 dots, twice: an image of 2 x 1 bytes
    image = b"\x02\x00\x01\x00" + columns
    assert machine.say(b"\x1cq\x02" + image + image + b"\x1da\xff") == b"\x10\x00\x00\x00"
    rows = machine.printed(b"\x1cp\x02\x00")
    assert [row[:2] for row in rows] == [rows_of(columns)[at : at + 2] for at in range(0, 16, 2)]
    assert len(machine.printed(b"\x1cp\x01\x03")) == 16
    machine.say(define(b"L7", 80, 24, LOGO) + b"\x1cp\x01\x00")
    assert machine.core.nv.images == []
    assert machine.core.unknown == {"FS p": 1}


def rows_of(columns: bytes) -> bytes:
    """16 columns of 8 dots as 8 rows of 2 bytes, by Pillow."""
    turned = Image.frombytes("1", (8, 16), columns)
    return turned.transpose(Image.Transpose.TRANSPOSE).tobytes()


def test_defining_old_images_resets_the_printer() -> None:
    machine = Machine()
    machine.say(b"\x1da\xff\x1cq\x01\x01\x00\x01\x00" + bytes(8))
    machine.core.strike(Fault(FaultKind.NEAR_END), machine.now_s)
    assert machine.core.advance(machine.now_s) == []  # automatic status went with it


def test_a_write_takes_its_time_in_which_nothing_is_read() -> None:
    core = EscposCore()
    core.feed(define(b"L7", 80, 24, LOGO) + b"\x1dr\x01", 0.0)
    assert core.advance(0.1) == []
    assert core.nv.writes == 0
    assert core.advance(0.5) == [b"\x00"]
    assert core.nv.writes == 1


def test_power_that_goes_during_a_write_leaves_the_memory_as_it_was() -> None:
    machine = Machine()
    machine.say(define(b"L7", 80, 24, LOGO))
    machine.core.feed(define(b"L8", 80, 24, LOGO), machine.now_s)
    machine.core.strike(Fault(FaultKind.POWER), machine.now_s + 0.1)
    machine.now_s += 5
    assert machine.say(LIST_KEYS + ACK) == b"\x37\x72\x40L7\x00"


def test_clearing_the_buffers_lets_a_write_end_and_forgets_the_list() -> None:
    core = EscposCore()
    core.feed(define(b"L7", 80, 24, LOGO), 0.0)
    core.advance(0.1)
    core.feed(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", 0.1)
    core.advance(1.0)
    assert list(core.nv.pictures) == [b"L7"]
    core.feed(LIST_KEYS, 2.0)
    core.feed(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x1dr\x01", 2.1)
    assert core.advance(3.0) == [b"\x37\x72\x40L7\x00", b"\x37\x25\x00", b"\x00"]


def test_another_mainboard_has_an_empty_memory() -> None:
    machine = Machine()
    machine.say(define(b"L7", 80, 24, LOGO))
    machine.core.strike(Fault(FaultKind.NV_ERASED), machine.now_s)
    assert machine.say(LIST_KEYS + ACK) == b"\x37\x72\x40\x00"
    assert machine.core.nv.writes == 0


def test_any_fragmentation_of_it_gives_the_same_answers_and_paper() -> None:
    data = define(b"L7", 80, 24, LOGO) + LIST_KEYS + ACK + show(b"L7") + b"\x1cq\x01\x01\x00\x01\x00" + bytes(8) + CUT
    whole = Machine()
    answers = whole.say(data)
    pieces = whole.core.take_pieces()
    core = EscposCore()
    for byte in data:
        core.feed(bytes([byte]), 0.0)
    assert b"".join(core.advance(100.0)) == answers == b"\x37\x72\x40L7\x00"
    assert core.take_pieces() == pieces


def test_the_memory_is_read_back_as_it_was_written_and_rubbish_is_refused() -> None:
    memory = NvGraphics()
    assert memory.define(b"L7", NvPicture(80, 24, LOGO))
    assert not memory.define(b"L8", NvPicture(8, CAPACITY, bytes(CAPACITY)))
    again = NvGraphics.from_dict(json.loads(json.dumps(memory.as_dict())))
    assert (again.pictures, again.writes) == (memory.pictures, 1)
    for bad in (
        {},
        {"writes": 1},
        memory.as_dict() | {"pictures": [{"key": "4c37", "width": 9, "height": 1, "rows": ""}]},
    ):
        with pytest.raises((ValueError, KeyError, TypeError)):
            NvGraphics.from_dict(bad)


async def ask(port: int, data: bytes, size: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    answer = await asyncio.wait_for(reader.readexactly(size), 30)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_logo_outlives_a_power_cut_and_the_program_itself(tmp_path: Path) -> None:
    listed = b"\x37\x72\x40L7\x00"
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        assert await ask(printer.port, define(b"L7", 80, 24, LOGO) + LIST_KEYS, 6) == listed
        # Who has the list finds the memory on disk: a killed simulator has kept it.
        assert json.loads((tmp_path / "lobby/nv.json").read_text())["pictures"][0]["key"] == "4c37"
        printer.strike(Fault(FaultKind.POWER))
        await until(lambda: not printer._open)
        await until(lambda: printer._open)
        assert await ask(printer.port, LIST_KEYS, 6) == listed
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        assert await ask(printer.port, LIST_KEYS, 6) == listed
        assert printer.core.nv.writes == 1
    (tmp_path / "lobby/nv.json").write_text("{")
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        assert await ask(printer.port, LIST_KEYS, 4) == b"\x37\x72\x40\x00"


async def test_the_page_can_show_what_is_stored_and_how_worn_it_is(tmp_path: Path) -> None:
    async with (
        serve_printers([FAST], "127.0.0.1", 0, tmp_path) as serving,
        aiohttp.ClientSession(serving.url) as http,
    ):
        await ask(serving.ports["lobby"], define(b"L7", 80, 24, LOGO) + LIST_KEYS + ACK + show(b"L7") + LIST_KEYS, 12)
        nv = (await (await http.get("/printers/lobby")).json())["nv"]
        assert (nv["writes"], nv["prints"], nv["capacity"]) == (1, 1, CAPACITY)
        assert nv["pictures"] == [{"key": "L7", "width": 80, "height": 24, "png": "/printers/lobby/nv/4c37.png"}]
        picture = await http.get("/printers/lobby/nv/4c37.png")
        assert (picture.status, picture.content_type) == (200, "image/png")
        assert (await http.get("/printers/lobby/nv/4c38.png")).status == 404
        assert (await http.get("/printers/lobby/nv/n1.png")).status == 404
