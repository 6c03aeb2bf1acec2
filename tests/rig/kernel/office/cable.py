"""The office's printer on its USB cable."""

import asyncio
import errno
import os
from pathlib import Path

from drivers.sim.gadget import Function, Gadget, UsbIdentity, load_drivers
from tests.rig.kernel.office.firmware import Firmware

SERIAL = "MONTH0001"
LOOK_S = 0.01


class Cable:
    """Plugs the printer in and pulls it, in a loop's time; `firmware` keeps its power and its book meanwhile."""

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.plugs = 0
        self._fd = -1
        load_drivers()
        who = UsbIdentity("SIMULATED", "LUUKKU-MONTH", SERIAL)
        self._gadget = Gadget("month", "dummy_udc.0", who, Function("printer", {"q_len": b"10"}))
        self._gadget.build()

    async def plug(self) -> None:
        self._gadget.plug()
        self.plugs += 1
        while (fd := _opened()) < 0:
            await asyncio.sleep(LOOK_S)
        self._fd = fd
        self.firmware.plugged(fd)

    def pull(self) -> None:
        self.firmware.unplugged()
        os.close(self._fd)
        self._gadget.unplug()

    def remove(self) -> None:
        self.pull()
        self._gadget.remove()


def _opened() -> int:
    """-1 while no host has configured the device."""
    (node,) = Path("/dev").glob("g_printer*")
    try:
        return os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno not in {errno.ENODEV, errno.ENXIO}:
            raise
        return -1
