"""The readers of events, the box's and central's: any bytes are an event or refused by name, nothing else."""

import hashlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.central.batch import Invalid, read_batch
from controller.domain.events import EVENTS, CounterOpened
from controller.domain.state import State
from controller.journal import replay, rescue, salvage, wire
from tests.central.rig import Box, batch, one_visit
from tests.fuzz.rig import fuzz

BOX = Box("p1", "j1")
for event in [CounterOpened(counter="2", advisor="a7", services=("kela",), cause=""), *one_visit(1), *one_visit(2)]:
    BOX.put(event)
REAL = BOX.bodies
ENVELOPE = [*wire.CloudEvent.__struct_fields__]
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["", "0" * 20, "9" * 20, "1970-01-01T00:00:00.000Z", "9999-99-99T99:99:99.999Z", "\ud800", "-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A real event with bytes exchanged, cut out, doubled or put in."""
    body = bytearray(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        match draw(st.sampled_from(["flip", "cut", "put", "double", "end"])):
            case "flip" if body:
                body[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del body[at : at + draw(st.integers(1, 60))]
            case "put":
                body[at:at] = draw(st.binary(max_size=8) | st.sampled_from([b"[" * 5000, b'"', b"\\u0000", b"}", b"{"]))
            case "double":
                body += body[at:]
            case _:
                del body[at:]
    return bytes(body)


@st.composite
def retold(draw: st.DrawFn) -> bytes:
    """A real event with members exchanged for anything, sealed as if it were true."""
    told = json.loads(draw(st.sampled_from(REAL)))
    del told["chain"]
    for _ in range(draw(st.integers(1, 3))):
        place = told["data"] if isinstance(told.get("data"), dict) and draw(st.booleans()) else told
        name = draw(st.sampled_from([*place, *ENVELOPE, "x"]))
        if draw(st.booleans()):
            place[name] = draw(ODD)
        else:
            place.pop(name, None)
    if draw(st.booleans()):
        told["type"] = f"luukku.{draw(st.sampled_from(sorted(EVENTS)))}.v1"
    return sealed(told, draw(st.sampled_from([wire.GENESIS, BOX.events[3].chain])))


def sealed(told: dict[str, Any], previous: str) -> bytes:
    """These members with the chain that follows on `previous`."""
    body = json.dumps(told, separators=(",", ":"), ensure_ascii=True).encode()
    chain = hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()
    return body[:-1] + f',"chain":"{chain}"}}'.encode()


ANY = st.one_of(spoilt(), retold(), st.binary(max_size=300))


@fuzz(150, 6000)
@given(ANY)
@example(b'{"specversion":' + b"[" * 100_000)
def test_an_event_is_read_or_refused_by_name(body: bytes) -> None:
    try:
        inner, chain = wire.split(body)
        assert body.startswith(inner[:-1]) and len(chain) == 64
        wire.follows(wire.GENESIS, body)
        envelope = wire.read(body)
        wire.data_of(envelope)
    except wire.NotAnEvent as no:
        assert str(no)


@fuzz(150, 6000)
@given(ANY, st.integers(0, len(REAL) - 1))
@example(REAL[2].replace(b'"sequence":"0', b'"sequence":"9'), 2)
@example(REAL[2].replace(b'"mono":"', b'"mono":"99999999999999999999'), 2)
@example(REAL[2].replace(b'"time":"2026', b'"time":"0001'), 2)
@example(REAL[3].replace(b'"n":1,', b'"n":9007199254740992,'), 3)
def test_what_is_found_in_a_damaged_journal_makes_sense_or_changes_nothing(body: bytes, at: int) -> None:
    """Whatever bytes look like an event: rescue takes each for what it is worth, and the state can be kept."""
    state = State("j1")
    replay.replay(state, BOX.events[:at])
    before = replay.encode(state)
    find = salvage.Find()
    try:
        find.add(iter([body]))
        for readings in find.readings(0):
            rescue._day(readings[0])
            state = rescue._tried(state, readings[0])
        assert replay.decode(replay.encode(state)) == state
        find.last_journal()
    finally:
        find.close()
    if not list(find_again(body)):
        assert replay.encode(state) == before


def find_again(body: bytes) -> list[int]:
    """The sequence that this body claims, if it is read as an event at all."""
    try:
        wire.split(body)
        return [int(wire.read(body).sequence)]
    except ValueError:
        return []


@fuzz(150, 6000)
@given(st.lists(ANY, max_size=4), st.booleans())
def test_a_hostile_batch_is_refused_or_gives_the_very_bytes_in_order(bodies: list[bytes], junk: bool) -> None:
    whole = batch([*REAL[:3], *bodies]) + (b"}" if junk else b"")
    try:
        read = read_batch("p1", whole)
    except Invalid as no:
        assert str(no)
        return
    assert [event.seq for event in read.events] == sorted(event.seq for event in read.events)
    assert all(event.body in whole for event in read.events)
    assert all(0 < event.seq < 2**63 for event in read.events)


@pytest.mark.parametrize("kind", ["base", "latest"])
@fuzz(100, 4000)
@given(data=st.data())
def test_a_damaged_snapshot_is_refused_by_msgpack_and_nothing_else(kind: str, data: st.DataObject) -> None:
    state = State("j1")
    replay.replay(state, BOX.events)
    packed = bytearray(replay.encode(state))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(packed) - 1))
        packed[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del packed[data.draw(st.integers(0, len(packed) - 1)) :]
    try:
        replay.decode(bytes(packed))
    except (msgspec.MsgspecError, UnicodeDecodeError) as no:
        assert str(no)
