"""What systemd is told of the daemon: ready, alive, stopping (sd_notify(3), and the watchdog of systemd.service(5)).

Alive means that a customer's ticket would be stored: each sign is sent after a write of ours went the way of every
ticket, through the ledger to the disk (ADR 0015). Without NOTIFY_SOCKET nothing is sent and nothing is written.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from controller.domain.commands import Tick
from controller.domain.draft import Refused
from controller.journal.faults import JournalFault, JournalFull
from controller.ledger import CommandFailed, Ledger

CURSOR = "watchdog"  # the cursor whose write proves the way to the disk
SIGNS = 3  # signs in one watchdog period, so that two may be late
PERIOD_S = 15.0  # between two signs' worth of patience, where systemd names none

log = structlog.get_logger("notify")


@asynccontextmanager
async def telling(ledger: Ledger) -> AsyncIterator[None]:
    """READY now, a sign of life while inside, STOPPING on the way out."""
    if "NOTIFY_SOCKET" not in os.environ:
        yield
        return
    tell("READY=1", "STATUS=serving")
    heart = asyncio.create_task(_signs(ledger))
    try:
        yield
    finally:
        tell("STOPPING=1", "STATUS=stopping")
        heart.cancel()
        with suppress(asyncio.CancelledError):
            await heart


async def _signs(ledger: Ledger) -> None:
    n = 0
    while True:
        n += 1
        try:
            status = await proven(ledger, n)
        except JournalFault as fault:  # a journal found damaged: no sign, systemd starts us again and it is rescued
            log.exception("no sign of life for systemd", why=str(fault))
        else:
            tell("WATCHDOG=1", f"STATUS={status}")
        await asyncio.sleep(period_s() / SIGNS)


async def proven(ledger: Ledger, n: int) -> str:
    """Returns once the disk has answered; says what. Raises JournalFault for what a new start may mend.

    A full disk has answered too: a start does not mend it, and would only take away the pages that say so.
    """
    try:
        await ledger.submit(Tick(), cursor=(CURSOR, n))
    except JournalFull as full:
        return f"no ticket can be stored: {full}"
    except (Refused, CommandFailed):
        pass  # what was decided is another matter: the cursor is on the disk
    return "serving"


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
