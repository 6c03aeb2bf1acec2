"""The one border that text crosses on its way to paper: no control character gets past it, no word is clipped.

`printable` is for every text that comes from people, config or the central system. Whatever it returns holds
letters, digits, punctuation, symbols and single spaces, so it cannot hold a printer command (those begin with
C0 controls). `spell` knows which code page of a printer writes a line; `wrap` knows where a line may end.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

NOT_FOR_PAPER = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
MARKS = frozenset({"Mn", "Mc", "Me"})
MARKS_PER_LETTER = 2  # Vietnamese needs two; a heap of them draws over the lines above
LOOK_AT = 4  # read at most so many times the wanted length: the rest can only be cut off
SAME_LOOK = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2212": "-"})
FIRST_MARK = "\u0300"  # below it every letter has one cell
REMEMBERED = 256  # texts: most of a ticket stood on the one before


@lru_cache(maxsize=REMEMBERED)
def printable(text: str, limit: int) -> str:
    """`text` in NFC, white space as single spaces, without controls, at most `limit` characters ("..." tells a cut)."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text[: limit * LOOK_AT]).translate(SAME_LOOK):
        category = unicodedata.category(letter)
        if letter.isspace():
            kept.append(" ")
        elif category in NOT_FOR_PAPER or _is_variation_selector(letter):
            continue
        elif category in MARKS:
            marks += 1
            if marks <= MARKS_PER_LETTER and kept:
                kept.append(letter)
            continue
        else:
            kept.append(letter)
        marks = 0
    tidy = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    return tidy if len(tidy) <= limit else tidy[: limit - 3].rstrip() + "..."


def spell(line: str, pages: Mapping[str, int], current: str | None) -> tuple[str, bytes] | None:
    """The code page that spells the whole line, the current one first, and its bytes; None when none does."""
    for page in (current, *pages) if current else pages:
        try:
            return page, line.encode(page)
        except UnicodeEncodeError:
            continue
    return None


def columns(text: str) -> int:
    """Width in character cells."""
    if not text or max(text) < FIRST_MARK:
        return len(text)
    return sum(_cells(letter) for letter in text)


@lru_cache(maxsize=REMEMBERED)
def wrap(text: str, width: int) -> tuple[str, ...]:
    """Lines of at most `width` cells and about the same length; a word that is longer is divided, never clipped."""
    words = [piece for word in text.split() for piece in _pieces(word, width)]
    lines = _fill(words, width)
    while len(lines) > 1 and width > 1 and len(narrower := _fill(words, width - 1)) == len(lines):
        if max(map(columns, narrower)) > width - 1:
            break
        lines, width = narrower, width - 1
    return tuple(lines)


def longest_word(text: str) -> int:
    return max(map(columns, text.split()), default=0)


def _is_variation_selector(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _fill(words: Iterable[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and columns(lines[-1]) + 1 + columns(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """The word in pieces that fit; a hyphen tells that letters go on."""
    pieces: list[str] = []
    while columns(word) > width:
        head = _head(word, width - 1)
        hyphen = "-" if head[-1].isalpha() and word[len(head)].isalpha() else ""
        pieces.append(head + hyphen)
        word = word[len(head) :]
    return [*pieces, word]


def _head(word: str, width: int) -> str:
    used = 0
    for at, letter in enumerate(word):
        used += _cells(letter)
        if used > width and at:
            return word[:at]
    return word
