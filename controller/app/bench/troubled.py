"""Two printers for `bench stalled`: one that is always well, and one whose trouble is ordered while it is connected.

    python -m controller.app.bench.troubled DIR

says its ports and that of its ear: whoever writes one of `TROUBLES` and a newline there has it from the first bytes of
the next paper on, so that a paper is under way when it begins; "well" at once.
Of the first, when each paper's first byte came stands in DIR, as of `floors printers`.
"""

import asyncio
import signal
import socket
import sys
from functools import partial
from pathlib import Path

from controller.app.bench.floors import FIRST_BYTES, Printer

# well: answers at once; silent: reads all, answers nothing; deaf: reads nothing; slow: reads a little, now and then.
TROUBLES = ("well", "silent", "deaf", "slow")
BEGIN = b"\x1b@"  # a paper's first bytes (drivers/escpos/commands.py)
SIP_S = 0.5
ROOM = 4096  # bytes that the kernel keeps for one that does not read, so that the other side feels it


class Patient:
    """The troubled printer's state, for all its connections."""

    def __init__(self) -> None:
        self.trouble = self._coming = "well"
        self.lines: set[Troubled] = set()

    def ordered(self, trouble: str) -> None:
        self._coming = trouble
        if trouble == "well":
            self.begin()

    def begin(self) -> None:
        self.trouble = self._coming
        for line in self.lines:
            line.apply()


class Troubled(Printer):
    def __init__(self, patient: Patient) -> None:
        super().__init__(None)
        self._patient = patient

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._patient.lines.add(self)
        self.apply()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patient.lines.discard(self)

    def data_received(self, data: bytes) -> None:
        if BEGIN in data:
            self._patient.begin()
        if self._patient.trouble == "well":
            super().data_received(data)
        elif self._patient.trouble == "slow":
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(SIP_S, self.apply)

    def apply(self) -> None:
        if self._patient.trouble == "deaf":
            self._transport.pause_reading()
        elif not self._transport.is_closing():
            self._transport.resume_reading()


async def main(folder: Path) -> None:
    """Until it is told to end."""
    loop, stop, patient = asyncio.get_running_loop(), asyncio.Event(), Patient()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def ear(orders: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        while order := (await orders.readline()).decode().strip():
            if order not in TROUBLES:
                raise ValueError(f"{order!r} is none of {TROUBLES}")
            patient.ordered(order)
            answers.write(b"ok\n")

    with (folder / FIRST_BYTES).open("ab", buffering=0) as log:
        well = await loop.create_server(partial(Printer, log), "127.0.0.1", 0)
        narrow = socket.create_server(("127.0.0.1", 0))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        ill = await loop.create_server(partial(Troubled, patient), sock=narrow)
        ordered = await asyncio.start_server(ear, "127.0.0.1", 0)
        ports = [one.sockets[0].getsockname()[1] for one in (well, ill, ordered)]
        sys.stdout.write(f"troubled: printers and ear at {' '.join(map(str, ports))}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(where))
