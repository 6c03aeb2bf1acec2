"""Text on its way to paper: nothing that a printer would obey, nothing clipped, nothing silently a box."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos import raster
from drivers.escpos.text import columns, longest_word, printable, spell, wrap

PAGES = {"cp1252": 16, "cp858": 19}


@given(st.text(max_size=400), st.integers(4, 100))
def test_no_control_reaches_the_paper_and_no_text_is_longer_than_allowed(text: str, limit: int) -> None:
    clean = printable(text, limit)
    assert len(clean) <= limit
    assert not any(unicodedata.category(letter).startswith("C") for letter in clean)
    assert all(letter == " " or not letter.isspace() for letter in clean)


@given(st.text(max_size=400))
def test_what_a_code_page_spells_holds_no_byte_below_the_letters(text: str) -> None:
    spelled = spell(printable(text, 200), PAGES, None)
    assert spelled is None or all(byte >= 0x20 and byte != 0x7F for byte in spelled[1])


def test_decomposed_letters_are_composed_and_a_heap_of_accents_is_cut_down() -> None:
    assert printable("Sodankyla\u0308n", 40) == "Sodankylän"
    assert len(printable("Z" + "\u0336" * 300, 200)) <= 3


def test_overrides_and_zero_width_letters_are_dropped() -> None:
    assert printable("K\u202eele\u202c\u200b\ufeffvä\u2066 \u00a0 x\r\n\ty", 40) == "Kelevä x y"


def test_a_line_stays_on_the_current_code_page_when_it_can() -> None:
    assert spell("äö", PAGES, "cp858") == ("cp858", "äö".encode("cp858"))
    assert spell("šž", PAGES, "cp858") == ("cp1252", "šž".encode("cp1252"))
    assert spell("đŋŧ", PAGES, "cp858") is None


@given(st.text(alphabet="abcä šŋ-", max_size=200), st.integers(4, 48))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "").replace("-", "") == "".join(text.split()).replace("-", "")
    assert longest_word(text) > width or " ".join(lines) == " ".join(text.split())


def test_lines_come_out_about_equally_long() -> None:
    assert wrap("Odotus noin 25 minuuttia.", 24) == ("Odotus noin", "25 minuuttia.")


def test_the_northern_sami_letters_are_drawn_and_each_differently() -> None:
    drawn = {
        raster.draw_line(letter, across=1, down=1, bold=True, dots=576, centred=False).data for letter in "đŋŧšžčá"
    }
    assert len(drawn) == 7
    assert raster.drawable("đŋŧšžčá ĐŊŦ") == ("đŋŧšžčá ĐŊŦ", frozenset())


def test_a_letter_without_a_font_is_named_and_never_a_box() -> None:
    text, lost = raster.drawable("a\U000130b8b \U0001f9ff c")  # an Egyptian bird if Noto has none, a new emoji
    assert lost
    assert "\U0001f9ff" not in text
    assert text.replace("?", "").split()[-1] == "c"


@given(st.text(alphabet="abcđŋŧЯعربي中🙂 ", min_size=1, max_size=60), st.integers(1, 8), st.integers(1, 8))
def test_a_drawn_line_is_never_wider_than_the_paper(text: str, across: int, down: int) -> None:
    words, _ = raster.drawable(text)
    assert raster.draw_line(words, across=across, down=down, bold=True, dots=576, centred=True).width_bytes <= 72


@given(st.binary(max_size=500))
def test_dots_never_read_as_a_real_time_order(dots: bytes) -> None:
    clean = raster.defused(dots + b"\x10\x04\x01\x10\x05\x02\x10\x14\x08")
    assert not any(order in clean for order in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
