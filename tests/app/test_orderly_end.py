"""An orderly end: what the next start finds is the whole journal, not the journal less what was in hand."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from controller.app.compose import _heart
from controller.journal import replay
from controller.journal.hand import OwnThread
from controller.journal.store import Journal
from tests.journal.rig import ledger_on, ticket

T = TypeVar("T")
PATIENCE_S = 60.0
END_S = 0.05  # after the end has begun


class SlowDisk(OwnThread):
    """A journal's thread whose jobs wait until it `turns`."""

    turns = threading.Event()

    async def do(self, job: Callable[[], T]) -> T:
        def slowly() -> T:
            assert self.turns.wait(PATIENCE_S)
            return job()

        return await super().do(slowly)


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """It turns until somebody stops it."""
    monkeypatch.setattr(SlowDisk, "turns", threading.Event())
    SlowDisk.turns.set()
    return SlowDisk.turns


async def under_way() -> None:
    """What was asked is in the ledger's hand, and waits for the disk."""
    for _ in range(20):
        await asyncio.sleep(0)


def turns_again(disk: threading.Event) -> None:
    """Soon, but not before the end has begun: who calls this leaves at once."""
    asyncio.get_running_loop().call_later(END_S, disk.set)


async def test_a_commit_under_way_when_the_daemon_is_told_to_end_is_in_the_snapshot_that_it_keeps(
    tmp_path: Path, disk: threading.Event
) -> None:
    path = tmp_path / "journal.db"
    async with Journal("p1", path, hand=lambda: SlowDisk("journal")) as journal:
        ledger = await ledger_on(journal)
        async with _heart(ledger):
            disk.clear()
            asking = asyncio.create_task(ledger.submit(ticket()))
            await under_way()
            assert ledger.state.seq == 0, "the commit should still be under way"
            asking.cancel()  # as a page's task is, when the doors are closed
            await asyncio.gather(asking, return_exceptions=True)
            turns_again(disk)
        kept = await journal.snapshot("latest")
        assert kept is not None and kept.seq == journal.seq > 0
        assert replay.decode(kept.state) == ledger.state


async def test_what_was_only_asked_for_is_answered_before_the_end(tmp_path: Path, disk: threading.Event) -> None:
    async with Journal("p1", tmp_path / "journal.db", hand=lambda: SlowDisk("journal")) as journal:
        ledger = await ledger_on(journal)
        async with _heart(ledger):
            disk.clear()
            first = asyncio.create_task(ledger.submit(ticket()))
            await under_way()
            second = asyncio.create_task(ledger.submit(ticket()))  # waits behind the commit that is under way
            await asyncio.sleep(0)
            turns_again(disk)
        assert first.done() and second.done() and len(ledger.state.tickets) == 2
