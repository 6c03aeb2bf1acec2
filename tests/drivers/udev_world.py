"""A machine of our own to plug things into: real libudev and real netlink over a made-up /sys, in own namespaces.

The kernel's part is played here (sysfs, the nodes), and systemd-udevd's (its database, its messages); whatever runs
inside sees nothing else. Root is not needed where the kernel gives everybody user namespaces.
"""

import asyncio
import fcntl
import importlib
import inspect
import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[2]
MAGIC = 0xFEEDCAFE  # systemd, src/libsystemd/sd-device/device-monitor.c, as is the header below
UDEV_GROUP = 2  # of NETLINK_KOBJECT_UEVENT: what systemd-udevd says, after its rules
BUS = "/sys/devices/pci0000:00/0000:00:14.0/usb1"
OURS = ("/usr/local/lib/udev", "/usr/local/lib/modules-load.d")  # what an installed point has: not in this machine
KEPT = ("null", "zero", "full", "random", "urandom", "tty", "shm", "fd", "stdin", "stdout", "stderr")


MAJORS = {"usbmisc": 180, "input": 13, "tty": 188, "video4linux": 81}
KEYBOARD = range(1, 89)  # Esc to F12 (linux/input-event-codes.h)
PAD = (*range(71, 84), 96, 98, 55, 14)  # a number pad's: digits, minus, plus, dot, Enter, slash, star; Backspace


class Thing(msgspec.Struct, frozen=True):
    """What is plugged into one port: sysfs path of its node's device ("/devices/..."), and what udev says of it."""

    path: str
    subsystem: str
    told: dict[str, str]


class World:
    """The machine. `plug...` and `unplug` do what a hand does; `tell=False` loses the message."""

    def __init__(self) -> None:
        self._plugged: dict[str, list[Thing]] = {}
        self._number = 0
        for over in ("/sys", "/run", *(place for place in OURS if Path(place).exists())):
            _mount(over)
        _dev_of_our_own()
        _loopback()
        for folder in (
            "/sys/bus/usb",
            "/sys/class/usbmisc",
            "/sys/class/input",
            "/sys/class/tty",
            "/sys/class/video4linux",
            "/run/udev/data",
        ):
            Path(folder).mkdir(parents=True, exist_ok=True)
        Path("/run/udev/control").touch()
        _host_controller()
        self._line = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)  # NETLINK_KOBJECT_UEVENT
        self._line.bind((0, 0))

    def close(self) -> None:
        self._line.close()

    def plug_printer(
        self, port: str, serial: str = "", node: str = "lp0", *, model: str = "TM-T20III", tell: bool = True
    ) -> str:
        """A printer of usblp. Its udev database entry has no serial of its own: see devices.md 5. Gives the node."""
        top = self._usb(port, serial, "EPSON", model, ("04b8", "0e15"))
        return self._add(port, f"{top}/{port}:1.0/usbmisc/{node}", "usbmisc", f"usb/{node}", {}, tell=tell)

    def plug_keyboard(
        self, port: str, serial: str = "", node: str = "event3", *, full: bool = True, tell: bool = True,
        keys: Collection[int] | None = None,
    ) -> str:  # fmt: skip
        """A code reader (`full`: it pretends to be a keyboard) or a keypad, with a second interface of media keys.
        `keys`: its codes, where they are not those of a common one."""
        top = self._usb(port, serial, "Honeywell", "Voyager 1400g" if full else "Keypad", ("0c2e", "0b61"))
        told = self._usb_told(port, serial) | {"ID_INPUT": "1", "ID_INPUT_KEY": "1"}
        n = int(node.removeprefix("event"))
        media = f"{top}/{port}:1.1/input/input{n + 40}/event{n + 40}"
        self._add(port, media, "input", f"input/event{n + 40}", told, tell=tell)
        path = f"{top}/{port}:1.0/input/input{n}/{node}"
        codes = keys if keys is not None else KEYBOARD if full else PAD
        _write(f"{Path(path).parent}/capabilities/key", bitmap(codes))
        return self._add(port, path, "input", f"input/{node}", told | ({"ID_INPUT_KEYBOARD": "1"} if full else {}),
                         tell=tell)  # fmt: skip

    def plug_serial(self, port: str, serial: str = "", node: str = "ttyUSB0", *, tell: bool = True) -> str:
        top = self._usb(port, serial, "FTDI", "FT232R USB UART", ("0403", "6001"))
        links = {"DEVLINKS": f"/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_{serial}-if00-port0"} if serial else {}
        told = self._usb_told(port, serial) | links
        return self._add(port, f"{top}/{port}:1.0/{node}/tty/{node}", "tty", node, told, tell=tell)

    def plug_camera(self, port: str, serial: str = "", node: str = "video0", *, tell: bool = True) -> str:
        """A camera of uvcvideo: the node of its pictures, and one of what belongs to them (60-persistent-v4l)."""
        top = self._usb(port, serial, "IPEVO", "V4K", ("1778", "d002"))
        n = int(node.removeprefix("video"))
        told = self._usb_told(port, serial) | {"ID_V4L_VERSION": "2"}
        self._add(port, f"{top}/{port}:1.0/video4linux/video{n + 1}", "video4linux", f"video{n + 1}",
                  told | {"ID_V4L_CAPABILITIES": ":"}, tell=tell)  # fmt: skip
        return self._add(port, f"{top}/{port}:1.0/video4linux/{node}", "video4linux", node,
                         told | {"ID_V4L_CAPABILITIES": ":capture:"}, tell=tell)  # fmt: skip

    def plug_mouse(self, port: str, node: str = "event9") -> str:
        top = self._usb(port, "", "Logitech", "Mouse", ("046d", "c077"))
        told = self._usb_told(port, "") | {"ID_INPUT": "1", "ID_INPUT_MOUSE": "1"}
        path = f"{top}/{port}:1.0/input/input9/{node}"
        return self._add(port, path, "input", f"input/{node}", told, tell=True)

    def unplug(self, port: str, *, tell: bool = True) -> None:
        for thing in self._plugged.pop(port):
            Path("/sys/class", thing.subsystem, Path(thing.path).name).unlink()
            Path(thing.told["DEVNAME"]).unlink(missing_ok=True)
            _database(thing).unlink()
            if tell:
                self.say("remove", thing)
        subprocess.run(["rm", "-rf", f"{BUS}/{port}"], check=True)

    def say(self, action: str, thing: Thing) -> None:
        """One message, as systemd-udevd sends it."""
        self._number += 1
        head = {"ACTION": action, "DEVPATH": thing.path, "SUBSYSTEM": thing.subsystem, "SEQNUM": str(self._number)}
        self._line.sendto(datagram(head | thing.told), (0, UDEV_GROUP))

    def things(self, port: str) -> list[Thing]:
        return self._plugged[port]

    def _usb(self, port: str, serial: str, maker: str, model: str, ids: tuple[str, str]) -> str:
        """The USB device itself, as the kernel shows it; gives its sysfs path."""
        top = f"{BUS}/{port}"
        said = {"serial": serial, "manufacturer": maker, "product": model, "idVendor": ids[0], "idProduct": ids[1]}
        for name, value in said.items():
            if value:
                _write(f"{top}/{name}", f"{value}\n")
        _write(f"{top}/uevent", "DEVTYPE=usb_device\n")
        for interface in (f"{top}/{port}:1.0", f"{top}/{port}:1.1"):
            _write(f"{interface}/uevent", "DEVTYPE=usb_interface\n")
            for name, value in (
                ("Number", f"0{interface[-1]}"),
                ("Class", "07"),
                ("SubClass", "01"),
                ("Protocol", "02"),
            ):
                _write(f"{interface}/bInterface{name}", f"{value}\n")
        for place in (top, f"{top}/{port}:1.0", f"{top}/{port}:1.1"):
            Path(place, "subsystem").symlink_to("/sys/bus/usb")
        return top

    def _usb_told(self, port: str, serial: str) -> dict[str, str]:
        """What 60-serial.rules and 60-persistent-input.rules add."""
        path = {"ID_BUS": "usb", "ID_PATH": f"pci-0000:00:14.0-usb-0:{port.partition('-')[2]}:1.0"}
        return path | ({"ID_SERIAL_SHORT": serial} if serial else {})

    def _add(self, port: str, path: str, subsystem: str, node: str, told: dict[str, str], *, tell: bool) -> str:
        major, minor = MAJORS[subsystem], len(os.listdir("/run/udev/data")) + 1
        _write(f"{path}/uevent", f"MAJOR={major}\nMINOR={minor}\nDEVNAME={node}\n")
        Path(path, "subsystem").symlink_to(f"/sys/class/{subsystem}")
        Path("/sys/class", subsystem, Path(path).name).symlink_to(path)
        _write(f"/dev/{node}", "")
        os.chmod(f"/dev/{node}", 0o666)
        thing = Thing(path.removeprefix("/sys"), subsystem,
                      {"DEVNAME": f"/dev/{node}", "MAJOR": str(major), "MINOR": str(minor)} | told)  # fmt: skip
        links = "".join(f"S:{link.removeprefix('/dev/')}\n" for link in told.get("DEVLINKS", "").split())
        known = "".join(f"E:{key}={value}\n" for key, value in told.items() if key != "DEVLINKS")
        _write(str(_database(thing)), f"{links}I:{self._number + 1}\n{known}V:1\n")
        self._plugged.setdefault(port, []).append(thing)
        if tell:
            self.say("add", thing)
        return f"/dev/{node}"


def datagram(told: dict[str, str]) -> bytes:
    """A libudev message: header, then the properties."""
    body = b"".join(f"{key}={value}".encode() + b"\0" for key, value in told.items())
    head = b"libudev\0" + struct.pack(">I", MAGIC) + struct.pack("=III", 40, 40, len(body))
    return head + struct.pack(">IIII", murmur2(told["SUBSYSTEM"].encode()), 0, 0, 0) + body


def bitmap(codes: Collection[int]) -> str:
    """Key codes as the kernel prints them: words of 64 bits, the highest first, none of the empty ones before it."""
    whole = sum(1 << code for code in codes)
    words = []
    while whole:
        words.append(f"{whole & (1 << 64) - 1:x}")
        whole >>= 64
    return f"{' '.join(reversed(words)) or '0'}\n"


def murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bits, seed 0 (systemd, src/basic/MurmurHash2.c)."""
    m, mask, h = 0x5BD1E995, 0xFFFFFFFF, len(data)
    while len(data) >= 4:
        k = int.from_bytes(data[:4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
        data = data[4:]
    if data:
        h = (h ^ int.from_bytes(data, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def in_a_world(scene: Callable[[World], Awaitable[None] | None]) -> Callable[[], None]:
    """Makes a test of a scene: it runs in a process of its own, in a world of its own."""

    def test() -> None:
        own = ["unshare", "--mount", "--net"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
        player = [sys.executable, "-W", "error", "-m", __name__, scene.__module__, scene.__name__]
        # why: libudev asks whether /sys is a sysfs, and this one is ours (systemd's own tests say so too)
        env = os.environ | {"SYSTEMD_DEVICE_VERIFY_SYSFS": "0"}
        done = subprocess.run([*own, *player], cwd=ROOT, env=env, capture_output=True, text=True, timeout=110,
                              check=False)  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    test.__name__, test.__doc__, test.__module__ = scene.__name__, scene.__doc__, scene.__module__
    test.scene = scene  # type: ignore[attr-defined]  # why: found again by the process that plays it
    return test


def main() -> None:
    """Play one scene: MODULE NAME."""
    test: Any = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
    world = World()
    try:
        played = test.scene(world)
        if inspect.iscoroutine(played):
            asyncio.run(played)
    finally:
        world.close()


def _host_controller() -> None:
    """The root hub has a serial of its own, which is nobody's."""
    for name, value in (("uevent", "DEVTYPE=usb_device"), ("serial", "0000:00:14.0"), ("idVendor", "1d6b")):
        _write(f"{BUS}/{name}", f"{value}\n")
    Path(BUS, "subsystem").symlink_to("/sys/bus/usb")
    Path("/sys/bus/pci").mkdir()
    _write(f"{Path(BUS).parent}/uevent", "DRIVER=xhci_hcd\n")
    Path(Path(BUS).parent, "subsystem").symlink_to("/sys/bus/pci")


def _database(thing: Thing) -> Path:
    return Path(f"/run/udev/data/c{thing.told['MAJOR']}:{thing.told['MINOR']}")


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, "utf-8")


def _mount(over: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "luukku-test", over], check=True)


def _dev_of_our_own() -> None:
    """/dev with what every program needs, and room for our nodes."""
    made = Path(tempfile.mkdtemp(prefix="luukku-dev-"))
    _mount(str(made))
    for name in KEPT:
        real, ours = Path("/dev", name), made / name
        if real.is_symlink():
            ours.symlink_to(os.readlink(real))
        elif real.exists():
            ours.mkdir() if real.is_dir() else ours.touch()
            subprocess.run(["mount", "--rbind", str(real), str(ours)], check=True)
    (made / "pts").mkdir()
    subprocess.run(["mount", "-t", "devpts", "-o", "newinstance,ptmxmode=666", "devpts", str(made / "pts")], check=True)
    (made / "ptmx").symlink_to("pts/ptmx")
    subprocess.run(["mount", "--move", str(made), "/dev"], check=True)
    made.rmdir()


def _loopback() -> None:
    """Up: a new network namespace has it down."""
    with socket.socket() as line:
        fcntl.ioctl(line, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING


if __name__ == "__main__":
    main()
