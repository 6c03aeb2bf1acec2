"""What must be true of a journal, whatever was done to the programs: looked at from outside, event by event."""

import sys
from pathlib import Path
from typing import Any

from controller.domain.state import State
from controller.journal import replay
from controller.journal.store import Journal
from tests.system.stranger import FINAL, told

VERIFY = (sys.executable, str(Path(__file__).parents[2] / "tools" / "verify_chain.py"))


def every_taker_has_one_number(tickets: dict[str, Any], events: list[bytes]) -> None:
    """`tickets` is what each taker was answered, by key: each has a number of its own, and there is no other."""
    issued = {e["data"]["ticket"]: e["data"]["number"] for e in told(events, "ticket.issued")}
    got = {ticket["id"]: ticket["number"] for ticket in tickets.values()}
    assert len(got) == len(tickets), "two takers got one ticket"
    assert issued == got, "tickets that nobody got, or got differently"
    assert sum(numbers_are_whole(events).values()) == len(got)


def every_paper_has_one_proof(events: list[bytes]) -> int:
    """The last word of each is final, nothing is said after a last word; gives how many are confirmed.

    Nothing is sent to a printer while another paper is in doubt there: it would come out on the same piece."""
    assert unproven(events) == {}
    ended: dict[str, str] = {}
    doubt: set[str] = set()
    for event in told(events, "ticket.print_started", "ticket.print_result"):
        data = event["data"]
        assert data["ticket"] not in ended, f"{data['ticket']} was {ended.get(data['ticket'])}, then {event['name']}"
        if event["name"] == "ticket.print_started":
            doubt.add(data["ticket"])
            assert len(doubt) == 1, f"{event['sequence']}: {doubt} at once"
        if data.get("result") in {"confirmed", "failed", "void"}:
            ended[data["ticket"]] = data["result"]
            doubt.discard(data["ticket"])
            assert data["result"] == "confirmed" or data["cause"], data
    return sum(1 for result in ended.values() if result == "confirmed")


async def replay_equals_live(path: Path, point: str = "sodankyla") -> None:
    """The state that the daemon kept at its end, and the same reckoned from the first event on."""
    async with Journal(point, path) as journal:
        kept = await journal.snapshot("latest")
        assert kept is not None and kept.seq == journal.seq
        state = State(journal.journal)
        async for batch in replay.batches(journal, 0):
            replay.replay(state, batch)
        live = replay.decode(kept.state)
        assert state == live


def lasting(state: dict[str, Any]) -> dict[str, Any]:
    """`GET /state`, less what only the moment and the boot decide."""
    for ticket in (ticket for queue in state["queues"] for ticket in queue["waiting"]):
        ticket.pop("estimate")
    for printer in state["printers"]:
        printer.pop("tier")
    return {name: value for name, value in state.items() if name not in {"seq", "epoch", "now", "clock"}}


def unproven(events: list[bytes]) -> dict[str, str]:
    """Tickets on paper whose newest word is none of the last words."""
    last: dict[str, str] = {}
    for event in told(events, "ticket.issued", "ticket.print_started", "ticket.print_result"):
        data = event["data"]
        if event["name"] == "ticket.issued" and data["medium"] != "paper":
            continue
        last[data["ticket"]] = data.get("result", event["name"])
    return {ticket: word for ticket, word in last.items() if word not in FINAL}


def numbers_are_whole(events: list[bytes]) -> dict[tuple[str, str], int]:
    """1..N for each day and series, none twice, none missing; gives N."""
    given: dict[tuple[str, str], list[int]] = {}
    for event in told(events, "ticket.issued"):
        data = event["data"]
        assert data["number"] == f"{data['series']}{data['n']:03d}"
        given.setdefault((data["business_date"], data["series"]), []).append(data["n"])
    for series, found in given.items():
        assert found == list(range(1, len(found) + 1)), (series, found)
    return {series: len(found) for series, found in given.items()}


def results(events: list[bytes]) -> dict[str, int]:
    """How the papers ended, counted by result and cause."""
    last = {e["data"]["ticket"]: e["data"] for e in told(events, "ticket.print_result")}
    counts: dict[str, int] = {}
    for data in last.values():
        word = f"{data['result']} {data['cause']}".strip()
        counts[word] = counts.get(word, 0) + 1
    return counts
