"""Network namespaces and the devices in them, by Linux's own calls: no program is run for it, nothing is left behind.

A namespace lives as long as a descriptor of it is open or a process is in it; its device as long as the TUN is open.
Sources: setns(2), unshare(2), netdevice(7), the kernel's Documentation/networking/tuntap.rst and linux/route.h.
"""

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA  # _IOW('T', 202, int)
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
IFF_UP = 0x1
SIOCADDRT, SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x890B, 0x8913, 0x8914, 0x8916, 0x891C
RTF_UP = 0x1
NETMASK = "255.255.255.0"
DEVICE = "eth0"  # a browser takes what is called tun for a VPN, and likes it less
HERE = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


class _Route(ctypes.Structure):
    """struct rtentry of a 64-bit kernel."""

    _fields_ = (
        ("pad1", ctypes.c_ulong),
        ("dst", ctypes.c_char * 16),
        ("gateway", ctypes.c_char * 16),
        ("genmask", ctypes.c_char * 16),
        ("flags", ctypes.c_ushort),
        ("pad2", ctypes.c_short),
        ("pad3", ctypes.c_ulong),
        ("pad4", ctypes.c_void_p),
        ("metric", ctypes.c_short),
        ("dev", ctypes.c_char_p),
        ("mtu", ctypes.c_ulong),
        ("window", ctypes.c_ulong),
        ("irtt", ctypes.c_ushort),
    )


def new_namespace() -> int:
    """A descriptor of a fresh one, with its loopback up. Raises OSError (EPERM without CAP_SYS_ADMIN)."""
    with _back_again():
        _check(_libc.unshare(CLONE_NEWNET), "unshare")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            _set_up(sock, "lo", up=True)
        return os.open(HERE, os.O_RDONLY | os.O_CLOEXEC)


@contextmanager
def inside(namespace: int | str) -> Iterator[None]:
    """This thread in another namespace (a descriptor, or the path of one): sockets that are made here stay there."""
    with _back_again():
        if isinstance(namespace, int):
            _check(_libc.setns(namespace, CLONE_NEWNET), "setns")
        else:
            fd = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
            try:
                _check(_libc.setns(fd, CLONE_NEWNET), "setns")
            finally:
                os.close(fd)
        yield


def new_device(namespace: int, address: str) -> int:
    """The non-blocking descriptor of a device there that is up, has the address and is the way to everywhere: each
    read is one IP packet that left, each write one that arrives. Raises OSError."""
    with inside(namespace):
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
        except OSError:
            os.close(fd)
            raise
    plug(namespace, address)
    return fd


def plug(namespace: int, address: str) -> None:
    """Give the device this address in place of the one it had, and put its link up."""
    with inside(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFADDR, struct.pack("16s16s8x", DEVICE.encode(), _sockaddr(address)))
        fcntl.ioctl(sock, SIOCSIFNETMASK, struct.pack("16s16s8x", DEVICE.encode(), _sockaddr(NETMASK)))
        _set_up(sock, DEVICE, up=True)
        _default_route(sock)


def unplug(namespace: int) -> None:
    """The link goes down: whoever is there is told so by the kernel, and has no way anywhere."""
    with inside(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        _set_up(sock, DEVICE, up=False)


def _default_route(sock: socket.socket) -> None:
    anywhere = ctypes.create_string_buffer(_sockaddr("0.0.0.0"), 16)
    route = _Route(flags=RTF_UP, dev=DEVICE.encode())
    for field in ("dst", "gateway", "genmask"):
        ctypes.memmove(ctypes.addressof(route) + getattr(_Route, field).offset, anywhere, 16)
    try:
        fcntl.ioctl(sock, SIOCADDRT, route)
    except FileExistsError:
        return  # the link was up all the time, and the way is still there


def _set_up(sock: socket.socket, device: str, *, up: bool) -> None:
    asked = struct.pack("16sH22x", device.encode(), 0)
    flags = struct.unpack_from("H", fcntl.ioctl(sock, SIOCGIFFLAGS, asked), 16)[0]
    flags = flags | IFF_UP if up else flags & ~IFF_UP
    fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH22x", device.encode(), flags))


def _sockaddr(address: str) -> bytes:
    return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


@contextmanager
def _back_again() -> Iterator[None]:
    """Whatever namespace the block goes to, this thread is back in its own after it."""
    home = os.open(HERE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield
    finally:
        _check(_libc.setns(home, CLONE_NEWNET), "setns back")
        os.close(home)


def _check(answer: int, call: str) -> None:
    if answer != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
