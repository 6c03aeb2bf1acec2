"""What the point, its booth pages and central tell each other about remote sessions beside signals
(docs/remote-service.md): the shapes of every message, and the port through which pages reach the session.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from controller.domain.event_words import Guidance, IdentityMethod, IdentityResult, Resolution
from controller.domain.events import Delivered, Estimate
from controller.domain.remote_events import Quality
from controller.ports.media import File
from controller.ports.signalling import Ack, IceConfig, IceServer, SessionId, Signal, Why

Texts = dict[str, str]


class _Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """Base of messages; members that are not known are left alone: the other end may be newer."""


class TalkStats(msgspec.Struct, frozen=True, kw_only=True):
    """What a page measured of its leg so far."""

    rtt_ms: Annotated[float, Meta(ge=0, le=600_000)] | None = None  # not known yet
    loss: Annotated[float, Meta(ge=0, le=1)] = 0.0
    freeze_ms: Annotated[float, Meta(ge=0, le=1e9)] = 0.0
    audio: bool = False
    video: bool = False
    relay: bool = False


# --- the booth's page ---


class Here(_Told, frozen=True, kw_only=True, tag="here"):
    """`consent`: the version that was agreed to, in `session` and no other."""

    session: SessionId | None = None
    consent: Annotated[str, Meta(max_length=20)] | None = None
    devices: dict[Annotated[str, Meta(max_length=20)], bool] = {}


class Off(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer has turned off."""

    audio: bool = False
    video: bool = False


class Talk(_Told, frozen=True, kw_only=True, tag="talk"):
    session: SessionId
    up: bool
    why: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?$(?!\n)")] = ""
    stats: TalkStats | None = None
    off: Off | None = None  # an older page does not say


class Print(_Told, frozen=True, kw_only=True, tag="print"):
    session: SessionId
    file: Annotated[str, Meta(max_length=40)]


class Help(_Told, frozen=True, kw_only=True, tag="help"):
    """The customer calls for somebody to come."""


class LetGo(_Told, frozen=True, kw_only=True, tag="off"):
    """The answer to `end`: camera and microphone are let go."""

    session: SessionId


class PageTested(_Told, frozen=True, kw_only=True, tag="tested"):
    """What the page found of its own camera, microphone and loudspeaker; or why it would not look."""

    id: Annotated[str, Meta(max_length=80)]
    result: dict[str, Any]


FromPage = Here | Talk | Print | Help | LetGo | PageTested | Signal | Ack
FromCounter = Here | Talk | LetGo | Signal | Ack  # of an advisor who is supported: no files, no devices of the point's


# --- central ---


class Order(_Told, frozen=True, kw_only=True, tag="order"):
    """What an expert, or the broker for them, wants of a session."""

    id: Annotated[str, Meta(min_length=1, max_length=80)]
    session: SessionId
    do: Literal["ring", "unring", "answer", "hold", "resume", "end", "identity", "hand_over", "move", "drop"]
    expert: Annotated[str, Meta(max_length=80)] = ""
    name: Annotated[str, Meta(max_length=80)] = ""
    outcome: Literal["completed", "customer_left", "technical_failure"] = "completed"
    resolution: Resolution = "pending"
    guidance: Guidance = "none"
    delivered: tuple[Delivered, ...] = ()
    method: IdentityMethod = "document"
    result: IdentityResult = "confirmed"
    queue: str = ""
    counter: str = ""
    service: str = ""
    provider: str = ""
    position: Literal["first", "last", "keep"] = "first"
    why: Why = "expert_left"


class _Reach(_Told, frozen=True, kw_only=True):
    servers: Annotated[tuple[IceServer, ...], Meta(max_length=8)] = ()
    relay_only: bool = False

    @property
    def config(self) -> IceConfig:
        return IceConfig(servers=self.servers, relay_only=self.relay_only)


class IceTold(_Reach, frozen=True, kw_only=True, tag="ice"):
    """`expert` and the `name` to show, once somebody answers for the session."""

    session: SessionId
    expert: Annotated[str, Meta(max_length=80)] = ""
    name: Annotated[str, Meta(max_length=80)] = ""


class PathsTold(_Reach, frozen=True, kw_only=True, tag="paths"):
    """The answer to `paths`: what a session of this point would be told now."""

    id: Annotated[str, Meta(max_length=80)]


class Outlook(_Told, frozen=True, kw_only=True, tag="outlook"):
    session: SessionId
    ahead: Annotated[int, Meta(ge=0, le=100_000)] = 0
    ready: Annotated[int, Meta(ge=0, le=100_000)] = 0
    estimate: Estimate | None = None


FromCentral = Order | IceTold | PathsTold | Outlook | Signal | Ack


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A session as central and its experts may know it."""

    session: str
    state: str
    cause: str
    mode: str
    booth: str | None
    booth_name: Texts
    counter: str | None  # of the advisor who is supported
    counter_name: Texts
    provider: str
    service: str
    service_name: Texts
    language: str
    interpreter: str | None
    number: str | None
    requested_at: str
    since: str
    expert: str | None
    order: str | None
    legs: dict[str, bool]
    printer: bool
    agreed: bool


class Picture(_Told, frozen=True, kw_only=True, tag="point"):
    name: Texts
    services: tuple[dict[str, Any], ...]
    queues: tuple[dict[str, Any], ...]
    counters: tuple[dict[str, Any], ...]
    sessions: tuple[Brief, ...]


class Done(_Told, frozen=True, kw_only=True, tag="done"):
    id: str
    ok: bool
    problem: str = ""
    detail: str = ""


Send = Callable[[Any], Awaitable[None]]
"""Says one message (a struct or a plain map) to the other end of a line. Raises ConnectionError, TimeoutError."""


def counter_place(counter: str) -> str:
    """A counter as a place: no booth has this id."""
    return f"counter/{counter}"


class Exchange(Protocol):
    """Where the lines of a page meet the session. A place is a booth's id, or `counter_place` of a counter; every
    method may be called for those of this point only."""

    def page_came(self, place: str, send: Send) -> None: ...

    def page_left(self, place: str, send: Send) -> None: ...

    async def page_said(self, place: str, message: FromPage) -> None: ...

    def seen(self, place: str, session: str) -> "Seen": ...

    def quality(self, session: str) -> Quality | None: ...

    def helped(self, booth: str) -> None: ...

    async def left(self, booth: str) -> None: ...


Trying = Callable[[str], Awaitable[dict[str, Any]]]
"""Has a booth tried now: {"state": "green"|"yellow"|"red", "causes": [...], ...}."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a session, and its booth, that no event says: `media`: the booth's own process is there."""

    media: bool = False
    page: bool = False
    expert: str = ""  # the name to show
    consent: str = ""  # the version that was agreed to in this session, as its page last said
    off: Off = Off()
    outlook: Outlook | None = None
    files: tuple[File, ...] = ()
    help: bool = False
    central: bool = False
