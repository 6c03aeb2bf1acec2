"""A real point for tests of its doors: real journal, ledger, rooms and sockets; only the clock's value is ours."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Literal

import aiohttp
import jsonschema
import msgspec

from controller.app import compose, doors
from controller.app.devices import open_devices
from controller.app.hotplugging import hotplug_of
from controller.app.settings import load
from controller.domain.commands import Now, Tick
from controller.domain.point import Config
from controller.journal import replay
from controller.journal.rescue import open_or_rescue
from controller.ledger import Ledger
from controller.web import openapi, server, wall_events
from controller.web.auth import DEVICE_ROLES, ROLES, Door, Doorkeeper, Role, token
from controller.web.live import TestDevice
from controller.web.problems import TITLES, Problem
from controller.web.site import DemoLinks, Site

CONFIG = Path(__file__).parent / "point.toml"
MONDAY_MS = 1_795_420_800_000  # 2026-11-23T08:00:00Z, ten o'clock in Finland
IDS: dict[str, str] = {"kiosk": "main", "tv": "lobby", "booth": "b1", "panic": "alarm"}  # the surface of each role
BOTH = DEVICE_ROLES | doors.PEOPLE
PATIENCE_S = 30.0  # for what surely comes: a machine that others use too may stand still for seconds


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, ms: int = MONDAY_MS) -> None:
        self.ms = ms
        self.quality: Literal["synced", "holdover", "unsynced"] = "synced"

    def now(self) -> Now:
        return Now(self.ms, self.ms * 1_000_000, "boot-of-the-test", self.quality)


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def problem(self) -> str:
        """The problem's name; the document around it is held against RFC 9457."""
        told = self.json
        assert self.headers["Content-Type"] == "application/problem+json", self.headers
        assert set(told) == {"type", "title", "status", "detail"}, told
        assert told["status"] == self.status, told
        assert told["title"] and isinstance(told["detail"], str), told
        assert "Traceback" not in told["detail"], told
        return str(told["type"]).removeprefix("/problems/")


class Point:
    """One running point; `ask` speaks to it as a stranger would, and holds each answer against the OpenAPI document."""

    def __init__(self, ledger: Ledger, site: Site, rooms: server.Rooms, clock: HandClock, port: int) -> None:
        self.ledger, self.site, self.rooms, self.clock, self.port = ledger, site, rooms, clock, port
        self.url = f"http://127.0.0.1:{port}"
        self.http: aiohttp.ClientSession
        self._document = openapi.document("0", demo=site.demo is not None)

    def token(self, role: str, id_: str | None = None) -> str:
        known: Role = next(r for r in ROLES if r == role)
        return token(self.site.secret, known, IDS.get(role, "") if id_ is None else id_)

    async def ask(
        self, method: str, path: str, body: Any = None, *, role: str | None = "staff", key: str | None = "",
        headers: Mapping[str, str] | None = None, raw: bytes | None = None, id_: str | None = None,
    ) -> Answer:  # fmt: skip
        """`key`: "" makes a new one for what changes; None sends none. `role` None: nobody."""
        sent = dict(headers or {})
        if role is not None:
            sent["Authorization"] = f"Bearer {self.token(role, id_)}"
        if key is not None and method not in {"GET", "HEAD"}:
            sent.setdefault("Idempotency-Key", key or str(uuid.uuid4()))
        data = raw if raw is not None else (msgspec.json.encode(body) if body is not None else None)
        url = f"{self.url}/api/v1{path}"
        async with self.http.request(method, url, data=data, headers=sent, allow_redirects=False) as got:
            answer = Answer(got.status, got.headers, await got.read())
        self.check(method, path.partition("?")[0], answer)
        return answer

    async def get(self, path: str, **how: Any) -> Answer:
        return await self.ask("GET", path, **how)

    async def post(self, path: str, body: Any = None, **how: Any) -> Answer:
        return await self.ask("POST", path, body, **how)

    async def take(self, service: str = "asumistuki", **more: Any) -> dict[str, Any]:
        answer = await self.post("/tickets", {"service": service, "language": "fi", **more}, role="kiosk")
        assert answer.status == 201, answer.body
        taken: dict[str, Any] = answer.json
        return taken

    async def do(self, path: str, body: Any = None) -> dict[str, Any]:
        """A step of staff that must succeed."""
        answer = await self.post(path, body)
        assert answer.status in {200, 201}, answer.body
        done: dict[str, Any] = answer.json
        return done

    async def open(self, counter: str = "1") -> None:
        await self.do(f"/counters/{counter}/open", {"advisor": "a7"})

    def check(self, method: str, path: str, answer: Answer) -> None:
        """Does the published document allow this answer?"""
        for template, operations in self._document["paths"].items():
            shape = re.sub(r"{\w+}", "[^/]+", template)
            if re.fullmatch(shape, f"/api/v1{path}") and method.lower() in operations:
                self._held(operations[method.lower()], answer)
                return

    def _held(self, operation: dict[str, Any], answer: Answer) -> None:
        known = operation["responses"].get(str(answer.status))
        assert known is not None, f"{operation['operationId']} does not say that it may answer {answer.status}"
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        schema = known.get("content", {}).get(kind, {}).get("schema")
        if answer.status >= 400:
            assert schema is not None, f"{operation['operationId']}: {answer.status} as {kind}"
        if schema is not None:
            whole = {**schema, "components": self._document["components"]}
            jsonschema.Draft202012Validator(whole).validate(answer.json)


def small() -> Config:
    """The point of the tests."""
    return load(CONFIG)


@asynccontextmanager
async def point(
    data: Path, *, demo: bool = False, clock: HandClock | None = None, config: Config | None = None,
    door: Door | None = None, devices: bool = False,
) -> AsyncIterator[Point]:  # fmt: skip
    """The composition of `app/compose.py`, without uplink and speech, with one TCP door and the admin socket."""
    clock = clock or HandClock()
    config = config if config is not None else await asyncio.to_thread(small)
    await asyncio.to_thread(compose.read_words, config)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(data.mkdir, exist_ok=True)
        journal = await stack.enter_async_context(open_or_rescue(config.point.id, data / "journal.db"))
        state = await replay.load(journal)
        ledger = Ledger(journal, state, config, clock, set(await journal.answer_keys()))
        links = DemoLinks("http://127.0.0.1:1/", "http://127.0.0.1:2/") if demo else None
        site = Site(ledger, config, clock, Doorkeeper(journal.secret, config), demo=links, build="test")
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(ledger.run()), asyncio.create_task(site.follow_journal()),
                                          asyncio.create_task(site.follow_devices())]  # fmt: skip
        stack.push_async_callback(_end, tasks)
        test: TestDevice = _no_device
        if devices:
            made = await open_devices(stack, config, ledger, data, {}, Random(1), await hotplug_of(config))
            site.reprint, site.tiers, test = made.reprint, made.tier, compose._tester(made.test)
            group = await stack.enter_async_context(_group())
            made.start(group, ledger, Random(1))
        if demo:
            tasks.append(asyncio.create_task(wall_events.follow(site)))
        await ledger.submit(Tick())
        rooms = server.rooms(site, test)
        await stack.enter_async_context(
            server.listen(rooms, Door("admin", frozenset(ROLES), local=True, admin=True), data / "admin.sock")
        )
        way = door or Door("device", BOTH, local=True)
        port = await stack.enter_async_context(server.listen(rooms, way, ("127.0.0.1", 0)))
        running = Point(ledger, site, rooms, clock, port)
        running.http = await stack.enter_async_context(
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=2 * PATIENCE_S),
                connector=aiohttp.TCPConnector(limit=0),
            )
        )  # fmt: skip
        yield running


@asynccontextmanager
async def _group() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose tasks end with the test."""
    async with asyncio.TaskGroup() as group:
        inner = asyncio.current_task()
        before = asyncio.all_tasks()
        try:
            yield group
        finally:
            assert inner is not None
            for task in asyncio.all_tasks() - before:
                task.cancel()


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _no_device(id_: str, paper: bool, now: datetime) -> dict[str, object]:
    raise Problem("not-found", f"there is no device {id_!r}")


def says(answer: Answer, name: str, *words: str) -> None:
    """A problem of this name, with its own status and title, and these words in its detail."""
    assert answer.problem == name, answer.body
    assert (answer.json["status"], answer.json["title"]) == TITLES[name]
    for word in words:
        assert word in answer.json["detail"], answer.json


async def until(true: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for something that will surely come."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def raw(port: int, request: bytes, *, seconds: float = PATIENCE_S) -> bytes:
    """What a stranger reads who writes these very bytes, until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(seconds):
            writer.write(request)
            return await reader.read(-1)
    finally:
        writer.close()
