"""Faults planted on purpose, in a box and in a central, are found by the power cuts: a search that finds nothing in
`test_power_cut.py` is worth something.
"""

import asyncio
import secrets
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import apsw
import pytest

from controller.central import disk as central_disk
from controller.journal import file, wal
from controller.journal import rescue as rescue_of_the_box
from controller.journal.file import JournalFile
from controller.journal.migrate import migrate
from controller.journal.store import Journal
from tests.journal.rig import HandClock
from tests.powercut import box_stories, central_stories, rescue
from tests.powercut.box import BoxWitness, Owed
from tests.powercut.campaign import Effort, Story, Tally, cut_again, cut_everywhere, lying
from tests.powercut.central import CentralWitness
from tests.powercut.disk import Sync, recording
from tests.powercut.images import Disk
from tests.powercut.point import a_recorded_point

FEW = Effort(images=3, every=0)


async def a_day_at_the_box(folder: Path, effort: Effort = FEW) -> Tally:
    story = await box_stories.told(box_stories.days, folder / "box", Random(1), things=9)
    tally = Tally()
    await cut_everywhere(story, BoxWitness(), folder / "image", Random(1), effort, tally)
    return tally


async def a_day_at_central(folder: Path) -> Tally:
    story = await central_stories.told(central_stories.one_box_at_a_time, folder / "central", Random(1), things=8)
    tally = Tally()
    await cut_everywhere(story, CentralWitness(), folder / "image", Random(1), FEW, tally)
    return tally


def found(tally: Tally, *words: str) -> int:
    """How many images were wrong in these words."""
    return sum(any(word in wrong for word in words) for wrong in tally.wrong)


@pytest.mark.parametrize("mode", ["NORMAL", "OFF"])
def test_less_than_full_sync_at_the_box_loses_what_was_said(
    mode: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = JournalFile._prepare

    def careless(self: JournalFile, log_bytes: int) -> None:
        prepare(self, log_bytes)
        self._db.execute(f"PRAGMA synchronous = {mode}")

    monkeypatch.setattr(JournalFile, "_prepare", careless)
    tally = asyncio.run(a_day_at_the_box(folder))
    print(mode, tally)
    assert found(tally, "acknowledged", "lost", "older than") > tally.total / 20


@pytest.mark.parametrize("mode", ["normal", "off"])
def test_less_than_full_sync_at_central_loses_what_was_acknowledged(
    mode: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = central_disk._prepare

    def careless(connection: apsw.Connection, path: Path) -> None:
        prepare(connection, path)
        connection.pragma("synchronous", mode)

    monkeypatch.setattr(central_disk, "_prepare", careless)
    tally = asyncio.run(a_day_at_central(folder))
    print(mode, tally)
    assert found(tally, "acknowledged", "lost", "older than") > tally.total / 20


def test_an_answer_before_its_commit_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append, under_way = Journal.append, list[asyncio.Task[None]]()

    async def early(self: Journal, *batch: Any) -> None:
        under_way.append(asyncio.create_task(append(self, *batch)))

    monkeypatch.setattr(Journal, "append", early)
    tally = asyncio.run(a_day_at_the_box(folder))
    assert found(tally, "acknowledged", "answers lost") > 20


def test_an_answer_in_another_commit_than_its_events_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append = JournalFile.append

    def by_halves(self: JournalFile, first: int, bodies: Any, answers: Any, cursors: Any, now_ms: int) -> None:
        append(self, first, bodies, [], {}, now_ms)
        append(self, first + len(bodies), [], answers, cursors, now_ms)

    monkeypatch.setattr(JournalFile, "append", by_halves)
    assert found(asyncio.run(a_day_at_the_box(folder)), "half a transaction") > 10


def test_a_journal_that_bears_its_name_before_it_is_whole_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def under_its_name(path: Path, vfs: str | None) -> None:
        with closing(apsw.Connection(str(path), vfs=vfs)) as db:
            migrate(db)
            rows = [("journal", secrets.token_hex(16).encode()), ("secret", secrets.token_bytes(32))]
            db.executemany("INSERT INTO meta VALUES (?, ?)", rows)

    monkeypatch.setattr(file, "create", under_its_name)
    assert found(asyncio.run(a_day_at_the_box(folder)), "taken for damage") > 2


def test_remains_of_a_first_cut_that_look_like_damage_at_the_second_are_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = asyncio.run(cut_in_a_large_commit_and_again(folder))
    assert sound.wrong == [] and sound.total > 50
    monkeypatch.setattr(wal, "_wipe", lambda log, frames: None)
    assert found(asyncio.run(cut_in_a_large_commit_and_again(folder)), "taken for damage") > 0


async def cut_in_a_large_commit_and_again(folder: Path) -> Tally:
    """The power goes when all of a commit but its first page is on the disk, comes back, and goes while starting."""
    with lying(folder / "box", {}), recording(folder / "box") as record:
        story, tally = Story(record, Owed()), Tally()
        async with a_recorded_point(story, HandClock()) as point:
            await point.take("k-1")
            begin = len(record.ops)
            await point.journal.probe()
    end = next(n for n, op in enumerate(record.ops) if n > begin and isinstance(op, Sync))
    disk, owed = Disk(record.start), story.owed.copy()
    for op in record.ops[:end]:
        disk.apply(op)
    for position, said in story.said:
        if position <= end:
            owed.add(said)
    image = disk.without_the_first(2)  # the head and the page of one frame
    await cut_again(BoxWitness(), folder / "image", image, owed, Random(1), Effort(images=8, every=0), tally)
    return tally


def test_a_central_that_acknowledges_before_its_disk_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def early(self: central_disk.Disk, group: list[Any]) -> None:
        if group:
            with self._open() as connection:
                for asked in group:
                    asked.answer(*central_disk._in_savepoint(connection, asked.job))
                time.sleep(0.02)  # until it is said

    monkeypatch.setattr(central_disk.Disk, "_commit", early)
    tally = asyncio.run(a_day_at_central(folder))
    assert found(tally, "acknowledged", "commands lost") > 20


def test_a_rescue_whose_names_may_reach_the_disk_in_any_order_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescue_of_the_box, "sync_folder", lambda folder: None)
    tally = asyncio.run(rescue.cut(rescue.a_hole_in_the_log, folder, 1, Effort(images=8, every=0)))
    assert found(tally, "not kept", "lost", "wait for central", "secret") > 0
