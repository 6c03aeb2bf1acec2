"""What is said for a call: every number has words, and no counter name reaches an engine as it came."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.ports.speaker import Announcement
from drivers.speech.numerals import spoken
from drivers.speech.phrases import COUNTER_LETTERS, counter_name, phrase, plain

HOSTILE = [
    '"; (system "reboot") "',
    "$(reboot) `reboot` ; reboot | reboot",
    "<speak><break time='600s'/></speak>",
    "[[k'o:]] --stdin -w /etc/passwd",
    "palvelu\npiste\r\n\x00\x1b[2J\u202e2",
    "x" * 10_000,
    "99999999999999999999 " * 500,
]


def call(counter: dict[str, str] | None = None, *, n: int = 42, series: str = "K") -> Announcement:
    return Announcement(series, n, counter or {}, tuple(counter or ("fi",)))


@pytest.mark.parametrize(
    ("language", "counter", "sentence"),
    [
        ("fi", "palvelupiste 2", "Vuoronumero koo, neljäkymmentäkaksi, palvelupiste kaksi."),
        ("sv", "disk 2", "Könummer K, fyrtiotvå, disk två."),
        ("en", "counter 2", "Number K, forty two, counter two."),
        ("ru", "окно 2", "Номер K, 42, окно 2."),
        ("de", "Schalter 2", "K, 42, Schalter 2."),
    ],
)
def test_a_call_is_one_sentence_in_its_language(language: str, counter: str, sentence: str) -> None:
    assert phrase(call({language: counter}), language) == sentence


@pytest.mark.parametrize(
    ("n", "fi", "sv", "en"),
    [
        (0, "nolla", "noll", "zero"),
        (10, "kymmenen", "tio", "ten"),
        (11, "yksitoista", "elva", "eleven"),
        (20, "kaksikymmentä", "tjugo", "twenty"),
        (100, "sata", "etthundra", "one hundred"),
        (101, "satayksi", "etthundraett", "one hundred and one"),
        (999, "yhdeksänsataayhdeksänkymmentäyhdeksän", "niohundranittionio", "nine hundred and ninety nine"),
        (1000, "tuhat", "ettusen", "one thousand"),
        (2345, "kaksituhattakolmesataaneljäkymmentäviisi", "tvåtusen trehundrafyrtiofem", None),
        (10_001, "yksi nolla nolla nolla yksi", "ett noll noll noll ett", "one zero zero zero one"),
    ],
)
def test_numbers_are_said_as_people_say_them(n: int, fi: str, sv: str, en: str | None) -> None:
    assert spoken(n, "fi") == fi
    assert spoken(n, "sv") == sv
    assert spoken(n, "en") == (en or "two thousand three hundred and forty five")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_no_two_numbers_of_a_day_sound_the_same(language: str) -> None:
    assert len({spoken(n, language) for n in range(10_000)}) == 10_000


@given(n=st.integers(0, 10**9), language=st.sampled_from(["fi", "sv", "en", "et", "ru", "uk", "ar", "so"]))
def test_every_number_has_a_phrase_without_a_leading_zero(n: int, language: str) -> None:
    sentence = phrase(call({language: "2"}, n=n), language)
    assert sentence.endswith(".")
    assert not re.search(r"\b0\d", sentence)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        phrase(call(n=-1), "fi")


def test_letters_of_a_series_stand_by_themselves() -> None:
    assert phrase(call({"fi": "2"}, series="KÅ2"), "fi").startswith("Vuoronumero koo ruotsalainen oo kaksi, nelj")
    assert phrase(call({"en": "2"}, series="kt"), "en").startswith("Number K T, forty two")
    assert phrase(call({"en": "2"}, series=""), "en") == "Number, forty two, two."


def test_a_counter_without_a_name_in_the_language_is_named_by_its_number() -> None:
    assert phrase(call({"fi": "palvelupiste 02"}), "sv") == "Könummer K, fyrtiotvå, disk två."
    assert phrase(call({"fi": "neuvonta"}), "sv") == "Könummer K, fyrtiotvå."
    assert counter_name(7, "so") == "7"


def test_zeros_of_a_counter_are_not_said() -> None:
    assert plain("Palvelupiste 007", "fi") == "Palvelupiste seitsemän"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["fi", "en", "ar"])
def test_a_hostile_counter_name_is_reduced_to_a_few_words(name: str, language: str) -> None:
    sentence = phrase(call({language: name}, series=name), language)
    assert len(sentence) < 200
    assert re.fullmatch(r"[\w ,\-]*\.", sentence), sentence


@given(name=st.text(max_size=500))
def test_only_letters_digits_and_single_spaces_of_a_name_are_kept(name: str) -> None:
    kept = plain(name, "fi")
    assert len(kept) <= COUNTER_LETTERS
    assert "  " not in kept
    assert all(c == " " or unicodedata.category(c)[0] in "LM" or c.isdecimal() for c in kept)


def test_finnish_letters_have_their_long_names() -> None:
    assert phrase(call(series="S"), "fi") == "Vuoronumero ässä, neljäkymmentäkaksi."
    assert phrase(call(series="F"), "fi") == "Vuoronumero äffä, neljäkymmentäkaksi."
