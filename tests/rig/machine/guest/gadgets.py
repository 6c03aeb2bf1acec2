"""USB devices made by the kernel itself: gadgets by configfs on dummy_hcd, whose other end is a port of this machine.

Whoever plugs one in gets the kernel's own driver for it: usblp, cdc_acm, usbhid. The gadgets are the product's own
(drivers/sim/gadget.py, of the installed release); the attributes are those of the kernel's ABI pages
(testing/configfs-usb-gadget-printer, -acm, -hid).
"""

import os
import subprocess
import sys
import time
from pathlib import Path

VENV = Path("/opt/luukku/current/venv")
sys.path.extend(map(str, VENV.glob("lib/python3*/site-packages")))

from drivers.sim.gadget import Function, Gadget, UsbIdentity, load_drivers  # noqa: E402  # why: found by the line above

SIMULATOR = str(VENV / "bin" / "python")
# A keyboard's report descriptor: USB HID 1.11, appendix E.6.
KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508"
    "150025650507190029658100c0"
)
ATTRIBUTES = {
    "printer": {"pnp_string": b"MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;CLS:PRINTER;", "q_len": b"10"},
    "acm": {},
    "hid": {"protocol": b"1", "subclass": b"1", "report_length": b"8", "report_desc": KEYBOARD},
}
MADE: dict[str, Gadget] = {}


def make(name: str, kind: str, udc: int, serial: str, maker: str, product: str, ids: str) -> None:
    """Make a gadget and leave it unplugged. `ids` is "VENDOR:PRODUCT" in hexadecimal."""
    load_drivers()
    vendor, model = (int(part, 16) for part in ids.split(":"))
    who = UsbIdentity(maker, product, serial, vendor, model)
    MADE[name] = Gadget(name, f"dummy_udc.{udc}", who, Function(kind, ATTRIBUTES[kind]))
    MADE[name].build()


def plug(name: str) -> float:
    """Put it in. Gives the time at which that was done, in seconds of the monotonic clock."""
    at = time.monotonic()
    MADE[name].plug()
    return at


def unplug(name: str) -> float:
    """Pull it out. Gives the time at which that was done."""
    at = time.monotonic()
    MADE[name].unplug()
    return at


def simulate(name: str, node: str, http: int) -> int:
    """Be the firmware of a printer gadget: the product's own virtual printer, at the gadget's node. Gives its
    process id. Its control API is at the port `http`, its paper in /run/paper."""
    words = [SIMULATOR, "-m", "drivers.sim.escpos_printer", "--id", name, "--device", node, "--http", str(http),
             "--out", "/run/paper"]  # fmt: skip
    with Path(f"/run/{name}.log").open("wb") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
    deadline = time.monotonic() + 60
    while b"ready" not in Path(f"/run/{name}.log").read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(Path(f"/run/{name}.log").read_text("utf-8", "replace"))
        time.sleep(0.1)
    return process.pid


def say(node: str, text: str) -> None:
    """Write into a gadget's own side: a reader on a serial line reads a code."""
    line = os.open(node, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(line, text.encode())
    finally:
        os.close(line)


def press(node: str, usages: list[int]) -> None:
    """Keys of a HID gadget, one after the other, by their usages on the keyboard page (USB HID Usage Tables, 10)."""
    line = os.open(node, os.O_RDWR)
    try:
        for usage in usages:
            os.write(line, bytes((0, 0, usage, 0, 0, 0, 0, 0)))
            time.sleep(0.02)
            os.write(line, bytes(8))
            time.sleep(0.02)
    finally:
        os.close(line)


DEEDS = (make, plug, unplug, simulate, say, press)
