"""What is said for a call: "Vuoronumero koo, neljäkymmentäkaksi, palvelupiste kaksi."

Spoken text is not displayed text: no leading zeros, the letter stands by itself, numbers are words. Whatever
the config calls a counter, only letters, digits and single spaces of it reach an engine, and not many.
"""

import re
import unicodedata

from controller.ports.speaker import Announcement

from .numerals import spoken

COUNTER_LETTERS = 80  # of a counter's name; longer ones are cut at a word
SERIES_LETTERS = 4
DIGITS = 9  # of one number within a name; the rest of a longer one is not said

NUMBER = {
    "fi": "Vuoronumero",
    "sv": "Könummer",
    "en": "Number",
    "et": "Järjekorranumber",
    "ru": "Номер",
    "uk": "Номер",
    "ar": "الرقم",
    "fa": "شماره",
}
COUNTER = {
    "fi": "palvelupiste",
    "sv": "disk",
    "en": "counter",
    "et": "teeninduspunkt",
    "ru": "окно",
    "uk": "вікно",
}

# Finnish names of letters; of two forms the longer one (ässä, not äs): it carries further in a hall, and suopuhe
# has no diphone for an f at the end.
FINNISH_LETTERS = {
    letter: name.replace("_", " ")
    for line in (
        "A:aa B:bee C:see D:dee E:ee F:äffä G:gee H:hoo I:ii J:jii K:koo L:ällä M:ämmä N:ännä O:oo P:pee Q:kuu R:ärrä",
        "S:ässä T:tee U:uu V:vee W:kaksoisvee X:äks Y:yy Z:tset Å:ruotsalainen_oo Ä:ää Ö:öö",
    )
    for letter, name in (pair.split(":") for pair in line.split())
}


def phrase(announcement: Announcement, language: str) -> str:
    """The sentence for `language`; an unknown one gets letter, number and counter without a carrier word."""
    lead = " ".join(filter(None, (NUMBER.get(language, ""), letters(announcement.series, language))))
    parts = (lead, spoken(announcement.n, language), _counter(announcement, language))
    return ", ".join(filter(None, parts)) + "."


def counter_name(number: int, language: str) -> str:
    """The counter's own word and number ("palvelupiste 2"); just the number where we have no word."""
    return f"{COUNTER.get(language, '')} {number}".strip()


def plain(text: str, language: str) -> str:
    """`text` as an engine may have it: letters and single spaces only, numbers in words, COUNTER_LETTERS long
    at most."""
    start = unicodedata.normalize("NFC", text[: 4 * COUNTER_LETTERS])
    lettered = "".join(map(_letter_or_space, start))
    return _cut(re.sub(r"\d+", lambda digits: f" {_number(digits[0], language)} ", lettered).split())


def letters(series: str, language: str) -> str:
    """Each letter of the series by itself. Other engines know letter names; Finnish gets ours."""
    kept = [letter for letter in series.upper()[: 4 * SERIES_LETTERS] if letter.isalnum()][:SERIES_LETTERS]
    return " ".join(_letter(letter, language) for letter in kept)


def _counter(announcement: Announcement, language: str) -> str:
    """The counter's name in `language`; without one, our word for a counter and the number another name ends
    in: a Swedish voice must not read Finnish."""
    own = plain(announcement.counter.get(language, ""), language)
    if own:
        return own
    for name in announcement.counter.values():
        if last := re.search(r"[0-9]{1,4}$", name):
            return plain(counter_name(int(last[0]), language), language)
    return ""


def _cut(words: list[str]) -> str:
    """As many of the words as fit; of a single one that does not, its beginning."""
    line = " ".join(words)
    if len(line) <= COUNTER_LETTERS:
        return line
    return line[: COUNTER_LETTERS + 1].rsplit(" ", 1)[0][:COUNTER_LETTERS]


def _letter(letter: str, language: str) -> str:
    if letter.isdecimal():
        return spoken(int(letter), language)
    if language == "fi":
        return FINNISH_LETTERS.get(letter, letter)
    return letter


def _letter_or_space(letter: str) -> str:
    kind = unicodedata.category(letter)
    return letter if kind[0] in "LM" or kind == "Nd" else " "


def _number(digits: str, language: str) -> str:
    return spoken(int(digits[:DIGITS]), language)
