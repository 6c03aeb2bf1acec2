"""What a serial port and a USB printer have in common: one `Link` over a file descriptor that never blocks."""

import asyncio
import errno
import os
import select
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from drivers.links.aside import aside
from drivers.links.link import DeviceGone

OPEN_S = 3.0  # a driver may ask the device while it opens it (usbserial: control transfers)
CLOSE_S = 0.5  # longer closes go on in their thread
READ_BYTES = 4096
PIECE_BYTES = 8192  # usblp takes no more a write (drivers/usb/class/usblp.c, USBLP_BUF_SIZE)
REST_S = 0.01  # after the kernel called us for nothing: never spin on a descriptor

REASONS = {
    errno.ENOENT: "absent",
    errno.ENOTDIR: "absent",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EBUSY: "busy",
    errno.EAGAIN: "busy",  # flock: pyserial's exclusive=True
    errno.ENODEV: "closed",  # it was unplugged, and its node is not gone yet
    errno.ENXIO: "closed",
    errno.EIO: "closed",
}


def gone(name: str, error: OSError) -> DeviceGone:
    """What an open that failed means."""
    reason = REASONS.get(error.errno or 0, "refused")
    return DeviceGone(name, reason, "another program has it open" if reason == "busy" else told(error))


def told(error: OSError) -> str:
    """The system's words for it."""
    return os.strerror(error.errno) if error.errno else str(error)


async def close_soon(close: Callable[[], None]) -> None:
    """Close on a thread; nobody waits long for a driver that waits for its device (a tty: up to 30 s to drain)."""
    with suppress(TimeoutError, OSError):
        await aside(close, within=CLOSE_S)


class FdLink:
    """A `Link` over `fd`, which stays its opener's to close (after `end`).

    Bytes that a cancelled write left behind are still sent before those of the next: a command is never torn. A read of
    nothing is an end only when the system says so: a USB printer may send an empty packet.
    """

    def __init__(self, name: str, fd: int) -> None:
        self.name = name
        self.heard_bytes = 0
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._heard: Callable[[bytes], None] | None = None
        self._queue = bytearray()  # what the kernel has not taken yet
        self._queued = 0  # bytes that ever were in the queue
        self._writers: deque[tuple[int, asyncio.Future[None]]] = deque()  # whose last byte is that one
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._why = ("closed", "")
        self._aside = 0
        self._held = self._reads_rest = self._writes_rest = False
        self._reading = self._writing = False  # as registered with the loop

    # --- the port ---

    async def listen(self, heard: Callable[[bytes], None]) -> NoReturn:
        """See `Link`. What came before is in the kernel's buffer."""
        self._heard = heard
        self._register()
        try:
            await asyncio.shield(self._over)
        finally:
            self._heard = None
            self._register()
        self.raise_gone()

    async def write(self, data: bytes, *, within: float) -> None:
        """See `Link`. "Handed to the system" is: taken by the kernel's driver."""
        if self.is_over:
            self.raise_gone()
        self._queue += data
        self._queued += len(data)
        self._pour()
        if self._queue:
            await self._taken(within)
        if self.is_over:
            self.raise_gone()

    # --- its opener's side ---

    @property
    def is_over(self) -> bool:
        return self._over.done()

    def lose(self, reason: str, detail: str = "") -> None:
        """It is over, for that reason, for everybody who waits and who comes. Only the first reason counts."""
        if self.is_over:
            return
        self._why = (reason, detail)
        self._over.set_result(None)
        self._queue.clear()
        self._tell_writers(self._queued)
        self._register()

    def raise_gone(self, cause: Exception | None = None) -> NoReturn:
        """Why it is over."""
        raise DeviceGone(self.name, *self._why) from cause

    def end(self) -> None:
        """Closed from our side; the descriptor may be closed now."""
        self.lose("closed", "by ourselves")

    def hold(self, held: bool) -> None:
        """While held nothing is written: the device does not take bytes now."""
        if held != self._held:
            self._held = held
            self._pour()

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Within, the loop does not touch the descriptor: a question on a thread may make reads and writes block."""
        self._aside += 1
        self._register()
        try:
            yield
        finally:
            self._aside -= 1
            self._pour()

    # --- writing ---

    async def _taken(self, within: float) -> None:
        """Until the kernel has all that is queued now, or the link is over, which a stall makes it."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._writers.append((self._queued, done))
        try:
            async with asyncio.timeout(within):
                await done
        except TimeoutError as error:
            self.lose("stalled", f"{len(self._queue)} bytes not taken in {within:g} s")
            self.raise_gone(error)

    def _pour(self) -> None:
        """Give the kernel one piece, if it may have one; the loop calls for the next."""
        if self._queue and self._may_write:
            self._give()
        self._register()

    def _give(self) -> bool:
        """Whether the kernel took something."""
        try:
            taken = os.write(self._fd, self._queue[:PIECE_BYTES])
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            self.lose("closed", told(error))
            return True
        del self._queue[:taken]
        self._tell_writers(self._queued - len(self._queue))
        return taken > 0

    def _tell_writers(self, sent: int) -> None:
        while self._writers and self._writers[0][0] <= sent:
            _, done = self._writers.popleft()
            if not done.done():
                done.set_result(None)

    # --- what the loop calls ---

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except (BlockingIOError, InterruptedError):
            self._rest_reading()
        except OSError as error:
            self.lose("closed", told(error))
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        self.heard_bytes += len(data)
        if data:
            if self._heard is not None:
                self._heard(data)
        elif self._hung_up():
            self.lose("closed", "the line was hung up")
        else:
            self._rest_reading()

    def _hung_up(self) -> bool:
        poll = select.poll()
        poll.register(self._fd, 0)
        return any(events & (select.POLLHUP | select.POLLERR) for _, events in poll.poll(0))

    def _writable(self) -> None:
        if not self._give():
            self._writes_rest = True
            self._loop.call_later(REST_S, self._write_again)
        self._register()

    def _rest_reading(self) -> None:
        self._reads_rest = True
        self._loop.call_later(REST_S, self._read_again)
        self._register()

    def _read_again(self) -> None:
        self._reads_rest = False
        self._register()

    def _write_again(self) -> None:
        self._writes_rest = False
        self._register()

    # --- what the loop looks at ---

    @property
    def _may_write(self) -> bool:
        return not (self.is_over or self._aside or self._held or self._writes_rest)

    def _register(self) -> None:
        """Have the loop look at what is wanted now, and at nothing else."""
        reading = self._heard is not None and not (self.is_over or self._aside or self._reads_rest)
        writing = bool(self._queue) and self._may_write
        if reading != self._reading:
            self._reading = reading
            self._loop.add_reader(self._fd, self._readable) if reading else self._loop.remove_reader(self._fd)
        if writing != self._writing:
            self._writing = writing
            self._loop.add_writer(self._fd, self._writable) if writing else self._loop.remove_writer(self._fd)
