"""Appointments: put, changed, cancelled, and the customer who comes with a code."""

import re
from datetime import datetime

from controller.domain import queues, visits
from controller.domain.commands import CancelAppointment, CheckIn, Now, PutAppointment
from controller.domain.draft import Draft, Refused, hash_booking
from controller.domain.event_words import AppointmentState, RoomState, VisitOutcome
from controller.domain.events import AppointmentChanged, RoomStateChanged, VisitEnded
from controller.domain.state import Appointment, State
from controller.domain.text import moment

EARLY_MS = 2 * 60 * 60_000  # how long before the agreed time one may check in
AHEAD_MS = 15 * 60_000  # before the agreed time nobody else begins in the room by themselves
LATE_MS = 15 * 60_000  # who is later finds it free, or waits
ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$")  # it goes into events: nothing that a person could write in
FIRST_MS, LAST_MS = 946_684_800_000, 7_258_118_400_000  # 2000-01-01 and 2200-01-01, UTC
OUTCOMES: dict[VisitOutcome, AppointmentState] = {
    "served": "done", "no_show": "no_show", "cancelled": "cancelled", "removed": "cancelled",
}  # fmt: skip
ROOMS: dict[AppointmentState, RoomState] = {
    "booked": "booked", "checked_in": "occupied", "done": "released", "cancelled": "released", "no_show": "no_show",
}  # fmt: skip
CODE = re.compile(r"^[A-Za-z0-9-]{4,32}$")


def put(draft: Draft, wish: PutAppointment) -> None:
    """Add or change a booking. The same revision again changes nothing; an older one is refused."""
    if not ID.match(wish.appointment):
        raise Refused("invalid", "an appointment's id has 1 to 80 letters, digits or . _ : -, and no spaces")
    service = draft.config.service(wish.service)
    if service is None:
        raise Refused("unknown-service", f"there is no service {wish.service!r}")
    if service.provider != wish.provider:
        raise Refused("invalid", f"service {wish.service} is of provider {service.provider}, not {wish.provider}")
    if wish.channel == "remote" and "remote" not in service.channels:
        raise Refused("invalid", f"service {wish.service} is not served remotely")
    if when(wish.start) >= when(wish.end):
        raise Refused("invalid", f"start {wish.start} is not before end {wish.end}")
    if wish.code and not CODE.match(wish.code):
        raise Refused("invalid", "a code has 4 to 32 letters, digits or hyphens")
    known = draft.state.appointments.get(wish.appointment)
    draft.subject = wish.appointment
    if known is not None and wish.rev <= known.rev:
        if wish.rev == known.rev:
            return
        raise Refused("wrong-state", f"appointment {wish.appointment} has revision {known.rev} already")
    if known is not None and known.state in {"checked_in", "done"}:
        raise Refused("wrong-state", f"appointment {wish.appointment} is {known.state}")
    _room_is_free(draft, wish)
    fresh = Appointment(
        wish.appointment, wish.rev, "booked", wish.provider, wish.service,
        moment(when(wish.start)), moment(when(wish.end)),
        wish.channel, wish.room, hash_booking(draft.secret, wish.code.upper()) if wish.code else "",
    )  # fmt: skip
    change(draft, fresh, "booked")


def _room_is_free(draft: Draft, wish: PutAppointment) -> None:
    """Two cannot have one room of this point at one time, whoever booked it: the point, the provider or central."""
    if not _is_ours(draft, wish.room):
        return
    begin, end = when(wish.start), when(wish.end)
    for other in draft.state.appointments.values():
        taken = other.room == wish.room and other.state in {"booked", "checked_in"}
        if taken and other.id != wish.appointment and begin < when(other.end) and when(other.start) < end:
            raise Refused("wrong-state", f"room {wish.room} is taken then, by appointment {other.id}")


def reserved_for(state: State, room: str, now: Now) -> Appointment | None:
    """Whose room it is from AHEAD_MS before the agreed time on: until they are late, or once they came, to the end."""
    if not room or now.clock == "unsynced":
        return None
    for known in state.appointments.values():
        if known.room == room and known.channel == "remote" and known.state in {"booked", "checked_in"}:
            until = when(known.end) if known.state == "checked_in" else when(known.start) + LATE_MS
            if when(known.start) - AHEAD_MS <= now.ms < until:
                return known
    return None


def _is_ours(draft: Draft, room: str) -> bool:
    """A room that the config does not know is whoever books' affair."""
    return any(one.id == room for one in draft.config.rooms)


def cancel(draft: Draft, wish: CancelAppointment) -> None:
    known = draft.state.appointments.get(wish.appointment)
    if known is None:
        raise Refused("unknown-ticket", f"there is no appointment {wish.appointment!r}")
    draft.subject = wish.appointment
    if known.state == "cancelled":
        return
    if known.state != "booked":
        raise Refused("wrong-state", f"appointment {wish.appointment} is {known.state}")
    if 0 < wish.rev < known.rev:
        raise Refused("wrong-state", f"appointment {wish.appointment} has revision {known.rev} already")
    change(draft, known, "cancelled", rev=max(wish.rev, known.rev))


def check_in(draft: Draft, wish: CheckIn) -> None:
    """The customer with an appointment is here: a number like any other, placed by the agreed time."""
    visits.today_or_refuse(draft)
    known = with_code(draft, wish.code)
    _in_time(draft, known)
    service = draft.config.service(known.service)
    if service is None:
        raise Refused("unknown-service", f"service {known.service} is no longer offered")
    if wish.language not in draft.config.point.languages:
        raise Refused("invalid", f"language {wish.language!r} is not one of this point's")
    place = when(known.start) - queues.AGEING_MS
    visits.issue(draft, service, "check_in", wish.language, (service.id,), service.priority,
                 device=wish.device, place=place, appointment=known.id)  # fmt: skip
    change(draft, known, "checked_in")


def with_code(draft: Draft, code: str) -> Appointment:
    """The booking that this code means: of several, the first that nobody has come for."""
    wanted = hash_booking(draft.secret, code.strip().upper())
    found = [a for a in draft.state.appointments.values() if a.code_hash == wanted and a.state != "cancelled"]
    if not found:
        raise Refused("unknown-ticket", "no appointment has this code")
    open_ = [a for a in found if a.state == "booked" and not _is_over(draft, a)]
    return min(open_ or found, key=lambda a: a.start)


def _in_time(draft: Draft, known: Appointment) -> None:
    if known.state == "no_show" or (known.state == "booked" and _is_over(draft, known)):
        raise Refused("wrong-state", "the time of this appointment is over")
    if known.state != "booked":
        raise Refused("wrong-state", "this appointment has been checked in already")
    if draft.now.clock != "unsynced" and draft.now.ms < when(known.start) - EARLY_MS:
        raise Refused("wrong-state", "it is too early to check in for this appointment")


def _is_over(draft: Draft, known: Appointment) -> bool:
    """A clock that nobody set says nothing about it."""
    return draft.now.clock != "unsynced" and draft.now.ms > when(known.end)


def missed(draft: Draft) -> None:
    """Bookings whose time went by without their customer."""
    for known in draft.state.appointments.values():
        if known.state == "booked" and _is_over(draft, known):
            change(draft, known, "no_show")


def finished(draft: Draft) -> None:
    """Bookings whose visit is over, and how it ended."""
    over = [f.event for f in draft.facts if isinstance(f.event, VisitEnded) and f.event.visit in draft.state.visits]
    for ended in over:
        known = draft.state.appointments.get(draft.state.visits[ended.visit].appointment)
        if known is not None and known.state == "checked_in":
            change(draft, known, OUTCOMES[ended.outcome])


def change(draft: Draft, known: Appointment, state: AppointmentState, *, rev: int | None = None) -> None:
    extra = {key: value for key, value in (("room", known.room), ("code_hash", known.code_hash)) if value}
    draft.add(
        AppointmentChanged(
            appointment=known.id, rev=known.rev if rev is None else rev, state=state, provider=known.provider,
            service=known.service, start=known.start, end=known.end, channel=known.channel, **extra,
        )
    )  # fmt: skip
    was = draft.state.appointments.get(known.id)
    held = was.room if was is not None and was.state == "booked" else ""
    in_booth = known.channel == "remote" and state in {"checked_in", "done"}  # its session says so (sessions.py)
    if state == "booked" and held != known.room:
        _tell(draft, held, "released")
    if not in_booth and not (state == "booked" and held == known.room):
        _tell(draft, known.room, ROOMS.get(state))


def _tell(draft: Draft, room: str, state: RoomState | None) -> None:
    """What became of a room of this point. One whose booth has a session is in use until that ends, and says so."""
    sessions = (s for s in draft.state.sessions.values() if s.outcome is None)
    booths = (draft.config.booth(session.booth) for session in sessions)
    in_use = state in {"booked", "released"} and any(booth is not None and booth.room == room for booth in booths)
    if state is not None and not in_use and _is_ours(draft, room):
        draft.add(RoomStateChanged(room=room, state=state))


def when(text: str) -> int:
    """RFC 3339 with an offset -> UTC milliseconds, in a year that an event can carry. Raises Refused("invalid")."""
    ms = read_time(text)
    if not FIRST_MS <= ms < LAST_MS:
        raise Refused("invalid", f"{text[:40]!r} is in no year of this point")
    return ms


def read_time(text: str) -> int:
    """RFC 3339 with an offset -> UTC milliseconds. Raises Refused("invalid")."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as bad:
        raise Refused("invalid", f"{text[:40]!r} is not a time like 2026-11-23T08:00:00Z") from bad
    if read.tzinfo is None:
        raise Refused("invalid", f"{text[:40]!r} needs an offset, as in 2026-11-23T08:00:00+02:00")
    return int(read.timestamp() * 1000)
