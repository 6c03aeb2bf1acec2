"""`kill -9` under load: no number twice, none missing, no paper without its end, replay equals live, central equal."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.system.laws import (
    VERIFY,
    every_paper_has_one_proof,
    every_taker_has_one_number,
    lasting,
    replay_equals_live,
    results,
)  # fmt: skip
from tests.system.siege import Siege
from tests.system.stage import Demo, MakeDemo
from tests.system.stranger import Stranger, luukku, papers, spoken, stranger, until

pytestmark = pytest.mark.system


@pytest.mark.timeout(240)
async def test_fifty_at_once_and_a_dozen_kills_lose_and_double_nothing(own_demo: MakeDemo) -> None:
    await under_siege(await own_demo(), kills=12, first=50, then=2, seed=20_261_121)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.timeout(3600)
async def test_two_thousand_kills_lose_and_double_nothing(own_demo: MakeDemo, seed: int) -> None:
    await under_siege(await own_demo(), kills=100, first=50, then=3, seed=seed)


async def under_siege(demo: Demo, *, kills: int, first: int, then: int, seed: int) -> None:
    async with stranger(demo) as client:
        siege = Siege(client, seed)
        advisor = asyncio.create_task(siege.advisor("4"))
        began = time.monotonic()
        await siege.kills(kills, first, then)
        killed = time.monotonic()
        await siege.settled()
        settled = time.monotonic()
        advisor.cancel()
        with suppress(asyncio.CancelledError):
            await advisor
        await client.at("4", "close")
        events = await client.central_has_all(60)
        every_taker_has_one_number(siege.tickets, events)
        assert 0 < every_paper_has_one_proof(events) <= len(papers(demo))
        await a_restart_changes_nothing(client)
        final = await client.central_has_all(60)
        assert final[: len(events)] == events
        assert str(len(final)) in (await spoken(*VERIFY, feed=b"\n".join(final) + b"\n"))[0].decode()
    await asyncio.to_thread(demo.stop)
    await replay_equals_live(demo.data / "journal.db")
    print(f"{kills} kills in {killed - began:.0f} s, settled in {settled - killed:.0f} s")
    print(f"{len(siege.tickets)} tickets, {len(final)} events; papers: {results(final)}")


async def a_restart_changes_nothing(client: Stranger) -> None:
    """`GET /state` before an orderly restart and after, less what only the moment and the boot decide."""
    before = lasting(await client.get("staff", "/state"))
    await client.back("point", client.demo.send("point", signal.SIGTERM))

    async def same() -> bool:
        return lasting(await client.get("staff", "/state")) == before

    await until(same, 10, "the state after the restart is the state before")


@pytest.fixture(scope="module")
def some_events(shared_demo: Demo) -> Iterator[list[bytes]]:
    """A real journal of some length."""
    lines = asyncio.run(luukku("events", "--data", str(shared_demo.data), "--json")).splitlines()
    assert len(lines) >= 5
    yield lines


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda lines: [*lines[:3], lines[3].replace(b'"mono":"', b'"mono":"1'), *lines[4:]], 4),
        (lambda lines: [*lines[:2], *lines[3:]], 3),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:1], *lines], 2),
        (lambda lines: [*lines[:4], lines[4][:-10]], 5),
    ],
    ids=["flipped", "missing", "swapped", "twice", "torn"],
)
async def test_the_verifier_names_the_first_bad_line(
    some_events: list[bytes], tmp_path: Path, spoil: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    await asyncio.to_thread(good.write_bytes, b"\n".join(some_events) + b"\n")
    spoilt = spoil(some_events)
    assert spoilt != some_events
    await asyncio.to_thread(bad.write_bytes, b"\n".join(spoilt) + b"\n")
    counted, _ = await spoken(*VERIFY, str(good))
    assert counted.startswith(f"{len(some_events)} events of /points/sodankyla/".encode())
    _, why = await spoken(*VERIFY, str(bad), code=1)
    assert why.startswith(f"verify_chain: line {line} ".encode()), why
