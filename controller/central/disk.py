"""One SQLite connection on one thread of its own, committing what queued while the last fsync ran.

A write is answered only after the commit that holds it is on disk. Nothing here runs on the event loop.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw

from controller.central.sink import StorageFull

T = TypeVar("T")
Job = Callable[[apsw.Connection], T]

GROUP = 64  # writes in one commit at most: bounds what one failure refuses
STORAGE_ERRORS = (
    apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.CorruptError, apsw.NotADBError,
)  # fmt: skip


class InUse(Exception):
    """Another process holds this store."""


class _Asked:
    """A job and the future that waits for it; `ends` marks the last one of all."""

    def __init__(self, job: Job[Any], writes: bool, ends: bool = False) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.job, self.writes, self.ends = job, writes, ends

    def answer(self, result: object, error: Exception | None = None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._set, result, error)

    def _set(self, result: object, error: Exception | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


class Disk:
    """`write` and `read` run a function of the connection on the disk's thread; an async context manager."""

    def __init__(self, path: Path, opened: Job[None], *, vfs: str | None = None) -> None:
        """`opened` prepares each new connection: schema, audit. `vfs`: SQLite's name of another disk."""
        self._path, self._opened, self._vfs = path, opened, vfs
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="central-disk", daemon=True)
        self._connection: apsw.Connection | None = None

    async def __aenter__(self) -> "Disk":
        """Raises InUse, StorageFull."""
        self._thread.start()
        try:
            await self.read(lambda connection: None)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def write(self, job: Job[T]) -> T:
        """Run `job` inside a transaction and answer when that is on disk. Raises StorageFull: nothing happened."""
        return cast(T, await self._ask(_Asked(job, writes=True)))

    async def read(self, job: Job[T]) -> T:
        """Run `job`, which changes nothing; it sees only what is on disk. Raises StorageFull."""
        return cast(T, await self._ask(_Asked(job, writes=False)))

    async def _ask(self, asked: _Asked) -> object:
        self._asked.put(asked)
        return await asyncio.shield(asked.future)

    async def _end(self) -> None:
        await self._ask(_Asked(lambda connection: None, writes=False, ends=True))
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            group = self._queued()
            self._commit([asked for asked in group if asked.writes])
            for asked in group:
                if asked.ends:
                    self._close()
                    asked.answer(None)
                    return
                if not asked.writes:
                    self._read(asked)

    def _queued(self) -> list[_Asked]:
        group = [self._asked.get()]
        with contextlib.suppress(queue.Empty):
            while len(group) < GROUP and not group[-1].ends:
                group.append(self._asked.get_nowait())
        return group

    def _commit(self, group: list[_Asked]) -> None:
        if not group:
            return
        results: list[tuple[object, Exception | None]] = []
        try:
            with _transaction(self._open()) as connection:
                results = [_in_savepoint(connection, asked.job) for asked in group]
        except (apsw.Error, InUse) as error:
            results = [(None, self._failed(error))] * len(group)
        for asked, (result, failure) in zip(group, results, strict=True):
            asked.answer(result, failure)

    def _read(self, asked: _Asked) -> None:
        try:
            result = asked.job(self._open())
        except (*STORAGE_ERRORS, apsw.BusyError, InUse) as error:
            asked.answer(None, self._failed(error))
        except Exception as error:  # noqa: BLE001  why: the asker takes it; the thread must live on for the others
            asked.answer(None, error)
        else:
            asked.answer(result)

    def _open(self) -> apsw.Connection:
        if self._connection is None:
            connection = apsw.Connection(str(self._path), vfs=self._vfs)
            try:
                _prepare(connection, self._path)
                self._opened(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _failed(self, error: Exception) -> Exception:
        """A full disk leaves the connection usable; after any other failure it is opened anew."""
        if not isinstance(error, apsw.FullError):
            self._close()
        return error if isinstance(error, InUse) else StorageFull(str(error) or type(error).__name__)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(True)


@contextlib.contextmanager
def _transaction(connection: apsw.Connection) -> Iterator[apsw.Connection]:
    """Not apsw's own `with`: that holds the interpreter, and the loop with it, while the disk syncs."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has not rolled back by itself
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: apsw.Connection, path: Path) -> None:
    try:
        connection.pragma("locking_mode", "exclusive")
        mode = connection.pragma("journal_mode", "wal")  # a failed conversion says so only here
        connection.pragma("synchronous", "full")
        connection.pragma("journal_size_limit", -1)  # overwriting a kept WAL is cheaper than growing one
    except apsw.BusyError as busy:
        raise InUse(f"{path} is in use by another process") from busy
    if mode != "wal":
        raise apsw.IOError(f"{path}: journal mode is {mode}, not wal")


def _in_savepoint(connection: apsw.Connection, job: Job[Any]) -> tuple[object, Exception | None]:
    """A job that fails by itself is undone alone; a failure of the disk undoes the whole group."""
    try:
        with connection:
            result = job(connection)
    except STORAGE_ERRORS:
        raise
    except Exception as error:  # noqa: BLE001  why: handed to its asker; the others in the commit are innocent
        return None, error
    return result, None
