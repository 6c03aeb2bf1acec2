"""Commands wait at central until the box has fetched them: in order, across restarts, also after a restore."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.central.rig import CENTRAL, Client, client, process_client


async def test_a_command_is_kept_and_handed_out_in_order(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        made = [await central.order("announce", text=str(n)) for n in range(3)]
        assert [status for status, _ in made] == [202] * 3
        orders = await central.orders(after=0)
        assert [order["n"] for order in orders] == [1, 2, 3]
        assert [order["id"] for order in orders] == [said["id"] for _, said in made]
        first = {"id": made[0][1]["id"], "n": 1, "type": "announce", "data": {"text": "0"}}
        assert orders[0] == {**first, "expires": "2026-11-22T10:00:00Z"}
        assert [order["n"] for order in await central.orders(after=2)] == [3]
        assert await central.orders(after=3) == []


async def test_a_poll_waits_for_a_command_and_answers_at_once(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        poll = asyncio.create_task(central.orders(after=0, wait=25))
        other = asyncio.create_task(Client(central.session, central.url.removesuffix("/api/v1"), "other").orders(0, 1))
        await asyncio.sleep(0.2)
        assert not poll.done()
        await central.order("open_queue", queue="kela")
        async with asyncio.timeout(20):  # not when the 25 s are over
            assert [order["type"] for order in await poll] == ["open_queue"]
            assert await other == []


async def test_an_idempotency_key_makes_one_command_of_many_requests(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        first = await central.order("close_queue", key="k-1", queue="kela")
        assert await central.order("close_queue", key="k-1", queue="kela") == first
        status, said = await central.order("close_queue", key="k-1", queue="vero")
        assert (status, said["type"]) == (409, "/problems/idempotency-conflict")
        assert len(await central.orders(after=0)) == 1


WRONG = {
    "type": {"type": "explode", "data": {}, "expires": "2026-11-22T10:00:00Z"},
    "expires": {"type": "announce", "data": {}, "expires": "tomorrow"},
    "expires without offset": {"type": "announce", "data": {}, "expires": "2026-11-22T10:00:00"},
    "data": {"type": "announce", "data": "text", "expires": "2026-11-22T10:00:00Z"},
    "a missing member": {"type": "announce", "data": {}},
    "an unknown member": {"type": "announce", "data": {}, "expires": "2026-11-22T10:00:00Z", "extra": 1},
}


@pytest.mark.parametrize("body", [*WRONG.values(), []], ids=[*WRONG, "no object"])
async def test_a_wrong_command_is_refused_with_a_reason(tmp_path: Path, body: object) -> None:
    async with client(tmp_path) as central:
        url = f"{central.url}/points/sodankyla/commands"
        async with central.session.post(url, data=json.dumps(body), headers=CENTRAL) as answer:
            said = await answer.json(content_type=None)
            assert (answer.status, said["type"]) == (400, "/problems/invalid") and said["detail"]
        assert await central.orders(after=0) == []


async def test_an_expiry_with_another_offset_goes_out_in_utc(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        body = {"type": "announce", "data": {}, "expires": "2026-11-22T12:00:00+02:00"}
        url = f"{central.url}/points/sodankyla/commands"
        async with central.session.post(url, json=body, headers=CENTRAL) as answer:
            assert answer.status == 202
        assert (await central.orders(after=0))[0]["expires"] == "2026-11-22T10:00:00.000Z"


@pytest.mark.system
async def test_commands_survive_a_kill_of_central(tmp_path: Path) -> None:
    async with process_client(tmp_path) as (central, process):
        await central.order("open_queue", key="k", queue="kela")
        before = await central.orders(after=0)
        await process.kill()
        await process.start()
        assert await central.orders(after=0) == before
        await central.order("open_queue", key="k", queue="kela")
        await central.order("close_queue", queue="kela")
        assert [order["n"] for order in await central.orders(after=0)] == [1, 2]


@pytest.mark.system
async def test_a_central_restored_from_an_old_backup_still_reaches_the_box(tmp_path: Path) -> None:
    async with process_client(tmp_path) as (central, process):
        await central.order("announce", text="old")
        assert len(await central.orders(after=0)) == 1
        await process.stop()
        shutil.copy(tmp_path / "central.db", tmp_path / "backup")
        await process.start()
        for n in range(3):
            await central.order("announce", text=f"lost {n}")
        assert [order["n"] for order in await central.orders(after=1)] == [2, 3, 4]
        await process.stop()
        shutil.copy(tmp_path / "backup", tmp_path / "central.db")
        await process.start()
        _, made = await central.order("announce", text="new")  # numbered 2 there, while the box's cursor is at 4
        (order,) = await central.orders(after=4)
        assert (order["id"], order["n"]) == (made["id"], 5)
        await central.order("announce", text="newer")
        assert [order["n"] for order in await central.orders(after=5)] == [6]
