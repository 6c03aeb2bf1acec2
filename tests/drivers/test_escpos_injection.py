"""A million hostile texts on tickets, and not one order among them: counted by the tests' own reader of ESC/POS, and by
one that nobody here wrote."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

import msgspec
import pytest

from drivers.escpos.compose import compose
from drivers.escpos.profiles import profile
from tests.drivers.escpos_counter import orders
from tests.drivers.escpos_tickets import FI
from tests.drivers.stranger_printer import names_by_a_stranger

TEXTS = int(os.environ.get("LUUKKU_HOSTILE_TEXTS", "1000000"))
ORDERS = (
    b"\x1b@", b"\x1dV\x00", b"\x1dVB\x00", b"\x10\x04\x01", b"\x10\x05\x02", b"\x1b=\x00", b"\x1c.",
    b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x1bp\x00\x19\xfa", b"\x1d(k\x03\x001Q0",
    b"\x1d(H\x06\x0000abcd", b"\x1dv0\x00\xff\xff\xff\xff",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyzåäöÅÄÖ0123456789 .,-:;/()%&!?\"'€éüß"
CONTROLS = (*map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA1)), "\xad")
STRANGE = (
    "\u200b",
    "\u200e",
    "\u202e",
    "\u2028",
    "\u2066",
    "\ufeff",
    "\ufffe",
    "\ud800",
    "\U000e0041",
    "\u0301",
    "ŋ",
    "č",
    "字",
)
FIELDS = ("point", "number", "provider", "service", "issued", "ahead", "estimate", "watch", "bring_title",
          "also_title", "qr_hint", "code", "copy_mark")  # fmt: skip
ITEMS = 6
TICKET_TEXTS = len(FIELDS) + 2 * ITEMS
MAY = {
    "text",
    "1b40",
    "1b61",
    "1b45",
    "1b33",
    "1b4a",
    "1b74",
    "1d61",
    "1d21",
    "1d62",
    "1d42",
    "1d50",
    "1d56",
    "1d28",
    "1d76",
}


STRANGERS_MAY = {
    "text", "LF", "ESC @", "ESC a", "ESC E", "ESC 3", "ESC J", "ESC t", "GS a", "GS !", "GS b", "GS B", "GS P", "GS V",
    "GS (", "GS ( k", "GS v 0",
}  # fmt: skip
Names = Callable[[bytes], Iterable[str]]


def ours(data: bytes) -> list[str]:
    return [name for name, _ in orders(data)]


def hostile(random: Random) -> str:
    """Letters as on any ticket, with orders and strange characters strewn in."""
    parts: list[str] = []
    for _ in range(random.randrange(1, 8)):
        kind = random.random()
        if kind < 0.6:
            parts.append("".join(random.choices(LETTERS, k=random.randrange(1, 12))))
        elif kind < 0.85:
            parts.append(random.choice(ORDERS).decode("latin-1"))
        elif kind < 0.97:
            parts.append(random.choice(CONTROLS))
        else:
            parts.append(random.choice(STRANGE))
    return "".join(parts)


def strewn(tickets: int, seed: int, names_of: Names = ours) -> Counter[str]:
    """So many tickets, every text of them hostile; gives what orders they hold, all together."""
    random, model, found = Random(seed), profile("virtual"), Counter[str]()
    for _ in range(tickets):
        paper = msgspec.structs.replace(
            FI, **{field: hostile(random) for field in FIELDS},
            bring=tuple(hostile(random) for _ in range(ITEMS)), also=tuple(hostile(random) for _ in range(ITEMS)),
        )  # fmt: skip
        names = list(names_of(compose(paper, "job1", model, simulated=False)))
        assert (names[0], names[-1]) in (("1b40", "1d28"), ("ESC @", "GS ("))
        found.update(names)
    return found


def only_ours(found: Counter[str], tickets: int) -> None:
    assert set(found) <= MAY
    assert found["1b40"] == found["1d56"] == found["1d61"] == tickets, "one beginning, one cut, one question for status"


def test_hostile_texts_on_every_line_add_no_order() -> None:
    tickets = 120
    only_ours(strewn(tickets, 1), tickets)


def test_the_count_would_see_an_order_that_got_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a border that lets everything pass, the same texts cut paper and initialise."""
    monkeypatch.setattr("drivers.escpos.compose.printable", lambda text, limit: _letters(text)[:limit])
    with pytest.raises(AssertionError):
        only_ours(strewn(20, 1), 20)


def _letters(text: str) -> str:
    """What a code page spells of it, orders and all."""
    return text.encode("cp1252", "ignore").decode("cp1252", "ignore")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_million_hostile_texts_add_no_order() -> None:
    tickets = TEXTS // TICKET_TEXTS + 1
    only_ours(strewn(tickets, 2), tickets)


def only_ours_to_a_stranger(found: Counter[str], tickets: int) -> None:
    assert set(found) <= STRANGERS_MAY
    assert found["ESC @"] == found["GS V"] == found["GS a"] == found["GS ("] == tickets


def test_a_stranger_counts_no_other_order_either() -> None:
    only_ours_to_a_stranger(strewn(60, 3, names_by_a_stranger), 60)


def test_the_strangers_count_would_see_an_order_that_got_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.escpos.compose.printable", lambda text, limit: _letters(text)[:limit])
    with pytest.raises(AssertionError):
        only_ours_to_a_stranger(strewn(20, 3, names_by_a_stranger), 20)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_stranger_counts_no_other_order_in_a_million_hostile_texts() -> None:
    tickets = TEXTS // TICKET_TEXTS + 1
    only_ours_to_a_stranger(strewn(tickets, 4, names_by_a_stranger), tickets)
