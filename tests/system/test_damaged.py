"""A disk that lost part of the journal while central was away: what is readable still reaches central."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.system.conftest import MakeDemo
from tests.system.stage import PATIENCE_S, Demo
from tests.system.stranger import Stranger, chained, stranger, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
TICKETS = 6


async def test_what_a_damaged_journal_held_reaches_central_and_no_number_comes_twice(own_demo: MakeDemo) -> None:
    demo = await own_demo()
    async with stranger(demo) as client:
        await client.central_has_all()
        demo.send("central", signal.SIGSTOP)
        numbers = {(await client.take("tyo-tyonhaku"))["number"] for _ in range(TICKETS)}
        old = (await client.journal())[0]
    await asyncio.to_thread(demo.crash)
    await asyncio.to_thread(_damage, demo.data / "journal.db-wal")
    await asyncio.to_thread(demo.start)
    async with stranger(demo) as client:
        await _has_the_old_one_whole(client, demo, old)
        fresh = await client.take("tyo-tyonhaku")
        assert fresh["number"] not in numbers
        await client.central_has_all()
        kept = list(demo.data.glob("journal.db.damaged-*"))
        assert kept, "the damaged file is evidence: it is kept"


def _damage(log: Path) -> None:
    """A few sectors near the end of what was written are not what was written."""
    size = log.stat().st_size
    with log.open("r+b") as file:
        file.seek(size * 3 // 4)
        file.write(b"\xa5" * 2048)


async def _has_the_old_one_whole(client: Stranger, demo: Demo, old: bytes) -> None:
    """Everything that could be read of the damaged journal stands at central, from its first event on."""
    journal = old.split(b'"id":"')[1].split(b"-")[0].decode()

    async def delivered() -> bool:
        return bool(list(demo.data.glob("journal.db.delivered-*")))

    await until(delivered, PATIENCE_S, "the damaged journal's events are delivered")
    there = await client.at_central(journal=journal)
    assert there[0] == old
    chained(there)
    assert sum(b'"luukku.ticket.issued.v1"' in event for event in there) > 0
