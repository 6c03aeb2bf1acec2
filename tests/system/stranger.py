"""A strange client: it knows contract.md and nothing of the program; it shares no code with it."""

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiohttp

from tests.system.stage import LUUKKU, PATIENCE_S, Demo, Point

T = TypeVar("T")
GENESIS = "0" * 64
FINAL = {"confirmed", "failed", "void"}
CHANGES = {"POST", "PUT", "DELETE"}


class Answer:
    """What a server said."""

    def __init__(self, status: int, body: bytes, kind: str) -> None:
        self.status, self.body, self.kind = status, body, kind

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The name of the problem (RFC 9457), "" for none."""
        if self.kind != "application/problem+json":
            return ""
        told = self.json
        assert {"type", "title", "status", "detail"} <= told.keys() and told["status"] == self.status, told
        return str(told["type"]).removeprefix("/problems/")

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:300].decode(errors='replace')}"


class Home(Protocol):
    """Where a stranger stands."""

    def known(self) -> dict[str, Any]:
        """As DIR/demo-credentials.json."""


class Stranger:
    """Speaks to the point, to central and to the simulators of one demo."""

    def __init__(self, demo: Home, session: aiohttp.ClientSession) -> None:
        known = demo.known()
        self.at_home, self.session = demo, session
        self.tokens: dict[str, str] = known["tokens"]
        self.urls: dict[str, str] = {name: known[name] for name in ("point", "central", "sim")}

    @property
    def demo(self) -> Demo:
        assert isinstance(self.at_home, Demo), "a point on its own has no parts to kill"
        return self.at_home

    async def ask(self, role: str, method: str, path: str, body: Any = None, key: str | None = None, *,
                  to: str = "point", base: str = "/api/v1") -> Answer:  # fmt: skip
        """One request; what changes something carries a fresh key unless one is given ("" for none)."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        if method in CHANGES and key != "":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        url = f"{self.urls[to]}{base}{path}"
        async with self.session.request(method, url, json=body, headers=headers) as said:
            return Answer(said.status, await said.read(), said.content_type)

    async def get(self, role: str, path: str, *, to: str = "point", base: str = "/api/v1") -> Any:
        said = await self.ask(role, "GET", path, to=to, base=base)
        assert said.status == 200, said
        return said.json

    async def do(self, role: str, path: str, body: Any = None, status: int = 200) -> Any:
        """A POST that must succeed."""
        said = await self.ask(role, "POST", path, {} if body is None else body)
        assert said.status == status, said
        return said.json if said.body else None

    async def take(self, service: str, language: str = "fi", *, by: str = "kiosk", **more: Any) -> Any:
        """A ticket, taken at the kiosk or (no limit of how many) by staff."""
        return await self.do(by, "/tickets", {"service": service, "language": language, **more}, 201)

    async def ticket(self, id_: str) -> Any:
        return await self.get("kiosk", f"/tickets/{id_}")

    async def at(self, counter: str, action: str, status: int = 200, **body: Any) -> Any:
        """A button of a counter."""
        return await self.do("staff", f"/counters/{counter}/{action}", body, status)

    async def fault(self, kind: str, **more: Any) -> None:
        said = await self.ask("", "POST", "/printers/lobby/faults", {"kind": kind, **more}, to="sim", base="")
        assert said.status in {200, 202, 204}, said

    async def printed(self, id_: str, seconds: float = PATIENCE_S) -> Any:
        """The ticket once its paper has its proven end."""

        async def ended() -> Any:
            known = await self.ticket(id_)
            return known if known["print"]["state"] in FINAL else None

        return await until(ended, seconds, f"the paper of {id_} ends")

    async def journal(self, after: int = 0) -> list[bytes]:
        """Every event of the point, byte for byte, page by page."""
        return await self._pages("technician", "/events", after, "point")

    async def at_central(self, point: str = "sodankyla", journal: str = "") -> list[bytes]:
        """What central holds of a point: of one journal, or of its newest."""
        return await self._pages("central", f"/points/{point}/events", 0, "central", journal)

    async def _pages(self, role: str, path: str, after: int | None, to: str, journal: str = "") -> list[bytes]:
        which = f"&journal={journal}" if journal else ""
        found: list[bytes] = []
        while after is not None:
            said = await self.ask(role, "GET", f"{path}?after={after}&limit=10000{which}", to=to)
            assert said.status == 200, said
            found += pieces(said.body)
            after = said.json["next"]
        return found

    async def central_has_all(self, seconds: float = PATIENCE_S) -> list[bytes]:
        """Wait until central has the journal; gives both, which must be equal, as one list."""

        async def same() -> list[bytes] | None:
            mine, theirs = await self.journal(), await self.at_central()
            return mine if mine == theirs else None

        both = await until(same, seconds, "central equals the journal")
        known = next(one for one in await self.get("central", "/points", to="central") if one["id"] == "sodankyla")
        assert known["gaps"] == 0 and known["quarantined"] == 0, known
        return both

    async def back(self, part: str, old: int, seconds: float = PATIENCE_S) -> None:
        """Wait until a killed part is there again, under another id, and answers."""
        paths = {"point": "/readyz", "central": "/", "sim": "/printers"}

        async def there() -> bool:
            if self.demo.pid(part) == old:
                return False
            try:
                return (await self.ask("", "GET", paths[part], to=part, base="")).status == 200
            except (aiohttp.ClientError, TimeoutError):
                return False

        await until(there, seconds, f"{part} is back")


async def sign_ins(data: Path) -> dict[str, str]:
    """A token of each role, as a running point's admin socket tells them."""
    connector = aiohttp.UnixConnector(str(data / "admin.sock"))
    async with aiohttp.ClientSession(connector=connector) as session, session.get("http://admin/tokens") as known:
        return {one["role"]: one["token"] for one in reversed(await known.json())}


@asynccontextmanager
async def stranger(demo: Home) -> AsyncIterator[Stranger]:
    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        yield Stranger(demo, session)


async def until(check: Callable[[], Awaitable[T | None]], seconds: float, what: str) -> T:
    """Ask again and again; the first answer that is true. A line that breaks meanwhile is asked again too."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        if found := await check():
            return found
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


async def luukku(*words: str, code: int = 0, env: dict[str, str] | None = None, feed: bytes = b"") -> bytes:
    """One command of the command line; its standard output."""
    return (await spoken(LUUKKU, *words, code=code, env=env, feed=feed))[0]


async def spoken(
    *command: str, code: int = 0, env: dict[str, str] | None = None, feed: bytes = b""
) -> tuple[bytes, bytes]:
    """A program's standard output and error, once it ended with `code`."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env=env)
    out, err = await process.communicate(feed)
    assert process.returncode == code, (command, process.returncode, err[-2000:].decode(errors="replace"))
    return out, err


def pieces(page: bytes) -> list[bytes]:
    """The exact bytes of each event in `{"events": [...], "next": ...}`."""
    text, read = page.decode(), json.JSONDecoder()
    at = text.index("[") + 1
    found: list[bytes] = []
    while text[at] != "]":
        end = read.raw_decode(text, at)[1]
        found.append(text[at:end].encode())
        at = end + (text[end] == ",")
    return found


def chained(events: list[bytes]) -> None:
    """Sequence from 1 without gaps, ids, and the hash chain of section 4, reckoned anew."""
    chain = GENESIS
    for n, event in enumerate(events, 1):
        told = json.loads(event)
        assert told["sequence"] == f"{n:020d}" and told["id"].endswith(f"-{n}"), event
        body = event[: -len(f',"chain":"{GENESIS}"}}')] + b"}"
        chain = hashlib.sha256(chain.encode() + b"\n" + body).hexdigest()
        assert told["chain"] == chain, event


def told(events: list[bytes], *names: str) -> list[dict[str, Any]]:
    """The events of these names (all for none), with `name` and `data`."""
    found = []
    for event in map(json.loads, events):  # one by one: a journal may be long
        event["name"] = event["type"].removeprefix("luukku.").removesuffix(".v1")
        if not names or event["name"] in names:
            found.append(event)
    return found


def about(events: list[bytes], **data: Any) -> list[dict[str, Any]]:
    """The events whose data has these members."""
    return [event for event in told(events) if data.items() <= event["data"].items()]


def papers(demo: Demo | Point) -> list[Path]:
    """What has come out of the printer: pictures, in order."""
    return sorted((demo.data / "paper" / "lobby").glob("[0-9]*.png"))
