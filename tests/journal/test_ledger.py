"""The single writer: keys in one batch and in two, defects that stop one command only, nothing before the disk."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from controller.domain import commands as c
from controller.domain.draft import Draft, Refused
from controller.domain.state import State
from controller.journal import replay
from controller.journal.faults import JournalFault
from controller.ledger import CommandFailed, Key, KeyConflict, Ledger, Reply
from tests.journal.rig import HandClock, a_point, issued, numbers, refusal, same_as_replay, stored, take, ticket

REFUSED = c.CallNext(counter="1")  # it is not open


async def test_one_key_twice_in_one_batch_is_one_ticket(tmp_path: Path) -> None:
    async with a_point(tmp_path / "j.db") as ledger:
        replies = await asyncio.gather(*(take(ledger, "the-same") for _ in range(10)))
        assert {reply.body for reply in replies} == {b"K001"}
        assert [reply.fresh for reply in replies].count(True) == 1
        assert issued(one.body for one in await stored(ledger.journal)) == ["K001"]


async def test_one_key_in_two_batches_and_after_a_restart_is_one_ticket(tmp_path: Path) -> None:
    for _ in range(3):
        async with a_point(tmp_path / "j.db") as ledger:
            assert [(await take(ledger, "the-same")).body for _ in range(2)] == [b"K001"] * 2
            assert len(ledger.state.tickets) == 1


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
async def test_one_key_for_two_requests_is_a_conflict_and_the_second_does_nothing(
    tmp_path: Path, together: bool
) -> None:
    async with a_point(tmp_path / "j.db") as ledger:
        requests = [take(ledger, "key", asked=b"one"), take(ledger, "key", asked=b"other")]
        if together:
            first, second = await asyncio.gather(*requests, return_exceptions=True)
        else:
            first, second = [(await asyncio.gather(one, return_exceptions=True))[0] for one in requests]
        assert isinstance(first, Reply) and first.body == b"K001"
        assert isinstance(second, KeyConflict)
        assert len(ledger.state.tickets) == 1


async def test_a_refusal_is_an_answer_for_its_key_and_one_of_the_machine_is_not(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_point(tmp_path / "j.db", clock) as ledger:
        refused = await ledger.submit(REFUSED, refusal=refusal, key=Key("no", b"?"))
        assert (refused.status, refused.body) == (409, b"counter-not-open")
        clock.quality = "unsynced"
        assert (await take(ledger, "later")).body == b"clock-not-set"
        clock.quality = "synced"
        assert (await take(ledger, "later")).body == b"K001", "a machine that could not is no answer for a week"
        await ledger.submit(c.OpenCounter(counter="1", advisor="a1"))
    async with a_point(tmp_path / "j.db", clock) as ledger:
        again = await ledger.submit(REFUSED, refusal=refusal, key=Key("no", b"?"))
        assert (again.body, again.fresh) == (b"counter-not-open", False)


async def test_a_cursor_rides_with_its_command_also_when_that_is_refused(tmp_path: Path) -> None:
    async with a_point(tmp_path / "j.db") as ledger:
        await ledger.submit(ticket(), cursor=("orders", 4))
        with pytest.raises(Refused):
            await ledger.submit(REFUSED, cursor=("orders", 5))
    async with a_point(tmp_path / "j.db") as ledger:
        assert await ledger.journal.cursor("orders") == 5


async def test_nobody_sees_an_event_before_it_is_on_the_disk(tmp_path: Path) -> None:
    """The commit is held: state, watchers and asker hear nothing; then all hear it at once."""
    async with a_point(tmp_path / "j.db") as ledger:
        held, commit = asyncio.Event(), ledger.journal.append

        async def slow(*batch: object) -> None:
            await held.wait()
            await commit(*batch)  # type: ignore[arg-type]  # why: handed on as it came

        ledger.journal.append = slow  # type: ignore[method-assign]  # why: the disk that takes its time
        before = replay.encode(ledger.state)
        asker, watcher = asyncio.create_task(take(ledger)), asyncio.create_task(ledger.journal.wait(0))
        await asyncio.sleep(0.05)
        assert replay.encode(ledger.state) == before
        assert not asker.done() and not watcher.done()
        held.set()
        assert (await asker).body == b"K001"
        assert await watcher == ledger.journal.seq == ledger.state.seq == len(await stored(ledger.journal))


async def test_what_queues_behind_a_refused_commit_is_decided_on_the_truth(tmp_path: Path) -> None:
    async with a_point(tmp_path / "j.db") as ledger:
        await numbers(ledger, 2)
        commit, refusals = ledger.journal.append, [JournalFault("the disk says no")]

        async def refusing(*batch: object) -> None:
            if refusals:
                raise refusals.pop()
            await commit(*batch)  # type: ignore[arg-type]  # why: handed on as it came

        ledger.journal.append = refusing  # type: ignore[method-assign]  # why: a disk that refuses once
        lost = [asyncio.create_task(take(ledger, f"key-{n}")) for n in range(5)]
        answers = await asyncio.gather(*lost, return_exceptions=True)
        assert all(isinstance(answer, JournalFault) for answer in answers)
        again = await asyncio.gather(*(take(ledger, f"key-{n}") for n in range(5)))
        assert [reply.body for reply in again] == [f"K{n:03d}".encode() for n in range(3, 8)]
        await same_as_replay(ledger)


async def test_a_defect_in_rendering_or_deciding_stops_its_own_command_only(tmp_path: Path) -> None:
    """In the middle of a batch: what came before it and after it is journalled, of the broken one nothing."""

    def broken(state: State, draft: Draft) -> tuple[int, bytes]:
        raise ZeroDivisionError(f"{state.seq} {draft.subject}")

    async with a_point(tmp_path / "j.db") as ledger:
        with capture_logs() as told:
            replies = await asyncio.gather(
                take(ledger), ledger.submit(ticket(), render=broken, key=Key("k", b"")), take(ledger),
                ledger.submit(c.Command()), take(ledger), return_exceptions=True,
            )  # fmt: skip
        assert [one["command"] for one in told] == ["TakeTicket", "Command"]
        assert [type(reply) for reply in replies] == [Reply, CommandFailed, Reply, CommandFailed, Reply]
        assert issued(one.body for one in await stored(ledger.journal)) == ["K001", "K002", "K003"]
        assert (await take(ledger, "k", asked=b"")).body == b"K004", "a defect is not an answer"
        await same_as_replay(ledger)


async def test_who_gave_up_asking_gets_no_ticket_and_nobody_waits_for_a_ledger_that_ended(tmp_path: Path) -> None:
    async with a_point(tmp_path / "j.db") as ledger:
        gone = asyncio.create_task(take(ledger))
        gone.cancel()
        assert (await take(ledger)).body == b"K001"
        idle = Ledger(ledger.journal, replay.copy(ledger.state), ledger.config, ledger.clock, set())
        running = asyncio.create_task(idle.run())
        await asyncio.sleep(0)
        waiting = asyncio.create_task(take(idle))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
        with pytest.raises(JournalFault, match="ended"):
            await take(idle)
