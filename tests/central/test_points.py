"""What operators are told of a point: lag, gaps and numbers that mean what their names say."""

import asyncio
from pathlib import Path

import aiohttp
import msgspec

from controller.central.batch import read_batch
from controller.central.live import KEPT_FOR_SLOW, REMEMBERED, Feed, Numbers
from controller.central.operators import status
from controller.central.receiver import Heard
from controller.central.sink import Head, Taken
from controller.central.store import PointRow
from tests.central.rig import BOX, EPOCH_MS, PATIENCE_S, Box, batch, client, one_visit

ROW = PointRow(
    id="p", journal="j", seq=10, chain="0" * 64, last_event_at="2026-11-18T10:00:00.000Z", contact_ms=EPOCH_MS,
    gaps=0, quarantined=0, fork=False, journals=1,
)  # fmt: skip
LAST_EVENT_MS = 1_794_996_000_000  # 2026-11-18T10:00:00Z


def test_a_quiet_box_that_is_heard_of_has_no_lag() -> None:
    now = LAST_EVENT_MS + 3_600_000
    said = status(ROW, Heard(now - 2000, newest=10), now)
    assert (said.lag_s, said.behind) == (2.0, 0)


def test_a_box_that_has_more_lags_by_the_age_of_the_newest_stored_event() -> None:
    now = LAST_EVENT_MS + 3_600_000
    said = status(ROW, Heard(now, newest=5010), now)
    assert (said.lag_s, said.behind) == (3600.0, 5000)


def test_a_box_that_is_not_heard_of_lags_since_it_last_was() -> None:
    assert status(ROW, Heard(LAST_EVENT_MS, newest=None), LAST_EVENT_MS + 90_000).lag_s == 90.0
    assert status(ROW, None, EPOCH_MS + 500).lag_s == 0.5
    assert status(ROW, None, EPOCH_MS - 500).lag_s == 0.0


async def test_the_listing_has_every_member_of_the_contract(tmp_path: Path) -> None:
    box = Box().fill(3)
    async with client(tmp_path) as central:
        await central.send(box.events)
        url = f"{central.url}/points/sodankyla/head?journal=j1"
        async with central.session.get(url, headers={**BOX, "Luukku-Newest": "8"}) as answer:
            assert await answer.json() == {"journal": "j1", "seq": 3, "chain": box.events[-1].chain}
        (point,) = await central.points()
        lag = point.pop("lag_s")
        assert isinstance(lag, float)
        assert point == {
            "id": "sodankyla", "journal": "j1", "seq": 3, "chain": box.events[-1].chain, "gaps": 0, "quarantined": 0,
            "last_event_at": "2026-11-18T11:06:43.000Z", "fork": False, "behind": 5, "journals": 1,
        }  # fmt: skip


async def test_a_viewer_that_does_not_read_costs_no_memory_and_then_sees_the_newest() -> None:
    feed, box = Feed(), Box().fill(3000)
    viewer = feed.join()
    sent = read_batch(box.point, batch(box.events))
    feed.taken(sent, Taken(Head(box.journal, box.seq), sent.events))
    lines = await viewer.lines(1)
    assert [line.seq for line in lines] == list(range(3001 - KEPT_FOR_SLOW, 3001))
    feed.leave(viewer)
    assert len(feed) == 0


def test_numbers_are_remembered_for_the_newest_ids_only() -> None:
    numbers = Numbers()
    for n in range(REMEMBERED + 10):
        assert numbers.about("j", {"visit": f"v{n}", "number": f"K{n}"}) == f"K{n}"
    assert numbers.about("j", {"visit": "v0"}) is None
    assert numbers.about("j", {"visit": "v15"}) == "K15"
    assert numbers.about("other", {"visit": "v15"}) is None


async def test_after_a_restart_the_stream_begins_with_the_newest_events_and_their_numbers(tmp_path: Path) -> None:
    box = Box()
    for event in one_visit(7):
        box.put(event)
    async with client(tmp_path) as central:
        await central.send(box.events)
    async with client(tmp_path) as central, central.session.get(central.url.removesuffix("api/v1") + "live") as stream:
        lines = [msgspec.json.decode(await next_line(stream)) for _ in range(9)]
    assert [line["t"] for line in lines] == ["points"] + ["event"] * 8
    assert {line["number"] for line in lines[1:]} == {"K007"}
    assert [line["seq"] for line in lines[1:]] == list(range(1, 9))


async def next_line(stream: aiohttp.ClientResponse) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await stream.content.readline()
