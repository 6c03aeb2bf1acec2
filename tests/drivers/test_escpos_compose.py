"""A ticket's bytes: as on the day they were judged good, and obeying nobody's text.

After a wanted change: `python -m tests.drivers.test_escpos_compose` writes the golden files anew; read the diff.
"""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from controller.ports.printer import TicketPaper
from drivers.escpos.compose import compose, lay_out, scrap_mark
from drivers.escpos.profiles import profile, profiles
from drivers.sim.escpos_core import EscposCore
from drivers.sim.paper_store import picture
from tests.drivers.escpos_counter import orders
from tests.drivers.escpos_tickets import ALL, FI, SE

GOLDEN = Path(__file__).parents[1] / "golden" / "escpos"
VIRTUAL = profile("virtual")
LETTERED = sorted(key for key, known in profiles().items() if known.code_pages)
HOSTILE = (
    "\x1b@",
    "\x1dV\x00",
    "\0\0\0",
    "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    "emoji 🙂🧿👩‍👩‍👧",
    "عربي خدمة",
    "\u202e\u2066gnirts\u2069\u202c",
    "Ž" * 5000,
    "sana " * 1000,
    "\ud800\udfff",
    "\x1b(A\x04\x00",
    "\n" * 50,
    "中文服务",
    "",
)
DRAWING = "1d76"  # how many bands a line takes hangs on the font


def spelled_out(data: bytes) -> str:
    """One order a line; a drawn band without its dots, which are the font's and not ours."""
    lines = []
    for name, argument in orders(data):
        shown = f"{argument[2] * 8} dots x {argument[4]}" if name == DRAWING else repr(argument)[1:]
        lines.append(f"{name} {shown}")
    return "\n".join(lines) + "\n"


def shape(paper: TicketPaper) -> set[str]:
    """The orders of a ticket, without those that only place and style text."""
    return {name for name, _ in orders(compose(paper, "job1", VIRTUAL, simulated=True)) if name != "text"}


def on_paper(data: bytes) -> Image.Image:
    """What the virtual printer makes of it, as a picture."""
    core = EscposCore()
    for at in range(0, len(data), 2048):
        core.feed(data[at : at + 2048], float(at))
        core.advance(at + 2000.0)
    core.advance(1e6)
    (piece,) = core.take_pieces()
    return Image.open(BytesIO(picture(piece.rows)))


@pytest.mark.parametrize("language", ALL)
def test_the_ticket_is_the_one_that_was_judged_good(language: str) -> None:
    data = compose(ALL[language], "job1", VIRTUAL, simulated=False)
    assert spelled_out(data) == (GOLDEN / f"ticket-{language}.txt").read_text("utf-8")


def test_a_marked_copy_and_a_scrap_are_the_ones_that_were_judged_good() -> None:
    copy = compose(msgspec.structs.replace(FI, copy_mark="KOPIO / KOPIA"), "job1", VIRTUAL, simulated=True)
    assert spelled_out(copy) == (GOLDEN / "copy-fi.txt").read_text("utf-8")
    assert spelled_out(scrap_mark("job1", VIRTUAL).data) == (GOLDEN / "scrap.txt").read_text("utf-8")


@pytest.mark.parametrize("key", LETTERED)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_ticket_in_letters_is_small(key: str, language: str) -> None:
    assert len(compose(ALL[language], "job1", profile(key), simulated=True)) < 1500


@pytest.mark.parametrize("key", sorted(profiles()))
def test_every_part_is_whole_orders_and_fits_half_the_receive_buffer(key: str) -> None:
    for paper in ALL.values():
        sheet = lay_out(paper, "job1", profile(key), simulated=True)
        assert all(list(orders(part)) for part in sheet.parts)
        assert max(map(len, sheet.parts)) <= profile(key).rx_buffer // 2


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text)[:20] for text in HOSTILE])
@pytest.mark.parametrize("field", ["service", "provider", "point", "number", "bring", "qr", "code", "copy_mark"])
def test_a_hostile_text_adds_no_order(field: str, text: str) -> None:
    value = (text,) * 20 if field == "bring" else text
    paper = msgspec.structs.replace(FI, **{"copy_mark": "KOPIO", field: value})
    plain = msgspec.structs.replace(FI, copy_mark="KOPIO")
    assert shape(paper) <= shape(plain) | {DRAWING, "1b74"}
    ends_well(compose(paper, "job1", VIRTUAL, simulated=True))


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60)
def test_no_text_at_all_adds_an_order(service: str, item: str) -> None:
    paper = msgspec.structs.replace(FI, service=service, bring=(item,))
    ends_well(compose(paper, "job1", VIRTUAL, simulated=True))


def ends_well(data: bytes) -> None:
    """One initialisation at the start, one cut, and the question whether it is on paper, as the very last."""
    found = list(orders(data))
    assert [name for name, _ in found].count("1b40") == 1
    assert found[0] == ("1b40", b"")
    assert [name for name, _ in found].count("1d56") == 1
    assert found[-1] == ("1d28", b"H\x06\x0000job1")


def test_what_makes_a_copy_comes_last() -> None:
    found = list(orders(compose(FI, "job1", VIRTUAL, simulated=True)))
    qr = max(at for at, (name, argument) in enumerate(found) if name == "1d28" and argument[:1] == b"k")
    after = b"".join(argument for name, argument in found[qr:] if name == "text")
    assert after.decode("cp1252").strip() == f"{FI.number} · {FI.code}"
    before = b"".join(argument for name, argument in found[:qr] if name == "text")
    assert FI.code.encode() not in before


def test_automatic_status_is_switched_on_again_after_each_initialisation() -> None:
    found = list(orders(compose(FI, "job1", VIRTUAL, simulated=True)))
    assert all(second == ("1d61", b"\xff") for first, second in pairwise(found) if first[0] == "1b40")


def test_northern_sami_is_drawn_only_where_letters_do_not_spell_it() -> None:
    sheet = lay_out(SE, "job1", VIRTUAL, simulated=False)
    assert not sheet.lost
    letters = b"".join(argument for name, argument in orders(sheet.data) if name == "text")
    assert b"15 minuhta" in letters
    assert b"Soa" not in letters
    assert b"?" not in letters


def test_a_simulated_ticket_says_so_and_a_real_one_does_not() -> None:
    assert b"SIMULATOR" in compose(FI, "job1", VIRTUAL, simulated=True)
    assert b"SIMULATOR" not in compose(FI, "job1", VIRTUAL, simulated=False)


def test_the_number_is_at_least_12_mm_high_on_every_printer() -> None:
    cap_height = 16 / 24  # of font A's cell
    for printer in map(profile, LETTERED):
        sizes = [
            argument[0] & 7
            for name, argument in orders(compose(FI, "job1", printer, simulated=False))
            if name == "1d21"
        ]
        assert (max(sizes) + 1) * 24 * cap_height / printer.dpi * 25.4 >= 12


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for language, paper in ALL.items():
        data = compose(paper, "job1", VIRTUAL, simulated=False)
        (GOLDEN / f"ticket-{language}.txt").write_text(spelled_out(data), "utf-8")
    copy = compose(msgspec.structs.replace(FI, copy_mark="KOPIO / KOPIA"), "job1", VIRTUAL, simulated=True)
    (GOLDEN / "copy-fi.txt").write_text(spelled_out(copy), "utf-8")
    (GOLDEN / "scrap.txt").write_text(spelled_out(scrap_mark("job1", VIRTUAL).data), "utf-8")


if __name__ == "__main__":
    main()


@pytest.mark.parametrize("paper", [FI, SE], ids=["fi", "se"])
def test_a_printer_without_letters_of_its_own_gets_every_line_and_the_qr_as_dots(paper: TicketPaper) -> None:
    drawn = msgspec.structs.replace(VIRTUAL, code_pages={}, native_qr=False)
    marked = msgspec.structs.replace(paper, copy_mark="KOPIO")
    found = list(orders(compose(marked, "job1", drawn, simulated=True)))
    assert not any(args.strip() for name, args in found if name == "text")
    assert {name for name, _ in found} <= {"1b40", "1b61", "1b4a", "1d61", "1d50", "1d62", "1d56", "1d28", DRAWING}
    assert [args[:3] for name, args in found if name == "1d28"] == [b"H\x06\x00"], "no native QR"
    picture = on_paper(compose(marked, "job1", drawn, simulated=True))
    assert [code.data.decode() for code in pyzbar.decode(picture)] == [paper.qr]
    lettered = on_paper(compose(marked, "job1", VIRTUAL, simulated=True))
    assert abs(picture.height - lettered.height) < 40, "the same paper"
