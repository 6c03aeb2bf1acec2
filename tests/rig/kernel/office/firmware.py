"""A ticket printer that draws nothing: it answers like an Epson TM of tier T1 and keeps book of every paper it cut.

What it says it says in order, when the paper is out; a paper takes the time that a real one takes.
"""

import asyncio
import os
import re
from typing import BinaryIO

from drivers.escpos import commands

PAPER_S = 1.0  # devices.md 1.6: 0.7 to 1.1 s from the first byte to the cut
CODE = re.compile(rb"/t/([A-Z2-7]{16})")  # in the QR, which comes last: a scrap has none
MARK = b"KOPIO"  # ticket_text.copy_mark in Finnish
WHOLE, COPY, SCRAP = b"whole", b"copy", b"scrap"
IDLE = (0x12, 0x12, 0x12, 0x12)  # DLE EOT 1 to 4
ASB_IDLE = b"\x10\x00\x00\x00"
ORDER = re.compile(
    rb"\x10\x04(?P<eot>[\x01-\x04])"
    rb"|\x1da(?P<asb>.)"
    rb"|\x1dg2\x00\xb2(?P<count>\x00)"
    rb"|\x1d\(H\x06\x0000(?P<job>....)"
    rb"|\x1dr(?P<barrier>1)"
    rb"|\x1dV(?P<cut>[AB].)",
    re.DOTALL,
)
LONGEST = len(commands.say_when_printed("~abc"))
READ_BYTES = 8192


class Firmware:
    """Behind the gadget's own node. Its book is a file, a line for each piece of paper: what it is (WHOLE, a marked
    COPY, a SCRAP without a code) and the ticket's code."""

    def __init__(self, book: BinaryIO) -> None:
        self.cuts = 0
        self.heard_bytes = 0
        self._book = book
        self._loop = asyncio.get_running_loop()
        self._fd = -1
        self._rest = b""
        self._piece = bytearray()
        self._busy_until = 0.0

    def plugged(self, fd: int) -> None:
        self._fd = fd
        self._loop.add_reader(fd, self._read)

    def unplugged(self) -> None:
        self._loop.remove_reader(self._fd)
        self._fd = -1

    def _read(self) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        self.heard_bytes += len(data)
        said = self._obey(self._rest + data)
        if not said:
            return
        now = self._loop.time()
        if now >= self._busy_until:
            self._say(said)
        else:
            self._loop.call_at(self._busy_until, self._say, said)

    def _obey(self, data: bytes) -> bytes:
        """What is answered to what came; the end of it may be half an order, and is kept."""
        said, at = bytearray(), 0
        for order in ORDER.finditer(data):
            self._piece += data[at : order.start()]
            at = order.end()
            if order["eot"]:
                said.append(IDLE[order["eot"][0] - 1])
            elif order["asb"]:
                said += ASB_IDLE
            elif order["count"]:
                said += b"\x5f%d\x00" % self.cuts
            elif order["job"]:
                said += b"\x37\x22" + order["job"] + b"\x00"
            elif order["barrier"]:
                said += b"\x00"
            else:
                self._cut()
        keep = min(len(data) - at, LONGEST)
        self._piece += data[at : len(data) - keep]
        self._rest = data[len(data) - keep :]
        return bytes(said)

    def _cut(self) -> None:
        piece, self._piece = bytes(self._piece), bytearray()
        self.cuts += 1
        self._busy_until = max(self._loop.time(), self._busy_until) + PAPER_S
        codes = CODE.findall(piece)
        for code in codes:
            self._book.write(b"%s %s\n" % (COPY if MARK in piece else WHOLE, code))
        if not codes:
            self._book.write(SCRAP + b"\n")

    def _say(self, said: bytes) -> None:
        if self._fd >= 0:
            os.write(self._fd, said)
