"""The newest events for the demo's wall: name, number and actor of each, newest first."""

from typing import Any

from controller.domain.state import State
from controller.journal import wire
from controller.web.site import Site

SHOWN = 40


async def follow(site: Site) -> None:
    """Keep `site.rows` at the newest events, for ever; a reader of the journal like any other."""
    after = max(0, site.state.seq - SHOWN)
    while True:
        await site.ledger.journal.wait(after)
        stored = await site.ledger.journal.read(max(after, site.state.seq - SHOWN), SHOWN)
        if stored:
            after = stored[-1].seq
            site.rows = ([row(site.state, s.body) for s in reversed(stored)] + site.rows)[:SHOWN]
            site.touch()


def row(state: State, body: bytes) -> dict[str, Any]:
    """One stored event as the wall lists it; `brief` is the number on the paper it is about, "" for none."""
    envelope = wire.read(body)
    return {
        "seq": int(envelope.sequence), "name": wire.name_of(envelope), "time": envelope.time,
        "actor": envelope.actor, "brief": _number(state, wire.data_of(envelope)),
    }  # fmt: skip


def _number(state: State, data: object) -> str:
    ticket = state.tickets.get(getattr(data, "ticket", "") or "")
    if ticket is None:
        turn = state.service_events.get(str(getattr(data, "service_event", "")))
        visit = state.visits.get(turn.visit if turn else str(getattr(data, "visit", "")))
        ticket = state.tickets.get(visit.ticket) if visit else None
    return ticket.number if ticket else ""
