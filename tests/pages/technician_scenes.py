"""What the stage shows on the technician's page: a point whose devices are as the test wants them."""

from typing import Any

from playwright.async_api import Page, expect

from tests.pages.conftest import OpenPage
from tests.pages.scenes import NOW
from tests.pages.stage import Stage
from tests.pages.states import LANGUAGES, POINT

TWELVE_AGO = "2026-11-21T19:50:30.000Z"  # 12 minutes and a half before the stage's heartbeat
HOURS_AGO = "2026-11-21T16:02:00.000Z"
STANZA = '[[printers]]\nid = "printer-2"\nkind = "escpos"\nlink = "usb:X7Y8000123"\nprofile = "tm-t20iii"\n'
UNOWNED = {"kind": "printer", "name": "EPSON TM-T20III", "link": "usb:X7Y8000123", "stanza": STANZA}

FAILED = {"at": TWELVE_AGO, "ok": False, "cause": "paper_out", "proven": "nothing", "ms": 12}


def device(kind: str, id_: str, actual: str = "ready", *causes: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "kind": kind, "type": None, "link": None, "desired": "ready", "actual": actual,
        "causes": list(causes), "since": HOURS_AGO, "tier": None, "simulated": False, "last_test": None, "events": [],
    } | more  # fmt: skip


def printer(actual: str = "ready", *causes: str, id_: str = "lobby", **more: Any) -> dict[str, Any]:
    events = [
        {"seq": 98, "name": "ticket.print_result", "time": NOW, "local": "22.01", "number": "K042",
         "result": "confirmed", "cause": ""},
        {"seq": 91, "name": "device.state_changed", "time": HOURS_AGO, "local": "18.02",
         "state": "ready", "causes": []},
        {"seq": 90, "name": "device.state_changed", "time": HOURS_AGO, "local": "20.11. 18.00",
         "state": "out_of_service", "causes": ["cover"]},
    ]  # fmt: skip
    usual = {"type": "escpos", "link": "tcp:10.20.30.40:9100", "tier": "T1", "events": events}
    return device("printer", id_, actual, *causes, **(usual | more))


def technician(*devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A point with these devices, or with one of each that works."""
    well = [printer(), device("panel", "desk-1", type="call_button", link="usb:1a2b-01"), device("screen", "lobby"),
            device("kiosk", "main")]  # fmt: skip
    return {
        "view": "technician", "id": "", "point": POINT, "languages": LANGUAGES, "house": "fi", "demo": False,
        "issuing": "ok", "devices": list(devices) or well, "unknown": [],
        "central": {"configured": True, "up": True, "seq": 112, "fork": False, "behind": 0}, "clock": "synced",
        "version": "0.1.0", "config_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "started": HOURS_AGO, "ready_causes": [],
        "disk": {"free": 21_400_000_000, "total": 62_000_000_000, "low": False},
    } | more  # fmt: skip


def trouble() -> dict[str, Any]:
    """A bad morning: each severity once, a device that nobody owns, central out of reach, a full disk to come."""
    return technician(
        printer("out_of_service", "paper_out", since=TWELVE_AGO, last_test=FAILED),
        printer("degraded", "near_end", id_="office", link="usb:04b8-0e28", tier="T2"),
        device("panel", "desk-1", "unknown", "no_report", type="call_button", link="usb:1a2b-01"),
        device("scanner", "gate", "degraded", "stuck", type="keyboard", link="port:1-1.2"),
        device("screen", "lobby", "detached", "no_page", since=TWELVE_AGO), device("kiosk", "main"),
        device("booth", "booth-1", "detached", "no_page", "no_media"),
        unknown=[UNOWNED], central={"configured": True, "up": False, "seq": 90, "fork": False, "behind": 22},
        clock="holdover", disk={"free": 830_000_000, "total": 62_000_000_000, "low": True},
    )  # fmt: skip


async def shown(
    open_page: OpenPage, stage: Stage, state: Any, lang: str = "en", size: tuple[int, int] = (1280, 800)
) -> Page:
    """The page of a technician who reads `lang`, once its clock runs."""
    stage.state = state
    page = await open_page("/technician", *size, ready="header .clock:not(:empty)")
    await page.select_option("header select", lang)
    await expect(page.locator("html")).to_have_attribute("lang", lang)
    return page
