"""Whole numbers in words, so that every engine says them the same way: Finnish, Swedish, English."""

from collections.abc import Callable

LARGEST = 9999  # beyond it digits are said one by one, as for a telephone number


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


FI = _words("nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen")
SV = _words(
    "noll ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton"
)
SV_TENS = _words("tjugo trettio fyrtio femtio sextio sjuttio åttio nittio")
EN = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
EN_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")


def spoken(n: int, language: str) -> str:
    """`n` >= 0 as `language` says it; in a language we have no words for, digits: its engine reads them."""
    if n < 0:
        raise ValueError(f"a number to be spoken cannot be negative: {n}")
    words = WORDS.get(language)
    if words is None:
        return str(n)
    if n > LARGEST:
        return " ".join(words(int(digit)) for digit in str(n))
    return words(n)


def _finnish(n: int) -> str:
    if n <= 10:
        return FI[n]
    if n < 20:
        return FI[n - 10] + "toista"
    for size, one, many in ((1000, "tuhat", "tuhatta"), (100, "sata", "sataa"), (10, "", "kymmentä")):
        if n >= size:
            count, rest = divmod(n, size)
            return (one if count == 1 else FI[count] + many) + (_finnish(rest) if rest else "")
    raise AssertionError(n)


def _swedish(n: int) -> str:
    if n < 20:
        return SV[n]
    if n < 100:
        return SV_TENS[n // 10 - 2] + (SV[n % 10] if n % 10 else "")
    if n < 1000:
        return SV[n // 100] + "hundra" + (_swedish(n % 100) if n % 100 else "")
    thousands = "ettusen" if n < 2000 else SV[n // 1000] + "tusen"
    return thousands + (" " + _swedish(n % 1000) if n % 1000 else "")


def _english(n: int) -> str:
    if n < 20:
        return EN[n]
    if n < 100:
        return EN_TENS[n // 10 - 2] + (" " + EN[n % 10] if n % 10 else "")
    if n < 1000:
        return EN[n // 100] + " hundred" + (" and " + _english(n % 100) if n % 100 else "")
    rest = n % 1000
    joint = " and " if rest < 100 else " "
    return EN[n // 1000] + " thousand" + (joint + _english(rest) if rest else "")


WORDS: dict[str, Callable[[int], str]] = {"fi": _finnish, "sv": _swedish, "en": _english}
