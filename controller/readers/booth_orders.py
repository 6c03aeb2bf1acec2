"""What an order of an expert, or of the broker for them, asks of the core, and how the answer is kept."""

import hashlib

import msgspec

from controller.domain import commands as c
from controller.domain.draft import Draft, Refused
from controller.domain.remote_events import Quality
from controller.domain.state import State
from controller.journal.faults import JournalFault
from controller.ledger import CommandFailed, Key, KeyConflict, Ledger
from controller.ports import booth as b


class No(msgspec.Struct):
    """Why an order was refused, as it is kept with the journal."""

    problem: str
    detail: str


async def carried_out(ledger: Ledger, order: b.Order, quality: Quality | None) -> tuple[b.Done, bool]:
    """Done once, however often it comes: the answer is kept with the journal. Gives it, and whether it was done now."""
    key = Key(f"desk/{order.id}", hashlib.sha256(msgspec.json.encode(order)).digest())
    try:
        reply = await ledger.submit(command_of(order, quality), render=done, refusal=refused, key=key)
    except KeyConflict:
        detail = f"order {order.id} was another one before, and that has been answered"
        return b.Done(id=order.id, ok=False, problem="idempotency-conflict", detail=detail), False
    except (JournalFault, CommandFailed, Refused) as fault:
        return b.Done(id=order.id, ok=False, problem="internal", detail=str(fault)), False
    if reply.status == 200:
        return b.Done(id=order.id, ok=True), reply.fresh
    no = msgspec.json.decode(reply.body, type=No)
    return b.Done(id=order.id, ok=False, problem=no.problem, detail=no.detail), False


def command_of(order: b.Order, quality: Quality | None) -> c.Command:
    """What the core is asked to do. `quality`: of the talk so far."""
    id_, actor = order.session, "central"
    match order.do:
        case "ring" | "unring":
            return c.RingSession(actor=actor, session=id_, on=order.do == "ring")
        case "answer":
            return c.AnswerSession(actor=actor, session=id_, expert=order.expert)
        case "hold":
            return c.HoldSession(actor=actor, session=id_)
        case "resume":
            return c.ResumeSession(actor=actor, session=id_)
        case "end":
            return c.EndSession(actor=actor, session=id_, outcome=order.outcome, resolution=order.resolution,
                                guidance=order.guidance, delivered=order.delivered, quality=quality)  # fmt: skip
        case "identity":
            return c.CheckIdentity(actor=actor, session=id_, method=order.method, result=order.result)
        case "hand_over":
            return c.HandOver(actor=actor, session=id_, to_queue=order.queue, to_counter=order.counter,
                              to_service=order.service, position=order.position, quality=quality)  # fmt: skip
        case "move":
            return c.MoveSession(actor=actor, session=id_, service=order.service)
        case "drop":
            return c.DropSession(actor=actor, session=id_, why=order.why)


def done(state: State, draft: Draft) -> tuple[int, bytes]:
    return 200, b"{}"


def refused(no: Refused) -> tuple[int, bytes]:
    return 409, msgspec.json.encode(No(no.problem, no.detail))
