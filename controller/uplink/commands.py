"""Central's commands, fetched by a long poll after the box's own cursor and given to the core one by one.

The core applies each once, with its effects, and moves the cursor in the same commit; what is fetched twice does
no harm, and what this version does not understand is the core's to refuse, so that central hears of it.
"""

import asyncio
from collections.abc import Callable
from random import Random

import aiohttp
import msgspec

from controller.ports.central import Order, OrderSink
from controller.uplink.line import (
    SHORTEST_S,
    Backoff,
    OpenSession,
    Voice,
    answer_of,
    bearer,
    log,
    open_session,
    point_url,
)  # fmt: skip

N_MOST = 2**52  # a command's number; a cursor beyond what central takes back would shut out every later command
POLL_S = 40.0  # central answers within 25 s (contract, section 5); the rest is for a slow line


class Unplaced(Exception):
    """A command without an id or a number: it can be neither applied nor refused."""


class NotTaken(Exception):
    """The core did not take a command in: its cursor stayed where it was."""


class _Slot(msgspec.Struct, frozen=True):
    """What every command of every version has; the rest as far as it can be read."""

    id: str
    n: int
    type: msgspec.Raw = msgspec.Raw(b'""')
    data: msgspec.Raw = msgspec.Raw(b"{}")
    expires: msgspec.Raw = msgspec.Raw(b'""')


def read_order(raw: bytes) -> Order:
    """A command as central sent it; members that this version cannot read become empty. Raises Unplaced."""
    try:
        slot = msgspec.json.decode(raw, type=_Slot)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
        raise Unplaced(str(bad)) from bad
    if not 0 < slot.n <= N_MOST:
        raise Unplaced(f"number {slot.n}")
    return Order(id=slot.id, n=slot.n, type=_text(slot.type), data=msgspec.Raw(slot.data), expires=_text(slot.expires))


def _text(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


async def run_commands(
    base_url: str,
    token: str,
    point: str,
    *,
    cursor: Callable[[], int],
    apply: OrderSink,
    random: Random,
    session: OpenSession = open_session,
) -> None:
    """Fetch and apply until cancelled. `cursor` is the number of the newest command applied or refused durably."""
    url, headers = point_url(base_url, point, "commands"), bearer(token)
    backoff, voice = Backoff(random), Voice("commands from central")
    while True:
        try:
            async with session() as line:
                while await _round(line, url, headers, cursor, apply):
                    backoff.reset()
                    voice.back()
        except Exception as lost:  # noqa: BLE001  why: whatever a command or a line does, the next poll must come
            voice.lost(lost)
        await asyncio.sleep(backoff.next())


async def _round(
    line: aiohttp.ClientSession, url: str, headers: dict[str, str], cursor: Callable[[], int], apply: OrderSink
) -> bool:
    """One poll and what it brings; False when central answered at once with nothing new, so that we must pause."""
    began = asyncio.get_running_loop().time()
    orders = [order for order in await _fetch(line, url, headers, cursor()) if order.n > cursor()]
    for order in orders:
        await apply(order)
        if cursor() < order.n:
            raise NotTaken(f"command {order.id} (n {order.n}) was given, the cursor is at {cursor()}")
    return bool(orders) or asyncio.get_running_loop().time() - began > SHORTEST_S


async def _fetch(line: aiohttp.ClientSession, url: str, headers: dict[str, str], after: int) -> list[Order]:
    """Commands in their order; one that has no place among them is logged and left out."""
    timeout = aiohttp.ClientTimeout(total=POLL_S)
    orders = []
    async with line.get(
        url, params={"after": after}, headers=headers, timeout=timeout, allow_redirects=False
    ) as response:
        for item in msgspec.json.decode(await answer_of(response), type=list[msgspec.Raw]):
            try:
                orders.append(read_order(bytes(item)))
            except Unplaced as bad:
                log.error("command from central has no id or number", why=str(bad))
    return sorted(orders, key=lambda order: order.n)
