"""ESC/POS bytes to commands, from any fragmentation: the printer's reading eye, with no memory of paper.

A command is its code (`b"\\x1b!"`), its parameter bytes and whether this printer knows it. A `GS v 0` raster comes
as one header and then one ROW command a dot row, because it is larger than any receive buffer and is printed while
it arrives. Lengths: Epson ESC/POS command reference.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass

CHAR = b"char"  # text in args: a run of printable bytes, or one other
ROW = b"row"  # one dot row of the raster whose header came before
RASTER = b"\x1dv0"
RESPONSE = b"response"  # the host's one byte after a block of a list

ESC, GS, FS, DLE = b"\x1b", b"\x1d", b"\x1c", b"\x10"

# Code -> number of parameter bytes. What this printer draws or answers is decided in interpreter.py.
FIXED_LENGTHS: dict[bytes, int] = {
    **{ESC + bytes([c]): 0 for c in b"2<@LSimv\x0c"},
    **{ESC + bytes([c]): 1 for c in b" !%-3=?EGJKMRTVadertu{"},
    **{ESC + bytes([c]): 2 for c in b"$\\cf"},
    ESC + b"p": 3,
    ESC + b"W": 8,
    **{GS + bytes([c]): 0 for c in b":c\x0c"},
    **{GS + bytes([c]): 1 for c in b"!/BEHITabfhjrw"},
    **{GS + bytes([c]): 2 for c in b"$LPW\\"},
    **{GS + bytes([c]): 3 for c in b"^z"},
    GS + b"g": 4,
    **{FS + bytes([c]): 0 for c in b"&."},
    **{FS + bytes([c]): 1 for c in b"!-CW"},
    **{FS + bytes([c]): 2 for c in b"Sp"},
    FS + b"2": 74,
    DLE + b"\x05": 1,
}

FIRST = 0  # a byte count: the one byte that begins a command
# Runs that are taken at once, for speed: letters, no more than fit on a line, and the NULs that end a torn command.
RUN = re.compile(rb"[\x20-\x7e\x80-\xff]{2,64}|\0{2,}")
MAX_TABS = 32  # ESC D
BARCODE_TERMINATED = range(7)  # GS k m: 0-6 end with NUL, 65.. carry a length

Wanting = Generator["int | Command", bytes, None]


@dataclass(frozen=True, slots=True)
class Command:
    code: bytes
    args: bytes = b""
    known: bool = True

    @property
    def name(self) -> str:
        """As the manuals write it: "ESC !", "GS ( L", "DLE EOT"."""
        if self.code in (CHAR, ROW, RESPONSE):
            return self.code.decode()
        lead = {0x1B: "ESC", 0x1D: "GS", 0x1C: "FS", 0x10: "DLE"}.get(self.code[0])
        words = [lead] if lead else [f"{self.code[0]:02X}"]
        words += [chr(b) if 0x21 <= b < 0x7F else f"{b:02X}" for b in self.code[1:]]
        return " ".join(words)


class Parser:
    """Pulls bytes out of a receive buffer and gives one command at a time; None: it waits for more bytes."""

    def __init__(self) -> None:
        self.taken = bytearray()  # every byte pulled since someone last emptied this
        self.response_next = False  # the next byte answers the printer, unless a real-time command comes before
        self._held = bytearray()
        self._grammar = _grammar()
        self._asked(next(self._grammar))

    def _asked(self, step: "int | Command") -> None:
        assert isinstance(step, int), "the grammar asks for bytes before it gives a command"
        self._between = step == FIRST
        self._want = max(1, step)

    def pull(self, buffer: bytearray) -> Command | None:
        if self._between and self.response_next and buffer and buffer[0] != DLE[0]:
            return Command(RESPONSE, self._text(buffer, 1).args)
        if self._between and not self.response_next and (run := RUN.match(buffer)):
            return self._text(buffer, run.end())
        while self._take(buffer):
            got = bytes(self._held)
            self._held.clear()
            step = self._grammar.send(got)
            if isinstance(step, Command):
                self._asked(next(self._grammar))
                return step
            self._asked(step)
        return None

    def _text(self, buffer: bytearray, size: int) -> Command:
        run = bytes(buffer[:size])
        del buffer[:size]
        self.taken += run
        return Command(CHAR, run)

    def _take(self, buffer: bytearray) -> bool:
        part = buffer[: self._want - len(self._held)]
        del buffer[: len(part)]
        self.taken += part
        self._held += part
        return len(self._held) == self._want


def _grammar() -> Wanting:
    """Yields a byte count and is sent exactly those bytes (FIRST: one), or yields a finished command."""
    while True:
        first = yield FIRST
        if first in (ESC, GS, FS):
            yield from _led(first + (yield 1))
        elif first == DLE:
            yield from _realtime(first + (yield 1))
        else:
            yield Command(CHAR, first)


def _led(code: bytes) -> Wanting:
    variable = {
        b"\x1b*": _bit_image,
        b"\x1bD": _tabs,
        b"\x1b&": _user_characters,
        b"\x1b(": _sized,
        b"\x1d(": _sized,
        b"\x1c(": _sized,
        b"\x1d8": _long_sized,
        b"\x1dV": _cut,
        b"\x1dk": _barcode,
        b"\x1dv": _raster,
        b"\x1d*": _downloaded_image,
        b"\x1cq": _nv_images,
    }
    if code in variable:
        yield from variable[code](code)
    elif code in FIXED_LENGTHS:
        size = FIXED_LENGTHS[code]
        yield Command(code, (yield size) if size else b"")
    else:
        yield Command(code, known=False)  # Epson: an undefined code is dropped, what follows is text


def _realtime(code: bytes) -> Wanting:
    """Real-time commands were obeyed on reception (realtime.py); in the stream they only take their place."""
    if code == b"\x10\x04":
        n = yield 1
        yield Command(code, n + (yield 1) if n in (b"\x07", b"\x08") else n)
    elif code == b"\x10\x14":
        fn = yield 1
        more = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}.get(fn[0], 0)
        yield Command(code, fn + ((yield more) if more else b""), known=bool(more))
    elif code in FIXED_LENGTHS:
        yield Command(code, (yield FIXED_LENGTHS[code]))
    else:
        yield Command(code, known=False)


def _bit_image(code: bytes) -> Wanting:
    head = yield 3
    columns = head[1] + 256 * head[2]
    size = columns * (3 if head[0] in (32, 33) else 1)
    yield Command(code, head + ((yield size) if size else b""), known=head[0] in (0, 1, 32, 33))


def _tabs(code: bytes) -> Wanting:
    stops = b""
    while len(stops) < MAX_TABS:
        stop = yield 1
        if stop == b"\0" or (stops and stop[0] <= stops[-1]):
            break
        stops += stop
    yield Command(code, stops)


def _user_characters(code: bytes) -> Wanting:
    args = yield 3
    y, first, last = args
    for _ in range(first, last + 1):
        width = yield 1
        args += width + ((yield y * width[0]) if y * width[0] else b"")
    yield Command(code, args)


def _sized(code: bytes) -> Wanting:
    which = yield 1
    low, high = yield 2
    size = low + 256 * high
    yield Command(code + which, (yield size) if size else b"")


def _long_sized(code: bytes) -> Wanting:
    which = yield 1
    size = int.from_bytes((yield 4), "little")
    yield Command(code + which, (yield size) if size else b"")


def _cut(code: bytes) -> Wanting:
    mode = yield 1
    if mode[0] in (65, 66, 97, 98, 103, 104):
        yield Command(code, mode + (yield 1))
    else:
        yield Command(code, mode, known=mode[0] in (0, 1, 48, 49))


def _barcode(code: bytes) -> Wanting:
    kind = yield 1
    data = b""
    if kind[0] in BARCODE_TERMINATED:
        while (byte := (yield 1)) != b"\0":
            data += byte
    else:
        size = (yield 1)[0]
        data = (yield size) if size else b""
    yield Command(code, kind + data)


def _raster(code: bytes) -> Wanting:
    which = yield 1
    if which != b"0":
        yield Command(code + which, known=False)
        return
    head = yield 5
    width, height = head[1] + 256 * head[2], head[3] + 256 * head[4]
    yield Command(RASTER, head)
    for _ in range(height if width else 0):
        yield Command(ROW, (yield width))


def _downloaded_image(code: bytes) -> Wanting:
    x, y = yield 2
    if x * y:
        yield x * y * 8
    yield Command(code, known=False)


def _nv_images(code: bytes) -> Wanting:
    images = yield 1
    for _ in range(images[0]):
        head = yield 4
        size = (head[0] + 256 * head[1]) * (head[2] + 256 * head[3]) * 8
        images += head + ((yield size) if size else b"")
    yield Command(code, images)
