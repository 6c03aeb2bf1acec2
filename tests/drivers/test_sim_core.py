"""The virtual printer's core in virtual time: parsing, paper, answers, buffers."""

from io import BytesIO

import pytest
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode

from drivers.sim.escpos_core import EscposCore
from drivers.sim.paper_store import picture
from drivers.sim.paper_width import HEAD_TO_CUTTER_ROWS, ROW_BYTES
from drivers.sim.piece import Piece

CUT = b"\x1dV\x41\x00"
ASB_ON = b"\x1da\xff"
LEADS = (b"\x1b", b"\x1d", b"\x1c", b"\x10", b"\x1d(k", b"\x1dv0", b"\x1b*", b"\x1d(L")
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


def process_id(name: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + name


def run(core: EscposCore, until_s: float = 1e6) -> list[tuple[float, bytes]]:
    """Let the machine run from event to event; gives each answer with its time."""
    said = []
    while (at := core.next_event_s()) is not None and at <= until_s:
        said += [(at, answer) for answer in core.advance(at)]
        if core.next_event_s() == at:
            break  # only pieces wait to be taken
    return said + [(until_s, a) for a in core.advance(until_s)]


def printed(data: bytes) -> tuple[list[Piece], bytes, EscposCore]:
    core = EscposCore()
    core.feed(data, 0.0)
    answers = b"".join(core.advance(1e5))
    return core.take_pieces(), answers, core


def image(piece: Piece) -> Image.Image:
    return Image.open(BytesIO(picture(piece.rows)))


def strange_ticket(**profile: str) -> bytes:
    """A ticket by an encoder that nobody here wrote."""
    d = Dummy(profile="TM-T20II")
    d.set(align="center", bold=True)
    d.text("Pohjoinen palvelupiste\n")
    d.set(align="center", custom_size=True, width=6, height=6)
    d.text("K042\n")
    d.set(align="left", normal_textsize=True, bold=False)
    d.text("Edelläsi on 6 asiakasta. Åäö šž €\n")
    d.qr("https://palvelu.example/t/7F3KQ2", native=True, size=6)
    d.image(Image.effect_noise((320, 40), 90).convert("1"), impl=profile.get("impl", "bitImageRaster"))
    d.text("7F3K-Q2\n")
    d.cut()
    return bytes(d.output)


@pytest.mark.parametrize("impl", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_a_strangers_ticket_is_understood_to_the_last_command_and_its_qr_reads_back(impl: str) -> None:
    pieces, _, core = printed(strange_ticket(impl=impl))
    assert core.unknown == {}
    assert len(pieces) == 1
    found = decode(image(pieces[0]).convert("L"), symbols=[ZBarSymbol.QRCODE])
    assert [f.data for f in found] == [b"https://palvelu.example/t/7F3KQ2"]


@pytest.mark.parametrize("impl", ["bitImageRaster", "graphics"])
def test_one_byte_at_a_time_equals_one_write(impl: str) -> None:
    data = ASB_ON + strange_ticket(impl=impl) + b"\x10\x04\x01" + process_id(b"ABCD")
    whole, answers, _ = printed(data)
    core = EscposCore()
    for byte in data:
        core.feed(bytes([byte]), 0.0)
    assert b"".join(core.advance(1e5)) == answers
    assert core.take_pieces() == whole


def test_the_bin_of_a_piece_is_every_byte_since_the_last_cut() -> None:
    first, second = b"one\n\x10\x04\x01" + CUT, ASB_ON + b"two\n" + CUT
    pieces, _, _ = printed(first + second + b"rest")
    assert [p.raw for p in pieces] == [first, second]


def test_a_raster_comes_out_dot_for_dot() -> None:
    rows = [bytes((7 * y + x) % 256 for x in range(ROW_BYTES)) for y in range(100)]
    pieces, _, _ = printed(b"\x1dv0\x00\x48\x00\x64\x00" + b"".join(rows) + CUT)
    assert pieces[0].rows[HEAD_TO_CUTTER_ROWS : HEAD_TO_CUTTER_ROWS + 100] == rows


def test_a_cut_without_feed_leaves_the_last_18_mm_inside() -> None:
    ink = b"\x1dv0\x00\x48\x00\x0a\x00" + b"\xff" * 720
    pieces, _, core = printed(ink + b"\x1dV\x00")
    assert [any(map(any, p.rows)) for p in pieces] == [False]
    assert core.mechanism.inked


def test_letters_differ_and_are_the_code_pages_letters() -> None:
    def line(data: bytes) -> list[bytes]:
        return printed(data + b"\n" + CUT)[0][0].rows

    assert line(b"\x1bt\x10\xe5") == line(b"\x1bt\x13\x86")  # å in 1252 and in 858
    assert line(b"\x1bt\x10\xe5") != line(b"\x1bt\x10\xe4")
    assert line(b"\x1b!\x30A") == line(b"\x1d!\x11A")
    assert line(b"\x1dB\x01A") != line(b"A") != line(b"\x1b-\x01A")


def test_text_longer_than_the_line_wraps_and_nothing_is_lost() -> None:
    wrapped = printed(b"A" * 100 + b"\n" + CUT)[0][0].rows
    by_hand = printed(b"\n".join([b"A" * 48, b"A" * 48, b"A" * 4]) + b"\n" + CUT)[0][0].rows
    assert wrapped == by_hand


def test_an_unknown_command_is_counted_and_what_follows_it_is_printed() -> None:
    pieces, _, core = printed(b"\x1b\x01\x1d\x02after\n" + CUT)
    assert core.unknown == {"ESC 01": 1, "GS 02": 1}
    assert pieces[0].rows == printed(b"after\n" + CUT)[0][0].rows


def test_process_id_is_said_only_after_the_last_row_and_the_cut() -> None:
    core = EscposCore(speed_mm_s=200)
    core.feed(b"\x1bJ\xa0" * 10 + CUT + process_id(b"A~ 9"), 0.0)  # 1600 + 144 dots = 218 mm
    said = run(core)
    assert said[0][1] == b'\x37"A~ 9\x00'
    assert said[0][0] == pytest.approx(1744 / 1600 + 0.3, abs=1e-6)


def test_gs_r_is_answered_when_processed_which_is_before_the_paper_moved() -> None:
    core = EscposCore()
    core.feed(b"\x1bJ\x64\x1dr\x01", 0.0)
    assert core.advance(0.0) == [b"\x00"]


def test_idle_status_bytes() -> None:
    _, answers, _ = printed(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04" + ASB_ON)
    assert answers == b"\x12\x12\x12\x12\x10\x00\x00\x00"


def test_identity_says_simulated_and_counters_answer_in_order() -> None:
    _, answers, _ = printed(b"\x1dIB\x1dg2\x00\xb2\x00a\n" + CUT + b"\x1dg2\x00\xb2\x00")
    assert answers == b"_SIMULATED\x00\x5f0\x00\x5f1\x00"


def test_resettable_counter_resets_and_the_cumulative_one_does_not() -> None:
    _, answers, _ = printed(b"a\n" + CUT + b"\x1dg0\x00\x32\x00" + b"\x1dg2\x00\x32\x00\x1dg2\x00\xb2\x00")
    assert answers == b"\x5f0\x00\x5f1\x00"


def test_the_receive_buffer_is_finite_and_fills_while_the_motor_turns() -> None:
    core = EscposCore(rx_bytes=4096)
    core.feed(b"\x1dv0\x00\x48\x00\xe8\x03" + b"\x55" * 72_000, 0.0)
    assert core.room == 0
    assert core.received < 4096 + 16_000
    core.advance(1000 / 1600 + 0.01)
    assert core.received == 72_008
    assert core.room == 4096


def test_realtime_status_inside_a_picture_is_obeyed_and_the_picture_is_whole() -> None:
    row = b"\x10\x04\x01" + b"\xaa" * 69
    pieces, answers, _ = printed(b"\x1dv0\x00\x48\x00\x01\x00" + row + CUT)
    assert answers == b"\x12"
    assert pieces[0].rows[HEAD_TO_CUTTER_ROWS] == row


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from(
                [b"\x1b", b"\x1d", b"\x1c", b"\x10", b"\x1d(k", b"\x1dv0", b"\x1b*", b"\x1d(L", CUT, CLEAR]
            ),
            st.text("ab\n", max_size=9).map(str.encode),
        ),
        max_size=30,
    )
)
def test_random_bytes_never_crash_or_hang_and_the_clear_always_brings_it_back(chunks: list[bytes]) -> None:
    core = EscposCore()
    for i, chunk in enumerate(chunks):
        core.feed(chunk, i * 0.01)
        core.advance(i * 0.01)
        core.take_pieces()
    core.advance(1e4)
    core.feed(CLEAR, 1e4)
    assert core.advance(1e4)[-1] == b"\x37\x25\x00"
    core.feed(b"ticket\n" + CUT + process_id(b"LAST"), 1e4)
    assert b'\x37"LAST\x00' in core.advance(2e4)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_fragmentation_of_any_bytes_gives_the_same_paper_and_answers(data: bytes, size: int) -> None:
    whole, answers, core = printed(data + CUT)
    other = EscposCore()
    for i in range(0, len(data) + len(CUT), size):
        other.feed((data + CUT)[i : i + size], 0.0)
    assert b"".join(other.advance(1e5)) == answers
    assert other.take_pieces() == whole
    assert other.unknown == core.unknown
