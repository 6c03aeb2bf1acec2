"""A machine without a kernel: things are plugged in, messages get lost, and both are as fast as the test wants."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers.udev.attached import Attached, Kind, port_names
from drivers.udev.hotplug import Hotplug
from drivers.udev.library import Change, Missed

PCI = "pci-0000:00:14.0-usb-0"


def printer(port: str, serial: str = "", node: str = "/dev/usb/lp0") -> Attached:
    return Attached(
        path=f"/devices/usb1/1-{port}/1-{port}:1.0/usbmisc/{node[5:]}", kind=Kind.PRINTER, subsystem="usbmisc",
        node=node, device=f"/devices/usb1/1-{port}", serial=serial,
        ports=port_names(f"{PCI}:{port}:1.0", usb=f"1-{port}"),
    )  # fmt: skip


class Machine:
    """USB as it is and as it is told: a hand plugs, udev may lose the message, netlink may drop what was not read."""

    def __init__(self) -> None:
        self.there: dict[str, Attached] = {}
        self.looks = 0
        self._messages: list[Change | None] = []
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)

    def plug(self, port: str, serial: str, *, tell: bool) -> None:
        used = {one.node for one in self.there.values()}
        node = next(name for n in range(9) if (name := f"/dev/usb/lp{n}") not in used)  # as the kernel numbers them
        self.there[port] = one = printer(port, serial, node)
        if tell:
            self._say(Change(one.path, True, one))

    def unplug(self, port: str, *, tell: bool) -> None:
        gone = self.there.pop(port)
        if tell:
            self._say(Change(gone.path, False, None))

    def drop(self) -> None:
        """The socket was too full: what was in it is gone, and only that is known."""
        if self._messages:
            self._messages = [None]

    def _say(self, change: Change) -> None:
        self._messages.append(change)
        os.write(self._write, b"x")

    def look(self) -> tuple[Attached, ...]:
        self.looks += 1
        return tuple(self.there.values())

    def listen(self) -> "Machine":
        return self

    def fileno(self) -> int:
        return self._read

    def drain(self) -> list[Change]:
        try:
            os.read(self._read, 4096)
        except BlockingIOError:
            return []
        messages, self._messages = self._messages, []
        if None in messages:
            raise Missed("no buffer space available")
        return [one for one in messages if one is not None]

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


@asynccontextmanager
async def running(hotplug: Hotplug, machine: Machine) -> AsyncIterator[None]:
    """Hotplug at work."""
    work = asyncio.create_task(hotplug.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        machine.close()


async def first_look(hotplug: Hotplug) -> None:
    while not hotplug.looked:
        await asyncio.sleep(0.001)


async def looked(machine: Machine, more: int = 2) -> None:
    """Until so many looks more have begun; all but the last are applied."""
    seen = machine.looks
    while machine.looks < seen + more:
        await asyncio.sleep(0.001)
