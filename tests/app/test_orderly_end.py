"""An orderly end: what the next start finds is the whole journal, not the journal less what was in hand."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from controller.app.compose import _heart
from controller.journal import replay
from controller.journal.hand import OwnThread
from controller.journal.store import Journal
from tests.journal.rig import ledger_on, ticket

T = TypeVar("T")
DISK_S = 0.05  # a slow disk: long enough that the end comes while the commit is under way


class SlowDisk(OwnThread):
    """A journal's thread whose every job takes its time."""

    async def do(self, job: Callable[[], T]) -> T:
        def slowly() -> T:
            time.sleep(DISK_S)
            return job()

        return await super().do(slowly)


async def test_a_commit_under_way_when_the_daemon_is_told_to_end_is_in_the_snapshot_that_it_keeps(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    async with Journal("p1", path, hand=lambda: SlowDisk("journal")) as journal:
        ledger = await ledger_on(journal)
        async with _heart(ledger):
            asking = asyncio.create_task(ledger.submit(ticket()))
            await asyncio.sleep(DISK_S / 5)
            assert ledger.state.seq == 0, "the commit should still be under way"
            asking.cancel()  # as a page's task is, when the doors are closed
            await asyncio.gather(asking, return_exceptions=True)
        kept = await journal.snapshot("latest")
        assert kept is not None and kept.seq == journal.seq > 0
        assert replay.decode(kept.state) == ledger.state


async def test_what_was_only_asked_for_is_answered_before_the_end(tmp_path: Path) -> None:
    async with Journal("p1", tmp_path / "journal.db", hand=lambda: SlowDisk("journal")) as journal:
        ledger = await ledger_on(journal)
        async with _heart(ledger):
            first = asyncio.create_task(ledger.submit(ticket()))
            await asyncio.sleep(DISK_S / 5)
            second = asyncio.create_task(ledger.submit(ticket()))  # waits behind the commit that is under way
            await asyncio.sleep(0)
        assert first.done() and second.done() and len(ledger.state.tickets) == 2
