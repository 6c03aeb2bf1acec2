"""An event's exact bytes: CloudEvents 1.0 in compact JSON, chained by hash (contract, section 4).

What this module makes is stored, shown by `luukku events --json` and sent to central without being touched again.
"""

import hashlib

import msgspec

from controller.domain.event_words import Event
from controller.domain.events import EVENTS, NAMES
from controller.domain.text import moment

GENESIS = "0" * 64  # chain of the event before the first
PREFIX, SUFFIX = "luukku.", ".v1"
_TAIL = len(',"chain":"' + GENESIS + '"}')  # what `seal` puts in place of the closing brace


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger knows of an event beside its data. `time_ms` UTC since 1970, `mono_ns` since boot,
    `businessdate` empty while no clock was ever set."""

    point: str
    journal: str
    seq: int
    time_ms: int
    mono_ns: int
    boot: str
    clock: str
    actor: str
    businessdate: str


class CloudEvent(msgspec.Struct, kw_only=True):
    """One event as it stands on the wire, in wire order."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    datacontenttype: str
    sequence: str
    businessdate: str | msgspec.UnsetType = msgspec.UNSET
    boot: str
    mono: str
    clock: str
    actor: str
    data: msgspec.Raw
    chain: str | msgspec.UnsetType = msgspec.UNSET


class NotAnEvent(ValueError):
    """These bytes are no event of ours; the message says what is wrong with them."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(CloudEvent)
_data = {name: msgspec.json.Decoder(data) for name, data in EVENTS.items()}


def seal(event: Event, header: Header, previous: str) -> tuple[bytes, str]:
    """Encode one event after `previous` (that chain's hex). Gives the bytes as sent and the new chain."""
    body = _encoder.encode(
        CloudEvent(
            specversion="1.0",
            id=f"{header.journal}-{header.seq}",
            source=f"/points/{header.point}/journals/{header.journal}",
            type=f"{PREFIX}{NAMES[type(event)]}{SUFFIX}",
            time=moment(header.time_ms),
            datacontenttype="application/json",
            sequence=f"{header.seq:020d}",
            businessdate=header.businessdate or msgspec.UNSET,
            boot=header.boot,
            mono=str(header.mono_ns),
            clock=header.clock,
            actor=header.actor,
            data=msgspec.Raw(_encoder.encode(event)),
        )
    )
    chain = link(previous, body)
    return body[:-1] + b',"chain":"' + chain.encode() + b'"}', chain


def link(previous: str, body: bytes) -> str:
    """The chain after `body` (an event without its chain member), whose predecessor's chain is `previous`."""
    return hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()


def split(sealed: bytes) -> tuple[bytes, str]:
    """An event as sent -> its bytes without the chain member, and its chain. Raises NotAnEvent."""
    body, tail = sealed[:-_TAIL], sealed[-_TAIL:]
    if not (tail.startswith(b',"chain":"') and tail.endswith(b'"}')):
        raise NotAnEvent("the chain member is missing or not written last")
    return body + b"}", tail[10:-2].decode("ascii", "replace")


def follows(previous: str, sealed: bytes) -> bool:
    """Does this event's chain continue `previous`?"""
    body, chain = split(sealed)
    return link(previous, body) == chain


def read(sealed: bytes) -> CloudEvent:
    """The envelope of a stored or received event. Raises NotAnEvent."""
    try:
        return _decoder.decode(sealed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as bad:
        raise NotAnEvent(str(bad)) from bad


def name_of(envelope: CloudEvent) -> str:
    """`ticket.issued` out of `luukku.ticket.issued.v1`."""
    return envelope.type.removeprefix(PREFIX).removesuffix(SUFFIX)


def data_of(envelope: CloudEvent) -> Event:
    """The typed data of an envelope. Raises NotAnEvent for a type or a shape that this version does not know."""
    name = name_of(envelope)
    if name not in _data:
        raise NotAnEvent(f"unknown event type {envelope.type!r}")
    try:
        return _data[name].decode(envelope.data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as bad:
        raise NotAnEvent(f"{name}: {bad}") from bad
