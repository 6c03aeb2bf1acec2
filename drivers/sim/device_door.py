"""A printer's USB port, seen as its firmware: the kernel's printer gadget (`g_printer`, or `f_printer` by configfs), or
a serial one (`/dev/ttyGS0`).

A host that is plugged in prints over its real usblp, or cdc_acm. Needs a kernel with a device controller (`dummy_hcd`
will do).
"""

import errno
import fcntl
import os
import tty
from pathlib import Path

from drivers.sim.door import Machine
from drivers.sim.fd_door import FdDoor
from drivers.sim.status import Condition

SET_PORT_STATUS = 0xC0016722  # linux/usb/g_printer.h, GADGET_SET_PRINTER_STATUS
NOT_ERROR, SELECTED, PAPER_EMPTY = 0x08, 0x10, 0x20  # linux/usb/g_printer.h
NO_HOST = frozenset({errno.ENODEV, errno.EBUSY, errno.ENXIO})  # not plugged in, or the last one's end is not over
UNPLUGGED = frozenset({errno.ENODEV, errno.EIO})  # of a printer's gadget; of a serial one, which was hung up


class DeviceDoor(FdDoor):
    """`path` is the gadget's node. It is closed as soon as it says ENODEV: kernel 6.1 breaks when it is not."""

    def __init__(self, machine: Machine, path: Path, condition: Condition) -> None:
        super().__init__(machine)
        self._path = path
        self._condition = condition

    @property
    def name(self) -> str:
        return f"device {self._path}"

    def make(self) -> int | None:
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            if error.errno in NO_HOST:
                return None
            raise
        if os.isatty(fd):
            tty.setraw(fd)
        return fd

    def leave(self) -> None:
        """The node stays the gadget's, whoever has it open."""

    def unmake(self) -> None:
        """The node is the kernel's."""

    def tend(self) -> None:
        """Let the kernel answer LPGETSTATUS as a printer does, past all that was sent."""
        if self._fd >= 0:
            try:
                fcntl.ioctl(self._fd, SET_PORT_STATUS, port_status(self._condition))
            except OSError as error:
                if error.errno in UNPLUGGED:
                    self.hang_up()  # nothing else wakes who reads (f_printer.c, printer_func_disable)


def port_status(condition: Condition) -> int:
    """The byte that a USB printer gives for GET_PORT_STATUS (USB printer class 1.1, 4.2.2)."""
    empty = PAPER_EMPTY if condition.paper_out else 0
    return empty | SELECTED | (0 if condition.offline else NOT_ERROR)
