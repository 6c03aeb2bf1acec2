"""What a printer sends, told apart: bytes in, frozen frames out, any split and interleaving, no I/O.

Epson ESC/POS gives every kind of answer its own fixed bits (pages dle_eot, gs_la, gs_lr, gs_lparen_ch, gs_ci):

    0xx1xx00 + 3 x 0xx0xxxx    automatic status (ASB), sent whenever something changes
    0xx1xx10                   DLE EOT reply, looked for only while one is asked for
    0xx0xx00                   GS r reply, looked for only while one is asked for
    37 22 d1 d2 d3 d4 00       process ID response;  37 25 00 buffers cleared;  37 23 c 00 offline
    37 72 40|41 kk kk .. 00    key codes of NV graphics (GS ( L 64), two letters each; 41: another block follows
    5F .. 00                   counters (GS g 2) and names (GS I)
"""

from collections import deque

import msgspec

FIXED = 0x93  # bits 7, 4, 1, 0 tell the kinds of first byte apart
ASB_FIRST = 0x10
REALTIME = 0x12
BARRIER = 0x00
ASB_TAIL_FIXED = 0x90  # bits 7 and 4 are 0 in the second to fourth byte of ASB
RESPONSE_HEADER = 0x37
INFO_HEADER = 0x5F
KEYS_MAX = 84  # header, 72, status, at most 40 keys of two letters, NUL (TM-T90, GS ( L 64)
INFO_MAX = 82  # header, at most 80 characters, NUL: GS I and GS g answers


class Asb(msgspec.Struct, frozen=True):
    """Four bytes of automatic status: state, errors, paper, and one that is reserved or a presenter's."""

    state: int
    errors: int
    paper: int
    extra: int


class Realtime(msgspec.Struct, frozen=True):
    """The reply to DLE EOT `n`."""

    n: int
    bits: int


class Barrier(msgspec.Struct, frozen=True):
    """The reply to GS r: everything sent before it has been processed."""

    bits: int


class ProcessId(msgspec.Struct, frozen=True):
    """The job's data is on paper."""

    job: str


class Cleared(msgspec.Struct, frozen=True):
    """The printer's buffers are empty."""


class Offline(msgspec.Struct, frozen=True):
    """GS ( H function 49: why the printer went off line."""

    cause: int


class Info(msgspec.Struct, frozen=True):
    """A counter or a name, as text."""

    text: str


class Pictures(msgspec.Struct, frozen=True):
    """Key codes of pictures in the printer's NV memory; `more`: it waits for ACK to say others."""

    keys: tuple[str, ...]
    more: bool


Frame = Asb | Realtime | Barrier | ProcessId | Cleared | Offline | Info | Pictures


class StatusParser:
    """Feed it what came; it gives the frames that are complete and counts the bytes that belong to none."""

    def __init__(self) -> None:
        self.garbage = 0
        self._asked: deque[int] = deque()
        self._barriers = 0
        self._asb = bytearray()
        self._block = bytearray()
        self._out: list[Frame] = []

    def ask_realtime(self, n: int) -> None:
        """DLE EOT `n` is about to be sent: replies come in the order of the questions."""
        self._asked.append(n)

    def ask_barrier(self) -> None:
        """GS r is about to be sent."""
        self._barriers += 1

    def forget_realtime(self) -> None:
        """The DLE EOT questions that are still open will not be answered."""
        self._asked.clear()

    def forget_barriers(self) -> None:
        """The same for GS r."""
        self._barriers = 0

    def feed(self, data: bytes) -> list[Frame]:
        for byte in data:
            self._take(byte)
        frames, self._out = self._out, []
        return frames

    def _take(self, byte: int) -> None:
        if self._asb:
            self._in_asb(byte)
        elif self._block:
            self._in_block(byte)
        else:
            self._first(byte)

    def _first(self, byte: int) -> None:
        kind = byte & FIXED
        if byte in (RESPONSE_HEADER, INFO_HEADER):
            self._block.append(byte)
        elif kind == ASB_FIRST:
            self._asb.append(byte)
        elif kind == REALTIME and self._asked:
            self._out.append(Realtime(self._asked.popleft(), byte))
        elif kind == BARRIER and self._barriers:
            self._barriers -= 1
            self._out.append(Barrier(byte))
        else:
            self.garbage += 1

    def _in_asb(self, byte: int) -> None:
        if byte & ASB_TAIL_FIXED == 0:
            self._asb.append(byte)
            if len(self._asb) == 4:
                self._out.append(Asb(*self._asb))
                self._asb.clear()
        elif byte & FIXED == REALTIME and self._asked:  # bit 4 tells it from the rest of the ASB
            self._out.append(Realtime(self._asked.popleft(), byte))
        else:
            self.garbage += len(self._asb)
            self._asb.clear()
            self._take(byte)

    def _in_block(self, byte: int) -> None:
        if 0 < byte < 0x20 and byte & FIXED == REALTIME and self._asked:
            self._out.append(Realtime(self._asked.popleft(), byte))
        elif 0 < byte < 0x20 and byte & FIXED == ASB_FIRST and len(self._block) > 1:
            self._asb.append(byte)
        elif not self._fits(byte):
            self._resync(byte)
        else:
            self._block.append(byte)
            self._finish_block()

    def _fits(self, byte: int) -> bool:
        """Whether the block that has begun can go on with this byte."""
        at = len(self._block)
        printable = 0x20 <= byte <= 0x7E
        if self._block[0] == INFO_HEADER:
            return (printable and at < INFO_MAX - 1) or (byte == 0 and at > 1)
        if at == 1:
            return byte in (0x22, 0x23, 0x25, 0x72)
        if self._block[1] == 0x72:
            if at == 2:
                return byte in (0x40, 0x41)
            return byte == 0 if at == KEYS_MAX - 1 else printable or (byte == 0 and at % 2 == 1)
        last = {0x22: 6, 0x23: 3, 0x25: 2}[self._block[1]]
        return byte == 0 if at == last else printable

    def _resync(self, byte: int) -> None:
        """The header was none: count it and read the rest afresh."""
        rest = bytes(self._block[1:])
        self._block.clear()
        self.garbage += 1
        for again in (*rest, byte):
            self._take(again)

    def _finish_block(self) -> None:
        if self._block[-1] != 0:
            return
        block = bytes(self._block)
        self._block.clear()
        self._out.append(_frame(block))


def _frame(block: bytes) -> Frame:
    if block[0] == INFO_HEADER:
        return Info(block[1:-1].decode("ascii"))
    match block[1]:
        case 0x22:
            return ProcessId(block[2:6].decode("ascii"))
        case 0x23:
            return Offline(block[2])
        case 0x72:
            keys = block[3:-1].decode("ascii")
            return Pictures(tuple(keys[at : at + 2] for at in range(0, len(keys), 2)), block[2] == 0x41)
        case _:
            return Cleared()
