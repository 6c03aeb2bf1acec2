"""No event can carry a name, a personal identity code or free text: shown over every member of every type."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from controller.domain.event_words import Event
from controller.domain.events import EVENTS

# Valid test codes (individual numbers 900-999 are given to nobody), with every sign of a century.
BIRTHDAYS = ["010190", "311299", "290296", "150600", "010101"]
SIGNS = "-+YXWVUABCDEF"
CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
LONGEST_WORD = 40  # of a word that a program has for a thing
# Ids: given by this program, the config or central's programs. They hold no space, no letter beyond a-z, and no
# identity code; but a single word of 80 letters fits. Each has its reason:
IDS = {
    "visit": "made here, out of journal and sequence number",
    "ticket": "made here",
    "service_event": "made here",
    "session": "made here",
    "incident": "made here",
    "queue": "of the config, checked by the core",
    "service": "of the config, checked by the core",
    "services": "of the config, checked by the core",
    "provider": "of the config, checked by the core",
    "providers": "of the config",
    "counter": "of the config, checked by the core",
    "back_to": "of the config, checked by the core",
    "booth": "of the config",
    "room": "of whoever books: central's or staff's program",
    "device": "of the config, or of the credential of whoever asks",
    "place": "of the panel, or of staff's program; an alarm is never refused for where it comes from",
    "advisor": "a pseudonym: the sign-in's, see [listen].staff",
    "expert": "a pseudonym: central's own name for who answered (ADR 0027)",
    "appointment": "of whoever books: central's or staff's program",
    "command": "given by central",
    "type": "one of ours, or `unknown`",
    "power_life": "made by the printer driver",
}


def members(kind: inspect.Type, path: str) -> Iterator[tuple[str, inspect.Type]]:
    """Every leaf of a type, with the name of the member that holds it."""
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield from members(field.type, f"{path}.{field.encode_name}" if path else field.encode_name)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from members(one, path)
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType):
        yield from members(kind.item_type, path)
    else:
        yield path, kind


LEAVES = [(name, path, leaf) for name, data in EVENTS.items() for path, leaf in members(inspect.type_info(data), "")]
TEXTS = [(name, path, leaf) for name, path, leaf in LEAVES if isinstance(leaf, inspect.StrType)]


def check_character(birthday: str, individual: int) -> str:
    return CHECKS[int(f"{birthday}{individual}") % 31]


def identity_codes() -> list[str]:
    codes = [
        f"{birthday}{sign}{individual}{check_character(birthday, individual)}"
        for birthday in BIRTHDAYS for sign in SIGNS for individual in (900, 999)
    ]  # fmt: skip
    return [*codes, *(code.lower() for code in codes)]


def test_the_test_codes_are_right() -> None:
    assert check_character("131052", 308) == "T", "the example of the Digital and Population Data Services Agency"


def test_an_event_holds_words_numbers_and_truths_and_nothing_shapeless() -> None:
    allowed = {"StrType", "IntType", "BoolType", "LiteralType", "NoneType"}
    odd = [(name, path, leaf) for name, path, leaf in LEAVES if type(leaf).__name__ not in allowed]
    shares = [one for one in odd if isinstance(one[2], inspect.FloatType) and (one[2].ge, one[2].le) == (0, 1)]
    assert odd == shares


def test_each_text_has_a_pattern() -> None:
    assert [(name, path) for name, path, leaf in TEXTS if leaf.pattern is None] == []


@pytest.mark.parametrize(("name", "path", "leaf"), TEXTS, ids=lambda x: x if isinstance(x, str) else "")
def test_no_text_takes_a_personal_identity_code(name: str, path: str, leaf: Any) -> None:
    assert [code for code in identity_codes() if re.search(leaf.pattern, code)] == []


FREE = [
    "Matti Meikäläinen",
    "Meikäläinen",
    "Hän itki.",
    "soita 040 1234567",
    "matti@example.fi",
    "Ŋŋ",
    "a b",
    " ",
    "\n",
    "<b>",
]


@pytest.mark.parametrize(("name", "path", "leaf"), TEXTS, ids=lambda x: x if isinstance(x, str) else "")
def test_no_text_takes_a_sentence(name: str, path: str, leaf: Any) -> None:
    assert [text for text in FREE if re.search(leaf.pattern, text)] == []


def test_a_text_with_room_for_more_than_a_word_is_an_id_and_argued_for() -> None:
    long = "a" * (LONGEST_WORD + 1)
    roomy = {path.split(".")[-1] for _, path, leaf in TEXTS if re.search(leaf.pattern or "", long)}
    assert roomy - {"code_hash", "config_hash"} == IDS.keys()


def test_a_real_id_still_fits() -> None:
    for id_ in (
        "v-01234567-12",
        "s-ab010190-9001",
        "o-20261123-001",
        "a-1",
        "c1",
        "3f2b8c1e-7d44-4a0e-9a51-0f0e8f3b2a10",
    ):
        assert msgspec.convert({"ticket": id_, "cause": ""}, EVENTS["ticket.voided"])


def test_codes_go_in_as_hashes_only() -> None:
    def names(data: type[Event]) -> set[str]:
        return {path.split(".")[-1] for path, _ in members(inspect.type_info(data), "")}

    held = {member for data in EVENTS.values() for member in names(data)}
    assert not held & {"code", "name", "text", "note", "comment", "phone", "email", "token", "url"}
