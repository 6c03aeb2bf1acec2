"""The paper promise: what is done next about a ticket's paper, what may be journalled of it, and how each ends.

    requested --begin--> printing --proof--> confirmed
        |                    |----no word--> unknown --judged: surely none--> printing (the same copy)
        |                    |                       --judged: nobody knows-> printing (a marked copy)
        |                    |                       --judged: it was cut---> confirmed
        '--- no printer, patience over, day over: failed (the number is on the screen) | void

`unknown` is on the way and never at the end. A second paper is a *copy*: it is counted, and its words are printed on
it. The steps are decided here, from the journal's state alone; readers/paper.py takes them, and only what the printer
itself says (its count, its proof) comes from there.
"""

import msgspec

from controller.domain.commands import FinishPrint, Reprint, StartPrint
from controller.domain.draft import Draft, Refused
from controller.domain.event_words import PrintResult
from controller.domain.events import PrintResulted, PrintStarted
from controller.domain.numbering import job_name
from controller.domain.state import State, Ticket
from controller.domain.visits import ticket_or_refuse

EXPIRES_MS = 120_000  # a job older than this is void: nobody prints by surprise (devices.md section 3)
GIVE_UP_MS = 60_000  # a paper in doubt is given up to the screen after this (ditto)
ATTEMPTS = 3
FINAL = frozenset({"confirmed", "failed", "void"})
DOUBT = frozenset({"printing", "unknown"})


class Begin(msgspec.Struct, frozen=True):
    """Send it to the printer, as this copy."""

    copy: int
    attempt: int


class Judge(msgspec.Struct, frozen=True):
    """Ask the printer's count of cuts what became of it. `trust`: only this paper can have moved it."""

    trust: bool


class Finish(msgspec.Struct, frozen=True):
    """No paper of it will be tried any more."""

    result: PrintResult
    cause: str


Step = Begin | Judge | Finish | None


def first_step(state: State, ticket: Ticket, now_ms: int, *, again: bool) -> Step:
    """What to do with a ticket that waits for its printer; `again`: somebody asked for a second paper."""
    if ticket.print.state in FINAL and not again:
        return None
    if ticket.print.state in DOUBT:
        return Judge(trust=ticket.print.state == "printing")
    if is_over(state, ticket):
        return Finish("void", "over")
    if _age(ticket, now_ms) > EXPIRES_MS and not again:
        return Finish("void", "expired")
    return Begin(next_copy(ticket), 1)


def step_after_clearing(state: State, ticket: Ticket, now_ms: int, *, surely_none: bool) -> Step:
    """The printer holds nothing of it any more. `surely_none`: no paper of it came out, so none is a copy."""
    paper = ticket.print
    if is_over(state, ticket):
        return Finish("void", "over")
    if paper.attempt >= ATTEMPTS or patience_is_over(ticket, now_ms):
        return Finish("failed", paper.cause or "gave_up")
    return Begin(paper.copy if surely_none else paper.copy + 1, paper.attempt + 1)


def step_in_line(ticket: Ticket, cause: str) -> Step:
    """The printer is in trouble, for this cause: whoever is in line for it goes to the screen now."""
    if ticket.print.state == "requested":
        return Finish("failed", cause)
    return Finish("void", "interrupted") if ticket.print.state in DOUBT else None


def patience_is_over(ticket: Ticket, now_ms: int) -> bool:
    """Has whoever waits for it waited long enough?"""
    return _age(ticket, now_ms) > GIVE_UP_MS


def is_over(state: State, ticket: Ticket) -> bool:
    """Has the visit ended, so that nobody needs the paper?"""
    return state.visits[ticket.visit].outcome is not None


def _age(ticket: Ticket, now_ms: int) -> int:
    return abs(now_ms - ticket.issued)


def next_copy(ticket: Ticket) -> int:
    """The copy number of the next paper: 0 while no byte of any ever left, else one more."""
    return ticket.print.copy + 1 if ticket.print.job else 0


def start_print(draft: Draft, wish: StartPrint) -> None:
    ticket = ticket_or_refuse(draft, wish.ticket)
    if ticket.print.state == "printing":
        raise Refused("wrong-state", f"ticket {ticket.number} is being printed")
    draft.subject = ticket.id
    draft.add(
        PrintStarted(
            ticket=ticket.id, job=job_name(draft.state.seq + 1), device=wish.device, attempt=wish.attempt,
            copy=wish.copy, cut0=wish.cut0, power_life=wish.power_life,
        )
    )  # fmt: skip


def finish_print(draft: Draft, wish: FinishPrint) -> None:
    """The last word, or `unknown` as the word before it. A result for a paper that has its last word is dropped."""
    ticket = ticket_or_refuse(draft, wish.ticket)
    paper = ticket.print
    draft.subject = ticket.id
    if paper.state in FINAL or paper.state == "none" or (paper.state == "unknown" == wish.result):
        return
    tier = wish.tier if wish.tier in {"T1", "T2", "T3", "T4", "T5"} else None
    draft.add(
        PrintResulted(
            ticket=ticket.id, job=paper.job or job_name(draft.state.seq + 1), device=paper.device or "none",
            attempt=max(1, paper.attempt), copy=paper.copy, result=wish.result, tier=tier,  # type: ignore[arg-type]  # why: narrowed by the line above
            cause=wish.cause, ms=wish.ms,
        )
    )  # fmt: skip


def reprint(draft: Draft, wish: Reprint) -> None:
    """May this ticket be printed again? The journal hears of it when the paper starts."""
    ticket = ticket_or_refuse(draft, wish.ticket)
    if not wish.device:
        raise Refused("invalid", "there is no printer to print on")
    if is_over(draft.state, ticket):
        raise Refused("wrong-state", f"ticket {ticket.number} is over")
    if ticket.print.state in {"requested", "printing", "unknown"}:
        raise Refused("wrong-state", f"ticket {ticket.number} is being printed")
    draft.subject = ticket.id


def give_up(draft: Draft, cause: str) -> None:
    """Their day is over: papers that nobody can prove any more end as void."""
    for id_ in draft.state.unfinished_prints:
        finish_print(draft, FinishPrint(ticket=id_, result="void", tier=None, cause=cause, ms=0))


def expire(draft: Draft) -> None:
    """No paper stays unproven: what nobody finished within its time is void."""
    for id_, since in draft.state.unfinished_prints.items():
        if draft.now.ms - since > EXPIRES_MS + 30_000:
            finish_print(draft, FinishPrint(ticket=id_, result="void", tier=None, cause="expired", ms=0))
