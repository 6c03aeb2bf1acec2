"""A journal's events, for a command: of a running point through its socket or address, else out of the file."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
import msgspec

from controller.app.faults import Failed, Misuse
from controller.journal.faults import JournalInUse
from controller.journal.store import Journal

ASK_S = 10.0


class Source(Protocol):
    """`runs`: a point is running there, so that more may come."""

    @property
    def runs(self) -> bool: ...

    async def read(self, after: int, limit: int) -> list[bytes]:
        """Up to `limit` events that follow sequence `after`, exact bytes; none at the end. Raises Failed."""


@asynccontextmanager
async def source(data: Path | None, url: str | None) -> AsyncIterator[Source]:
    """The journal in `data`, or of the point at `url` (its technician token in LUUKKU_TOKEN). Raises Failed, Misuse."""
    if data is not None and not (data / "journal.db").exists():
        raise Failed(f"{data}: there is no journal here")
    if url is not None and urlsplit(url).scheme not in {"http", "https"}:
        raise Misuse(f"--url {url!r} is no address like http://127.0.0.1:8080")
    if data is not None and not await runs(data):
        try:
            async with Journal("", data / "journal.db") as journal:
                yield _File(journal)
        except JournalInUse as busy:
            raise Failed(f"{data / 'journal.db'} is held by a daemon that does not answer on its admin.sock") from busy
        return
    base = "http://admin" if data is not None else (url or "").rstrip("/")
    async with session(data, os.environ.get("LUUKKU_TOKEN")) as asked:
        yield _Point(base, asked)


def session(data: Path | None, token: str | None) -> aiohttp.ClientSession:
    """A client of the point whose socket is in `data`, or of any other."""
    connector = aiohttp.UnixConnector(str(data / "admin.sock")) if data is not None else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return aiohttp.ClientSession(connector=connector, headers=headers, timeout=aiohttp.ClientTimeout(total=ASK_S))


class _File:
    runs = False

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def read(self, after: int, limit: int) -> list[bytes]:
        return [stored.body for stored in await self._journal.read(after, limit)]


class _Point:
    runs = True

    def __init__(self, base: str, asked: aiohttp.ClientSession) -> None:
        self._base, self._asked = base, asked

    async def read(self, after: int, limit: int) -> list[bytes]:
        query = {"after": after, "limit": limit}
        async with self._asked.get(f"{self._base}/api/v1/events", params=query) as answer:
            if answer.status != 200:
                raise Failed(f"{self._base} answered {answer.status}: {(await answer.text())[:200]}")
            page = msgspec.json.decode(await answer.read(), type=dict[str, msgspec.Raw])
        return [bytes(event) for event in msgspec.json.decode(page["events"], type=list[msgspec.Raw])]


async def runs(data: Path) -> bool:
    """Does a daemon answer on this data directory's socket?"""
    try:
        async with session(data, None) as asked, asked.get("http://admin/healthz") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
