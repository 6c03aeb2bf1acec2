"""What a code reader typed: key codes and modifiers back to characters, by the layout that it was set to.

A keyboard sends places, not letters. The tables hold what stands in printed codes: all of ASCII. `us` is what readers
are shipped with; `fi` is the Finnish and Swedish layout (SFS 5966, in its part that is ASCII).
"""

from collections.abc import Mapping
from typing import Literal

from evdev import ecodes as e

Layout = Literal["us", "fi"]
SHIFTS = frozenset({e.KEY_LEFTSHIFT, e.KEY_RIGHTSHIFT})
ALTGR = e.KEY_RIGHTALT
CONTROLS = frozenset({e.KEY_LEFTCTRL, e.KEY_RIGHTCTRL, e.KEY_LEFTALT})  # how readers type control characters
SILENT = SHIFTS | CONTROLS | {ALTGR, e.KEY_CAPSLOCK, e.KEY_NUMLOCK}  # keys that write nothing by themselves
ENDS = frozenset({e.KEY_ENTER, e.KEY_KPENTER, e.KEY_TAB})
NO_CHARACTER = "\ufffd"  # a key that stands in no table: whatever this is, it is no code of ours

_LETTERS = {getattr(e, f"KEY_{c}"): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_DIGITS = {getattr(e, f"KEY_{n}"): str(n) for n in range(10)}
LETTERS_AND_DIGITS = frozenset(_LETTERS) | frozenset(_DIGITS)
_PAD = {getattr(e, f"KEY_KP{n}"): str(n) for n in range(10)} | {
    e.KEY_KPMINUS: "-", e.KEY_KPPLUS: "+", e.KEY_KPASTERISK: "*", e.KEY_KPSLASH: "/", e.KEY_KPDOT: ".",
}  # fmt: skip
_SHARED = _LETTERS | _DIGITS | _PAD | {e.KEY_SPACE: " "}
_CAPITALS = {code: letter.upper() for code, letter in _LETTERS.items()} | _PAD | {e.KEY_SPACE: " "}

_US_PLAIN = _SHARED | {
    e.KEY_MINUS: "-", e.KEY_EQUAL: "=", e.KEY_LEFTBRACE: "[", e.KEY_RIGHTBRACE: "]", e.KEY_SEMICOLON: ";",
    e.KEY_APOSTROPHE: "'", e.KEY_GRAVE: "`", e.KEY_BACKSLASH: "\\", e.KEY_COMMA: ",", e.KEY_DOT: ".",
    e.KEY_SLASH: "/", e.KEY_102ND: "\\",
}  # fmt: skip
_US_SHIFT = _CAPITALS | {getattr(e, f"KEY_{n}"): c for n, c in zip("1234567890", "!@#$%^&*()", strict=True)} | {
    e.KEY_MINUS: "_", e.KEY_EQUAL: "+", e.KEY_LEFTBRACE: "{", e.KEY_RIGHTBRACE: "}", e.KEY_SEMICOLON: ":",
    e.KEY_APOSTROPHE: '"', e.KEY_GRAVE: "~", e.KEY_BACKSLASH: "|", e.KEY_COMMA: "<", e.KEY_DOT: ">",
    e.KEY_SLASH: "?", e.KEY_102ND: "|",
}  # fmt: skip
_FI_PLAIN = _SHARED | {
    e.KEY_MINUS: "+", e.KEY_BACKSLASH: "'", e.KEY_COMMA: ",", e.KEY_DOT: ".", e.KEY_SLASH: "-", e.KEY_102ND: "<",
    e.KEY_LEFTBRACE: "å", e.KEY_SEMICOLON: "ö", e.KEY_APOSTROPHE: "ä", e.KEY_GRAVE: "§",
}  # fmt: skip
_FI_SHIFT = _CAPITALS | {getattr(e, f"KEY_{n}"): c for n, c in zip("1234567890", '!"#¤%&/()=', strict=True)} | {
    e.KEY_MINUS: "?", e.KEY_EQUAL: "`", e.KEY_BACKSLASH: "*", e.KEY_COMMA: ";", e.KEY_DOT: ":", e.KEY_SLASH: "_",
    e.KEY_102ND: ">", e.KEY_RIGHTBRACE: "^", e.KEY_LEFTBRACE: "Å", e.KEY_SEMICOLON: "Ö", e.KEY_APOSTROPHE: "Ä",
}  # fmt: skip
_FI_ALTGR = {
    e.KEY_2: "@", e.KEY_3: "£", e.KEY_4: "$", e.KEY_5: "€", e.KEY_7: "{", e.KEY_8: "[", e.KEY_9: "]", e.KEY_0: "}",
    e.KEY_MINUS: "\\", e.KEY_RIGHTBRACE: "~", e.KEY_102ND: "|", e.KEY_E: "€",
}  # fmt: skip

# layout -> (plain, with shift, with AltGr)
TABLES: Mapping[Layout, tuple[Mapping[int, str], Mapping[int, str], Mapping[int, str]]] = {
    "us": (_US_PLAIN, _US_SHIFT, {}),
    "fi": (_FI_PLAIN, _FI_SHIFT, _FI_ALTGR),
}


def character(layout: Layout, code: int, held: set[int]) -> str:
    """What this key wrote while `held` were down; "" for a modifier, NO_CHARACTER for what no table has."""
    if code in SILENT:
        return ""
    if held & CONTROLS:
        return NO_CHARACTER
    plain, shift, altgr = TABLES[layout]
    table = altgr if ALTGR in held else shift if held & SHIFTS else plain
    return table.get(code, NO_CHARACTER)


def strokes(layout: Layout, text: str) -> list[tuple[int, int | None]]:
    """How a reader types `text`: (key, modifier or None) for each character. Raises KeyError for what it cannot."""
    plain, shift, altgr = TABLES[layout]
    ways: dict[str, tuple[int, int | None]] = {}
    for table, modifier in ((altgr, ALTGR), (shift, e.KEY_LEFTSHIFT), (plain, None)):
        ways |= {letter: (code, modifier) for code, letter in table.items() if code not in _PAD}
    return [ways[letter] for letter in text]
