"""The doors for people and systems at central: what is stored of each point, its events, and commands to it."""

import re
from collections.abc import Callable
from datetime import datetime

import msgspec
from aiohttp import web

from controller.central.auth import Doors
from controller.central.orders import Conflict, Orders
from controller.central.problems import Problem
from controller.central.receiver import Heard, journal_named, json_response, path_id, whole_body, whole_number
from controller.central.store import PointRow, Store

PAGE, GREATEST_PAGE = 1_000, 10_000  # events in one answer
KEY = re.compile(r"[!-~]{1,200}")


class PointStatus(msgspec.Struct, frozen=True):
    """One point as central sees it.

    `lag_s`: for how long central cannot be sure to have everything. While the box was last known to have no more
    than is stored, the seconds since it last showed its stream (it does so at least every 15 s, also when nothing
    happens); while it is known to have more, the age of the newest event stored. Seconds, one decimal.
    `behind`: how many events the box said to have beyond the stored ones. `gaps`: missing numbers, counted.
    """

    id: str
    journal: str
    seq: int
    chain: str
    last_event_at: str | None
    lag_s: float
    gaps: int
    quarantined: int
    fork: bool
    behind: int
    journals: int


def status(row: PointRow, heard: Heard | None, now_ms: int) -> PointStatus:
    """What is stored of a point, with what its box last said."""
    behind = max(0, (heard.newest or 0) - row.seq) if heard else 0
    since = heard.at_ms if heard else row.contact_ms
    if behind and row.last_event_at is not None:
        since = min(since, int(datetime.fromisoformat(row.last_event_at).timestamp() * 1000))
    return PointStatus(
        id=row.id, journal=row.journal, seq=row.seq, chain=row.chain, last_event_at=row.last_event_at,
        lag_s=round(max(0, now_ms - since) / 1000, 1), gaps=row.gaps, quarantined=row.quarantined, fork=row.fork,
        behind=behind, journals=row.journals,
    )  # fmt: skip


class Operators:
    """Role `central` opens every door here."""

    def __init__(
        self, doors: Doors, store: Store, orders: Orders, heard: dict[str, Heard], now_ms: Callable[[], int]
    ) -> None:
        self._doors, self._store, self._orders, self._heard, self._now_ms = doors, store, orders, heard, now_ms

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/points", self.points),
            web.get("/api/v1/points/{point}/events", self.events),
            web.post("/api/v1/points/{point}/commands", self.command),
        ]

    async def statuses(self) -> list[PointStatus]:
        """All points, by id."""
        now = self._now_ms()
        return [status(row, self._heard.get(row.id), now) for row in await self._store.points()]

    async def points(self, request: web.Request) -> web.Response:
        self._doors.need(request, "central")
        return json_response(await self.statuses())

    async def events(self, request: web.Request) -> web.Response:
        """Stored events, each byte for byte as its box sent it."""
        self._doors.need(request, "central")
        point, journal = path_id(request), journal_named(request)
        after = whole_number(request, "after", 0, 10**18 - 1)
        limit = max(1, whole_number(request, "limit", PAGE, GREATEST_PAGE))
        events = await self._store.events(point, journal, after, limit + 1)
        following = events[limit - 1][0] if len(events) > limit else None
        body = b'{"events":[' + b",".join(body for _, body in events[:limit]) + b'],"next":'
        return web.Response(body=body + msgspec.json.encode(following) + b"}", content_type="application/json")

    async def command(self, request: web.Request) -> web.Response:
        self._doors.need(request, "central")
        point, key = path_id(request), request.headers.get("Idempotency-Key")
        if key is not None and not KEY.fullmatch(key):
            raise Problem(400, "invalid", "Idempotency-Key must be 1 to 200 printable ASCII characters")
        try:
            order_id = await self._orders.add(point, await whole_body(request), key)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as bad:
            raise Problem(400, "invalid", str(bad)) from bad
        except Conflict as conflict:
            raise Problem(409, "idempotency-conflict", f"Idempotency-Key {conflict}") from conflict
        return json_response({"id": order_id}, status=202)
