"""Commands for the points, in SQLite: each with an id, a number that rises by one per point, and an expiry.

The box keeps the cursor. A central system restored from an old backup sees a cursor beyond all it knows, and then
numbers what the box cannot have seen after that cursor; applying is once per id, so a repeat does no harm.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

import apsw
import msgspec

from controller.central.disk import Disk

KEY_DAYS = 7  # how long an Idempotency-Key is remembered (contract, section 3)
PAGE = 100  # commands in one answer


class Conflict(Exception):
    """This Idempotency-Key came before with another body."""


class NewOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /points/{point}/commands. `expires` is RFC 3339 with an offset."""

    type: Literal[
        "open_queue", "close_queue", "transfer", "ticket_issue", "appointment_put", "appointment_cancel", "announce",
        "config_put", "resend_from",
    ]  # fmt: skip
    data: dict[str, msgspec.Raw]
    expires: Annotated[datetime, msgspec.Meta(tz=True)]


class Raw(msgspec.Struct, frozen=True):
    """The two members of the same body that are passed on as they were written."""

    data: msgspec.Raw
    expires: str


class Sent(msgspec.Struct, frozen=True):
    """A command as the box receives it."""

    id: str
    n: int
    type: str
    data: msgspec.Raw
    expires: str


class _Made(msgspec.Struct, frozen=True):
    """A command about to be kept, in the order of its columns; `request` is the SHA-256 of the body it came in."""

    point: str
    id: str
    type: str
    data: bytes
    expires: str
    made_ms: int
    idempotency_key: str | None
    request: bytes


def read_order(body: bytes) -> tuple[NewOrder, Raw]:
    """Raises msgspec.MsgspecError that says what is wrong with it."""
    return msgspec.json.decode(body, type=NewOrder), msgspec.json.decode(body, type=Raw)


def in_utc(order: NewOrder, as_written: str) -> str:
    """An expiry as it goes to the box: in UTC; unchanged if it was."""
    if as_written.endswith("Z"):
        return as_written
    return order.expires.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Orders:
    """All commands of all points. `wait` wakes when a new one is on disk."""

    def __init__(self, disk: Disk, now_ms: Callable[[], int], new_id: Callable[[], str]) -> None:
        self._disk, self._now_ms, self._new_id = disk, now_ms, new_id
        self._news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._closing = False

    async def add(self, point: str, body: bytes, key: str | None) -> str:
        """Keep a command and give its id; the same key and body give the same id.
        Raises msgspec.MsgspecError, Conflict, StorageFull."""
        order, raw = read_order(body)
        made = _Made(
            point=point, id=self._new_id(), type=order.type, data=bytes(raw.data), expires=in_utc(order, raw.expires),
            made_ms=self._now_ms(), idempotency_key=key, request=hashlib.sha256(body).digest(),
        )  # fmt: skip
        order_id = await self._disk.write(lambda connection: _add(connection, made))
        self._news.pop(point, asyncio.Event()).set()
        return order_id

    async def after(self, point: str, n: int, wait_s: float) -> list[Sent]:
        """Commands with a greater number, waiting up to `wait_s` for the first."""
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            news = self._news[point]  # taken before looking, so that none is missed in between
            orders = await self._hand_out(point, n)
            if orders or self._closing:
                return orders
            try:
                async with asyncio.timeout_at(deadline):
                    await news.wait()
            except TimeoutError:
                return []

    def wake_all(self) -> None:
        """End every wait: central is closing."""
        self._closing = True
        for news in self._news.values():
            news.set()

    async def _hand_out(self, point: str, n: int) -> list[Sent]:
        top, sent, waiting = await self._disk.read(lambda connection: _look(connection, point, n))
        if n > top or (waiting and waiting[-1].n > sent):
            return await self._disk.write(lambda connection: _hand_out(connection, point, n))
        return waiting


def _add(connection: apsw.Connection, made: _Made) -> str:
    forget = "update orders set idempotency_key = null where idempotency_key is not null and made_ms < ?"
    connection.execute(forget, (made.made_ms - KEY_DAYS * 86_400_000,))
    same = "select id, request from orders where point = ? and idempotency_key = ?"
    if (row := connection.execute(same, (made.point, made.idempotency_key)).get) is not None:
        if row[1] != made.request:
            raise Conflict(made.idempotency_key)
        return str(row[0])
    top, sent, _ = _look(connection, made.point, 0)
    sql = """insert into orders (n, point, id, type, data, expires, made_ms, idempotency_key, request)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
    connection.execute(sql, (max(top, sent) + 1, *msgspec.structs.astuple(made)))
    return made.id


def _look(connection: apsw.Connection, point: str, n: int) -> tuple[int, int, list[Sent]]:
    """The greatest number in use, the greatest ever handed out, and the commands after `n`."""
    top = connection.execute("select coalesce(max(n), 0) from orders where point = ?", (point,)).get
    sent = connection.execute("select coalesce(max(sent), 0) from cursors where point = ?", (point,)).get
    sql = "select id, n, type, data, expires from orders where point = ? and n > ? order by n limit ?"
    rows = connection.execute(sql, (point, n, PAGE))
    return top, sent, [Sent(row[0], row[1], row[2], msgspec.Raw(row[3]), row[4]) for row in rows]


def _hand_out(connection: apsw.Connection, point: str, n: int) -> list[Sent]:
    """Note durably what is about to be handed out; first move it past a cursor that we have no memory of."""
    top, sent, waiting = _look(connection, point, n)
    if n > top:
        shift = "update orders set n = -(n + ?) where point = ? and n > ?"  # in two steps: n is unique
        connection.execute(shift, (n - sent, point, sent))
        connection.execute("update orders set n = -n where point = ? and n < 0", (point,))
        sent = max(sent, n)
        waiting = _look(connection, point, n)[2]
    greatest = waiting[-1].n if waiting else sent
    sql = "insert into cursors values (?, ?) on conflict (point) do update set sent = max(sent, excluded.sent)"
    connection.execute(sql, (point, greatest))
    return waiting
