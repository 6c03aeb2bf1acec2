"""How long events are kept on the box: until central has them and the keeping time is over."""

import itertools
from datetime import datetime

from controller.domain.state import State
from controller.journal import replay, wire
from controller.journal.store import READ_MOST, Journal

KEEP_MS = 400 * 86_400_000  # a year of figures and a month to ask about them


async def retire(journal: Journal, *, acked: int, now_ms: int, keep_ms: int = KEEP_MS) -> int:
    """Move the start of replay forward past old, acknowledged events; gives how many were removed.

    The state at the new start is kept as the base snapshot, made by replay of what leaves: nothing that replay
    gave before is lost.
    """
    state = await base_state(journal)
    old = list(
        itertools.takewhile(
            lambda stored: stored.seq <= acked and _ms(stored.body) < now_ms - keep_ms,
            await journal.read(state.seq, READ_MOST),
        )
    )
    if not old:
        return 0
    replay.replay(state, old)
    return await journal.forget_events(replay.snapshot_of(state, "base"))


async def base_state(journal: Journal) -> State:
    """The state before the oldest event still kept."""
    base = await journal.snapshot("base")
    return replay.decode(base.state) if base else State(journal.journal)


def _ms(body: bytes) -> int:
    return round(datetime.fromisoformat(wire.read(body).time).timestamp() * 1000)
