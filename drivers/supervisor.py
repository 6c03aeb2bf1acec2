"""What systemd is told of a process that it supervises (sd_notify(3), and the watchdog of systemd.service(5))."""

import os
import socket
from contextlib import suppress

PERIOD_S = 15.0  # between two signs' worth of patience, where systemd names none
SIGNS = 3  # signs in one watchdog period, so that two may be late


def listens() -> bool:
    """Whether anybody wants to be told."""
    return "NOTIFY_SOCKET" in os.environ


def period_s() -> float:
    """How long systemd waits for a sign (WatchdogSec=)."""
    return int(os.environ.get("WATCHDOG_USEC", PERIOD_S * 1e6)) / 1e6


def tell(*lines: str) -> None:
    """One datagram to systemd. Never waits and never raises: who does not listen is told nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line, suppress(OSError):
        line.setblocking(False)
        line.sendto("\n".join(lines).encode(), "\0" + address[1:] if address.startswith("@") else address)
