"""A box's journal in memory with real sealed events, and central as a real process or in this one."""

import asyncio
import contextlib
import io
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from controller.central.main import serve
from controller.domain.event_words import Event
from controller.domain.events import (
    DeviceCounters,
    Estimate,
    PrintResulted,
    ServiceCalled,
    ServiceEnded,
    ServiceQueued,
    ServiceStarted,
    TicketIssued,
    VisitCreated,
    VisitEnded,
)
from controller.journal.wire import GENESIS, Header, seal
from controller.ports.journal import Stored

TOKENS = {"box": "box-token-of-the-tests", "central": "central-token-of-the-tests"}
BOX = {"Authorization": f"Bearer {TOKENS['box']}"}
CENTRAL = {"Authorization": f"Bearer {TOKENS['central']}"}
BATCH = {**BOX, "Content-Type": "application/cloudevents-batch+json"}
EPOCH_MS = 1_795_000_000_000  # 2026-11-18
PATIENCE_S = 60.0  # for a process to start or to end, and for what surely comes, on a machine that others use too


class Box:
    """A `JournalReader` whose journal grows by `append`; `fork_at` gives the same box with another history."""

    def __init__(self, point: str = "sodankyla", journal: str = "j1", events: Sequence[Stored] = ()) -> None:
        self.point, self.journal = point, journal
        self.events = list(events)
        self._grown = asyncio.Condition()

    @property
    def seq(self) -> int:
        return len(self.events)

    @property
    def bodies(self) -> list[bytes]:
        return [event.body for event in self.events]

    def put(self, event: Event, time_ms: int | None = None) -> Stored:
        """Journal one event without waking anybody."""
        seq = self.seq + 1
        header = Header(
            point=self.point, journal=self.journal, seq=seq, time_ms=time_ms or EPOCH_MS + seq * 1000,
            mono_ns=seq * 10**9, boot="b1", clock="synced", actor="system", businessdate="2026-11-18",
        )  # fmt: skip
        body, chain = seal(event, header, self.events[-1].chain if self.events else GENESIS)
        self.events.append(Stored(seq, body, chain))
        return self.events[-1]

    def fill(self, count: int, prints: int = 0) -> "Box":
        """Journal `count` events; another `prints` makes another history."""
        for number in range(count):
            self.put(DeviceCounters(device="p1", kind="printer", prints=prints + number, cuts=0, paper_mm=0))
        return self

    async def append(self, *events: Event) -> None:
        for event in events:
            self.put(event)
        async with self._grown:
            self._grown.notify_all()

    async def read(self, after: int, limit: int) -> list[Stored]:
        return self.events[after : after + limit]

    async def wait(self, after: int) -> int:
        async with self._grown:
            await self._grown.wait_for(lambda: self.seq > after)
        return self.seq

    def fork_at(self, seq: int, more: int) -> "Box":
        """A clone that went its own way after `seq`."""
        return Box(self.point, self.journal, self.events[:seq]).fill(more, prints=10_000)


def one_visit(n: int) -> list[Event]:
    """The events of one customer, served at counter 2."""
    visit, ticket, service_event, number = f"v{n}", f"t{n}", f"se{n}", f"K{n:03d}"
    return [
        VisitCreated(visit=visit, entry="kiosk", language="fi", services=("kela",), priority=0),
        ServiceQueued(
            service_event=service_event, visit=visit, n=1, queue="kela", provider="kela", service="kela",
            cause="initial", place=n,
        ),
        TicketIssued(
            visit=visit, ticket=ticket, service_event=service_event, series="K", n=n, number=number,
            business_date="2026-11-18", queue="kela", ahead=0, estimate=Estimate(60, 240), medium="paper",
            code_hash="0" * 64,
        ),
        PrintResulted(
            ticket=ticket, job="A001", device="p1", attempt=1, copy=0, result="confirmed", tier="T1", cause="", ms=900
        ),
        ServiceCalled(service_event=service_event, counter="2", call=1, waiting_ms=61_000),
        ServiceStarted(service_event=service_event, at="explicit"),
        ServiceEnded(service_event=service_event, outcome="served", accurate=True),
        VisitEnded(visit=visit, outcome="served", service_events=1),
    ]  # fmt: skip


def batch(events: Sequence[Stored | bytes]) -> bytes:
    """The body of a request with these events."""
    return b"[" + b",".join(event if isinstance(event, bytes) else event.body for event in events) + b"]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Central:
    """Central as a process of its own on a fixed port; `kill` is SIGKILL, `start` starts it again."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *more: str) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "tokens.json").write_bytes(msgspec.json.encode(TOKENS))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "controller.central", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.data),
            *more, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=dict(os.environ),
        )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            said = await self.process.stdout.readline()
        assert said.decode().strip() == self.url, said

    async def stop(self, number: int = signal.SIGTERM) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            await process.communicate()

    async def kill(self) -> None:
        await self.stop(signal.SIGKILL)


@asynccontextmanager
async def central_process(data: Path, *more: str) -> AsyncIterator[Central]:
    central = Central(data)
    await central.start(*more)
    try:
        yield central
    finally:
        await central.stop()


@asynccontextmanager
async def serving(data: Path, **options: object) -> AsyncIterator[str]:
    """Central in this process, on a real port; gives its URL."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    started = serve("127.0.0.1", 0, data, tokens=TOKENS, ready=ready.set_result, **options)  # type: ignore[arg-type]  # why: passed on
    task = asyncio.create_task(started)
    task.add_done_callback(lambda _: None if ready.done() else ready.set_exception(RuntimeError("it did not start")))
    try:
        yield await ready
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Client:
    """What a test says to central, and what it answered."""

    def __init__(self, session: aiohttp.ClientSession, url: str, point: str = "sodankyla") -> None:
        self.session, self.url, self.point = session, f"{url}/api/v1", point

    async def head(self, journal: str = "j1") -> tuple[int, str]:
        url = f"{self.url}/points/{self.point}/head"
        async with self.session.get(url, params={"journal": journal}, headers=BOX) as answer:
            assert answer.status == 200, await answer.text()
            said = await answer.json()
            return said["seq"], said["chain"]

    async def send(self, events: Sequence[Stored | bytes], point: str | None = None) -> tuple[int, dict[str, object]]:
        return await self.post(batch(events), point)

    async def post(
        self, body: bytes, point: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, object]]:
        url = f"{self.url}/points/{point or self.point}/events"
        async with self.session.post(url, data=io.BytesIO(body), headers=headers or BATCH) as answer:
            return answer.status, await answer.json(content_type=None)

    async def points(self) -> list[dict[str, object]]:
        async with self.session.get(f"{self.url}/points", headers=CENTRAL) as answer:
            listed: list[dict[str, object]] = await answer.json()
            return listed

    async def stored(self, journal: str | None = "j1", limit: int = 10_000) -> list[bytes]:
        """Every stored event of a journal, byte for byte, page by page."""
        found: list[bytes] = []
        after: int | None = 0
        while after is not None:
            query = {"after": str(after), "limit": str(limit), **({"journal": journal} if journal else {})}
            url = f"{self.url}/points/{self.point}/events"
            async with self.session.get(url, params=query, headers=CENTRAL) as answer:
                page = msgspec.json.decode(await answer.read(), type=Page)
            found += [bytes(event) for event in page.events]
            after = page.next
        return found

    async def order(self, kind: str, key: str | None = None, **data: object) -> tuple[int, dict[str, object]]:
        body = {"type": kind, "data": data, "expires": "2026-11-22T10:00:00Z"}
        headers = {**CENTRAL, **({"Idempotency-Key": key} if key else {})}
        url = f"{self.url}/points/{self.point}/commands"
        async with self.session.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def orders(self, after: int, wait: int = 0) -> list[dict[str, object]]:
        url = f"{self.url}/points/{self.point}/commands"
        async with self.session.get(url, params={"after": after, "wait": wait}, headers=BOX) as answer:
            assert answer.status == 200, await answer.text()
            listed: list[dict[str, object]] = await answer.json()
            return listed


class Page(msgspec.Struct):
    events: list[msgspec.Raw]
    next: int | None


@asynccontextmanager
async def client(data: Path, **options: object) -> AsyncIterator[Client]:
    """A client of a central in this process."""
    async with serving(data, **options) as url, aiohttp.ClientSession() as session:
        yield Client(session, url)


@asynccontextmanager
async def process_client(data: Path) -> AsyncIterator[tuple[Client, Central]]:
    """A client of a central in a process of its own, and that process."""
    async with central_process(data) as process, aiohttp.ClientSession() as session:
        yield Client(session, process.url), process
