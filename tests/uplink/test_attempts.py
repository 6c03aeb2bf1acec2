"""Several attempts at one connection: the first that succeeds is it, and nothing of the others is left."""

import asyncio
from collections.abc import Callable

import pytest

from controller.uplink.attempts import first_of

EVERY_S = 0.02


class Attempts:
    """Each does what its number says. `alive`: under way now; `unused`: what nobody wanted."""

    def __init__(self, does: Callable[[int], float | Exception]) -> None:
        self._does = does
        self.begun, self.alive, self.most = 0, 0, 0
        self.unused: list[int] = []

    async def one(self) -> int:
        number, self.begun = self.begun, self.begun + 1
        self.alive += 1
        self.most = max(self.most, self.alive)
        try:
            what = self._does(number)
            if isinstance(what, Exception):
                raise what
            await asyncio.sleep(what)
            return number
        finally:
            self.alive -= 1

    def drop(self, number: int) -> None:
        self.unused.append(number)

    async def first(self, within: float = 60.0) -> int:
        return await first_of(self.one, every_s=EVERY_S, at_once=3, within=within, unused=self.drop)


async def test_the_one_that_is_answered_first_is_it_and_the_others_are_given_up() -> None:
    attempts = Attempts(lambda n: 60.0 if n < 4 else 0.0)
    assert await attempts.first() == 4
    assert attempts.begun in {5, 6}, "one more may have been due when the answer came"
    assert (attempts.most, attempts.alive) == (3, 0)


async def test_those_that_fail_at_once_are_not_repeated_at_once() -> None:
    refused = Attempts(lambda n: ConnectionRefusedError(str(n)))
    with pytest.raises(ConnectionRefusedError):
        await refused.first(within=0.1)
    assert refused.begun <= 6
    clock, refused = asyncio.get_running_loop().time, Attempts(lambda n: ConnectionRefusedError() if n < 4 else 0.0)
    began = clock()
    assert await refused.first() == 4, "but they are repeated"
    assert clock() - began > 3.9 * EVERY_S


async def test_what_nobody_answers_is_a_time_out() -> None:
    attempts = Attempts(lambda _: 60.0)
    with pytest.raises(TimeoutError):
        await attempts.first(within=0.1)
    assert attempts.alive == 0


async def test_two_that_succeed_together_make_one_and_the_other_is_closed() -> None:
    gate = asyncio.Event()

    class Together(Attempts):
        async def one(self) -> int:
            number, self.begun = self.begun, self.begun + 1
            await gate.wait()
            return number

    attempts = Together(lambda _: 0.0)
    wanted = asyncio.create_task(attempts.first())
    while attempts.begun < 2:
        await asyncio.sleep(0)
    gate.set()
    got = await wanted
    assert sorted([got, *attempts.unused]) == list(range(attempts.begun))


async def test_who_gives_up_waiting_leaves_nothing_under_way() -> None:
    attempts = Attempts(lambda _: 60.0)
    wanted = asyncio.create_task(attempts.first())
    while attempts.begun < 2:
        await asyncio.sleep(0.005)
    wanted.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wanted
    assert attempts.alive == 0
