"""The events of some business dates out of a whole journal, without reading the rest: dates never go back."""

from collections.abc import AsyncIterator, Awaitable, Callable

from controller.journal import wire
from controller.reports.figures import Span

PAGE = 1000  # events in one turn of whoever holds the journal
NEAR = 10  # a start of the program follows the end of the day before within so many events

Read = Callable[[int, int], Awaitable[list[bytes]]]  # (after, limit) -> events that follow sequence `after`, in order


async def pages(read: Read, span: Span) -> AsyncIterator[list[bytes]]:
    """Pages that hold every event of `span`, the start of the program that followed at once, and few others."""
    after, over = await _before(read, span.first), False
    while not over and (page := await read(after, PAGE)):
        yield page
        last = wire.read(page[-1])
        after, over = int(last.sequence), _date(last) > span.last
    if over:
        yield await read(after, NEAR)


async def _before(read: Read, first: str) -> int:
    """A sequence after which nothing earlier than `first` is missed: the last event before that date, or 0."""
    low, high, step = 0, None, 1
    while high is None or high - low > 1:
        probe = low + step if high is None else (low + high) // 2
        found = await read(probe - 1, 1)
        if found and _date(wire.read(found[0])) < first:
            low, step = int(wire.read(found[0]).sequence), step * 2
        else:
            high = probe
    return low


def _date(event: wire.CloudEvent) -> str:
    """Before a clock was ever set there is no date: earlier than any."""
    return event.businessdate if isinstance(event.businessdate, str) else ""
