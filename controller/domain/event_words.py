"""The words that events are made of: ids, times, causes, and the closed sets of what can be said.

Each text has a pattern that nobody can write a name or a personal identity code into (tests/domain/test_privacy.py).
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


def pattern(pattern: str) -> Meta:
    """A whole text of this pattern: `$` alone would take a line break after it."""
    return Meta(pattern=rf"^{pattern}$(?!\n)")


# A personal identity code (DDMMYY, sign of the century, three digits, check character) is nobody's id here.
_NO_PERSON = r"(?![0-3][0-9][01][0-9]{3}[-A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]$)"
Id = Annotated[str, pattern(rf"{_NO_PERSON}[A-Za-z0-9][A-Za-z0-9._:-]{{0,79}}")]
Word = Annotated[str, pattern(r"[a-z][a-z0-9_-]{0,39}")]  # what a program calls a thing
Language = Annotated[str, pattern(r"[a-z]{2,3}")]
Day = Annotated[str, pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")]
Moment = Annotated[str, pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")]
Hex64 = Annotated[str, pattern(r"[0-9a-f]{64}")]
Cause = Annotated[str, pattern(r"([a-z][a-z0-9_]{0,39})?")]  # a word, or nothing to say
Count = Annotated[int, Meta(ge=0, le=2**53)]  # what every reader of JSON can hold
Job = Annotated[str, pattern(r"[!-~]{4}")]  # four printable characters that name a paper to its printer
Version = Annotated[str, pattern(r"[0-9]{1,4}(\.[0-9A-Za-z+-]{1,20}){1,6}")]  # as PEP 440 writes them

Entry = Literal["kiosk", "reception", "check_in", "web", "roll", "button"]
Medium = Literal["paper", "screen", "none"]
PrintResult = Literal["confirmed", "unknown", "failed", "void"]
QueuedCause = Literal["initial", "transfer", "recycle", "additional", "return"]
AnnounceMedium = Literal["tv", "voice", "led"]
Inference = Literal["explicit", "inferred"]
ServiceOutcome = Literal[
    "served", "no_show", "transferred", "recycled", "removed_staff", "removed_customer",
    "removed_reset", "ended_logout", "ended_timeout", "technical_failure",
]  # fmt: skip
VisitOutcome = Literal["served", "no_show", "cancelled", "removed"]
Resolution = Literal["first_contact", "referred", "pending"]
Guidance = Literal["none", "e_channel_shown", "e_channel_assisted"]
Channel = Literal["counter", "remote", "provider_on_site", "e_service", "paper"]
AdvisorState = Literal["available", "serving", "remote_serving", "wrap_up", "other_work", "break"]
Opening = Literal["open", "closed"]
AppointmentState = Literal["booked", "checked_in", "cancelled", "no_show", "done"]
RoomState = Literal["booked", "occupied", "released", "no_show"]
DeviceState = Literal["attached", "ready", "degraded", "out_of_service", "detached", "unknown"]
RollCause = Literal["printed", "low", "near_end", "paper_out", "new_roll", "another_printer"]
SessionState = Literal["queued", "ringing", "connected", "held", "reconnecting", "ended"]
SessionMode = Literal["walk_in", "appointment", "support"]
SessionOutcome = Literal["completed", "no_answer", "customer_left", "technical_failure", "transferred"]
IdentityMethod = Literal["document", "strong_authentication", "known_customer", "questions"]
IdentityResult = Literal["confirmed", "not_confirmed", "not_needed"]
PointCause = Literal["boot", "ready", "config", "clock_step", "disk_low", "link_up", "link_down"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all event data; the name on the wire stands in EVENTS."""
