"""Codes out of characters and keys: whole or not at all, whatever is lost, however it is cut."""

from itertools import pairwise

import pytest
from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanners.assembler import KEEP, QUIET_S, Assembler, Broken, Read
from drivers.scanners.layouts import ALTGR, NO_CHARACTER, SHIFTS, TABLES, Layout, character, strokes
from drivers.scanners.lines import GAP_S, Lines

GAP = 0.1
LETTERS = st.text(st.characters(codec="ascii", exclude_characters="\r\n\t"), min_size=1, max_size=80)
LAYOUTS: tuple[Layout, ...] = ("us", "fi")


def test_a_code_is_what_stands_between_two_ends() -> None:
    one = Assembler(GAP)
    assert [one.put(letter, 1 + n / 100) for n, letter in enumerate("AB12")] == [None] * 4
    assert one.end(1.04) == Read("AB12", 4)
    assert one.end(1.05) is None, "CR LF is one end"


def test_a_code_that_breaks_off_takes_its_rest_with_it() -> None:
    one = Assembler(GAP)
    one.put("AB", 1.0)
    assert one.put("12", 1.2) == Broken(2)
    assert one.end(1.21) is None
    one.put("CD", 1.3)
    assert one.end(1.31) == Read("CD", 2)


def test_after_a_long_quiet_the_next_code_is_whole_again() -> None:
    one = Assembler(GAP)
    one.put("AB", 1.0)
    assert one.put("CD12", 1.0 + QUIET_S + 0.01) == Broken(2)
    assert one.end(2.02) == Read("CD12", 4)


def test_what_was_read_is_seen_in_no_repr() -> None:
    assert repr(Read("131052-308T", 11)) == "Read(length=11)"
    assert "308T" not in f"{Read('131052-308T', 11)}"


# A story: a code's letters, each with the pause before it, and whether an end follows.
PAUSES = st.floats(0, 1.5, allow_nan=False)
CODES = st.lists(st.tuples(LETTERS, st.booleans()), max_size=6)


@given(st.data(), CODES)
def test_no_half_of_a_code_is_ever_given_for_one_while_its_pauses_are_short_of_a_long_quiet(
    data: st.DataObject, codes: list[tuple[str, bool]]
) -> None:
    """Every text that comes out is exactly what was sent between two ends, with no pause of more than GAP in it."""
    one, now, sent, given_out = Assembler(GAP), 100.0, "", []
    whole = []
    broke = False
    for code, ended in codes:
        for letter in code:
            pause = data.draw(st.floats(0, QUIET_S * 0.99, allow_nan=False))
            broke = broke or (bool(sent) and pause > GAP)
            now += pause
            sent += letter
            given_out.append(one.put(letter, now))
            if data.draw(st.integers(0, 20)) == 0:
                given_out.append(one.lose(now))
                broke = True
        if ended:
            now += (pause := data.draw(st.floats(0, GAP * 2, allow_nan=False)))
            broke = broke or pause > GAP
            given_out.append(one.end(now))
            if not broke:
                whole.append(sent if len(sent) <= KEEP else None)
            sent, broke = "", False
    texts = [out.text for out in given_out if isinstance(out, Read)]
    assert [text for text in texts if text not in whole] == []
    assert len(texts) <= len(whole)
    refused = sum(isinstance(out, Broken) for out in given_out)
    assert len(texts) + refused <= sum(len(code) for code, _ in codes)


@given(LETTERS, st.lists(st.integers(0, 80), max_size=5))
def test_a_code_in_any_pieces_is_the_same_code(code: str, cuts: list[int]) -> None:
    lines = Lines(KEEP)
    data = code.encode() + b"\r\n"
    places = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), len(data)]
    pieces = [data[a:b] for a, b in pairwise(places)]
    out = [read for n, piece in enumerate(pieces) for read in lines.feed(piece, n * GAP_S / 2)]
    assert out == [Read(code if len(code) <= KEEP else None, len(code))]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8))
def test_any_bytes_in_any_pieces_give_what_stands_between_the_ends(data: bytes, cuts: list[int]) -> None:
    lines = Lines(KEEP)
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    out = [read for a, b in pairwise(places) for read in lines.feed(data[a:b], 1.0)]
    *whole, _ = data.replace(b"\n", b"\r").replace(b"\t", b"\r").split(b"\r")
    expected = [Read(w.decode("latin-1") if len(w) <= KEEP else None, len(w)) for w in whole if w]
    assert out == expected


def test_ten_megabytes_without_an_end_are_one_refusal_and_are_not_kept() -> None:
    lines = Lines(KEEP)
    out = [read for _ in range(160) for read in lines.feed(b"A" * 65_536, 1.0)]
    assert out == []
    assert len(lines._assembler._text) <= KEEP
    assert list(lines.feed(b"\r", 1.0)) == [Read(None, 160 * 65_536)]


@pytest.mark.parametrize("layout", LAYOUTS)
@given(data=st.data())
def test_what_a_reader_types_on_either_layout_is_what_it_read(layout: Layout, data: st.DataObject) -> None:
    known = {letter for table in TABLES[layout] for letter in table.values()}
    text = data.draw(st.text(st.sampled_from(sorted(known)), max_size=40))
    out = ""
    for code, modifier in strokes(layout, text):
        out += character(layout, code, {modifier} if modifier is not None else set())
    assert out == text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_character_of_our_codes_and_addresses_is_on_both_layouts(layout: Layout) -> None:
    text = "https://jono.example.fi/t/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567-0189]Q3:8080"
    assert "".join(character(layout, c, {m} if m is not None else set()) for c, m in strokes(layout, text)) == text


def test_the_layouts_differ_where_they_do_on_the_keys() -> None:
    shift = {e.KEY_LEFTSHIFT}
    assert [character("us", e.KEY_MINUS, set()), character("fi", e.KEY_MINUS, set())] == ["-", "+"]
    assert [character("us", e.KEY_SLASH, set()), character("fi", e.KEY_SLASH, set())] == ["/", "-"]
    assert [character("us", e.KEY_7, shift), character("fi", e.KEY_7, shift)] == ["&", "/"]
    assert character("fi", e.KEY_9, {ALTGR}) == "]"
    assert character("us", e.KEY_A, {e.KEY_RIGHTSHIFT}) == "A"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_modifier_writes_nothing_and_a_strange_key_makes_the_code_unfit(layout: Layout) -> None:
    for code in (*SHIFTS, ALTGR, e.KEY_LEFTCTRL, e.KEY_CAPSLOCK):
        assert character(layout, code, set()) == ""
    assert character(layout, e.KEY_F9, set()) == NO_CHARACTER
    assert character(layout, e.KEY_M, {e.KEY_LEFTCTRL}) == NO_CHARACTER, "a control character"
    assert character(layout, e.KEY_KP4, {e.KEY_LEFTALT}) == NO_CHARACTER, "a character by its number"
