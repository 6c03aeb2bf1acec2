"""Orders from central: each is applied or refused once, in one transaction with its effects."""

from typing import Literal

import msgspec

from controller.domain import bookings, visits
from controller.domain.commands import CancelAppointment, CentralOrder, PutAppointment, RefuseOrder, TakeTicket
from controller.domain.draft import Draft, Refused
from controller.domain.event_words import Channel
from controller.domain.events import CommandApplied, CommandRefused, OpeningChanged

KNOWN = frozenset({"open_queue", "close_queue", "transfer", "ticket_issue", "appointment_put", "appointment_cancel",
                   "announce", "config_put", "resend_from"})  # contract section 5  # fmt: skip


class QueueOrder(msgspec.Struct, forbid_unknown_fields=True):
    queue: str


class AppointmentPut(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    rev: int
    provider: str
    service: str
    start: str
    end: str
    channel: Channel
    room: str = ""
    code: str = ""


class AppointmentCancel(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    rev: int = 0


class TicketIssue(msgspec.Struct, forbid_unknown_fields=True):
    service: str
    language: str


class Announce(msgspec.Struct, forbid_unknown_fields=True):
    """A line on the info-TV: text per language, for `seconds` (at most an hour). The text is never journalled."""

    text: dict[str, str]
    seconds: int = 60


class ResendFrom(msgspec.Struct, forbid_unknown_fields=True):
    seq: int


def order(draft: Draft, told: CentralOrder) -> None:
    """Apply or refuse; an order known already, or by its effects, changes nothing."""
    if told.id in draft.state.orders:
        return
    type_ = told.type if told.type in KNOWN else "unknown"
    before = len(draft.facts)
    try:
        _apply(draft, told)
    except Refused as no:
        del draft.facts[before:]
        draft.add(CommandRefused(command=told.id, type=type_, reason=no.problem.replace("-", "_")))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        del draft.facts[before:]
        draft.add(CommandRefused(command=told.id, type=type_, reason="invalid"))
    else:
        draft.add(CommandApplied(command=told.id, type=type_))


def refuse(draft: Draft, told: RefuseOrder) -> None:
    """For an order whose deciding failed: refused, once."""
    if told.id not in draft.state.orders:
        type_ = told.type if told.type in KNOWN else "unknown"
        draft.add(CommandRefused(command=told.id, type=type_, reason=told.reason))


def _apply(draft: Draft, told: CentralOrder) -> None:
    if draft.now.clock != "unsynced" and bookings.read_time(told.expires) < draft.now.ms:
        raise Refused("expired", f"expired {told.expires}")
    match told.type:
        case "open_queue":
            _set_open(draft, msgspec.json.decode(told.data, type=QueueOrder), "open")
        case "close_queue":
            _set_open(draft, msgspec.json.decode(told.data, type=QueueOrder), "closed")
        case "appointment_put":
            put = msgspec.json.decode(told.data, type=AppointmentPut)
            bookings.put(draft, PutAppointment(
                appointment=put.id, rev=put.rev, provider=put.provider, service=put.service, start=put.start,
                end=put.end, channel=put.channel, room=put.room, code=put.code))  # fmt: skip
        case "appointment_cancel":
            off = msgspec.json.decode(told.data, type=AppointmentCancel)
            bookings.cancel(draft, CancelAppointment(appointment=off.id, rev=off.rev))
        case "ticket_issue":
            wish = msgspec.json.decode(told.data, type=TicketIssue)
            visits.take_ticket(draft, TakeTicket(service=wish.service, language=wish.language, entry="web"))
        case "announce":
            announcement(told.data)
        case "resend_from":
            msgspec.json.decode(told.data, type=ResendFrom)
        case "transfer" | "config_put":
            raise Refused("not-supported", f"{told.type} comes with a later version of this box")
        case _:
            raise Refused("unknown-type", f"{told.type!r} is no order that this box knows")


def announcement(data: bytes) -> Announce:
    """Decode and bound an announce order. Raises Refused or msgspec.MsgspecError."""
    said = msgspec.json.decode(data, type=Announce)
    if not said.text or not 1 <= said.seconds <= 3600 or any(len(text) > 200 for text in said.text.values()):
        raise Refused("invalid", "an announcement has text of at most 200 letters, for 1 to 3600 seconds")
    return said


def _set_open(draft: Draft, wish: QueueOrder, state: Literal["open", "closed"]) -> None:
    services = tuple(s.id for s in draft.config.services if s.queue == wish.queue)
    if not services:
        raise Refused("unknown-queue", f"there is no queue {wish.queue!r}")
    cause = "order_open" if state == "open" else "order_close"
    draft.add(OpeningChanged(state=state, services=services, cause=cause))
