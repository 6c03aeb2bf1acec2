"""The one SQL engine: events in, a figure out. DuckDB is loaded here and only when asked: no daemon carries it.

Blocking; whoever serves others meanwhile gives it a thread. The definitions are the `.sql` files beside this one.
"""

from importlib.resources import files
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from controller.reports.figures import Span
from controller.reports.table import Table

MEMORY = "512MB"  # beyond this DuckDB goes to its temporary folder


class Engine:
    """Events of the business dates of `span`; a context manager."""

    def __init__(self, span: Span, *, threads: int = 2) -> None:
        self._span, self._threads = span, threads

    def __enter__(self) -> Self:
        import duckdb

        self._folder = TemporaryDirectory(prefix="luukku-report-")
        settings: dict[str, str | int] = {"memory_limit": MEMORY, "threads": self._threads}
        self._db = duckdb.connect(":memory:", config={**settings, "temp_directory": self._folder.name})
        self._db.execute("set enable_external_access = false; set lock_configuration = true")
        self._db.execute(_sql("1_events"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, bodies: list[bytes]) -> None:
        """Take events in, exact bytes as journalled; those outside the span are left out."""
        self._db.execute(_sql("insert"), [[body.decode() for body in bodies], self._span.first, self._span.last])

    def figure(self, name: str) -> Table:
        """One figure of everything added."""
        for views in ("2_timeline", "3_services", "4_slices"):
            self._db.execute(_sql(views))
        self._db.execute(_sql(name))
        self._db.execute(f"select * from {name}")  # noqa: S608  why: a name out of our own list
        columns = tuple(column[0] for column in self._db.description or ())
        return Table(name, self._span, columns, [tuple(row) for row in self._db.fetchall()])

    def stop(self) -> None:
        """From another thread: end what runs."""
        self._db.interrupt()


def _sql(name: str) -> str:
    return files("controller.reports").joinpath("sql", f"{name}.sql").read_text("utf-8")
