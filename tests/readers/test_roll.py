"""The roll in a real printer's sensors: warned of once, counted over kills, told on the device and nowhere else."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from controller.domain import rolls
from controller.domain.events import DeviceCounters
from controller.journal import wire
from controller.ports.printer import PrinterCondition
from controller.readers.roll import RollWatch
from tests.journal.rig import HandClock
from tests.readers.paper_rig import SURELY_S, Desk, a_desk, a_printer


class Watched:
    """A desk whose roll is followed, as controller/app/devices.py does."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.roll = RollWatch(desk.ledger, desk.driver)
        self.told: list[tuple[str, ...]] = []

    async def follow(self) -> None:
        while True:
            causes = self.roll.seen().causes
            self.told += [] if self.told[-1:] == [causes] else [causes]
            await self.roll.changed()

    async def tickets(self, count: int) -> None:
        for _ in range(count):
            id_ = await self.desk.take()
            assert (await self.desk.ended(id_)).print.state == "confirmed"

    async def turns(self) -> list[tuple[str, int | None]]:
        found = [wire.data_of(wire.read(one.body)) for one in await self.desk.ledger.journal.read(0, 10_000)]
        return [(one.cause, one.tickets_left) for one in found if isinstance(one, DeviceCounters)]

    async def said(self, cause: str) -> None:
        async with asyncio.timeout(SURELY_S):
            while cause not in [one for one, _ in await self.turns()]:
                await asyncio.sleep(0.01)


async def _watched(stack: AsyncExitStack, desk: Desk) -> Watched:
    watched = Watched(desk)
    task = asyncio.create_task(watched.follow())

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return watched


async def test_the_end_of_the_roll_is_told_once_though_its_sensor_flickers(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(a_printer(tmp_path))
        desk = await stack.enter_async_context(a_desk(tmp_path, sim))
        watched = await _watched(stack, desk)
        await watched.tickets(1)
        for _ in range(3):
            desk.strike("near_end")
            await desk.see(lambda: "near_end" in desk.driver.health.causes, SURELY_S, "near end")
            await watched.said("near_end")
            desk.strike("clear", at_mm=10)  # it falls silent while the roll turns
            await watched.tickets(1)
            await desk.ready()
        assert [cause for cause, _ in await watched.turns()] == ["near_end"]
        assert watched.told == [(), ("near_end",)], "the device says so until the roll is changed, and says it once"
        assert watched.roll.seen().condition is PrinterCondition.DEGRADED
        desk.strike("paper_out")
        await watched.said("paper_out")
        desk.strike("clear")
        await watched.said("new_roll")
        assert (await watched.turns())[-1] == ("new_roll", 80_000 // rolls.TICKET_MM)
        await desk.see(lambda: watched.told[-1] == (), SURELY_S, "it is well again")
        await desk.laws()


async def test_papers_of_a_daemon_that_was_killed_are_counted_by_the_next(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_printer(tmp_path) as sim:
        for life in ("boot1", "boot2"):
            async with AsyncExitStack() as stack:
                desk = await stack.enter_async_context(a_desk(tmp_path, sim, life=life, clock=clock))
                watched = await _watched(stack, desk)
                await watched.tickets(12 if life == "boot1" else 3)  # ten are told of; the kill takes two, then three
                if life != "boot1":
                    continue
                await watched.said("printed")
        async with AsyncExitStack() as stack:
            desk = await stack.enter_async_context(a_desk(tmp_path, sim, life="boot4", clock=clock))
            watched = await _watched(stack, desk)
            await watched.tickets(10)
            async with asyncio.timeout(SURELY_S):
                while len(await watched.turns()) < 2:
                    await asyncio.sleep(0.01)
            roll = desk.ledger.state.rolls["lobby"]
            assert 24 <= roll.cuts <= 25, "12 + 3 + 10; the count was read before the newest paper"
            one = desk.driver.usage.mm / desk.driver.usage.pieces
            assert abs(roll.paper_mm - roll.cuts * one) <= 3 * one


async def test_a_sensor_that_falls_silent_while_nothing_moves_was_lifted_by_a_hand_with_a_new_roll(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(a_printer(tmp_path))
        desk = await stack.enter_async_context(a_desk(tmp_path, sim))
        watched = await _watched(stack, desk)
        await watched.tickets(1)
        desk.strike("near_end")
        await watched.said("near_end")
        desk.strike("clear")
        await watched.said("new_roll")
        await desk.see(lambda: watched.told[-1] == (), SURELY_S, "it is well again")
