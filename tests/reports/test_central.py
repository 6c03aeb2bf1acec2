"""Figures at central: the box's own, of one point or of all; who may ask, and that receiving goes on meanwhile."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from controller.central import reports
from controller.reports.engine import Engine, TooLong
from controller.reports.figures import Span
from controller.reports.table import written
from tests.central.rig import BOX, CENTRAL, Client, client, serving
from tests.central.rig import Box as Grown
from tests.reports.golden import DATE, golden_day
from tests.reports.played import play

DAY = {"from": DATE, "to": DATE}


@pytest.fixture
async def central(tmp_path: Path) -> AsyncIterator[Client]:
    """Central that has the golden day, and another point."""
    async with client(tmp_path) as asked:
        status, said = await asked.send(golden_day().stored, "p")
        assert status == 200, said
        await asked.send(Grown(point="q").fill(3).events, "q")
        yield asked


async def ask(
    central: Client, name: str, headers: dict[str, str] | None = None, **query: str
) -> tuple[int, str, dict[str, Any] | str]:
    """Status, media type, and the body: decoded if it is JSON."""
    url = f"{central.url}/reports/{name}"
    async with central.session.get(url, params=query, headers=CENTRAL if headers is None else headers) as answer:
        body = await answer.json(content_type=None) if "json" in answer.content_type else await answer.text()
        return answer.status, answer.content_type, body


@pytest.mark.parametrize("name", ["waiting", "capacity"])
async def test_central_says_what_the_box_says(name: str, central: Client) -> None:
    def at_the_box() -> list[str]:
        with Engine(Span(DATE, DATE)) as engine:
            engine.add([stored.body for stored in golden_day().stored])
            table = engine.figure(name)
        return [written(table, form) for form in ("table", "csv")]

    said = [await ask(central, name, point="p", format=form, **DAY) for form in ("table", "csv")]
    assert [answer[:2] for answer in said] == [(200, "text/plain"), (200, "text/csv")]
    assert [answer[2] for answer in said] == await asyncio.to_thread(at_the_box)
    status, kind, made = await ask(central, name, **DAY)
    assert (status, kind) == (200, "application/json")
    assert isinstance(made, dict) and {row["point"] for row in made["rows"]} == {"p"}


async def test_days_without_events_and_a_point_without_figures_are_empty(central: Client) -> None:
    for query in ({"from": "2020-01-01", "to": "2020-12-31"}, DAY | {"point": "q"}):
        status, _, made = await ask(central, "waiting", **query)
        assert status == 200 and isinstance(made, dict) and made["rows"] == []


@pytest.mark.parametrize(
    ("name", "query", "status", "problem", "told"),
    [
        ("waitings", DAY, 404, "not-found", "did you mean waiting?"),
        ("devices", DAY, 404, "not-found", "later release"),
        ("waiting", {"from": DATE}, 400, "invalid", "to is missing"),
        ("waiting", {"from": DATE, "to": "yesterday"}, 400, "invalid", "is no date"),
        ("waiting", {"from": "2026-12-01", "to": DATE}, 400, "invalid", "first day is after the last"),
        ("waiting", {"from": "2025-01-01", "to": DATE}, 400, "invalid", "at most 366 days"),
        ("waiting", DAY | {"format": "xml"}, 400, "invalid", "table, csv, json"),
        ("waiting", DAY | {"timezone": "Mars"}, 400, "invalid", "no time zone"),
        ("waiting", DAY | {"point": "p' or 1"}, 400, "invalid", "point's id"),
        ("waiting", DAY | {"point": "nobody"}, 404, "not-found", "Nothing is stored"),
    ],
)
async def test_what_is_asked_wrong_is_a_problem_that_says_what_is_allowed(
    name: str, query: dict[str, str], status: int, problem: str, told: str, central: Client
) -> None:
    answered, kind, said = await ask(central, name, **query)
    assert (answered, kind) == (status, "application/problem+json")
    assert isinstance(said, dict) and said["type"] == f"/problems/{problem}" and told in said["detail"]


async def test_figures_are_for_the_role_central(central: Client) -> None:
    assert (await ask(central, "waiting", headers={}, **DAY))[0] == 401
    assert (await ask(central, "waiting", headers=BOX, **DAY))[0] == 403


async def test_an_event_that_central_does_not_understand_is_in_no_figure_and_in_nobodys_way(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        box = Grown(point="p")
        strange = box.fill(1).events[0].body.replace(b"luukku.device.counters.v1", b"luukku.device.dreams.v9")
        from controller.journal.wire import GENESIS, link, split  # the chain is true, only the type is unknown

        body, _ = split(strange)
        chain = link(GENESIS, body)
        status, said = await central.send([body[:-1] + b',"chain":"' + chain.encode() + b'"}'], "p")
        assert (status, said["acked"]) == (200, 1)
        answered, _, made = await ask(central, "volumes", **{"from": "2026-11-01", "to": "2026-11-30"})
        assert answered == 200 and isinstance(made, dict) and made["rows"] == []


async def test_boxes_are_received_while_reports_are_made_and_who_asks_too_much_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve reports at once: they come one after another, some are refused, and no batch waits for their end."""
    received, begin = threading.Event(), Engine.open

    def held_up(engine: Engine) -> None:
        received.wait(60)
        begin(engine)

    monkeypatch.setattr(Engine, "open", held_up)
    played = play(1, steps=300, start="2026-11-23T08:00", wild=False).stored
    async with client(tmp_path) as central:
        await central.send(played, "p")
        days = {"from": "2026-11-01", "to": "2026-12-31"}
        asked = [asyncio.create_task(ask(central, "capacity", **days)) for _ in range(12)]
        for event in Grown(point="q").fill(30).events:
            status, _ = await central.send([event], "q")
            assert status == 200
        assert not any(task.done() and task.result()[0] == 200 for task in asked), "no batch waited for a report"
        received.set()
        said = [await task for task in asked]
        assert {status for status, *_ in said} == {200, 429}
        assert len({str(body) for status, _, body in said if status == 200}) == 1


async def test_a_report_that_takes_too_long_is_ended_and_says_what_to_ask_instead(
    central: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "REPORT_S", 0.0)
    status, kind, said = await ask(central, "capacity", **DAY)
    assert (status, kind) == (503, "application/problem+json")
    assert isinstance(said, dict) and said["type"] == "/problems/report-too-long"
    monkeypatch.undo()
    assert (await ask(central, "capacity", **DAY))[0] == 200


def test_a_query_that_runs_is_stopped_from_another_thread() -> None:
    with Engine(Span(DATE, DATE)) as engine:
        engine.add([stored.body for stored in golden_day().stored] * 500)
        stopping = threading.Timer(0.05, engine.stop)
        stopping.start()
        with pytest.raises(TooLong):
            engine.figure("capacity")
        stopping.join()


async def test_central_that_is_told_to_end_does_not_wait_for_a_report(tmp_path: Path) -> None:
    played = play(3, steps=300, start="2026-11-23T08:00", wild=False).stored
    async with aiohttp.ClientSession() as session:
        async with serving(tmp_path) as url:
            central = Client(session, url)
            await central.send(played, "p")
            days = {"from": "2026-11-01", "to": "2026-12-31"}
            asked = asyncio.create_task(ask(central, "capacity", **days))
            await asyncio.sleep(0.1)
        with contextlib.suppress(aiohttp.ClientError):  # an answer, if it was done by then, or a closed line
            await asked


async def test_a_reader_who_leaves_ends_nothing_for_the_next(tmp_path: Path) -> None:
    played = play(2, steps=300, start="2026-11-23T08:00", wild=False).stored
    async with client(tmp_path) as central:
        await central.send(played, "p")
        days = {"from": "2026-11-01", "to": "2026-12-31"}
        leaving = asyncio.create_task(ask(central, "capacity", **days))
        await asyncio.sleep(0.2)
        leaving.cancel()
        assert (await ask(central, "capacity", **days))[0] == 200
