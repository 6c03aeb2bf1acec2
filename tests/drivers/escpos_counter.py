"""A small reader of ESC/POS written for the tests alone: it tells orders from letters, and knows nothing of ours.

Lengths from Epson's reference. Whatever it does not know is an error: a ticket uses nothing strange.
"""

from collections.abc import Iterator

ONE = {b"\x1b@": 0, b"\x1ba": 1, b"\x1bE": 1, b"\x1b3": 1, b"\x1bJ": 1, b"\x1bt": 1, b"\x1c.": 0}
ONE |= {b"\x1da": 1, b"\x1d!": 1, b"\x1db": 1, b"\x1dB": 1, b"\x1dP": 2, b"\x1dr": 1, b"\x1dg": 4}


def orders(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each order by its two first characters with its arguments; runs of text as ("text", bytes)."""
    at, letters = 0, bytearray()
    while at < len(data):
        if data[at] >= 0x20 or data[at] == 0x0A:
            letters.append(data[at])
            at += 1
            continue
        if letters:
            yield "text", bytes(letters)
            letters.clear()
        size = _size(data, at)
        yield data[at : at + 2].hex(), data[at + 2 : at + size]
        at += size
    if letters:
        yield "text", bytes(letters)


def _size(data: bytes, at: int) -> int:
    head = data[at : at + 2]
    if head in ONE:
        return 2 + ONE[head]
    if head == b"\x1dV":
        return 4 if data[at + 2] in (65, 66) else 3
    if head == b"\x1d(":
        return 5 + data[at + 3] + 256 * data[at + 4]
    if head == b"\x1dv":
        return 8 + (data[at + 4] + 256 * data[at + 5]) * (data[at + 6] + 256 * data[at + 7])
    raise AssertionError(f"a strange order {head!r} at {at}: {data[max(0, at - 20) : at + 20]!r}")
