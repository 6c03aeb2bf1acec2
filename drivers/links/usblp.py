"""A printer on USB through the kernel's own driver, usblp: the one that says "busy", "unplugged" and "no paper".

Facts from drivers/usb/class/usblp.c and from trials with a real kernel: one opener at a time; a write takes one piece
and returns before the printer has it; a read of nothing is an empty packet, not an end; and LPGETSTATUS, which goes
past a stalled write, keeps reads and writes waiting, O_NONBLOCK or not, while the printer owes its answer.
"""

import asyncio
import errno
import fcntl
import os
import stat
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from drivers.links.aside import aside
from drivers.links.fd import OPEN_S, FdLink, close_soon, gone, told
from drivers.links.link import DeviceGone, PortStatus

RETRY_FIRST_S, RETRY_MOST_S = 0.02, 1.0  # the node is there before udev has given it its group
LPGETSTATUS = 0x060B  # linux/lp.h
# linux/lp.h, as the USB printer class 1.1 answers GET_PORT_STATUS (4.2.2)
LP_PERRORP = 0x08  # on: no error
LP_PSELECD = 0x10
LP_POUTPA = 0x20
STATUS_S = 1.0  # a printer answers in a millisecond, also while it takes no bytes
KERNEL_STATUS_S = 6.0  # the kernel ends the question after 5 s (USBLP_CTL_TIMEOUT)


def port_status_of(bits: int) -> PortStatus:
    return PortStatus(bool(bits & LP_POUTPA), bool(bits & LP_PSELECD), not bits & LP_PERRORP)


def ask_port_status(fd: int) -> int:
    """The port's status byte. Blocks until the printer answers. Raises OSError."""
    answer = fcntl.ioctl(fd, LPGETSTATUS, bytes(4))
    return int(struct.unpack("i", answer)[0]) & 0xFF


class UsblpLink(FdLink):
    """A `Link` with a second way to ask the printer."""

    def __init__(self, name: str, fd: int, ask: Callable[[int], int] = ask_port_status) -> None:
        super().__init__(name, fd)
        self._ask_port = partial(ask, fd)
        self._question: asyncio.Task[PortStatus | None] | None = None

    async def port_status(self) -> PortStatus | None:
        """What the printer says now, also while a write is stalled; None when it does not say.

        Never two questions at once: who asks while one is open shares its answer. Raises `DeviceGone`.
        """
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._port_status())
        mine = self._question  # while we wait for it, somebody else may ask the next
        answered, _ = await asyncio.wait({mine}, timeout=STATUS_S)
        if self.is_over:
            self.raise_gone()
        return mine.result() if answered else None

    async def end_questions(self) -> None:
        """Wait for none: one that hangs ends in its thread."""
        if self._question is not None:
            self._question.cancel()
            await asyncio.wait({self._question})

    async def _port_status(self) -> PortStatus | None:
        """While the question is open the loop must not touch the printer, not even when nobody waits any more."""
        with self.set_aside():
            try:
                return port_status_of(await aside(self._ask_port, within=KERNEL_STATUS_S))
            except TimeoutError:
                self.lose("stalled", f"no port status in {KERNEL_STATUS_S:g} s")
            except OSError as error:
                if error.errno == errno.ENODEV:
                    self.lose("closed", told(error))
        return None


@asynccontextmanager
async def open_usblp(
    find: Callable[[], str], *, ask: Callable[[int], int] = ask_port_status
) -> AsyncIterator[UsblpLink]:
    """The printer at the node that `find` gives now ("/dev/usb/lp0"). `find` is called in the loop, must not block,
    and raises `DeviceGone` ("absent") when there is none; so does this, for whatever else is in the way."""
    name, fd = await _opened(find)
    link = UsblpLink(name, fd, ask)
    try:
        yield link
    finally:
        link.end()
        await link.end_questions()
        await close_soon(partial(os.close, fd))


async def _opened(find: Callable[[], str]) -> tuple[str, int]:
    """The node's name and its descriptor. What is forbidden is tried again for a moment: udev may be on its way."""
    loop = asyncio.get_running_loop()
    patience, wait = loop.time() + RETRY_MOST_S, RETRY_FIRST_S
    while True:
        path = find()
        try:
            return path, await aside(partial(_open, path), within=OPEN_S, late=os.close)
        except TimeoutError as error:
            raise DeviceGone(path, "unreachable", f"it did not open in {OPEN_S:g} s") from error
        except PermissionError as error:
            if loop.time() >= patience:
                raise gone(path, error) from error
        except OSError as error:
            raise gone(path, error) from error
        await asyncio.sleep(min(wait, max(0.0, patience - loop.time())))
        wait *= 2


def _open(path: str) -> int:
    """On a thread: the kernel may wake the device here."""
    fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    if not stat.S_ISCHR(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.ENOTTY, "not a device")
    return fd
