"""The record of a disk says what really happens: the same story, told by a process of its own on the real disk with
nothing of ours in between, asks the same of the kernel, call by call, offset by offset, sync by sync.

An earlier model forgot that SQLite syncs the folder with the first sync of a new log, and saw everything lost.
"""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.powercut.disk import Record, SyncFolder, recording
from tests.powercut.images import Disk
from tests.powercut.teller import TELL
from tests.powercut.trace import CALLS, Said, of_record, of_strace

pytestmark = pytest.mark.system


async def recorded(name: str, folder: Path) -> Record:
    return await TELL[name](folder, recording)


def traced(name: str, folder: Path, start: set[str]) -> list[Said]:
    """What a process that tells the story asks of the kernel."""
    calls = folder.with_suffix(".calls")
    program = (sys.executable, "-m", "tests.powercut.teller", name, str(folder))
    subprocess.run(
        ["strace", "-f", "-y", "-qq", "-s", "40", "-e", f"trace={CALLS}", "-o", str(calls), *program],
        check=True, timeout=100, capture_output=True,
    )  # fmt: skip
    return of_strace(calls, folder, start)


@pytest.mark.parametrize("name", ["days", "a_small_log", "old_events_go", "no_head", "a_hole_in_the_log"])
def test_what_is_recorded_of_the_box_is_what_the_kernel_is_asked_for(name: str, tmp_path: Path) -> None:
    same(name, tmp_path)


def test_what_is_recorded_of_central_is_what_the_kernel_is_asked_for(tmp_path: Path) -> None:
    same("one_box_at_a_time", tmp_path)


def same(name: str, folder: Path) -> None:
    record = asyncio.run(recorded(name, folder / "recorded"))
    ours, kernels = of_record(record), traced(name, folder / "traced", set(record.start))
    for number, (one, other) in enumerate(zip(ours, kernels, strict=False)):
        assert one == other, f"call {number}"
    assert len(ours) == len(kernels)
    kinds = Counter(said[0] for said in ours)
    print(f"{name}: {dict(kinds)}")
    assert kinds["write"] > 50 and kinds["sync"] > 10 and kinds["sync folder"] > 2


def test_without_the_sync_of_its_folder_everything_would_seem_lost(tmp_path: Path) -> None:
    record = asyncio.run(recorded("days", tmp_path / "recorded"))
    true, forgetful = Disk(record.start), Disk(record.start)
    for op in record.ops:
        true.apply(op)
        if not isinstance(op, SyncFolder):
            forgetful.apply(op)
    assert "journal.db" in true.synced()
    assert forgetful.synced() == {}
