"""A text in the right language, and a moment in exactly one spelling."""

import pytest

from controller.domain.text import moment, pick


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ({"en": "E", "sv": "S", "fi": "F"}, "S"),
        ({"en": "E", "fi": "F"}, "F"),  # the house's
        ({"en": "E", "se": "N"}, "E"),  # any there is
        ({"sv": "", "fi": "F"}, "F"),
        ({}, ""),
    ],
)
def test_a_text_is_in_the_language_asked_for_or_the_houses_or_any(texts: dict[str, str], shown: str) -> None:
    assert pick(texts, "sv", "fi") == shown


def test_a_moment_has_three_decimals_always() -> None:
    spelt = [moment(0), moment(7), moment(1_795_420_800_120)]
    assert spelt == ["1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.007Z", "2026-11-23T08:00:00.120Z"]
