"""The played day against a real demo: three processes, real HTTP, paper of the virtual printer, a real kill."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from controller.app.customers import day
from controller.app.settings import load

CONFIG = load(Path(__file__).parents[2] / "config" / "demo.toml")
NEIGHBOURS = (0, 10, 20, 21)
UP_S = 60.0
LANGUAGES = {"fi", "sv", "en", "se"}


def free_port() -> int:
    """A port whose neighbours are free too; the demo needs four."""
    for base in range(20_000 + os.getpid() % 20_000, 60_000, 30):
        with suppress(OSError):
            for offset in NEIGHBOURS:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
            return base
    raise AssertionError("no free ports")


def varied_seed(advisors: int, first: int = 12) -> int:
    """A day on which the first few customers already speak all four languages, and one of them does not come."""
    for seed in range(1000):
        early = day(CONFIG, seed, advisors)[:first]
        if {a.language for a in early} == LANGUAGES and any(not a.comes for a in early[:6]):
            return seed
    raise AssertionError("no such day")


class Demo:
    """A running demo, asked as staff and technician."""

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._session = session

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self._folder / "demo-credentials.json").read_text())
        return told

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None, role: str = "staff") -> Any:
        headers = {"Authorization": f"Bearer {self.told['tokens'][role]}", "Idempotency-Key": str(uuid4())}
        url = f"{self.told['point']}/api/v1{path}"
        async with self._session.request(method, url, json=body, headers=headers) as answer:
            assert answer.status < 400, await answer.text()
            return await answer.json() if answer.status != 204 else None

    async def counters(self) -> dict[str, dict[str, Any]]:
        return {c["id"]: c for c in (await self.ask("GET", "/state"))["counters"]}

    async def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.ask("GET", "/events?limit=10000", role="technician"))["events"]
        return found

    async def running(self) -> bool:
        """Is the day being played? The wall's own picture of it."""
        headers = {"Authorization": f"Bearer {self.told['tokens']['staff']}"}
        url = f"{self.told['point']}/api/v1/stream?view=wall&id=wall"
        async with self._session.ws_connect(url, headers=headers) as stream:
            snap = await stream.receive_json()
        return bool(snap["state"]["demo_day"]["running"])


@asynccontextmanager
async def demo(folder: Path, *options: str) -> AsyncIterator[Demo]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "controller.app.main", "demo", "--port", str(port), "--data", str(folder),
        "--no-browser", *options, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=UP_S)) as session:
            await until(lambda: exists(folder / "demo-credentials.json"), UP_S)
            yield Demo(folder, session)
    finally:
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), UP_S) == 0


async def exists(path: Path) -> bool:
    return path.exists()


async def until(met: Callable[[], Awaitable[bool]], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await met():
            await asyncio.sleep(0.3)


def named(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [e for e in events if e["type"] == f"luukku.{name}.v1"]


def assert_numbers_without_gap(events: list[dict[str, Any]]) -> None:
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in named(events, "ticket.issued"):
        series[event["data"]["business_date"], event["data"]["series"]].append(event["data"]["n"])
    assert series
    for numbers in series.values():
        assert numbers == list(range(1, len(numbers) + 1))


async def left_alone(point: Demo, played: set[str]) -> bool:
    """Are the played counters closed, and nobody left there?"""
    known = await point.counters()
    return all(known[id_]["state"] == "closed" and known[id_]["current"] is None for id_ in played)


@pytest.mark.long
@pytest.mark.system
@pytest.mark.timeout(300)
async def test_a_day_is_played_stopped_continued_killed_and_leaves_peoples_counters_alone(tmp_path: Path) -> None:
    seed = varied_seed(2)
    async with demo(tmp_path / "data", "--seed", str(seed)) as point:
        await point.ask("POST", "/counters/3/open", {"advisor": "n7"})
        await point.ask("POST", "/demo/day", {"speed": 600})

        async def lively() -> bool:
            events = await point.events()
            languages = {e["data"]["language"] for e in named(events, "visit.created")}
            served = [e for e in named(events, "service.ended") if e["data"]["outcome"] == "served"]
            return languages == LANGUAGES and len(served) >= 4

        await until(lively, 2 * UP_S)
        await point.ask("POST", "/counters/4/close")
        await point.ask("POST", "/counters/4/open", {"advisor": "n9"})
        await asyncio.sleep(3)
        taken_over = len(await point.events())
        await asyncio.sleep(3)
        await point.ask("DELETE", "/demo/day")
        await until(lambda: left_alone(point, {"2"}), UP_S)
        known = await point.counters()
        assert known["4"]["state"] == "open" and known["4"]["advisor"]["id"] == "n9"
        assert not [e for e in (await point.events())[taken_over:] if e["actor"] == "counter:4"]
        await point.ask("POST", "/counters/4/close")
        assert known["3"]["state"] == "open" and known["3"]["advisor"]["id"] == "n7"
        assert known["1"]["state"] == "closed"
        stopped = await point.events()
        assert {e["actor"] for e in named(stopped, "service.called")} <= {"counter:2", "counter:4"}
        assert [e["type"] for e in stopped if e["actor"] == "counter:3"] == ["luukku.counter.opened.v1"]
        assert_numbers_without_gap(stopped)

        await point.ask("POST", "/demo/day", {"speed": 600})
        issued = len(named(stopped, "ticket.issued"))
        await until(lambda: more_tickets(point, issued + 2), UP_S)
        os.kill(point.told["pids"]["point"], signal.SIGKILL)
        await asyncio.sleep(0.5)
        await until(lambda: answers(lambda: left_alone(point, {"2", "4"})), UP_S)
        assert not await point.running()
        assert_numbers_without_gap(await point.events())


@pytest.mark.system
async def test_the_day_begins_at_once_when_asked_and_ends_with_the_demo(tmp_path: Path) -> None:
    async with demo(tmp_path / "data", "--seed", "3", "--day", "600") as point:
        assert await point.running()
        await until(lambda: more_tickets(point, 2), UP_S)


@pytest.mark.system
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_whole_day_serves_everybody_and_stops_by_itself(tmp_path: Path) -> None:
    async with demo(tmp_path / "data", "--seed", "3", "--day", "600") as point:

        async def over() -> bool:
            return not await point.running()

        await until(over, 500)
        assert await left_alone(point, {"1", "2", "3", "4"})
        events = await point.events()
        visits = named(events, "visit.created")
        assert len(visits) == len(day(CONFIG, 3, 3))
        outcomes = Counter(e["data"]["outcome"] for e in named(events, "service.ended"))
        assert outcomes["served"] > len(visits) and outcomes["no_show"] and outcomes["transferred"]
        assert not outcomes["recycled"] and not outcomes["ended_logout"]
        assert not any(q["waiting"] for q in (await point.ask("GET", "/state"))["queues"])
        for name in ("appointment.changed", "feedback.given", "service.held", "service.resumed"):
            assert named(events, name), name
        assert {"break", "other_work"} <= {e["data"]["to"] for e in named(events, "advisor.state_changed")}
        assert_numbers_without_gap(events)


async def more_tickets(point: Demo, count: int) -> bool:
    return len(named(await point.events(), "ticket.issued")) >= count


async def answers(question: Callable[[], Awaitable[bool]]) -> bool:
    """As `question`; False while the point is away."""
    try:
        return await question()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
