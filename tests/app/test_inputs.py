"""Buttons, keypads and readers at a running point: real sockets, real key events, real journal, real pages."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from controller.app.inputs import open_inputs
from controller.app.observe import set_up_log
from controller.app.pressed import Alarm, Presses
from controller.domain.point import Panel, Scanner
from controller.journal.faults import JournalFull
from controller.ledger import Reply
from controller.ports.inputs import KeyName, Pressed, Where
from drivers.links.link import DeviceGone
from drivers.panels import button
from tests.app.input_room import PANELS, SCANNERS, config, room
from tests.web.rig import point, until
from tests.web.watcher import watching

pytestmark = pytest.mark.usefixtures("steady_loop")
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


async def test_a_press_of_the_call_button_calls_the_next_customer_to_its_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(button, "AGAIN_S", 3600.0)  # a busy machine presses late
    async with room(tmp_path) as lobby:
        await lobby.here.open("1")
        first, _ = await lobby.here.take(), await lobby.here.take()
        await lobby.press("call")
        [called] = await lobby.happened("service.called")
        assert called["actor"] == "counter:1"
        assert called["data"]["counter"] == "1"
        state = (await lobby.here.get("/state")).json
        assert [(one["number"], one["counter"]) for one in state["called"]] == [(first["number"], "1")]
        await lobby.press("call")
        await asyncio.sleep(0.05)
        assert len(await lobby.events("service.called")) == 1, "a second press at once is the first one's echo"


async def test_a_press_at_a_closed_counter_changes_nothing_and_the_next_one_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_log(debug=False)
    async with room(tmp_path) as lobby:
        await lobby.here.take()
        await lobby.press("desk", "1")
        told = ""
        async with asyncio.timeout(60):
            while "a press changes nothing" not in (told := told + capsys.readouterr().err):
                await asyncio.sleep(0.01)
        assert "counter-not-open" in told
        await lobby.here.open("1")
        await lobby.press("call")
        await lobby.happened("service.called")


async def test_a_counters_keypad_calls_calls_again_marks_a_no_show_and_ends(tmp_path: Path) -> None:
    async with room(tmp_path) as lobby:
        await lobby.here.open("1")
        for _ in range(2):
            await lobby.here.take()
        await lobby.press("desk", "enter")
        await lobby.happened("service.called")
        await lobby.press("desk", "2")
        assert [one["data"]["call"] for one in await lobby.happened("service.called", 2)] == [1, 2]
        await lobby.press("desk", "minus")
        [gone] = await lobby.happened("service.ended")
        assert gone["data"]["outcome"] == "no_show"
        await lobby.press("call")
        await lobby.happened("service.called", 3)
        await lobby.press("desk", "9")
        _, served = await lobby.happened("service.ended", 2)
        assert served["data"]["outcome"] == "served"
        assert (served["data"]["resolution"], served["data"]["guidance"]) == ("pending", "none")
        assert {one["actor"] for one in await lobby.events("service.ended")} == {"counter:1"}


@pytest.mark.parametrize(("key", "resolution"), [("7", "first_contact"), ("8", "referred"), ("dot", "pending")])
async def test_the_key_that_ends_a_service_says_what_came_of_it(tmp_path: Path, key: KeyName, resolution: str) -> None:
    async with room(tmp_path) as lobby:
        await lobby.here.open("1")
        await lobby.here.take()
        await lobby.press("desk", "enter")
        await lobby.happened("service.called")
        await lobby.press("desk", key)
        [served] = await lobby.happened("service.ended")
        assert (served["data"]["outcome"], served["data"]["resolution"]) == ("served", resolution)


async def test_a_silent_alarm_is_an_incident_at_its_place_and_shows_on_no_page_of_the_lobby(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(button, "AGAIN_S", 3600.0)  # a busy machine presses late
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk") as kiosk, watching(lobby.here, "tv") as tv:
        before = dict(kiosk.state), dict(tv.state)
        for _ in range(3):
            await lobby.press("alarm", "help")
        await lobby.press("hall", "0")
        raised = await lobby.happened("incident.raised", 2)
        assert [(one["actor"], one["data"]["place"], one["data"]["kind"]) for one in raised] == [
            ("device:alarm", "1", "threat"),
            ("device:hall", "hall", "threat"),
        ]
        for page in (kiosk, tv):
            await page.hear(seconds=60)
            assert page.said == []
        assert (kiosk.state, tv.state) == before
        shown = (await lobby.here.get("/state")).json["incidents"]
        assert [one["place"] for one in shown] == ["1", "hall"]


async def test_an_alarm_that_the_disk_refuses_is_raised_when_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.app.pressed.RETRY_S", 0.001)

    class Full:
        """A ledger whose disk is full for two tries."""

        def __init__(self) -> None:
            self.keys: list[str] = []

        async def submit(self, command: Any, *, render: Any, key: Any) -> Reply:
            self.keys.append(key.key)
            if len(self.keys) < 3:
                raise JournalFull("no room")
            return Reply(200, b"")

    ledger = Full()
    alarm = Alarm(ledger, "alarm", "1", Presses("alarm", "life"))  # type: ignore[arg-type]  # why: a ledger that fails
    await alarm(Pressed("alarm"))
    assert ledger.keys == ["press-alarm-life-1"] * 3, "one press, one key, however often it is tried"


async def test_the_presence_of_each_device_is_journalled_and_marked_as_simulated(tmp_path: Path) -> None:
    async with room(tmp_path) as lobby:
        kinds = {"call": "call_button", "desk": "keypad", "alarm": "panic", "reader": "scanner", "line": "scanner"}
        await until(lambda: all(lobby.state(id_) == ("ready", []) for id_ in kinds))
        known = lobby.here.ledger.state.devices
        assert {id_: known[id_].kind for id_ in kinds} == kinds
        assert all(known[id_].simulated for id_ in kinds)
        lobby.devices["call"].unplug()
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while [one["state"] for one in told][-3:] != ["ready", "detached", "ready"]:
                events = await lobby.events("device.state_changed")
                told = [one["data"] for one in events if one["data"]["device"] == "call"]
        assert told[-2]["causes"] == ["no_link"]
        assert await lobby.inputs.test("call", False, NOW) == {"id": "call", "state": "ready", "ok": True, "cause": ""}
        with pytest.raises(KeyError):
            await lobby.inputs.test("nothing", False, NOW)


def absent(link: str) -> str:
    raise DeviceGone(link, "absent")


@pytest.mark.parametrize(
    ("where", "causes"),
    [
        (None, ["no_link"]),
        (absent, ["no_link", "absent"]),
        (lambda link: "/dev/input/event-none", ["no_link", "absent"]),
    ],
)
async def test_a_real_device_that_is_not_there_is_away_and_the_point_works(
    tmp_path: Path, where: Where | None, causes: list[str]
) -> None:
    known = await asyncio.to_thread(
        config, (Panel(id="call", kind="call_button", link="usb:CB-1", counter="1"),),
        (Scanner(id="reader", kind="keyboard", link="port:x", kiosk="main"),
         Scanner(id="line", kind="serial", link="serial:/dev/ttyACM9,9600", kiosk="main")),
    )  # fmt: skip
    async with room(tmp_path, known, where) as lobby:
        await until(lambda: all(lobby.state(id_) == ("detached", causes) for id_ in ("call", "reader")))
        await until(lambda: lobby.state("line") == ("detached", ["no_link", "absent"]))
        assert not lobby.here.ledger.state.devices["call"].simulated
        tested = await lobby.inputs.test("call", False, NOW)
        assert (tested["ok"], tested["cause"]) == (False, "no_link")
        await lobby.here.take()


async def test_where_a_device_is_is_asked_again_for_each_try_and_at_once_when_it_was_plugged_in(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def where(link: str) -> str:
        asyncio.get_running_loop()
        asked.append(link)
        raise DeviceGone(link, "absent")

    known = await asyncio.to_thread(config, (Panel(id="call", kind="call_button", link="usb:CB-1", counter="1"),), ())
    async with room(tmp_path, known, where) as lobby:
        await until(lambda: len(asked) >= 8)  # the pauses are long by now
        before = len(asked)
        lobby.inputs.reconnect_now("call")
        await until(lambda: len(asked) > before, 1.0)
    assert set(asked) == {"usb:CB-1"}


async def test_a_training_point_simulates_its_own_devices(tmp_path: Path) -> None:
    known = await asyncio.to_thread(config)
    async with point(tmp_path / "data", config=known) as here, AsyncExitStack() as stack:
        inputs = await open_inputs(
            stack, known, here.ledger, here.rooms.kiosks, tmp_path, None, where=None, random=Random(1)
        )
        assert sorted(path.name for path in (tmp_path / "inputs").iterdir()) == sorted(
            f"{one.id}.sock" for one in (*PANELS, *SCANNERS)
        )
        assert (await inputs.test("call", False, NOW))["state"] == "unknown"


def test_no_two_presses_have_one_key() -> None:
    lives = [Presses("call", "a"), Presses("call", "b"), Presses("desk", "a")]
    keys = [one.key("call_next").key for one in lives for _ in range(20)]
    assert len(set(keys)) == len(keys)


async def test_nothing_is_looked_for_before_it_is_known_what_is_plugged_in(tmp_path: Path) -> None:
    """An attempt before would fail, and be journalled as a loss that nobody had."""
    known = await asyncio.to_thread(config, (Panel(id="call", kind="call_button", link="usb:CB-1", counter="1"),), ())
    asked, looked = [], asyncio.Event()

    def where(link: str) -> str:
        asked.append(link)
        raise DeviceGone(link, "absent")

    async def seen() -> None:
        await looked.wait()

    async with room(tmp_path, known, where, seen) as lobby:
        await until(lambda: lobby.state("call") == ("unknown", []))
        await asyncio.sleep(0.05)
        assert asked == [] and lobby.state("call") == ("unknown", [])
        looked.set()
        await until(lambda: lobby.state("call") == ("detached", ["no_link", "absent"]))
