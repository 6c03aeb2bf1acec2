"""What is let through of what people hold before a reader, and that nothing else leaves a trace."""

import string
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.domain.bookings import CODE
from controller.domain.draft import secret_code
from controller.ports.inputs import APPOINTMENT, TICKET, Scan, Told, Unrecognised
from drivers.scanners.assembler import Broken, Read
from drivers.scanners.judge import CHECK, Judge, is_personal

URL = "https://jono.example.fi"
TICKET_CODE = "ABCDEFGHIJ234567"
SIGNS = "+-ABCDEFUVWXY"


def read(text: str, url: str = URL) -> Told:
    return Judge(url).look(Read(text, len(text)))


def identity(day: date, sign: str, n: int) -> str:
    """A personal identity code with its right check character (numbers from 900 on are nobody's)."""
    digits = f"{day:%d%m%y}{n:03d}"
    return f"{digits[:6]}{sign}{digits[6:]}{CHECK[int(digits) % 31]}"


IDENTITIES = st.builds(
    identity, st.integers(0, 40_000).map(lambda n: date(1915, 1, 1) + timedelta(n)), st.sampled_from(SIGNS),
    st.integers(900, 999),
)  # fmt: skip


@pytest.mark.parametrize(
    "text", [TICKET_CODE, f"{URL}/t/{TICKET_CODE}", f"]Q1{URL}/t/{TICKET_CODE}", f"]Q3{TICKET_CODE}"]
)
def test_a_tickets_code_is_let_through_bare_and_as_the_qr_has_it(text: str) -> None:
    assert read(text) == Scan("ticket", TICKET_CODE)


def test_a_public_address_with_a_path_and_a_slash_at_its_end_is_the_one_on_the_ticket() -> None:
    assert read(f"https://a.fi/jono/t/{TICKET_CODE}", "https://a.fi/jono/") == Scan("ticket", TICKET_CODE)
    assert read(f"/t/{TICKET_CODE}", "") == Scan("ticket", TICKET_CODE), "a point without a public address"


@given(st.binary(min_size=16, max_size=32), st.text(string.ascii_lowercase + string.digits + "-", min_size=1))
def test_every_code_that_this_journal_makes_is_a_tickets(secret: bytes, ticket: str) -> None:
    code = secret_code(secret, ticket)
    assert read(code) == Scan("ticket", code)
    assert read(f"{URL}/t/{code}") == Scan("ticket", code)


@pytest.mark.parametrize("text", ["AB12", "4711", "a-7-b", "KELA-2026-0042", "A" * 32, "123456-7890"])
def test_an_appointments_code_is_let_through_as_the_api_takes_it(text: str) -> None:
    assert read(text) == Scan("appointment", text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("javascript:alert(1)", "address"),
        ("JAVASCRIPT:alert(1)", "address"),
        ("https://example.com/t/ABCDEFGHIJ234567", "address"),
        ("https://jono.example.fi.evil.com/t/ABCDEFGHIJ234567", "address"),
        ("https://jono.example.fi/t/ABCDEFGHIJ234567/", "address"),
        ("https://jono.example.fi/t/ABCDEFGHIJ23456", "address"),
        ("https://jono.example.fi/t/../t/ABCDEFGHIJ234567", "address"),
        ("http://jono.example.fi/t/ABCDEFGHIJ234567", "address"),
        ("data:text/html,x", "address"),
        ("AB12\x00", "control"),
        ("AB12\x1d34", "control"),
        ("\x1b[2J", "control"),
        ("AB12\u202e34", "control"),
        ("AB12\ufffd", "control"),
        ("ABC", "other"),
        ("A" * 33, "other"),
        ("../../etc/passwd", "other"),
        ("' OR 1=1 --", "other"),
        ("ÄÖÅ-1234", "other"),
        ("１２３４", "other"),
        (" AB12", "other"),
        ("AB12 ", "other"),
        ("131052-308T", "other"),
        ("131052A308T", "other"),
        ("131052308T", "other"),
        ("X131052-308T", "other"),
        ("131052-308t", "other"),
        ("KELA-131052-308T-9", "other"),
        ("521013-1234", "other"),  # as in Sweden
    ],
)
def test_everything_else_is_refused_and_only_its_length_and_sort_are_left(text: str, kind: str) -> None:
    told = read(text)
    assert isinstance(told, Unrecognised)
    assert (told.kind, told.length) == (kind, len(text))
    assert set(told.__struct_fields__) == {"kind", "length"}, "there is no room for a text in it"


def test_too_long_and_broken_are_refused() -> None:
    assert Judge(URL).look(Read(None, 10_000_000)) == Unrecognised("too_long", 10_000_000)
    assert Judge(URL).look(Broken(7)) == Unrecognised("broken", 7)


@given(IDENTITIES, st.text(string.ascii_letters + string.digits + "-", max_size=10),
       st.text(string.ascii_letters + string.digits + "-", max_size=10), st.booleans(), st.booleans())  # fmt: skip
@example("131052-308T", "", "", False, False)
def test_a_personal_identity_code_is_never_let_through_whatever_stands_around_it(
    code: str, before: str, after: str, signed: bool, lower: bool
) -> None:
    written = code if signed else code[:6] + code[7:]
    text = before + (written.lower() if lower else written) + after
    assert is_personal(text)
    told = read(text)
    assert isinstance(told, Unrecognised)
    assert written not in repr(told) and written.lower() not in repr(told)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16))
def test_no_tickets_code_can_be_taken_for_a_person(code: str) -> None:
    """A month begins with 0 or 1, which base 32 does not have."""
    assert not is_personal(code)
    assert read(code) == Scan("ticket", code)


@given(st.text())
def test_what_is_let_through_has_the_shape_of_our_codes_and_is_written_out_nowhere(text: str) -> None:
    told = read(text)
    if isinstance(told, Scan):
        shape = TICKET if told.kind == "ticket" else APPOINTMENT
        assert shape.fullmatch(told.code) and told.code.isascii() and told.code in text
        assert repr(told) == f"Scan(kind={told.kind!r}, length={len(told.code)})"


def test_the_shapes_are_those_of_the_core() -> None:
    assert APPOINTMENT is CODE
    assert repr(Scan("ticket", TICKET_CODE)) == "Scan(kind='ticket', length=16)"
    assert TICKET_CODE not in f"{Scan('ticket', TICKET_CODE)}"
