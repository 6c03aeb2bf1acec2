"""What is let through of what a reader read: codes of our own shapes, and nothing else.

People hold anything before a reader: a Kela card carries a personal identity code, a poster an address, a joker a
script. All that is said of those is how long they were and of what sort. Nothing here keeps or raises a text.
"""

import re

from controller.ports.inputs import APPOINTMENT, TICKET, Scan, Told, Unfit, Unrecognised
from drivers.scanners.assembler import Broken, Read

AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # AIM symbology identifier (ISO/IEC 15424), which many readers put first
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")  # RFC 3986: a scheme
# DDMMYY, sign of the century (Act 661/2009 section 11; new signs since 2023), three digits, check character
SIGNED = re.compile(r"(?=(\d{6})[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z])")
UNSIGNED = re.compile(r"(?=(\d{6})(\d{3})([0-9A-Ya-y]))")  # the same as some cards carry it, without the sign
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"  # of the nine digits as a number, modulo 31


class Judge:
    """`public_url`: what the address in our QR begins with ("" for none)."""

    def __init__(self, public_url: str) -> None:
        self._way = f"{public_url.rstrip('/')}/t/"

    @property
    def longest(self) -> int:
        """Characters of the longest text that can be let through."""
        return len(self._way) + 16 + 3  # with a code and an AIM identifier

    def look(self, read: Read | Broken) -> Told:
        if isinstance(read, Broken):
            return Unrecognised("broken", read.length)
        if read.text is None:
            return Unrecognised("too_long", read.length)
        return self._scan(read.text) or Unrecognised(_unfit(read.text), read.length)

    def _scan(self, text: str) -> Scan | None:
        prefix = AIM.match(text)
        text = text[prefix.end() :] if prefix else text
        code = text.removeprefix(self._way)
        if TICKET.fullmatch(code):
            return Scan("ticket", code)
        if APPOINTMENT.fullmatch(text) and not is_personal(text):
            return Scan("appointment", text)
        return None


def is_personal(text: str) -> bool:
    """Does a personal identity code stand anywhere in it? Rather one too many: its code can still be typed."""
    if any(_is_day(found[1]) for found in SIGNED.finditer(text)):
        return True
    return any(
        _is_day(found[1]) and CHECK[int(found[1] + found[2]) % 31] == found[3].upper()
        for found in UNSIGNED.finditer(text)
    )


def _is_day(six: str) -> bool:
    """DDMMYY as in Finland, or YYMMDD as in Sweden."""
    first, second, third = int(six[:2]), int(six[2:4]), int(six[4:])
    return 1 <= second <= 12 and (1 <= first <= 31 or 1 <= third <= 31)


def _unfit(text: str) -> Unfit:
    if any(not letter.isprintable() or letter == "\ufffd" for letter in text):
        return "control"
    return "address" if ADDRESS.match(text) else "other"
