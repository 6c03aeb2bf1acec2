"""Whoever goes next, and whoever gives up at whichever await: the laws hold. detangle chooses, shrinks and replays.

Behind this folder only: the product has its own loop of virtual time (ADR 0012).
"""

import asyncio

import detangle
import pytest

from controller.domain import commands as c
from controller.domain.evolve import evolve
from controller.ledger import Ledger
from drivers.sim.faults import Fault, FaultKind
from tests.simulated.stage import Point, a_point, until, with_printer


async def lobby() -> None:
    """Three customers, each of whom taps twice and may give up; an advisor, and somebody who sends customers on."""
    async with a_point() as point:
        await point.try_(c.OpenCounter(counter="1", advisor="a1"))
        await point.try_(c.OpenCounter(counter="2", advisor="a2"))
        presses = [point.press(f"key-{n // 2}") for n in range(6)]
        await asyncio.gather(*presses, advisor(point), sender(point), reader(point))
        point.one_number_a_press(3)


async def advisor(point: Point) -> None:
    for command in (
        c.CallNext(counter="1"), c.Start(counter="1"), c.Hold(counter="1"), c.CallNext(counter="1"),
        c.NoShow(counter="1"), c.End(counter="1", resolution="first_contact", guidance="none"),
    ):  # fmt: skip
        await point.try_(command)


async def sender(point: Point) -> None:
    for command in (
        c.CallNext(counter="2"), c.Start(counter="2"), c.Transfer(counter="2", to_queue="vero", come_back=True),
        c.CallNext(counter="2"), c.CloseCounter(counter="2"),
    ):  # fmt: skip
        await point.try_(command)


async def reader(point: Point) -> None:
    """Follows the journal, as every reader does: it never sees more than is durable, and misses nothing."""
    seen, journal = 0, point.journal
    while seen < 8:
        await journal.wait(seen)
        for stored in await journal.read(seen, 3):
            assert stored.seq == seen + 1 <= journal.durable
            seen = stored.seq


async def print_shop() -> None:
    """Three tickets on paper, and a printer that is opened and closed while they come."""
    async with a_point() as point, with_printer(point) as machine:
        machine.strike(Fault(FaultKind.COVER, at_byte=detangle.randint(0, 2400)))

        async def somebody_closes_it() -> None:
            await asyncio.sleep(detangle.uniform(0.0, 9.0))
            machine.strike(Fault(FaultKind.CLEAR))

        await asyncio.gather(*(point.press(f"key-{n}", device="lobby") for n in range(3)), somebody_closes_it())
        await until(lambda: not point.ledger.state.unfinished_prints)
        point.one_number_a_press(3)


def explore(scenario: object, runs: int) -> detangle.ExploreStats:
    return detangle.explore(scenario, runs=runs, seed=1, database=False, shrink=False)


def test_ledger_and_readers_hold_their_laws_whoever_goes_next() -> None:
    assert explore(lobby, 150).runs == 150


def test_paper_holds_its_laws_whoever_goes_next_while_the_cover_is_opened() -> None:
    assert explore(print_shop, 12).runs == 12


@pytest.mark.long
def test_many_more_interleavings() -> None:
    assert explore(lobby, 5_000).runs == 5_000
    assert explore(print_shop, 300).runs == 300


def test_planted_state_that_is_seen_before_the_disk_has_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Ledger._commit

    async def hasty(self: Ledger, requests: list[object]) -> None:
        append = self.journal.append

        async def later(first: int, *rest: object) -> None:
            for event, stamp in facts:
                evolve(self.state, event, stamp)
            await append(first, *rest)

        facts: list[object] = []
        write = self._write

        def note(made: object, actor: str, batch: object, now: object) -> None:
            write(made, actor, batch, now)
            facts[:] = batch.facts

        monkeypatch.setattr(self, "_write", note, raising=False)
        monkeypatch.setattr(self.journal, "append", later, raising=False)
        await real(self, requests)

    monkeypatch.setattr(Ledger, "_commit", hasty)
    with pytest.raises(detangle.BugFound, match="nothing is visible before it is journalled"):
        explore(lobby, 20)


def test_planted_double_tap_that_is_not_known_while_its_first_is_being_written_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def stored_only(self: Ledger, key: object, batch: object) -> object:
        return None

    monkeypatch.setattr(Ledger, "_answered", stored_only)
    with pytest.raises(detangle.BugFound) as found:
        explore(lobby, 50)
    token = found.value.report.token
    again = detangle.replay(lobby, token, raise_on_failure=False)
    assert again.failure is not None, "the token does not replay it"
