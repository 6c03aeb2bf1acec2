"""The doors for boxes: the head of their stream, their events, and the commands that wait for them.

`acked` is said only after the disk has the events. Nothing about a stream is remembered here but when its box
was last heard of, so that any number of receivers may stand in front of one sink.
"""

import asyncio
import re
from collections.abc import Callable

import msgspec
import structlog
from aiohttp import ClientError, web

from controller.central.auth import Doors
from controller.central.batch import Invalid, read_batch
from controller.central.orders import Orders
from controller.central.problems import Problem
from controller.central.sink import Batch, EventSink, Head, Taken

BODY_LIMIT = 16 * 2**20  # bytes, also after decompression (delivery.md 4.3)
BODY_S = 60.0  # for a body to come: 16 MiB on a slow line
ON_LOOP = 256 * 2**10  # bytes; a larger body is read on another thread, so that other boxes need not wait
POLL_S = 25.0  # a command poll is answered at the latest after this (contract, section 5)
BATCH_TYPES = ("application/cloudevents-batch+json", "application/json")
NEWEST = "Luukku-Newest"  # request header: the newest sequence the box has, to tell idle from behind
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")

log = structlog.get_logger()


class Acked(msgspec.Struct, frozen=True):
    """The answer to a batch."""

    journal: str
    acked: int
    chain: str


class Heard(msgspec.Struct, frozen=True):
    """When a box last showed us its stream, and how far that goes on its side (None: it did not say)."""

    at_ms: int
    newest: int | None


def json_response(value: object, status: int = 200) -> web.Response:
    """Any value as application/json."""
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")


def path_id(request: web.Request) -> str:
    """The point in the path. Raises Problem."""
    point = request.match_info["point"]
    if not ID.fullmatch(point):
        raise Problem(400, "invalid", "A point's id is 1 to 80 letters, digits and . _ : -")
    return point


def whole_number(request: web.Request, name: str, default: int, greatest: int) -> int:
    """A query parameter from 0 to `greatest`. Raises Problem."""
    text = request.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) > greatest:
        raise Problem(400, "invalid", f"{name} must be a whole number from 0 to {greatest}")
    return int(text)


def journal_named(request: web.Request) -> str | None:
    """The journal in the query, None for the newest. Raises Problem."""
    journal = request.query.get("journal")
    if journal is not None and not ID.fullmatch(journal):
        raise Problem(400, "invalid", "A journal's id is 1 to 80 letters, digits and . _ : -")
    return journal


class Receiver:
    """`on_taken` hears of every batch that stored something or forked, after it is on disk."""

    def __init__(
        self,
        doors: Doors,
        sink: EventSink,
        orders: Orders,
        now_ms: Callable[[], int],
        on_taken: Callable[[Batch, Taken], None],
    ) -> None:
        self._doors, self._sink, self._orders = doors, sink, orders
        self._now_ms, self._on_taken = now_ms, on_taken
        self.heard: dict[str, Heard] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/points/{point}/head", self.head),
            web.post("/api/v1/points/{point}/events", self.events),
            web.get("/api/v1/points/{point}/commands", self.commands),
        ]

    async def head(self, request: web.Request) -> web.Response:
        self._doors.need(request, "box")
        point, journal = path_id(request), journal_named(request)
        head = await self._sink.head(point, journal)
        if head.journal:
            self._hear(request, point)
        return json_response(head)

    async def events(self, request: web.Request) -> web.Response:
        self._doors.need(request, "box")
        point = path_id(request)
        if request.content_type not in BATCH_TYPES:
            raise Problem(415, "unsupported-media-type", f"Send {BATCH_TYPES[0]}.")
        body = await whole_body(request)
        try:
            too_long = len(body) > ON_LOOP
            batch = await asyncio.to_thread(read_batch, point, body) if too_long else read_batch(point, body)
        except Invalid as bad:
            raise Problem(400, "invalid", str(bad)) from bad
        if not batch.events:
            return json_response(_acked(await self._sink.head(point, None)))
        taken = await self._sink.take(batch)
        self._hear(request, point)
        if taken.stored or taken.fork is not None:
            self._on_taken(batch, taken)
        if taken.fork is not None:
            raise _fork(batch, taken)
        return json_response(_acked(taken.head))

    async def commands(self, request: web.Request) -> web.Response:
        self._doors.need(request, "box")
        point, after = path_id(request), whole_number(request, "after", 0, 2**53)
        wait_s = whole_number(request, "wait", int(POLL_S), int(POLL_S))
        return json_response(await self._orders.after(point, after, wait_s))

    def _hear(self, request: web.Request, point: str) -> None:
        said = request.headers.get(NEWEST, "")
        newest = int(said) if re.fullmatch(r"[0-9]{1,18}", said) else None
        self.heard[point] = Heard(self._now_ms(), newest)


async def whole_body(request: web.Request) -> bytes:
    """The body, decompressed, at most BODY_LIMIT. Raises Problem for a torn or late one, HTTPRequestEntityTooLarge."""
    try:
        async with asyncio.timeout(BODY_S):
            return await request.read()
    except TimeoutError as late:
        raise Problem(408, "invalid", f"The body did not come within {BODY_S:.0f} s.") from late
    except (ClientError, web.RequestPayloadError, ConnectionError) as torn:
        raise Problem(400, "invalid", "The body ended early or is not compressed as it says.") from torn


def _acked(head: Head) -> Acked:
    return Acked(head.journal, head.seq, head.chain)


def _fork(batch: Batch, taken: Taken) -> Problem:
    log.error("fork refused", point=batch.point, journal=batch.journal, seq=taken.fork)
    detail = f"Event {taken.fork} is not the one that follows here; nothing was overwritten. A cloned disk?"
    head = taken.head
    return Problem(409, "fork", detail, journal=head.journal, acked=head.seq, chain=head.chain, sequence=taken.fork)
