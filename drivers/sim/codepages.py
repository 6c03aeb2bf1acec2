"""Which letters the bytes 80h-FFh mean: ESC t code pages that Python knows, and ESC R national ASCII.

Numbers: Epson TM-T20/TM-T88 character code tables (also in python-escpos' capability list).
"""

PAGES: dict[int, str] = {
    0: "cp437",
    1: "shift_jis",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    21: "cp874",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    44: "cp1125",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
    53: "kz1048",
}

_PLACES = "#$@[\\]^`{|}~"
NATIONAL: dict[int, str] = {
    0: _PLACES,
    1: "#$à°ç§^`éùè¨",
    2: "#$§ÄÖÜ^`äöüß",
    3: "£$@[\\]^`{|}~",
    4: "#$@ÆØÅ^`æøå~",
    5: "#¤ÉÄÖÅÜéäöåü",
    6: "#$@°\\é^ùàòèì",
    7: "₧$@¡Ñ¿^`¨ñ}~",
    9: "#¤ÉÆØÅÜéæøåü",
    10: "#$ÉÆØÅÜéæøåü",
}

LATER: dict[tuple[int, int], str] = {
    (13, 0xD5): "€"
}  # in printers' PC857, and not in Python's of 1993 (IBM CCSID 9049)

UNDEFINED = "\N{REPLACEMENT CHARACTER}"  # drawn as a box, so that a wrong code page is seen on the paper


def letter(byte: int, page: int, national: int = 0) -> str:
    """The character that `byte` prints as; the box where the page has none or is not known here."""
    if byte < 0x80:
        place = _PLACES.find(chr(byte))
        return NATIONAL.get(national, _PLACES)[place] if place >= 0 else chr(byte)
    codec = PAGES.get(page)
    if codec is None:
        return UNDEFINED
    return LATER.get((page, byte)) or bytes([byte]).decode(codec, "replace")
