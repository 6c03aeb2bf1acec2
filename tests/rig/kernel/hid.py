"""USB keyboards in the guest: a HID gadget, found by the kernel's real usbhid as any reader or keypad is."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from evdev import ecodes as e

from drivers.scanners.layouts import strokes
from drivers.sim.gadget import Function, Gadget, UsbIdentity, load_drivers
from tests.rig.kernel.world import until

# A boot keyboard (HID 1.11, appendix B.1 and E.6): one byte of modifiers, one reserved, six keys.
DESCRIPTOR = bytes.fromhex("05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0")
REPORT_BYTES = 8
SHIFT = 0x02
# HID usage tables 1.12, page 7, for the keys that are used here
USAGE = (
    {getattr(e, f"KEY_{letter}"): 0x04 + n for n, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    | {getattr(e, f"KEY_{digit}"): 0x1E + n for n, digit in enumerate("1234567890")}
    | {e.KEY_ENTER: 0x28, e.KEY_MINUS: 0x2D, e.KEY_DOT: 0x37, e.KEY_SLASH: 0x38, e.KEY_SEMICOLON: 0x33}
)


class HidKeyboard:
    """Its own end of the cable."""

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget
        self._fd = -1

    async def plug(self) -> None:
        before = set(Path("/dev").glob("hidg*"))
        await asyncio.to_thread(self._gadget.plug)
        node = min(await until(lambda: set(Path("/dev").glob("hidg*")) - before, "the gadget's node"))
        self._fd = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    async def pull(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            await asyncio.to_thread(self._gadget.unplug)

    async def report(self, *keys: int, shift: bool = False) -> None:
        """What is down now; waits until the host has taken the report before."""
        data = bytes([SHIFT if shift else 0, 0, *(USAGE[key] for key in keys)]).ljust(REPORT_BYTES, b"\0")
        await until(lambda: self._said(data), "a host that takes a report", within=2.0)

    async def tap(self, key: int, *, shift: bool = False) -> None:
        await self.report(key, shift=shift)
        await self.report()

    async def type(self, text: str) -> None:
        """As a reader does: the text, then Enter."""
        for code, modifier in strokes("us", text):
            await self.tap(code, shift=modifier is not None)
        await self.tap(e.KEY_ENTER)

    def _said(self, data: bytes) -> bool:
        try:
            return os.write(self._fd, data) == len(data)
        except (BlockingIOError, OSError):
            return False


@asynccontextmanager
async def a_hid_keyboard(
    serial: str, *, port: str = "dummy_udc.2", product: str = "LUUKKU-SIM-KEYS"
) -> AsyncIterator[HidKeyboard]:  # fmt: skip
    """Plugged in; taken away with the block."""
    await asyncio.to_thread(load_drivers)
    function = Function("hid", {"protocol": b"1", "subclass": b"1", "report_length": b"8", "report_desc": DESCRIPTOR})
    gadget = Gadget(f"keys{port[-1]}", port, UsbIdentity("SIMULATED", product, serial), function)
    await asyncio.to_thread(gadget.build)
    keyboard = HidKeyboard(gadget)
    try:
        await keyboard.plug()
        yield keyboard
    finally:
        await keyboard.pull()
        await asyncio.to_thread(gadget.remove)


def taps(keys: Iterable[int]) -> list[tuple[int, int, int]]:
    return [event for key in keys for event in ((e.EV_KEY, key, 1), (0, 0, 0), (e.EV_KEY, key, 0), (0, 0, 0))]
