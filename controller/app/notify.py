"""What systemd is told of the daemon: ready, alive, stopping (sd_notify(3), and the watchdog of systemd.service(5)).

Alive means that a customer's ticket would be stored: each sign is sent after a write of ours went the way of every
ticket, through the ledger to the disk (ADR 0015). Without NOTIFY_SOCKET nothing is sent and nothing is written.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from controller.domain.commands import Tick
from controller.domain.draft import Refused
from controller.journal.faults import JournalFault, JournalFull
from controller.ledger import CommandFailed, Ledger
from drivers.supervisor import SIGNS, listens, period_s, tell

CURSOR = "watchdog"  # the cursor whose write proves the way to the disk

log = structlog.get_logger("notify")


@asynccontextmanager
async def telling(ledger: Ledger) -> AsyncIterator[None]:
    """READY now, a sign of life while inside, STOPPING on the way out."""
    if not listens():
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
