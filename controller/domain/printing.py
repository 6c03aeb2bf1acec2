"""The paper promise, first part: what may be journalled about a ticket's paper, and how each ends.

`requested -> printing -> confirmed | failed | void`, with `unknown` on the way but never at the end. A second paper
is a *copy*: it is counted, and its words are printed on it.
"""

from controller.domain.commands import FinishPrint, Reprint, StartPrint
from controller.domain.draft import Draft, Refused
from controller.domain.events import PrintResulted, PrintStarted
from controller.domain.numbering import job_name
from controller.domain.state import Ticket
from controller.domain.visits import ticket_or_refuse

EXPIRES_MS = 120_000  # a job older than this is void: nobody prints by surprise (devices.md section 3)
FINAL = frozenset({"confirmed", "failed", "void"})


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
    if draft.state.visits[ticket.visit].outcome is not None:
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
