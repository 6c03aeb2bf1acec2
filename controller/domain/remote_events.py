"""What can have happened with a remote session: its events, and the identity that was checked."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from controller.domain.event_words import (
    Cause,
    Count,
    Event,
    Id,
    IdentityMethod,
    IdentityResult,
    Language,
    SessionMode,
    SessionOutcome,
    SessionState,
    pattern,
)


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How the talk of a session was at the booth. `loss`: share of packets that did not come, 0 to 1; `relay`: through
    a TURN server."""

    rtt_p95_ms: Count
    loss: Annotated[float, Meta(ge=0, le=1)]
    freeze_ms: Count
    audio_ok: bool
    video_ok: bool
    relay: bool


class RemoteRequested(Event, frozen=True, kw_only=True):
    """A session with a remote expert is wanted. `booth`: where the customer is; none while an advisor is supported at
    a counter. `interpreter`: the language to interpret from or to, "" for none."""

    session: Id
    service_event: Id | UnsetType = UNSET
    provider: Id
    service: Id
    mode: SessionMode
    booth: Id | UnsetType = UNSET
    language: Language
    interpreter: Annotated[str, pattern(r"([a-z]{2,3})?")]


class RemoteStateChanged(Event, frozen=True, kw_only=True):
    """`expert`: who answered, a pseudonym; with cause `answered` only (ADR 0027). `quality`: of the talk so far, when
    it breaks off."""

    session: Id
    from_: SessionState = msgspec.field(name="from")
    to: SessionState
    cause: Cause
    expert: Id | UnsetType = UNSET
    quality: Quality | UnsetType = UNSET


class RemoteEnded(Event, frozen=True, kw_only=True):
    """`wait_ms`: from the request to the (last) answer, or to the end of a session that nobody answered. `setup_ms`:
    from the answer to sound and picture. `connected_ms`: with the expert, holds and interruptions included;
    `interrupted_ms` of it without a way to each other. `quality` None: there was no talk to judge, or nobody could."""

    session: Id
    outcome: SessionOutcome
    wait_ms: Count
    setup_ms: Count
    connected_ms: Count
    interrupted_ms: Count
    quality: Quality | None


class IdentityChecked(Event, frozen=True, kw_only=True):
    """Who the customer is was checked; never what the document says."""

    service_event: Id | UnsetType = UNSET
    session: Id | UnsetType = UNSET
    method: IdentityMethod
    result: IdentityResult
