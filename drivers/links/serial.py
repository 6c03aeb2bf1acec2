"""A device on a serial port: pyserial opens and configures it, the event loop reads and writes it.

No flow control by the system: drivers never send more than the device's buffer holds. The modem lines are health.
"""

import asyncio
import errno
import fcntl
import os
import struct
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

import serial

from drivers.links.aside import aside
from drivers.links.fd import OPEN_S, FdLink, close_soon, gone, told
from drivers.links.link import DeviceGone

LOOK_S = 0.5  # between two looks at the modem lines
LOOK_SELDOM_S = 10.0  # while neither was ever on: a three-wire cable, or a printer that is off
LINES_S = 6.0  # a USB adapter is asked by a control transfer, which the kernel ends after 5 s
NO_MODEM_LINES = frozenset({errno.ENOTTY, errno.EINVAL})  # a pty; a driver without them (tty_ioctl.c, tty_tiocmget)


@dataclass(frozen=True, slots=True)
class ModemLines:
    """What the device says by its wires: it has power (DSR), it takes bytes (CTS)."""

    dsr: bool
    cts: bool


LinesOf = Callable[[int], ModemLines | None]


def modem_lines(fd: int) -> ModemLines | None:
    """The lines of the port now, or None when it has none. May block on a USB adapter. Raises OSError."""
    try:
        (bits,) = struct.unpack("I", fcntl.ioctl(fd, termios.TIOCMGET, bytes(4)))
    except OSError as error:
        if error.errno in NO_MODEM_LINES:
            return None
        raise
    return ModemLines(bool(bits & termios.TIOCM_DSR), bool(bits & termios.TIOCM_CTS))


@asynccontextmanager
async def open_serial(path: str, baud: int, *, lines_of: LinesOf = modem_lines) -> AsyncIterator[FdLink]:
    """The port at `path`, 8N1 at `baud` bits a second, for us alone; raises `DeviceGone` when there is none.

    What came in before this call is dropped: it was said to somebody else.
    """
    name = f"serial:{path},{baud}"
    port, lines = await _opened(name, path, baud, lines_of)
    link = FdLink(name, port.fileno())
    watch = asyncio.create_task(_watch(link, partial(lines_of, port.fileno()), lines)) if lines else None
    try:
        yield link
    finally:
        link.end()
        if watch is not None:
            watch.cancel()
        await close_soon(partial(_close, port))


async def _opened(name: str, path: str, baud: int, lines_of: LinesOf) -> tuple[serial.Serial, ModemLines | None]:
    try:
        return await aside(partial(_open, path, baud, lines_of), within=OPEN_S, late=lambda late: _close(late[0]))
    except TimeoutError as error:
        raise DeviceGone(name, "unreachable", f"the port did not open in {OPEN_S:g} s") from error
    except OSError as error:
        raise gone(name, error) from error
    except ValueError as error:
        raise DeviceGone(name, "refused", str(error)) from error


def _open(path: str, baud: int, lines_of: LinesOf) -> tuple[serial.Serial, ModemLines | None]:
    """On a thread: a driver may talk with its device here. Raises OSError; ValueError for a speed it does not know."""
    try:
        port = _configured(path, baud)
    except termios.error as error:  # pyserial lets some of them through, and they are no OSError
        raise OSError(*error.args) from error
    os.set_blocking(port.fileno(), False)
    try:
        return port, lines_of(port.fileno())
    except OSError:
        _close(port)
        raise


def _configured(path: str, baud: int) -> serial.Serial:
    return serial.Serial(
        path, baud, bytesize=serial.EIGHTBITS, parity=serial.PARITY_NONE, stopbits=serial.STOPBITS_ONE,
        timeout=0, write_timeout=0, xonxoff=False, rtscts=False, dsrdtr=False, exclusive=True,
        inter_byte_timeout=0,  # VMIN 1: nothing yet is then EAGAIN, and a read of nothing a hang-up (n_tty_read)
    )  # fmt: skip


def _close(port: serial.Serial) -> None:
    """On a thread. What the device did not take is dropped, or the kernel waits for it (tty_port: 30 s)."""
    with suppress(termios.error):
        port.reset_output_buffer()
    port.close()


async def _watch(link: FdLink, look: Callable[[], ModemLines | None], lines: ModemLines) -> None:
    """Follow the lines until the link is over.

    DSR off twice in a row, with not a byte heard between, is a printer without power. Once is not: under DTR/DSR
    handshaking the printer's DTR also says "busy" (Epson TM-T88VII technical reference, appendix, pin 20), and one
    that is busy still answers. A line that was never on means nothing.
    """
    had_power, took_bytes, heard = lines.dsr, lines.cts, link.heard_bytes
    while not link.is_over:
        await asyncio.sleep(LOOK_S if had_power or took_bytes else LOOK_SELDOM_S)
        before, lines = lines, await _looked(link, look, lines)
        if had_power and not before.dsr and not lines.dsr and link.heard_bytes == heard:
            link.lose("closed", "DSR went off: the device is off or unplugged")
        link.hold(took_bytes and not lines.cts)
        had_power, took_bytes, heard = had_power or lines.dsr, took_bytes or lines.cts, link.heard_bytes


async def _looked(link: FdLink, look: Callable[[], ModemLines | None], before: ModemLines) -> ModemLines:
    """The lines now; as they were, when the port does not tell (the link is over then)."""
    try:
        return await aside(look, within=LINES_S) or before
    except TimeoutError:
        link.lose("closed", f"the port did not tell its modem lines in {LINES_S:g} s")
    except OSError as error:
        link.lose("closed", told(error))
    return before
