"""What points and experts' pages say to the broker, and it to them (docs/remote-service.md): shapes and their limits.

Unknown members of a picture are dropped, so that a newer point speaks with an older central; in an order they are
refused, so that nothing is done by halves. Signals and acknowledgements are `controller.ports.signalling`'s.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from controller.ports.signalling import Ack, IceServer, SessionId, Signal, Why

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$(?!\n)")]
OrderId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,39}$(?!\n)")]  # as a page makes it: a UUID
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)")]
Moment = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,12}Z$(?!\n)")]  # RFC 3339, UTC
Text = Annotated[str, Meta(max_length=200)]
Name = Annotated[dict[Language, Text], Meta(max_length=8)]

State = Literal["queued", "ringing", "connected", "held", "reconnecting", "ended"]
SESSIONS_MOST = 64  # sessions of one point; it has a booth or two, and who waits
LISTED_MOST = 300  # services, queues, counters of one point

# ---- from a point ---------------------------------------------------------------------------------------------------


class Legs(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the booth's two ends are there: its page, its media process."""

    page: bool = False
    media: bool = False


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """One session as its point has it; `expert` who has it, `order` the last order that was done to it; `agreed`: the
    customer has agreed to be seen and heard."""

    session: SessionId
    state: State
    cause: Annotated[str, Meta(max_length=40)] | None = None
    mode: Literal["walk_in", "appointment", "support"] = "walk_in"
    booth: Id | None = None
    booth_name: Name = {}
    counter: Id | None = None
    counter_name: Name = {}
    provider: Id
    service: Id
    service_name: Name = {}
    language: Language
    interpreter: bool | Language | None = None
    number: Annotated[str, Meta(max_length=12)] | None = None
    requested_at: Moment
    since: Moment
    expert: Id | None = None
    order: Annotated[str, Meta(max_length=80)] | None = None
    legs: Legs = Legs()
    printer: bool = False
    agreed: bool = True


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What an expert may say was delivered; `remote`: what a session may be moved to."""

    id: Id
    name: Name = {}
    provider: Id
    provider_name: Name = {}
    remote: bool = True


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A queue or counter of the point, to hand a customer over to."""

    id: Id
    name: Name = {}
    open: bool = True


class Point(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="point"):
    """The whole picture; a session that is not in it is over."""

    name: Name = {}
    sessions: Annotated[tuple[Brief, ...], Meta(max_length=SESSIONS_MOST)] = ()
    services: Annotated[tuple[Service, ...], Meta(max_length=LISTED_MOST)] = ()
    queues: Annotated[tuple[Place, ...], Meta(max_length=LISTED_MOST)] = ()
    counters: Annotated[tuple[Place, ...], Meta(max_length=LISTED_MOST)] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="done", omit_defaults=True):
    """How an order went; goes on to the expert who gave it."""

    id: Annotated[str, Meta(min_length=1, max_length=80)]
    ok: bool
    problem: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    detail: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET


class Paths(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="paths"):
    """For the self-test of a booth: how would a session of this point be reached?"""

    id: Annotated[str, Meta(min_length=1, max_length=80)]


FromPoint = Point | Done | Paths | Signal | Ack
read_point = msgspec.json.Decoder(FromPoint).decode

# ---- from an expert's page ------------------------------------------------------------------------------------------


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="ready", forbid_unknown_fields=True):
    ready: bool


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="answer", forbid_unknown_fields=True):
    session: SessionId


class Join(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="join", forbid_unknown_fields=True):
    session: SessionId


class Delivered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    service: Id
    qty: Annotated[int, Meta(ge=1, le=999)] = 1


class Order(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="order", forbid_unknown_fields=True,
            omit_defaults=True):  # fmt: skip
    """What an expert wants done to the session; which members go with which `do` is `MEMBERS`."""

    id: OrderId
    session: SessionId
    do: Literal["hold", "resume", "end", "identity", "hand_over", "move"]
    outcome: Literal["completed", "customer_left", "technical_failure"] | UnsetType = UNSET
    resolution: Literal["first_contact", "referred", "pending"] | UnsetType = UNSET
    guidance: Literal["none", "e_channel_shown", "e_channel_assisted"] | UnsetType = UNSET
    delivered: Annotated[tuple[Delivered, ...], Meta(max_length=40)] | UnsetType = UNSET
    method: Why | UnsetType = UNSET
    result: Why | UnsetType = UNSET
    queue: Id | UnsetType = UNSET
    counter: Id | UnsetType = UNSET
    service: Id | UnsetType = UNSET
    position: Literal["first", "last", "keep"] | UnsetType = UNSET
    provider: Id | UnsetType = UNSET


FromExpert = Ready | Answer | Join | Order | Signal | Ack
read_expert = msgspec.json.Decoder(FromExpert).decode

# do -> members it must have, members it may have
MEMBERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "hold": (frozenset(), frozenset()),
    "resume": (frozenset(), frozenset()),
    "end": (frozenset({"outcome"}), frozenset({"resolution", "guidance", "delivered"})),
    "identity": (frozenset({"method", "result"}), frozenset()),
    "hand_over": (frozenset(), frozenset({"queue", "counter", "service", "position"})),
    "move": (frozenset({"provider", "service"}), frozenset()),
}
TARGETS = ("queue", "counter", "service")


def misfit(order: Order) -> str:
    """Why this order cannot be meant, "" if it can."""
    had = {name for name in order.__struct_fields__[3:] if getattr(order, name) is not UNSET}
    must, may = MEMBERS[order.do]
    if missing := must - had:
        return f"{order.do} needs {', '.join(sorted(missing))}"
    if strange := had - must - may:
        return f"{order.do} takes no {', '.join(sorted(strange))}"
    if order.do == "hand_over" and sum(getattr(order, name) is not UNSET for name in TARGETS) != 1:
        return "hand_over needs one of queue, counter, service"
    return ""


# ---- from the broker ------------------------------------------------------------------------------------------------


class _Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """Base of what the broker says."""


class PointOrder(_Said, frozen=True, kw_only=True, tag="order", omit_defaults=True):
    """An order as the point gets it: an expert's, or one of the broker's own."""

    id: str
    session: str
    do: str
    expert: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    why: str | UnsetType = UNSET
    outcome: str | UnsetType = UNSET
    resolution: str | UnsetType = UNSET
    guidance: str | UnsetType = UNSET
    delivered: tuple[Delivered, ...] | UnsetType = UNSET
    method: str | UnsetType = UNSET
    result: str | UnsetType = UNSET
    queue: str | UnsetType = UNSET
    counter: str | UnsetType = UNSET
    service: str | UnsetType = UNSET
    position: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET


class Ice(_Said, frozen=True, kw_only=True, tag="ice"):
    """`expert`, `name`: who answers for the session, once somebody does. No journal keeps the name: a point that was
    restarted has it from here."""

    session: str
    servers: tuple[IceServer, ...]
    relay_only: bool
    expert: str = ""
    name: str = ""


class PathsSaid(_Said, frozen=True, kw_only=True, tag="paths"):
    """The answer to `Paths`."""

    id: str
    servers: tuple[IceServer, ...]
    relay_only: bool


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    p50_s: int
    p80_s: int


class Outlook(_Said, frozen=True, kw_only=True, tag="outlook"):
    """`ahead`: who waits in the same pool before it, at all points; `ready`: experts at whom it rings or would ring."""

    session: str
    ahead: int
    ready: int
    estimate: Estimate | None


class You(_Said, frozen=True, kw_only=True, tag="you"):
    """`pool_names`: as far as points have told them."""

    expert: str
    name: str
    pools: tuple[str, ...]
    pool_names: dict[str, Name]
    languages: tuple[str, ...]
    ready: bool
    session: str | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One who waits, as an expert sees it: what changes while nobody answers is not in it, but for `rings`, at this
    very expert."""

    session: str
    mode: str
    booth: str | None
    booth_name: Name
    counter: str | None
    counter_name: Name
    provider: str
    service: str
    service_name: Name
    language: str
    interpreter: bool | str | None
    number: str | None
    requested_at: str
    agreed: bool
    point: str
    point_name: Name
    rings: bool


class Waiting(_Said, frozen=True, kw_only=True, tag="waiting"):
    sessions: tuple[Row, ...]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    servers: tuple[IceServer, ...]
    relay_only: bool


class Joined(_Said, frozen=True, kw_only=True, tag="joined"):
    session: str
    seat: int
    ice: Terms
    brief: Brief
    point_name: Name
    services: tuple[Service, ...]
    queues: tuple[Place, ...]
    counters: tuple[Place, ...]


class Session(_Said, frozen=True, kw_only=True, tag="session"):
    """The expert's session now; `reached`: its point has a line to the broker."""

    brief: Brief
    reached: bool


class Lost(_Said, frozen=True, kw_only=True, tag="lost"):
    session: str
    why: str


class Refused(_Said, frozen=True, kw_only=True, tag="refused"):
    """What was said was not understood, or may not be said; nothing came of it."""

    why: Literal["not_understood", "not_yours", "too_many", "session_taken"]
    detail: str


Said = PointOrder | Ice | PathsSaid | Outlook | You | Waiting | Joined | Session | Lost | Refused | Done | Signal | Ack
