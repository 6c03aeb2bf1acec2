"""The network: an interface that is up, and a way out."""

import fcntl
import socket
import struct
from pathlib import Path

from controller.app.doctor.finding import Box, Finding, fail, ok, warn

SIOCGIFFLAGS, IFF_RUNNING = 0x8913, 0x40  # linux/sockios.h, linux/if.h


def network(box: Box) -> Finding:
    """An address, and a way out."""
    routes = [line.split() for line in Path("/proc/net/route").read_text("ascii").splitlines()[1:]]
    ways = sorted({words[0] for words in routes if words[1] == "00000000"})
    up = [name for _, name in socket.if_nameindex() if name != "lo" and _up(name)]
    if not up:
        return fail("no interface is up", "the cable; ip addr")
    if not ways:
        return warn(f"{', '.join(up)} up, but no default route", "DHCP or /etc/network/interfaces; ip route")
    return ok(f"out by {', '.join(ways)}")


def _up(name: str) -> bool:
    """Is it switched on, with a line on it? netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        answer = fcntl.ioctl(line, SIOCGIFFLAGS, struct.pack("16sH14x", name.encode(), 0))
    return bool(struct.unpack("16xH14x", answer)[0] & IFF_RUNNING)
