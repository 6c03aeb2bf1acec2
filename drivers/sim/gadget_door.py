"""A printer that is plugged into a USB port of this machine: the whole device, with its cable.

It is there for the real usblp as long as the printer has power; a lost line is a cable that was pulled, and comes back
as a device that is plugged in anew.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from drivers.sim.device_door import DeviceDoor
from drivers.sim.door import Machine
from drivers.sim.gadget import Function, Gadget, UsbIdentity, free_controller, load_drivers
from drivers.sim.memory import Identity
from drivers.sim.status import Condition

NODES = Path("/dev")
NODE_S = 1.0  # devtmpfs makes it at once; where udev has to, it takes some milliseconds
NODE_LOOK_S = 0.005
IEEE_1284 = "MFG:{maker};MDL:{model};CLS:PRINTER;SN:{serial};"  # IEEE 1284-2000, 7.6: the device ID string


class GadgetDoor(DeviceDoor):
    """`controller`: which port ("dummy_udc.0"); "" takes the first that is free."""

    def __init__(
        self, machine: Machine, name: str, controller: str, identity: Identity, condition: Condition
    ) -> None:  # fmt: skip
        super().__init__(machine, Path(), condition)
        self._id, self._controller, self._identity = name, controller, identity
        self._gadget: Gadget | None = None
        self._at_it = threading.Lock()  # a thread may be at it still when its task was cancelled
        self._wanted = False

    @property
    def name(self) -> str:
        return f"usb {self._gadget.controller if self._gadget else self._controller}"

    @property
    def node(self) -> Path:
        """The printer's own end of the cable."""
        return self._path

    async def open(self) -> None:
        self._wanted = True
        await super().open()

    async def shut(self) -> None:
        self._wanted = False
        await super().shut()

    def make(self) -> int | None:
        with self._at_it, suppress(FileNotFoundError):
            if not self._wanted:
                return None
            if self._gadget is None:
                self._gadget = self._built()
            if not self._gadget.is_plugged:
                self._plug(self._gadget)
            return super().make()
        return None

    def parted(self) -> None:
        with self._at_it:
            if self._gadget is not None:
                self._gadget.unplug()

    def unmake(self) -> None:
        with self._at_it:
            if self._gadget is not None:
                self._gadget.remove()
                self._gadget = None

    def _built(self) -> Gadget:
        load_drivers()
        who = self._identity
        function = Function("printer", {"pnp_string": _words(who).encode(), "q_len": b"10"})
        usb = UsbIdentity(who.maker, who.model, who.serial)
        gadget = Gadget(f"luukku-{self._id}", self._controller or free_controller(), usb, function)
        gadget.build()
        return gadget

    def _plug(self, gadget: Gadget) -> None:
        """Plug it in; the node that appears then is ours (nothing else tells which is whose)."""
        before = _nodes()
        gadget.plug()
        until = time.monotonic() + NODE_S
        while not (new := _nodes() - before):
            if time.monotonic() > until:
                raise OSError(f"{gadget.controller}: the kernel made no printer node")
            time.sleep(NODE_LOOK_S)
        self._path = NODES / min(new)


def _nodes() -> set[str]:
    return {name for name in os.listdir(NODES) if name.startswith("g_printer")}


def _words(who: Identity) -> str:
    said = IEEE_1284.format(maker=who.maker, model=who.model, serial=who.serial)
    return said if who.serial else said.replace("SN:;", "")
