"""`acked` is true: it is on disk before it is said, a full disk says so, and a loss at central shows and heals."""

import asyncio
import random
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import apsw
import pytest

from controller.central.batch import read_batch
from controller.central.disk import InUse
from controller.central.sink import Head, StorageFull
from controller.central.store import Store
from tests.central.rig import Box, Central, batch, process_client

pytestmark = pytest.mark.system


def clock() -> int:
    return 1_795_000_000_000


async def test_what_was_acknowledged_is_on_disk_when_central_is_killed(tmp_path: Path) -> None:
    box = Box().fill(400)
    chance = random.Random(7)
    async with process_client(tmp_path) as (central, process):
        acked = 0
        for _ in range(4):
            killer = asyncio.create_task(kill_soon(process, chance.uniform(0.0, 0.15)))
            while True:
                try:
                    status, said = await central.send(box.events[acked : acked + chance.randint(1, 5)])
                except (aiohttp.ClientError, ConnectionError):
                    break
                assert status == 200 and isinstance(said["acked"], int)
                acked = said["acked"] if acked < 390 else 0
            await killer
            await process.start()
            seq, chain = await central.head()
            assert seq >= acked
            assert seq == 0 or chain == box.events[seq - 1].chain
            assert await central.stored() == box.bodies[:seq]
            acked = seq


async def kill_soon(process: Central, delay: float) -> None:
    await asyncio.sleep(delay)
    await process.kill()


class Watched(apsw.VFS):
    """The real disk, noting each write and each sync of the write-ahead log."""

    def __init__(self, log: list[str]) -> None:
        self.log, self.real = log, apsw.vfs_names()[0]
        super().__init__("watched", self.real, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        return WatchedFile(self.log if path.endswith("-wal") else [], self.real, name, flags)


class WatchedFile(apsw.VFSFile):
    def __init__(self, log: list[str], real: str, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self.log = log
        super().__init__(real, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self.log.append("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self.log.append("sync")
        super().xSync(flags)


async def test_an_acknowledgement_comes_only_after_its_write_was_synced(tmp_path: Path) -> None:
    box, log = Box().fill(40), list[str]()
    disk = Watched(log)
    try:
        async with Store(tmp_path / "central.db", clock) as store:
            for event in box.events:
                log.clear()
                await store.take(read_batch("sodankyla", batch([event])))
                assert log.count("write") >= 1 and log[-1] == "sync"
            log.clear()
            new = [Box(f"p{n}").fill(1, prints=n) for n in range(60)]
            await asyncio.gather(*(store.take(read_batch(one.point, batch(one.events))) for one in new))
            assert log[-1] == "sync" and log.count("sync") <= 10  # what queued meanwhile shared a commit
    finally:
        disk.unregister()


async def test_a_disk_that_cannot_take_more_gives_no_false_acknowledgement_and_mends_itself(tmp_path: Path) -> None:
    box = Box().fill(3000)
    async with process_client(tmp_path) as (central, process):
        assert (await central.send(box.events[:100]))[0] == 200
        assert process.process is not None
        pid = process.process.pid
        size = max(path.stat().st_size for path in tmp_path.iterdir())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 50_000, resource.RLIM_INFINITY))
        first, refused = 100, None
        while refused is None:
            status, said = await central.send(box.events[first : first + 50])
            if status == 200:
                first += 50
            else:
                refused = (status, said["type"])
        assert refused == (503, "/problems/storage-full")
        assert (await central.send(box.events[first:]))[0] == 503
        assert (await central.head())[0] == first
        assert await central.stored() == box.bodies[:first]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        status, said = await central.send(box.events[first:])
        assert (status, said["acked"]) == (200, 3000)
        assert await central.stored() == box.bodies


async def test_sqlite_full_refuses_the_batch_keeps_reading_and_mends_itself(tmp_path: Path) -> None:
    box = Box().fill(1000)
    async with Store(tmp_path / "central.db", clock) as store:
        await store.take(read_batch("sodankyla", batch(box.events[:10])))
        pages = await store.disk.read(lambda connection: connection.pragma("page_count"))
        await store.disk.read(lambda connection: connection.pragma("max_page_count", pages + 2))
        with pytest.raises(StorageFull):
            await store.take(read_batch("sodankyla", batch(box.events[10:])))
        assert await store.head("sodankyla", "j1") == Head("j1", 10, box.events[9].chain)
        assert [body for _, body in await store.events("sodankyla", "j1", 0, 10_000)] == box.bodies[:10]
        await store.disk.read(lambda connection: connection.pragma("max_page_count", 1_000_000))
        taken = await store.take(read_batch("sodankyla", batch(box.events[10:])))
        assert taken.head.seq == 1000
        assert [body for _, body in await store.events("sodankyla", "j1", 0, 10_000)] == box.bodies


async def test_writes_that_queue_together_share_a_commit_and_each_gets_its_answer(tmp_path: Path) -> None:
    boxes = [Box(f"p{n}").fill(3, prints=n) for n in range(50)]
    async with Store(tmp_path / "central.db", clock) as store:
        taken = await asyncio.gather(*(store.take(read_batch(box.point, batch(box.events))) for box in boxes))
        assert [one.head.chain for one in taken] == [box.events[-1].chain for box in boxes]
        rows = await store.points()
        assert [(row.seq, row.gaps) for row in rows] == [(3, 0)] * 50


async def test_a_job_that_fails_by_itself_takes_no_other_with_it(tmp_path: Path) -> None:
    box = Box().fill(5)

    def broken(connection: apsw.Connection) -> None:
        connection.execute("delete from events")
        raise LookupError("broken")

    async with Store(tmp_path / "central.db", clock) as store:
        take = store.take(read_batch("sodankyla", batch(box.events)))
        results = await asyncio.gather(take, store.disk.write(broken), return_exceptions=True)
        assert isinstance(results[1], LookupError)
        assert len(await store.events("sodankyla", "j1", 0, 100)) == 5


async def test_a_second_central_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with Store(tmp_path / "central.db", clock):
        with pytest.raises(InUse):
            async with Store(tmp_path / "central.db", clock):
                pass
        command = [sys.executable, "-m", "controller.central", "--listen", "127.0.0.1:0", "--data", str(tmp_path)]
        second = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "in use" in second.stderr and "Traceback" not in second.stderr


async def test_events_lost_at_central_show_as_gaps_and_are_filled_from_the_box(tmp_path: Path) -> None:
    box = Box().fill(200)
    async with process_client(tmp_path) as (central, process):
        await central.send(box.events)
        await process.stop()
        with apsw.Connection(str(tmp_path / "central.db")) as damaged:
            damaged.execute("delete from events where seq between 50 and 79 or seq = 120")
        damaged.close()
        await process.start()
        assert await central.head() == (49, box.events[48].chain)
        assert [(point["gaps"], point["seq"]) for point in await central.points()] == [(31, 49)]
        await central.send(box.events[49:])
        assert await central.head() == (200, box.events[-1].chain)
        assert await central.stored() == box.bodies
        assert [point["gaps"] for point in await central.points()] == [0]


async def test_an_old_backup_put_back_says_its_old_head(tmp_path: Path) -> None:
    box = Box().fill(100)
    async with process_client(tmp_path) as (central, process):
        await central.send(box.events[:30])
        await process.stop()
        shutil.copy(tmp_path / "central.db", tmp_path / "backup")
        await process.start()
        await central.send(box.events[30:])
        await process.stop()
        shutil.copy(tmp_path / "backup", tmp_path / "central.db")
        await process.start()
        assert await central.head() == (30, box.events[29].chain)
        await central.send(box.events[30:])
        assert await central.stored() == box.bodies
