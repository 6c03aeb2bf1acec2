"""How a device is, into the journal: each change once, and nothing lost while the disk refuses.

A contact that flickers would fill the disk and the line to central: after `BURST` changes only how it is every
`EVERY_S` seconds is told, and in any case how it is when it has come to rest.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from controller.domain.commands import ReportDevice
from controller.domain.draft import Refused
from controller.domain.event_words import DeviceState
from controller.domain.pace import Bucket
from controller.journal.faults import JournalFault
from controller.ledger import Ledger

AGAIN_S = 1.0  # after a disk that refused
BURST, EVERY_S = 20, 2.0

log = structlog.get_logger("devices")


async def journal(
    ledger: Ledger, id_: str, kind: str, *, simulated: bool,
    now: Callable[[], tuple[DeviceState, tuple[str, ...]]], changed: Callable[[], Awaitable[object]],
) -> NoReturn:  # fmt: skip
    """`now`: state and causes; `changed` waits until they may be others. For ever."""
    loop, pace = asyncio.get_running_loop(), Bucket(BURST, EVERY_S)
    while True:
        if wait_s := pace.take(loop.time()):
            await asyncio.sleep(wait_s)
            pace.take(loop.time())
        state, causes = now()
        report = ReportDevice(
            actor=f"device:{id_}", device=id_, kind=kind, state=state, causes=causes, simulated=simulated
        )
        try:
            await ledger.submit(report)
        except JournalFault:
            await asyncio.sleep(AGAIN_S)
            continue
        except Refused as no:
            log.error("a device said what no event can carry", device=id_, why=str(no))
        await changed()
