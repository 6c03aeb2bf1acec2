"""USB devices made by the kernel itself: gadgets by configfs on dummy_hcd, whose other end is a port of this machine.

Whoever plugs one in gets the kernel's own driver for it: usblp, cdc_acm, usbhid. Facts: the kernel's documentation,
usb/gadget_configfs and the ABI pages of each function (testing/configfs-usb-gadget-printer, -acm, -hid).
"""

import os
import subprocess
import time
from pathlib import Path

CONFIGFS = Path("/sys/kernel/config/usb_gadget")
PORTS = 4  # of dummy_hcd: so many gadgets at a time, each on a bus of its own
NODE_S = 20.0
SIMULATOR = "/opt/luukku/current/venv/bin/python"
# A keyboard's report descriptor: USB HID 1.11, appendix E.6.
KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508"
    "150025650507190029658100c0"
)
FUNCTIONS = {
    "printer": ("printer.rig", {"pnp_string": "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;CLS:PRINTER;", "q_len": "10"}),
    "acm": ("acm.rig", {}),
    "hid": ("hid.rig", {"protocol": "1", "subclass": "1", "report_length": "8"}),
}


def make(name: str, kind: str, udc: int, serial: str, maker: str, product: str, ids: str) -> str:
    """Make a gadget and leave it unplugged. `ids` is "VENDOR:PRODUCT" in hexadecimal. Gives the node of its own side,
    "" where that comes with the plug."""
    _ready()
    folder, (function, settings) = CONFIGFS / name, FUNCTIONS[kind]
    vendor, model = ids.split(":")
    (folder / "configs/c.1/strings/0x409").mkdir(parents=True)
    (folder / "strings/0x409").mkdir()
    (folder / "idVendor").write_text(f"0x{vendor}")
    (folder / "idProduct").write_text(f"0x{model}")
    for told, text in (("serialnumber", serial), ("manufacturer", maker), ("product", product)):
        if text:
            (folder / "strings/0x409" / told).write_text(text)
    made = folder / "functions" / function
    made.mkdir()
    for setting, value in settings.items():
        (made / setting).write_text(value)
    if kind == "hid":
        (made / "report_desc").write_bytes(KEYBOARD)
    (folder / "configs/c.1" / function).symlink_to(made)
    Path(f"/run/rig.{name}").write_text(f"dummy_udc.{udc}")
    return ""


def plug(name: str) -> float:
    """Put it in. Gives the time at which that was done, in seconds of the monotonic clock."""
    at = time.monotonic()
    (CONFIGFS / name / "UDC").write_text(Path(f"/run/rig.{name}").read_text())
    return at


def unplug(name: str) -> float:
    """Pull it out. Gives the time at which that was done."""
    at = time.monotonic()
    (CONFIGFS / name / "UDC").write_text("\n")
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


def _ready() -> None:
    if not CONFIGFS.is_dir():
        subprocess.run(["modprobe", "-a", "libcomposite"], check=True)
        subprocess.run(["modprobe", "dummy_hcd", f"num={PORTS}"], check=True)
        if not Path("/sys/kernel/config").is_mount():
            subprocess.run(["mount", "-t", "configfs", "configfs", "/sys/kernel/config"], check=True)


DEEDS = (make, plug, unplug, simulate, say, press)
