"""The one SQL engine: events in, a figure out. DuckDB is loaded here and only when asked: no daemon carries it.

Blocking; whoever serves others meanwhile gives it a thread. The definitions are the `.sql` files beside this one.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from controller.reports.figures import Span
from controller.reports.table import Table

MEMORY = "512MB"  # beyond this DuckDB goes to its temporary folder
BATCH = 20_000  # events taken in at a time
BASE = {  # what each figure stands on, each on those before
    "volumes": ("timeline", "service_events"),
    "waiting": ("timeline", "service_events"),
    "durations": ("timeline", "service_events"),
    "capacity": ("timeline", "service_events", "slices"),
    "resolution": ("timeline", "service_events"),
    "remote": ("timeline",),
    "feedback": ("timeline",),
    "estimates": ("timeline", "service_events"),
}


class TooLong(Exception):
    """It was stopped, or needs more memory than it may have."""


class Engine:
    """Events of the business dates of `span`; a context manager, or `open` and `close`."""

    def __init__(self, span: Span, *, threads: int = 2) -> None:
        self._span, self._threads = span, threads
        self._held = ExitStack()
        self._interrupt: Callable[[], None] = lambda: None
        self._fresh: list[bytes] = []
        self._stopped = False

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """DuckDB in memory, without a way to files or the network."""
        import duckdb

        folder = self._held.enter_context(TemporaryDirectory(prefix="luukku-report-"))
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": self._threads,
            "temp_directory": folder,
        }
        self._db = self._held.enter_context(duckdb.connect(":memory:", config=settings))
        self._errors = duckdb.InterruptException, duckdb.OutOfMemoryException
        self._interrupt = self._db.interrupt
        self._db.execute("set enable_external_access = false; set lock_configuration = true")
        self._db.execute(_sql("events"))

    def close(self) -> None:
        self._held.close()

    def add(self, bodies: list[bytes]) -> None:
        """Take events in, exact bytes as journalled; those outside the span are left out. Raises TooLong."""
        self._fresh += bodies
        if len(self._fresh) >= BATCH:
            self._take()

    def figure(self, name: str) -> Table:
        """One figure of everything added. Raises TooLong."""
        self._take()
        with self._bounded():
            for step in (*BASE[name], name):
                self._db.execute(_sql(step))
            self._db.execute(f"select * from {name}")  # noqa: S608  why: a name out of our own list
            columns = tuple(column[0] for column in self._db.description or ())
            return Table(name, self._span, columns, [tuple(row) for row in self._db.fetchall()])

    def stop(self) -> None:
        """From any thread: what runs ends soon, and nothing begins any more."""
        self._stopped = True
        self._interrupt()

    def _take(self) -> None:
        texts, self._fresh = [body.decode() for body in self._fresh], []
        with self._bounded():
            self._db.execute(_sql("insert"), [texts, self._span.first, self._span.last])

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        if self._stopped:
            raise TooLong
        try:
            yield
        except self._errors as long:
            raise TooLong from long


def _sql(name: str) -> str:
    return files("controller.reports").joinpath("sql", f"{name}.sql").read_text("utf-8")
