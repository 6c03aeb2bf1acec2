"""Central stores each event once, in order, byte for byte, whatever is sent to it."""

import asyncio
import gzip
import random
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from controller.journal.wire import GENESIS, link
from tests.central.rig import BATCH, BOX, Box, Client, batch, client, one_visit


async def test_an_unknown_journal_has_seq_0_and_64_zeros(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        assert await central.head("never-seen") == (0, GENESIS)
        assert await central.points() == []


async def test_what_is_sent_is_what_is_read_byte_for_byte(tmp_path: Path) -> None:
    box = Box()
    for n in range(1, 30):
        for event in one_visit(n):
            box.put(event)
    async with client(tmp_path) as central:
        status, said = await central.send(box.events)
        assert (status, said) == (200, {"journal": "j1", "acked": box.seq, "chain": box.events[-1].chain})
        assert await central.stored(limit=7) == box.bodies
        assert await central.stored(None) == box.bodies
        assert await central.head() == (box.seq, box.events[-1].chain)


async def test_spaces_between_events_and_odd_numbers_inside_are_kept_as_they_are(tmp_path: Path) -> None:
    box = Box().fill(1)
    body = box.events[0].body.split(b',"chain"')[0].replace(b'"prints":0', b'"prints": 0.0e0, "\xc3\xa4":"\\u00e4"')
    body += b"}"
    strange = body[:-1] + b',"chain":"' + link(GENESIS, body).encode() + b'"}'
    async with client(tmp_path) as central:
        status, _ = await central.post(b" [ " + strange + b"\n] ")
        assert status == 200
        assert await central.stored() == [strange]


async def test_a_duplicate_is_answered_with_the_head_and_stored_once(tmp_path: Path) -> None:
    box = Box().fill(10)
    async with client(tmp_path) as central:
        for events in (box.events[:6], box.events[2:4], box.events[:6], box.events[4:10], box.events):
            status, said = await central.send(events)
            assert status == 200
        assert said["acked"] == 10
        assert await central.stored() == box.bodies


async def test_a_gap_is_answered_with_the_head_and_nothing_is_stored(tmp_path: Path) -> None:
    box = Box().fill(10)
    async with client(tmp_path) as central:
        assert await central.send(box.events[3:]) == (200, {"journal": "j1", "acked": 0, "chain": GENESIS})
        await central.send(box.events[:2])
        status, said = await central.send(box.events[5:])
        assert (status, said["acked"], said["chain"]) == (200, 2, box.events[1].chain)
        assert await central.stored() == box.bodies[:2]


async def test_of_a_batch_with_a_hole_the_part_before_it_is_stored(tmp_path: Path) -> None:
    box = Box().fill(10)
    async with client(tmp_path) as central:
        status, said = await central.send(box.events[:4] + box.events[6:])
        assert (status, said["acked"]) == (200, 4)
        assert await central.stored() == box.bodies[:4]


@pytest.mark.parametrize("first", [3, 5, 6], ids=["at a known event", "at the head", "after the head"])
async def test_another_history_is_a_fork_and_nothing_is_overwritten(tmp_path: Path, first: int) -> None:
    box = Box().fill(5)
    clone = box.fork_at(2, more=8)
    async with client(tmp_path) as central:
        await central.send(box.events)
        status, said = await central.send(clone.events[first - 1 :])
        assert (status, said["type"], said["status"]) == (409, "/problems/fork", 409)
        assert said["acked"] == 5
        assert await central.stored() == box.bodies
        assert [point["fork"] for point in await central.points()] == [True]
        box.fill(3)
        assert (await central.send(box.events[5:]))[0] == 200  # the first history goes on


async def test_a_first_event_whose_chain_does_not_hold_is_a_fork(tmp_path: Path) -> None:
    wrong = Box().fill(2).events[0].body.replace(b'"prints":0', b'"prints":1')
    async with client(tmp_path) as central:
        assert (await central.send([wrong]))[0] == 409
        assert await central.head() == (0, GENESIS)
        assert [(point["fork"], point["seq"]) for point in await central.points()] == [(True, 0)]


async def test_a_new_journal_of_the_same_point_does_not_collide(tmp_path: Path) -> None:
    old, new = Box(journal="old").fill(5), Box(journal="new").fill(3, prints=7)
    async with client(tmp_path) as central:
        await central.send(old.events)
        await central.send(new.events)
        assert await central.stored("old") == old.bodies
        assert await central.stored("new") == new.bodies
        assert await central.stored(None) == new.bodies
        (point,) = await central.points()
        assert (point["journal"], point["seq"], point["journals"], point["gaps"]) == ("new", 3, 2, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"luukku.device.counters.v1", b"luukku.from.the.future.v9"),
        (b'"kind":"printer"', b'"kind":["printer"]'),
        (b'"time":"2026', b'"time":"MMXX'),
        (b'"specversion":"1.0"', b'"specversion":1'),
        (b'"id":"j1-2"', b'"id":"j1-7"'),
    ],
    ids=["type", "data", "time", "envelope", "id"],
)
async def test_an_event_nobody_understands_is_kept_raw_and_acknowledged(tmp_path: Path, old: bytes, new: bytes) -> None:
    box = Box().fill(2)
    first, second = box.bodies
    body = second.split(b',"chain"')[0].replace(old, new) + b"}"
    assert new in body
    chain = link(box.events[0].chain, body)
    strange = body[:-1] + b',"chain":"' + chain.encode() + b'"}'
    async with client(tmp_path) as central:
        status, said = await central.send([first, strange])
        assert (status, said["acked"], said["chain"]) == (200, 2, chain)
        assert await central.stored() == [first, strange]
        assert [point["quarantined"] for point in await central.points()] == [1]


BROKEN = {
    "no JSON": b"[{",
    "cut in the middle": batch(Box().fill(3).events)[:-40],
    "no array": b'{"a":1}',
    "not UTF-8": batch([Box().fill(1).events[0].body.replace(b"printer", b"print\xff\xff")]),
    "deep": b"[" * 2_000_000,
    "no chain": b'[{"source":"/points/sodankyla/journals/j1","sequence":"00000000000000000001"}]',
    "sequence 0": batch([Box().fill(1).events[0].body.replace(b"00000000000000000001", b"00000000000000000000")]),
    "short sequence": batch([Box().fill(1).events[0].body.replace(b"00000000000000000001", b"1")]),
    "huge sequence": batch([Box().fill(1).events[0].body.replace(b"00000000000000000001", b"9" * 20)]),
    "another point": batch(Box("ivalo").fill(1).events),
    "two journals": batch([*Box(journal="a").fill(1).events, *Box(journal="b").fill(1).events]),
    "numbers": b"[1,2,3]",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_body_is_refused_and_nothing_of_it_is_stored(tmp_path: Path, body: bytes) -> None:
    async with client(tmp_path) as central:
        status, said = await central.post(body)
        assert (status, said["type"]) == (400, "/problems/invalid")
        assert await central.points() == []


async def test_half_a_request_and_a_closed_line_store_nothing(tmp_path: Path) -> None:
    box = Box().fill(50)
    body = batch(box.events)
    async with client(tmp_path) as central:
        port = int(central.url.split(":")[2].split("/")[0])
        head = "".join(f"{name}: {value}\r\n" for name, value in {**BATCH, "Host": "c"}.items())
        for cut in (0, 1, 500, len(body) // 2, len(body) - 1):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST /api/v1/points/sodankyla/events HTTP/1.1\r\n{head}".encode())
            writer.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:cut])
            await writer.drain()
            writer.transport.abort() if cut % 2 else writer.close()
            await asyncio.sleep(0.02)
        assert await central.head() == (0, GENESIS)
        assert (await central.send(box.events))[1]["acked"] == 50


async def test_a_compressed_batch_is_read_and_a_bomb_is_not(tmp_path: Path) -> None:
    box = Box().fill(200)
    packed = {**BATCH, "Content-Encoding": "gzip"}
    async with client(tmp_path) as central:
        assert (await central.post(gzip.compress(batch(box.events)), headers=packed))[0] == 200
        assert await central.stored() == box.bodies
        bomb = gzip.compress(b"[" + b" " * 200_000_000 + b"]")
        status, said = await central.post(bomb, headers=packed)
        assert (status, said["type"]) == (413, "/problems/too-large")
        status, said = await central.post(b"this is not gzip", headers=packed)
        assert (status, said["type"]) == (400, "/problems/invalid")


async def test_a_body_over_16_mb_is_refused(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        status, said = await central.post(b"[" + b" " * (16 * 2**20) + b"]")
        assert (status, said["type"]) == (413, "/problems/too-large")


async def test_many_boxes_at_once_each_get_their_own(tmp_path: Path) -> None:
    boxes = [Box(f"point-{n}").fill(40, prints=n) for n in range(12)]
    async with client(tmp_path) as central:

        async def drain(box: Box) -> None:
            for first in range(0, 40, 4):
                status, said = await central.send(box.events[first : first + 4], box.point)
                assert (status, said["acked"]) == (200, first + 4)

        await asyncio.gather(*map(drain, boxes))
        for box in boxes:
            assert await Client(central.session, central.url.removesuffix("/api/v1"), box.point).stored() == box.bodies
        assert sum(int(str(point["gaps"])) for point in await central.points()) == 0


TRUE = Box("law").fill(12)
CLONE = TRUE.fork_at(5, more=7)
spans = st.lists(st.integers(1, 12), min_size=1, max_size=8)
steps = st.lists(st.tuples(st.sampled_from(["true", "true", "true", "clone"]), spans), min_size=1, max_size=12)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=steps, seed=st.integers(0, 2**32))
async def test_any_batches_leave_exactly_the_contiguous_prefix(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[str, list[int]]], seed: int
) -> None:
    data = tmp_path_factory.mktemp("law")
    async with client(data) as central:
        central.point = "law"
        kept: list[bytes] = []
        forked = False
        for history, numbers in runs:
            random.Random(seed).shuffle(numbers)
            source = TRUE if history == "true" else CLONE
            status, said = await central.send([source.events[n - 1] for n in numbers])
            kept, refused = expected(kept, [source.bodies[n - 1] for n in sorted(numbers)], sorted(numbers))
            forked = forked or refused
            assert status == (409 if refused else 200)
            assert said["acked"] == len(kept)
        hypothesis.target(float(len(kept)))
        assert await central.stored() == kept
        assert [point["fork"] for point in await central.points()] == ([forked] if kept or forked else [])


def expected(kept: list[bytes], bodies: list[bytes], numbers: list[int]) -> tuple[list[bytes], bool]:
    """The law in its plainest form, knowing from outside which events follow which."""
    kept = list(kept)
    for n, body in zip(numbers, bodies, strict=True):
        if n > len(kept) + 1:
            break
        known = kept[n - 1] if n <= len(kept) else None
        follows = kept == TRUE.bodies[: n - 1] and body == TRUE.bodies[n - 1]
        follows = follows or (kept == CLONE.bodies[: n - 1] and body == CLONE.bodies[n - 1])
        if known is not None and known != body:
            return kept, True
        if known is None and not follows:
            return kept, True
        if known is None:
            kept.append(body)
    return kept, False


async def test_only_a_batch_type_is_taken(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        status, said = await central.post(b"[]", headers={**BOX, "Content-Type": "text/plain"})
        assert (status, said["type"]) == (415, "/problems/unsupported-media-type")
        assert (await central.post(b"[]"))[0] == 200
