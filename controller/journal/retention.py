"""How long events are kept on the box: until central has them and the keeping time is over."""

from datetime import datetime

from controller.domain.state import State
from controller.journal import replay, wire
from controller.journal.store import READ_MOST, Journal
from controller.ports.journal import Stored

KEEP_MS = 400 * 86_400_000  # a year of figures and a month to ask about them


async def retire(journal: Journal, *, acked: int, now_ms: int, keep_ms: int = KEEP_MS) -> int:
    """Move the start of replay forward past old, acknowledged events; gives how many were removed. `now_ms`: a time
    that can be trusted.

    The state at the new start is kept as the base snapshot, made by replay of what leaves: nothing that replay
    gave before is lost.
    """
    state = await base_state(journal)
    old = await _old(journal, state.seq, acked, now_ms - keep_ms)
    if not old:
        return 0
    replay.replay(state, old)
    return await journal.forget_events(replay.snapshot_of(state, "base"))


async def _old(journal: Journal, after: int, acked: int, before_ms: int) -> list[Stored]:
    """The first events after `after` that are acknowledged and older than that. One that was written without a clock
    (it says 1970) is as old as the next that had one."""
    undated: list[Stored] = []
    while batch := await journal.read(after + len(undated), READ_MOST):
        old = 0
        for n, stored in enumerate(batch, 1):
            envelope = wire.read(stored.body)
            if stored.seq > acked or (envelope.clock != "unsynced" and _ms(envelope) >= before_ms):
                return undated + batch[:old] if old else []
            if envelope.clock != "unsynced":
                old = n
        if old:
            return undated + batch[:old]
        undated += batch
    return []


async def base_state(journal: Journal) -> State:
    """The state before the oldest event still kept."""
    base = await journal.snapshot("base")
    return replay.decode(base.state) if base else State(journal.journal)


def _ms(envelope: wire.CloudEvent) -> int:
    return round(datetime.fromisoformat(envelope.time).timestamp() * 1000)
