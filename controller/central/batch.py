"""A request body -> a batch of events, each with its exact bytes, or a plain word on what is wrong with it.

Central needs of an event only its journal, its sequence and its chain. What else does not fit is quarantined.
"""

import re

import msgspec

from controller.central.sink import Batch, Received
from controller.journal import wire

SOURCE = re.compile(r"/points/([A-Za-z0-9][A-Za-z0-9._:-]{0,79})/journals/([A-Za-z0-9][A-Za-z0-9._:-]{0,79})")
SEQUENCE = re.compile(r"\d{20}", re.ASCII)
CHAIN = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
GREATEST = 2**63 - 1  # SQLite's integers


class Invalid(ValueError):
    """This body is no batch of this point's events; nothing of it was stored."""


class Slot(msgspec.Struct, frozen=True):
    """The members that give an event its place."""

    source: str
    sequence: str


_items = msgspec.json.Decoder(list[msgspec.Raw])
_slot = msgspec.json.Decoder(Slot)


def read_batch(point: str, body: bytes) -> Batch:
    """The events in a CloudEvents batch, in rising sequence. Raises Invalid."""
    try:
        body.decode("utf-8")
        items = _items.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as bad:
        raise Invalid(f"the body is no JSON array: {bad}") from bad
    placed = [_place(point, number, bytes(item)) for number, item in enumerate(items)]
    journals = {journal for journal, _ in placed}
    if len(journals) > 1:
        raise Invalid(f"one batch, one journal; found {', '.join(sorted(journals))}")
    events = sorted((event for _, event in placed), key=lambda event: event.seq)
    return Batch(point, journals.pop() if journals else "", tuple(events))


def _place(point: str, number: int, item: bytes) -> tuple[str, Received]:
    try:
        slot = _slot.decode(item)
        chain = wire.split(item)[1]
    except (msgspec.MsgspecError, RecursionError, wire.NotAnEvent) as bad:
        raise Invalid(f"event {number}: {bad}") from bad
    source = SOURCE.fullmatch(slot.source)
    if source is None or source[1] != point:
        raise Invalid(f"event {number}: source {slot.source[:200]!r} is no journal of point {point!r}")
    seq = int(slot.sequence) if SEQUENCE.fullmatch(slot.sequence) else 0
    if not 0 < seq <= GREATEST:
        raise Invalid(f"event {number}: sequence {slot.sequence[:40]!r} is not 20 digits from 1")
    if not CHAIN.fullmatch(chain):
        raise Invalid(f"event {number}: chain is not 64 hex digits")
    return source[2], _understand(source[2], seq, item)


def _understand(journal: str, seq: int, item: bytes) -> Received:
    """Say why an event cannot be understood, and keep it all the same."""
    time = None
    try:
        envelope = wire.read(item)
        time = envelope.time if TIME.fullmatch(envelope.time) else None
        wire.data_of(envelope)
        if envelope.id != f"{journal}-{seq}":
            raise wire.NotAnEvent(f"id {envelope.id!r} is not {journal}-{seq}")
        if time is None:
            raise wire.NotAnEvent(f"time {envelope.time!r} is not UTC with milliseconds")
    except (wire.NotAnEvent, RecursionError, UnicodeDecodeError) as strange:
        return Received(seq, item, time, str(strange)[:500])
    return Received(seq, item, time)
