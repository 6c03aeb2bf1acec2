"""`luukku report`: from the file or from the running point, in three forms, and what is said to whoever asks wrong."""

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.journal.store import Journal
from controller.reports.days import PAGE, pages
from controller.reports.figures import Span
from tests.app.cli import here, luukku, one_line
from tests.app.test_cli_daemon import Running
from tests.domain.memory import ALWAYS, JOURNAL, MemoryPoint, config
from tests.reports.golden import DATE, golden_day

Captured = pytest.CaptureFixture[str]
DAY = ("--from", DATE, "--to", DATE)


async def _journal(folder: Path, bodies: list[bytes]) -> None:
    async with Journal("p", folder / "journal.db") as journal:
        await journal.append(1, bodies, [], {}, 0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden day in a journal, as a point would have left it."""
    folder = tmp_path_factory.mktemp("golden")
    asyncio.run(_journal(folder, [stored.body for stored in golden_day().stored]))
    database = sqlite3.connect(folder / "journal.db")
    database.execute("UPDATE meta SET value = ? WHERE key = 'journal'", (JOURNAL.encode(),))
    database.commit()
    database.close()
    return folder


@pytest.mark.parametrize("name", ["volumes", "waiting", "capacity"])
def test_the_three_forms_say_the_same(name: str, data: Path, capsys: Captured) -> None:
    said = {form: here(("report", name, "--data", str(data), *DAY, "--format", form), capsys)
            for form in ("table", "csv", "json")}  # fmt: skip
    assert {told.returncode for told in said.values()} == {0} and not any(told.stderr for told in said.values())
    made = json.loads(said["json"].stdout)
    assert (made["name"], made["from"], made["to"], made["timezone"]) == (name, DATE, DATE, "Europe/Helsinki")
    head, *rows = csv.reader(io.StringIO(said["csv"].stdout, newline=""))
    assert head == made["columns"] == list(made["rows"][0])
    assert rows == [["" if value is None else str(value) for value in row.values()] for row in made["rows"]]
    assert said["csv"].stdout.count("\r\n") == len(rows) + 1
    lines = said["table"].stdout.splitlines()
    assert len(lines) == len(rows) + 2 and set(lines[1]) == {"-", " "}


def test_no_such_days_are_an_empty_table_with_its_head(data: Path, capsys: Captured) -> None:
    days = ("--from", "2020-01-01", "--to", "2020-12-31")
    told = here(("report", "waiting", "--data", str(data), *days), capsys)
    assert (told.returncode, len(told.stdout.splitlines())) == (0, 2)
    told = here(("report", "waiting", "--data", str(data), *days, "--format", "json"), capsys)
    assert (told.returncode, json.loads(told.stdout)["rows"]) == (0, [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("waitings", *DAY), "did you mean waiting?"),
        (("profit", *DAY), "there are volumes, waiting, durations, capacity, resolution"),
        (("devices", *DAY), "devices comes with a later release"),
        (("waiting", "--from", "2026-11-31", "--to", DATE), "'2026-11-31' is no date; a date is YYYY-MM-DD"),
        (("waiting", "--from", "20261123", "--to", DATE), "'20261123' is no date"),
        (("waiting", "--from", "2026-11-24", "--to", DATE), "the first day is after the last"),
        (("waiting", "--from", DATE), "--to"),
        (("waiting", *DAY, "--format", "xml"), "there are table, csv, json"),
        (("waiting", *DAY, "--timezone", "Europe/Helsingfors"), "'Europe/Helsingfors' is no time zone"),
        (("waiting", *DAY, "--timezone", "../../etc/passwd"), "is no time zone"),
    ],
)  # fmt: skip
def test_what_is_asked_wrong_is_misuse_in_one_line(
    words: tuple[str, ...], told: str, data: Path, capsys: Captured
) -> None:
    answer = here(("report", *words, "--data", str(data)), capsys)
    assert answer.returncode == 2
    assert told in one_line(answer)


def test_a_folder_without_a_journal_is_told(tmp_path: Path, capsys: Captured) -> None:
    answer = here(("report", "waiting", "--data", str(tmp_path / "none"), *DAY), capsys)
    assert answer.returncode == 1
    assert "there is no journal here" in one_line(answer)


def test_quarters_are_written_in_the_zone_that_is_asked_for(data: Path, capsys: Captured) -> None:
    told = here(("report", "capacity", "--data", str(data), *DAY, "--timezone", "UTC", "--format", "csv"), capsys)
    assert told.stdout.splitlines()[1].startswith("p,2026-11-23,2026-11-23T06:00+00:00,2,1800.0,930.0")


async def test_one_day_out_of_a_long_journal_costs_few_reads() -> None:
    point = MemoryPoint(config(hours=ALWAYS), start="2026-01-01T12:00")
    for _ in range(45):
        for _ in range(20):
            point.take()
        point.later(24 * 3600)
        point.tick()
    bodies = [stored.body for stored in point.stored]
    asked: list[int] = []

    async def read(after: int, limit: int) -> list[bytes]:
        asked.append(limit)
        return bodies[after : after + limit]

    found = [body async for page in pages(read, Span("2026-02-01", "2026-02-02")) for body in page]
    wanted = {stored.body for stored, event in zip(point.stored, point.events(), strict=True)
              if event.businessdate in {"2026-02-01", "2026-02-02"}}  # fmt: skip
    assert len(bodies) > 3 * PAGE and wanted <= set(found) and len(found) < len(wanted) + PAGE + 20
    assert sum(limit > 10 for limit in asked) == 1 and len(asked) < 40


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.end()


@pytest.mark.system
def test_a_running_point_is_asked_over_its_socket_and_its_address_and_never_loads_duckdb(
    daemon: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        daemon.take()
    days = ("--from", "2026-01-01", "--to", "2099-12-31", "--format", "json")
    told = luukku("report", "waiting", "--data", str(daemon.data), *days)
    rows = json.loads(told.stdout)["rows"]
    assert [(row["point"], row["service"], row["queued"], row["called"]) for row in rows] == [
        ("testi", "elake", 3, 0), ("testi", None, 3, 0)]  # fmt: skip
    monkeypatch.setenv("LUUKKU_TOKEN", daemon.tokens["technician"])
    url = f"http://127.0.0.1:{daemon.port}"
    assert luukku("report", "waiting", "--url", url, *days).stdout == told.stdout
    monkeypatch.setenv("LUUKKU_TOKEN", daemon.tokens["kiosk"])
    refused = luukku("report", "waiting", "--url", url, *days)
    assert refused.returncode == 1 and "403" in one_line(refused)
    assert "duckdb" not in Path(f"/proc/{daemon.process.pid}/maps").read_text(encoding="utf-8")
