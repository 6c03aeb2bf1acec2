"""The heart of a point as a process: journal, ledger and uplink, without doors, voices and devices.

    main([PATH, URL])     lives one short morning on the journal at PATH; says each number that it answered with

It asks again with the same key until it is answered, as a kiosk does, and ends when central has everything.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from controller.domain.commands import FinishPrint, StartPrint
from controller.domain.draft import Refused
from controller.journal.faults import JournalFault
from controller.ledger import Key, Ledger
from controller.ports.central import LinkState
from controller.uplink.sync import Uplink
from tests.central.rig import TOKENS
from tests.journal import rig

BEFORE, AFTER = 3, 2  # tickets before a snapshot and a checkpoint, and after
AGAIN, AGAIN_S = 100, 0.01
DELIVERED_S = 120.0
OVER = "over"
START = partial(StartPrint, device="lobby", cut0=1, power_life="x", copy=0, attempt=1)
END = partial(FinishPrint, result="confirmed", tier="T1", cause="", ms=900)


def main(words: Sequence[str]) -> int:
    asyncio.run(morning(Path(words[0]), words[1]))
    return 0


async def morning(path: Path, url: str) -> None:
    async with rig.a_point(path) as ledger, delivering(ledger, url) as at_central:
        for n in range(BEFORE):
            await answered(ledger, n)
        await printed(ledger)
        with suppress(JournalFault):
            await ledger.snapshot()
            await ledger.journal.checkpoint()
        for n in range(BEFORE, BEFORE + AFTER):
            await answered(ledger, n)
        async with asyncio.timeout(DELIVERED_S):
            while at_central() < ledger.journal.seq:
                await asyncio.sleep(0.005)
    print(OVER, flush=True)


async def answered(ledger: Ledger, n: int) -> None:
    """Ask for a number until there is one, and only then say it."""
    for _ in range(AGAIN):
        try:
            reply = await ledger.submit(
                rig.ticket(device="lobby"), render=rig.number, refusal=rig.refusal, key=Key(f"key-{n}", b"?")
            )
        except JournalFault as no:
            print(f"503 {no}", flush=True)
            await asyncio.sleep(AGAIN_S)
        else:
            print(f"{reply.status} {n} {reply.body.decode()}", flush=True)
            return
    raise SystemExit("it does not mend")


async def printed(ledger: Ledger) -> None:
    """The first ticket's paper, as the paper reader has it journalled; once."""
    first = next(iter(ledger.state.tickets))
    for command in (START(ticket=first), END(ticket=first)):
        with suppress(JournalFault, Refused):
            await ledger.submit(command)


@asynccontextmanager
async def delivering(ledger: Ledger, url: str) -> AsyncIterator[Callable[[], int]]:
    """The uplink at work; gives what central is known to have."""
    known = [0]

    def heard(link: LinkState) -> None:
        assert not link.fork, link.detail
        known[0] = link.seq or 0

    uplink = Uplink(ledger.journal, url, TOKENS["box"], random=random.Random(1), on_link=heard)
    task = asyncio.create_task(uplink.run())
    try:
        yield lambda: known[0]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
