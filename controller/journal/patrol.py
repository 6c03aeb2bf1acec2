"""The whole chain, proven while the point works: once after a start, then every night.

A large journal is opened without reading all of it: customers wait. What was damaged long ago is found here; the daemon
then ends, and the next start checks the whole file and rescues what is readable.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from controller.journal.faults import JournalDamaged, JournalFault
from controller.journal.retention import base_state
from controller.journal.store import Journal

AT_ONCE = 200  # events in one turn of the journal's hand: a millisecond or two that a ticket might wait
PAUSE_S = 0.05
NIGHT = 3  # o'clock, local

log = structlog.get_logger("journal")


async def patrol(journal: Journal, local: Callable[[], datetime]) -> None:
    """For ever; raises JournalDamaged. `local` is the point's wall clock."""
    while True:
        try:
            log.info("the journal is whole", to=await walk(journal))
        except JournalDamaged:
            raise
        except JournalFault as fault:
            log.warning("the journal could not be read through; again at night", why=str(fault))
        await asyncio.sleep(_to_night(local()))


async def walk(journal: Journal, *, pause_s: float = PAUSE_S) -> int:
    """Prove every event from the oldest kept to the newest; gives the last seq. Raises JournalDamaged."""
    base = await base_state(journal)
    seq, chain = base.seq, base.chain
    while True:
        proven, chain = await journal.walk(seq, chain, AT_ONCE)
        if proven == seq:
            return seq
        seq = proven
        await asyncio.sleep(pause_s)


def _to_night(now: datetime) -> float:
    """Seconds until the next night's hour."""
    then = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return ((then if then > now else then + timedelta(days=1)) - now).total_seconds()
