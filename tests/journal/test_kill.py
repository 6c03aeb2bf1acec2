"""`kill -9` of a real process at any moment: what was acknowledged is there, once, and the one in hand is not lost."""

import asyncio
import sys
from pathlib import Path
from random import Random

import pytest

from tests.journal.rig import HandClock, a_point, issued, same_as_replay, stored, take, verify_chain

KILLS = 15
TAKER = """
import asyncio, sys
from pathlib import Path
from tests.journal.rig import a_point, take

async def main():
    async with a_point(Path(sys.argv[1])) as ledger:
        n = int(sys.argv[2])
        while True:
            reply = await take(ledger, f"key-{n}")
            print(n, reply.body.decode(), flush=True)
            n += 1
            if n % 50 == 0:
                await ledger.snapshot()
                await ledger.journal.checkpoint()

asyncio.run(main())
"""
pytestmark = pytest.mark.system


async def killed(path: Path, first: int, after_s: float) -> dict[int, str]:
    """The answers that a process gave, by request, until it was killed so long after its first."""
    taker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TAKER, str(path), str(first), stdout=asyncio.subprocess.PIPE
    )
    assert taker.stdout is not None
    said = await taker.stdout.readline()
    await asyncio.sleep(after_s)
    taker.kill()
    said += await taker.stdout.read()
    assert await taker.wait() == -9
    whole = said[: said.rindex(b"\n")].decode().splitlines()
    return {int(n): number for n, number in (line.split() for line in whole)}


async def kill_again_and_again(path: Path, kills: int, seed: int) -> None:
    chance, said = Random(seed), dict[int, str]()
    for _ in range(kills):
        said |= await killed(path, len(said), chance.uniform(0.0, 0.25))
        assert sorted(said) == list(range(len(said)))
    async with a_point(path, HandClock()) as ledger:
        bodies = [one.body for one in await stored(ledger.journal)]
        kept = issued(bodies)
        assert verify_chain(bodies) == ledger.journal.seq
        assert kept == [f"K{n:03d}" for n in range(1, len(kept) + 1)], "a number is missing or there twice"
        assert kept[: len(said)] == list(said.values())
        assert len(kept) - len(said) in {0, 1}, "each time only one request was in hand, and it was asked again"
        await same_as_replay(ledger)
        in_hand = await take(ledger, f"key-{len(said)}")
        assert in_hand.body.decode() == f"K{len(said) + 1:03d}"
        assert in_hand.fresh is (len(kept) == len(said))
        for n, number in list(said.items())[::17]:
            assert (await take(ledger, f"key-{n}")).body.decode() == number
    assert not await asyncio.to_thread(lambda: list(path.parent.glob("*.damaged-*")))


async def test_fifteen_kills_lose_nothing_and_give_no_number_twice(tmp_path: Path) -> None:
    await kill_again_and_again(tmp_path / "j.db", KILLS, 20_261_121)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
async def test_many_kills_lose_nothing_and_give_no_number_twice(tmp_path: Path, seed: int) -> None:
    await kill_again_and_again(tmp_path / "j.db", 100, seed)
