"""What passes between the point and the central system, beside the event stream itself."""

from collections.abc import Awaitable, Callable

import msgspec


class Order(msgspec.Struct, frozen=True):
    """One command from central. `n` rises by one per point; `expires` is RFC 3339 UTC; `data` is the JSON as sent."""

    id: str
    n: int
    type: str
    data: msgspec.Raw
    expires: str


# Applies an order once, durably, with its effects, and answers when that is journalled. An order that was applied
# or refused before changes nothing. Raises nothing for a bad order: that is a `command.refused` event.
OrderSink = Callable[[Order], Awaitable[None]]


class LinkState(msgspec.Struct, frozen=True):
    """How the line to central is. `seq` is the newest event central holds durably, None before it ever said so;
    `fork` is set when central refused our history (a cloned disk)."""

    up: bool
    seq: int | None
    fork: bool
    detail: str = ""
