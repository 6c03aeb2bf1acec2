"""Devices over HTTP: each one of the config is told of, what is not known is said, and a try says what it proved."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from controller.domain.commands import ReportDevice
from controller.web import stream
from controller.web.site import Disk, Unowned
from tests.web.rig import PATIENCE_S, Point, point, says, until
from tests.web.watcher import Watcher, watching

STANZA = '[[printers]]\nid = "printer-1"\nkind = "escpos"\nlink = "usb:X7Y8"\n'


async def row(here: Point, kind: str, id_: str) -> dict[str, Any]:
    told = (await here.get("/devices", role="technician")).json["devices"]
    return next(one for one in told if (one["kind"], one["id"]) == (kind, id_))


async def tried(here: Point, id_: str, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await here.post(f"/devices/{id_}/test", body, role="technician")).json
    return answer


async def drawing(page: Watcher, over: asyncio.Event) -> None:
    """Do what a page does: say `shown` of each state that it was sent whole."""
    while not over.is_set():
        if await page.hear() == "snap":
            await page.say(t="shown", seq=page.seq)


async def report(here: Point, state: Any, *causes: str) -> None:
    await here.ledger.submit(
        ReportDevice(actor="device:lobby", device="lobby", kind="printer", state=state, causes=causes, simulated=True)
    )


async def test_each_configured_device_is_told_of_and_what_nobody_heard_of_is_unknown(here: Point) -> None:
    told = (await here.get("/devices", role="technician")).json
    assert [(one["kind"], one["id"], one["actual"], one["causes"]) for one in told["devices"]] == [
        ("printer", "lobby", "unknown", ["no_report"]), ("panel", "alarm", "unknown", ["no_report"]),
        ("screen", "lobby", "detached", ["no_page"]), ("screen", "hall", "detached", ["no_page"]),
        ("kiosk", "main", "detached", ["no_page"]), ("kiosk", "side", "detached", ["no_page"]),
        ("booth", "b1", "detached", ["no_page", "no_central"]),
    ]  # fmt: skip
    assert all(one["last_test"] is None and one["desired"] == "ready" for one in told["devices"])
    assert told["unknown"] == []


async def test_only_a_technician_is_told_and_may_try(here: Point) -> None:
    for role in ("kiosk", "staff", "tv", "booth"):
        assert (await here.get("/devices", role=role)).status == 403
        assert (await here.post("/devices/lobby/test", role=role)).status == 403


async def test_causes_and_since_are_those_of_the_last_report(here: Point) -> None:
    await report(here, "ready")
    here.clock.ms += 60_000
    await report(here, "out_of_service", "paper_out")
    here.clock.ms += 60_000
    await report(here, "out_of_service", "paper_out")
    found = await row(here, "printer", "lobby")
    assert (found["actual"], found["causes"], found["since"]) == (
        "out_of_service", ["paper_out"], "2026-11-23T08:01:00.000Z",
    )  # fmt: skip
    assert found["simulated"] is True


async def test_a_device_that_nobody_owns_is_offered_with_its_stanza(here: Point) -> None:
    here.site.unowned = lambda: [Unowned("printer", "EPSON TM-T20III", "usb:X7Y8", STANZA)]
    here.site.touch()
    told = (await here.get("/devices", role="technician")).json["unknown"]
    assert told == [{"kind": "printer", "name": "EPSON TM-T20III", "link": "usb:X7Y8", "stanza": STANZA}]
    async with watching(here, "technician") as page:
        assert page.state["unknown"] == told


async def test_a_screen_is_there_while_its_page_is_and_a_person_who_looks_at_it_does_not_count(here: Point) -> None:
    async with watching(here, "tv"):
        assert (await row(here, "screen", "lobby"))["actual"] == "ready"
    await until(lambda: not here.site.presence.here("tv", "lobby"))
    headers = {"Authorization": f"Bearer {here.token('staff')}"}
    async with here.http.ws_connect(f"{here.url}/api/v1/stream?view=tv&id=lobby", headers=headers) as looker:
        await looker.receive_str(timeout=PATIENCE_S)
        assert (await row(here, "screen", "lobby"))["actual"] == "detached"


async def test_a_page_that_is_tried_draws_itself_anew_and_one_that_does_not_is_found_out(
    here: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await tried(here, "hall"))["cause"] == "no_page"
    over = asyncio.Event()
    async with watching(here, "tv", "hall") as page, asyncio.TaskGroup() as tasks:
        frozen = await tried(here, "hall")
        assert (frozen["ok"], frozen["cause"], frozen["state"]) == (False, "not_drawing", "unknown")
        monkeypatch.setattr(stream, "DRAW_S", PATIENCE_S)
        tasks.create_task(drawing(page, over))
        well = await tried(here, "hall")
        assert (well["ok"], well["proven"], well["kind"]) == (True, "draws", "screen")
        over.set()
    assert (await row(here, "screen", "hall"))["last_test"]["ok"] is True


async def test_one_id_may_name_a_printer_and_a_screen_and_the_kind_says_which(tmp_path: Path) -> None:
    async with point(tmp_path, devices=True) as real:
        await until(lambda: real.site.state.devices["lobby"].state == "ready")
        assert (await tried(real, "lobby"))["kind"] == "printer"
        assert (await tried(real, "lobby", kind="screen"))["kind"] == "screen"
        says(await real.post("/devices/lobby/test", {"kind": "booth"}, role="technician"), "not-found", "booth")
        says(await real.post("/devices/lobby/test", {"kind": "lamp"}, role="technician"), "invalid", "$.kind")


async def test_a_device_without_a_driver_proves_nothing_and_says_why(here: Point) -> None:
    panel = await tried(here, "alarm")
    assert (panel["ok"], panel["proven"], panel["cause"]) == (False, "nothing", "no_report")
    assert (await tried(here, "b1"))["cause"] == "no_page"


async def test_the_same_key_gives_the_same_answer_and_tries_nothing(tmp_path: Path) -> None:
    async with point(tmp_path) as here:
        how = {"role": "technician", "key": "one"}
        first, twin = await asyncio.gather(*(here.post("/devices/alarm/test", **how) for _ in range(2)))
        here.clock.ms += 5000
        again = await here.post("/devices/alarm/test", **how)
        assert first.body == twin.body == again.body
        says(await here.post("/devices/b1/test", **how), "idempotency-conflict")
        says(await here.post("/counters/1/open", {"advisor": "a7"}, key="one"), "idempotency-conflict")
        await here.post("/counters/1/open", {"advisor": "a7"}, key="two")
        says(await here.post("/devices/alarm/test", role="technician", key="two"), "idempotency-conflict")
    async with point(tmp_path) as after:
        assert (await after.post("/devices/alarm/test", **how)).body == first.body


async def test_the_technicians_page_hears_of_a_fault_and_of_its_end_with_what_led_to_it(here: Point) -> None:
    await report(here, "ready")
    async with watching(here, "technician") as page:
        await report(here, "out_of_service", "cover")
        lobby = await device(page, lambda one: one["causes"] == ["cover"] and len(one["events"]) == 2)
        assert [event["state"] for event in lobby["events"]] == ["out_of_service", "ready"]
        assert lobby["events"][0]["local"] == "10.00"
        await report(here, "ready")
        assert (await device(page, lambda one: len(one["events"]) == 3))["causes"] == []
        here.site.disk = Disk(5 << 30, 10 << 30, low=False)
        here.site.touch()
        while "disk" not in page.state:
            await page.hear()
        assert page.state["disk"] == {"free": 5 << 30, "total": 10 << 30, "low": False}


async def test_nobody_reads_the_journal_for_a_page_that_nobody_looks_at(here: Point) -> None:
    async with watching(here, "technician"):
        await report(here, "ready")
        await until(lambda: bool(here.site.device_log.rows("printer", "lobby")))
    await until(lambda: here.rooms.streams.open == 0)
    await report(here, "unknown", "no_answer")  # the follower's last look
    await until(lambda: len(here.site.device_log.rows("printer", "lobby")) == 2)
    await report(here, "ready")
    assert len(here.site.device_log.rows("printer", "lobby")) == 2
    async with watching(here, "technician") as page:
        await device(page, lambda one: len(one["events"]) == 3)


async def device(page: Watcher, fits: Any) -> dict[str, Any]:
    """The lobby's printer as the page shows it, once it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not fits(page.state["devices"][0]):
            await page.hear()
    shown: dict[str, Any] = page.state["devices"][0]
    return shown


async def test_a_new_roll_is_noted_once_and_told_on_the_page_in_the_figures_and_to_central(here: Point) -> None:
    async with watching(here, "technician") as page:
        assert next(one["roll"] for one in page.state["devices"] if one["id"] == "lobby")["tickets_left"] is None
        for role in ("staff", "technician"):
            assert (await here.post("/devices/lobby/roll", {}, role=role)).status == 200
        await page.until(here.ledger.state.seq)
        assert page.state["devices"][0]["roll"] == {"tickets_left": 533, "prints": 0, "cuts": 0, "paper_mm": 0}
    assert (await here.post("/devices/nowhere/roll", {}, role="technician")).status == 404
    assert (await here.post("/devices/lobby/roll", {}, role="kiosk")).status == 403
    told = (await here.get("/events?limit=10000", role="technician")).json["events"]
    assert [one["data"]["cause"] for one in told if one["type"] == "luukku.device.counters.v1"] == ["new_roll"] * 2
