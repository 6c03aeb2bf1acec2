"""A broken printer, a dead or frozen central, a TV that never reads, a cloned box: the next ticket notices nothing."""

import asyncio
import hashlib
import json
import math
import signal
import statistics
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.system.stage import PATIENCE_S, Demo, Point
from tests.system.stranger import FINAL, GENESIS, Stranger, papers, stranger, told, until

SICK = {
    "paper_out": "paper_out",
    "cover": "cover",
    "jam": "cutter",
    "silent": "",
}  # until cleared; the cause that staff see
PASSING = ("drop", "power")  # over by themselves
VISIBLE_S = 2.0  # nobody waits longer for a number that can be seen
SLACK_S = 0.7  # for the asking, on a machine that has other work
HAND_S = 75.0  # a paper in doubt is given up after 60 s
ROUNDS = 3  # a busy machine holds up one or another, and not all that are done anew
HELD_UP_S = 8.0  # whoever waits for a dead line waits for its 10 s
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture
async def well(client: Stranger) -> AsyncIterator[Stranger]:
    """A stranger whose printer is well before the test and again after it."""
    await is_well(client)
    yield client
    await client.fault("clear")
    await is_well(client)


async def printer(client: Stranger) -> Any:
    return next(p for p in (await client.get("staff", "/state"))["printers"] if p["id"] == "lobby")


async def is_well(client: Stranger) -> None:
    async def now() -> bool:
        return bool((await printer(client))["state"] == "ready")

    await until(now, PATIENCE_S, "the printer is well")


async def visible(client: Stranger, taken: Any) -> tuple[Any, float]:
    """The ticket once its holder sees something final, paper or screen, and after how long."""
    began = monotonic()
    ended = await client.printed(taken["id"], HAND_S)
    return ended, monotonic() - began


@pytest.mark.parametrize("kind", SICK)
async def test_tickets_go_on_beside_a_sick_printer_and_print_again_once_it_is_cleared(
    well: Stranger, kind: str
) -> None:
    client = well
    await client.fault(kind, at_mm=20)
    in_hand = await client.take("kela-asumistuki")

    async def broken() -> Any:
        now = await printer(client)
        return now if now["state"] not in {"ready", "degraded"} else None

    seen = await until(broken, PATIENCE_S, "staff see it")
    assert not SICK[kind] or SICK[kind] in seen["causes"], seen
    slowest: list[float] = []
    while len(slowest) < ROUNDS and min(slowest, default=HAND_S) >= VISIBLE_S + SLACK_S:
        slowest.append(0.0)
        for _ in range(3):
            ended, after = await visible(client, await client.take("vero-verokortti", "sv"))
            slowest[-1] = max(slowest[-1], after)
            assert ended["medium"] == "screen" and ended["print"]["state"] in {"failed", "void"}, ended["print"]
            assert ended["print"]["cause"], ended["print"]
    assert min(slowest) < VISIBLE_S + SLACK_S, slowest
    await client.fault("clear")
    first = await client.printed(in_hand["id"], HAND_S)
    assert first["print"]["state"] in FINAL and (first["print"]["state"] == "confirmed" or first["medium"] == "screen")
    await is_well(client)

    async def prints() -> Any:
        again = await client.printed((await client.take("kela-elake", "en"))["id"])
        return again if again["print"]["state"] == "confirmed" else None

    assert (await until(prints, PATIENCE_S, "the next ticket is paper again"))["print"]["tier"] == "T1"


@pytest.mark.parametrize("kind", PASSING)
async def test_a_fault_that_passes_leaves_each_paper_with_a_proven_end(well: Stranger, kind: str) -> None:
    client = well
    before = len(papers(client.demo))
    await client.fault(kind, at_mm=30)
    taken = [await client.take("kunta-asiakirja", "se") for _ in range(3)]
    ended = [await client.printed(ticket["id"], HAND_S) for ticket in taken]
    for ticket in ended:
        confirmed = ticket["print"]["state"] == "confirmed"
        assert confirmed or (ticket["medium"] == "screen" and ticket["print"]["cause"]), ticket["print"]
    assert any(ticket["print"]["state"] == "confirmed" for ticket in ended), [t["print"] for t in ended]

    async def more() -> bool:  # a piece is filed just after its cut
        return len(papers(client.demo)) > before

    await until(more, PATIENCE_S, "there is paper of them")


async def test_the_answer_is_as_fast_beside_a_broken_printer(well: Stranger) -> None:
    client = well

    async def median_ms() -> float:
        times = []
        for _ in range(15):
            began = monotonic()
            ticket = await client.take("poliisi-ajokortti")
            times.append((monotonic() - began) * 1000)
            await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")
        return statistics.median(times)

    sound = await median_ms()
    await client.fault("silent")
    await client.printed((await client.take("neuvonta"))["id"])
    silent: list[float] = []
    while len(silent) < ROUNDS and min(silent, default=math.inf) >= 3 * max(sound, 5.0):
        silent.append(await median_ms())
    await client.fault("clear")
    assert min(silent) < 3 * max(sound, 5.0), (sound, silent)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_a_central_that_is_away_holds_up_no_ticket_and_then_has_everything(
    client: Stranger, number: signal.Signals
) -> None:
    old, took = client.demo.send("central", number), list[float]()
    try:
        for n in range(20):
            began = monotonic()
            ticket = await client.take("dvv-todistus")
            took.append(monotonic() - began)
            await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")
            await asyncio.sleep(0.1 if n % 4 else 0.3)
    finally:
        if number == signal.SIGSTOP:
            client.demo.send("central", signal.SIGCONT)
        else:
            await client.back("central", old)
    nobody_was_held_up(took)
    await client.central_has_all()


def nobody_was_held_up(took: list[float]) -> None:
    assert statistics.median(took) < 1.0 and max(took) < HELD_UP_S, took


async def test_a_tv_that_never_reads_holds_up_nobody_and_costs_no_memory(client: Stranger) -> None:
    async with client.session.get(f"{client.urls['point']}/tv/lobby") as page:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in page.cookies.items())
    host = client.urls["point"].removeprefix("http://")
    deaf = [await asyncio.open_connection("127.0.0.1", client.demo.port, limit=1024) for _ in range(5)]
    for _, writer in deaf:
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # why: a stream's transport can read
        writer.write(
            f"GET /api/v1/stream?view=tv&id=lobby HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            f"Cookie: {cookies}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode()
        )
    rss, took = await asyncio.to_thread(resident_kb, client.demo), list[float]()
    for _ in range(60):
        began = monotonic()
        ticket = await client.take("kunta-pysakointi")
        took.append(monotonic() - began)
        await client.do("kiosk", f"/tickets/{ticket['id']}/cancel")
    nobody_was_held_up(took)
    grown = await asyncio.to_thread(resident_kb, client.demo) - rss
    for reader, writer in deaf:
        writer.transport.resume_reading()  # type: ignore[attr-defined]  # why: a stream's transport can read
        assert b" 101 " in await reader.readline(), "it was no stream at all"
        writer.close()
    assert grown < 30_000, f"{grown} kB more"


async def test_a_differing_history_is_refused_with_an_alarm_and_overwrites_nothing(client: Stranger) -> None:
    events = await client.central_has_all()
    fork = forged(events[-3:-1])
    headers = {"Authorization": f"Bearer {client.tokens['box']}", "Content-Type": "application/cloudevents-batch+json"}
    url = f"{client.urls['central']}/api/v1/points/sodankyla/events"
    async with client.session.post(url, data=b"[" + fork + b"]", headers=headers) as said:
        assert said.status == 409, await said.text()
        assert (await said.json(content_type=None))["type"].endswith("fork")
    known = (await client.get("central", "/points", to="central"))[0]
    assert known["fork"] is True and known["gaps"] == 0
    assert (await client.at_central())[: len(events)] == events
    await client.take("kela-liite")
    assert (await client.central_has_all())[: len(events)] == events


@pytest.mark.timeout(180)
async def test_a_box_whose_disk_was_copied_is_refused_and_the_first_one_goes_on(own_demo: Any, tmp_path: Path) -> None:
    demo: Demo = await own_demo()
    async with stranger(demo) as client:
        await client.printed((await client.take("kela-liite"))["id"])
        await client.central_has_all()
        known = demo.known()
    await asyncio.to_thread(demo.stop)
    clone = Point(tmp_path / "clone", cloned_config(known["central"]))
    await asyncio.to_thread(copied, demo, clone, known["tokens"]["box"])
    await asyncio.to_thread(demo.start)
    try:
        async with stranger(demo) as client:
            await client.take("vero-verokortti")
            first = await client.central_has_all()
            await asyncio.to_thread(clone.start)
            async with stranger(clone) as double:
                await double.take("neuvonta")

                async def alarm() -> bool:
                    return bool((await client.get("central", "/points", to="central"))[0]["fork"])

                await until(alarm, PATIENCE_S, "central raises the alarm")
                assert (await client.at_central())[: len(first)] == first
                await client.take("dvv-nimi")
                await client.central_has_all()
                assert (await double.take("neuvonta", "sv"))[
                    "number"
                ] == "N002"  # its customers are served all the same
    finally:
        await asyncio.to_thread(clone.stop)


def copied(demo: Demo, clone: Point, box_token: str) -> None:
    clone.data.mkdir()
    (clone.data / "journal.db").write_bytes((demo.data / "journal.db").read_bytes())
    (clone.config.parent / "box.token").write_text(box_token)


def cloned_config(central: str) -> str:
    shipped = (Path(__file__).parents[2] / "config" / "demo.toml").read_text()
    return shipped + f'\n[central]\nurl = "{central}"\ntoken_file = "box.token"\n'


def forged(events: list[bytes]) -> bytes:
    """The second of two events, told differently but chained as it should be."""
    before, last = (json.loads(event) for event in events)
    body = (
        events[1][: -len(f',"chain":"{GENESIS}"}}')].replace(last["time"].encode(), b"2026-11-01T00:00:00.000Z") + b"}"
    )
    chain = hashlib.sha256(before["chain"].encode() + b"\n" + body).hexdigest()
    return body[:-1] + f',"chain":"{chain}"}}'.encode()


def resident_kb(demo: Demo) -> int:
    status = Path(f"/proc/{demo.pid('point')}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


async def test_the_contracts_words_for_paper_are_all_that_is_ever_said(client: Stranger) -> None:
    for event in told(await client.journal(), "ticket.print_result"):
        assert event["data"]["result"] in {"confirmed", "unknown", "failed", "void"}
        assert event["data"]["result"] == "confirmed" or event["data"]["cause"]
        assert event["data"]["tier"] or event["data"]["result"] != "confirmed"
