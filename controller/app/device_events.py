"""How a device is, into the journal: each change once, and nothing lost while the disk refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from controller.domain.commands import ReportDevice
from controller.domain.draft import Refused
from controller.domain.events import DeviceState
from controller.journal.faults import JournalFault
from controller.ledger import Ledger

AGAIN_S = 1.0  # after a disk that refused

log = structlog.get_logger("devices")


async def journal(
    ledger: Ledger, id_: str, kind: str, *, simulated: bool,
    now: Callable[[], tuple[DeviceState, tuple[str, ...]]], changed: Callable[[], Awaitable[object]],
) -> NoReturn:  # fmt: skip
    """`now`: state and causes; `changed` waits until they may be others. For ever."""
    while True:
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
