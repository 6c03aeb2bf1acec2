"""Buttons, keypads and readers at a running point: real sockets, real key events, real journal, real pages."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import structlog

from controller.app.inputs import Inputs, open_inputs
from controller.app.observe import set_up_log
from controller.app.pressed import Alarm, Presses
from controller.app.sim_inputs import sim_inputs
from controller.domain.point import Config, Panel, Scanner
from controller.journal.faults import JournalFull
from controller.ledger import Reply
from controller.ports.inputs import KeyName, Pressed, Where
from drivers.links.link import DeviceGone
from drivers.scanners.assembler import Assembler
from drivers.sim.inputs import SimulatedInput
from tests.web.rig import Point, point, small, until
from tests.web.watcher import Watcher, watching

PERSON = "131052-308T"
PANELS = (
    Panel(id="call", kind="call_button", link="sim", counter="1"),
    Panel(id="desk", kind="keypad", link="sim", counter="1"),
    Panel(id="keys", kind="keypad", link="sim", kiosk="main"),
    Panel(id="alarm", kind="panic", link="sim", counter="1"),
    Panel(id="hall", kind="panic", link="sim"),
)
SCANNERS = (
    Scanner(id="reader", kind="keyboard", link="sim", kiosk="main"),
    Scanner(id="line", kind="serial", link="sim", kiosk="main"),
)


class Room(msgspec.Struct):
    """A point with its inputs, and the fingers on them."""

    here: Point
    inputs: Inputs
    devices: dict[str, SimulatedInput]

    async def press(self, id_: str, key: KeyName = "enter") -> None:
        await self.devices[id_].press(key, 0.0)

    async def scan(self, id_: str, text: str) -> None:
        await self.devices[id_].scan(text)

    async def events(self, name: str) -> list[dict[str, Any]]:
        told = (await self.here.get("/events?after=0&limit=10000", role="technician")).json["events"]
        return [one for one in told if one["type"] == f"luukku.{name}.v1"]

    async def happened(self, name: str, n: int = 1) -> list[dict[str, Any]]:
        async with asyncio.timeout(5):
            while len(found := await self.events(name)) < n:
                await asyncio.sleep(0.01)
        return found

    def state(self, id_: str) -> tuple[str, list[str]]:
        known = self.here.ledger.state.devices.get(id_)
        return (known.state, list(known.causes)) if known else ("", [])


def config(panels: tuple[Panel, ...] = PANELS, scanners: tuple[Scanner, ...] = SCANNERS) -> Config:
    return msgspec.structs.replace(small(), panels=panels, scanners=scanners)


@asynccontextmanager
async def room(tmp_path: Path, known: Config | None = None, where: Where | None = None) -> AsyncIterator[Room]:
    known = known or await asyncio.to_thread(config)
    async with point(tmp_path / "data", config=known) as here, AsyncExitStack() as stack:
        folder = tmp_path / "in"
        devices = {one.id: await stack.enter_async_context(SimulatedInput(one)) for one in sim_inputs(known, folder)}
        inputs = await open_inputs(
            stack, known, here.ledger, here.rooms.kiosks, tmp_path, folder, where=where, random=Random(1)
        )
        tasks = asyncio.TaskGroup()
        async with tasks:
            before = asyncio.all_tasks()
            inputs.start(tasks, here.ledger, Random(1))
            started = asyncio.all_tasks() - before
            await until(lambda: all(one.connected for one in devices.values()))
            try:
                yield Room(here, inputs, devices)
            finally:
                for task in started:
                    task.cancel()


async def test_a_press_of_the_call_button_calls_the_next_customer_to_its_counter(tmp_path: Path) -> None:
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
        async with asyncio.timeout(5):
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


async def test_a_silent_alarm_is_an_incident_at_its_place_and_shows_on_no_page_of_the_lobby(tmp_path: Path) -> None:
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
            await page.hear(seconds=3)
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


async def told_next(page: Watcher) -> dict[str, Any]:
    """The next message that is neither state nor heartbeat."""
    before = len(page.said)
    async with asyncio.timeout(5):
        while len(page.said) == before:
            await page.hear()
    return page.said[-1]


async def test_keys_reach_the_page_of_their_own_kiosk_and_no_other(tmp_path: Path) -> None:
    async with (
        room(tmp_path) as lobby,
        watching(lobby.here, "kiosk", "main") as main,
        watching(lobby.here, "kiosk", "side") as side,
        watching(lobby.here, "tv") as tv,
    ):
        names: list[KeyName] = ["1", "enter", "back", "help", "volume_up", "volume_down", "star"]
        for name in names:
            await lobby.press("keys", name)
        got = [await told_next(main) for _ in names[:-1]]
        assert got == [{"t": "key", "key": name} for name in names[:-1]], "a key that means nothing is not sent"
        for page in (side, tv):
            await page.hear(seconds=3)
            assert page.said == []


async def test_of_two_pages_of_one_kiosk_the_newest_gets_the_key_so_that_one_press_is_one_number(
    tmp_path: Path,
) -> None:
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as old:
        async with watching(lobby.here, "kiosk", "main") as new:
            await lobby.press("keys", "1")
            assert (await told_next(new))["key"] == "1"
            assert old.said == []
        await until(lambda: len(lobby.here.rooms.kiosks._pages) == 1)
        await lobby.press("keys", "2")
        assert (await told_next(old))["key"] == "2"


async def test_a_key_without_a_page_is_forgotten(tmp_path: Path) -> None:
    async with room(tmp_path) as lobby:
        await lobby.press("keys", "1")
        await asyncio.sleep(0.05)
        async with watching(lobby.here, "kiosk", "main") as page:
            await lobby.press("keys", "2")
            assert await told_next(page) == {"t": "key", "key": "2"}


@pytest.mark.parametrize("reader", ["reader", "line"])
async def test_a_scanned_ticket_and_appointment_reach_the_kiosk_as_what_they_are(tmp_path: Path, reader: str) -> None:
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as page:
        taken = await lobby.here.take()
        for text in (taken["code"], taken["url"]):
            await lobby.scan(reader, text)
            assert await told_next(page) == {
                "t": "scan", "kind": "ticket", "code": taken["code"], "ticket": taken["id"],
            }  # fmt: skip
        booked = {"rev": 1, "provider": "kela", "service": "asumistuki", "start": "2026-11-23T08:10:00Z",
                  "end": "2026-11-23T08:40:00Z", "channel": "counter"}  # fmt: skip
        for id_, code in (("a1", "KELA-42"), ("a2", "ABCDEFGHIJ234567")):
            said = await lobby.here.ask("PUT", f"/appointments/{id_}", booked | {"code": code})
            assert said.status == 200, said.body
            await lobby.scan(reader, code)
            assert await told_next(page) == {"t": "scan", "kind": "appointment", "code": code}


@pytest.mark.parametrize("text", ["A" * 16, "NOBODYS-CODE", "javascript:alert(1)", f"x{PERSON}", "https://a.fi/t/x"])
async def test_anything_else_is_unknown_and_the_page_learns_nothing_of_it(tmp_path: Path, text: str) -> None:
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as page:
        await lobby.scan("reader", text)
        assert await told_next(page) == {"t": "scan", "kind": "unknown"}


async def test_a_personal_identity_code_is_in_no_journal_no_log_no_message_and_not_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is held before both readers, whole, broken off, dressed up; then everything that was written is searched."""
    monkeypatch.setattr("drivers.scanners.scanner.REFUSED_S", 0.0)
    set_up_log(debug=True)
    made = "".join(["1310", "52", "-", "308", "T"])  # so that this very test keeps it in no constant
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as page:
        for text in (made, made.replace("-", ""), f"{made}X", f"https://a.fi/{made}"):
            for reader in ("reader", "line"):
                await lobby.scan(reader, text)
                assert await told_next(page) == {"t": "scan", "kind": "unknown"}
                await asyncio.sleep(0.25)
        events = (await lobby.here.get("/events?after=0&limit=10000", role="technician")).body
        state = (await lobby.here.get("/state")).body
        devices = repr(lobby.inputs) + repr(vars(lobby.inputs)) + repr(page.said)
        hands = [one for one in gc.get_objects() if isinstance(one, Assembler)]
        assert hands and all(one._text == "" for one in hands), "what was read is not kept"
    out, err = capsys.readouterr()
    kept = b"".join(file.read_bytes() for file in await asyncio.to_thread(files, tmp_path)) + events + state
    words = out + err + devices + kept.decode("latin-1")
    assert err.count("a code was not recognised") == 8
    for secret in (made, made.replace("-", ""), made.lower(), made[:6] + "A", made[-4:]):
        assert secret not in words
    structlog.reset_defaults()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_the_presence_of_each_device_is_journalled_and_marked_as_simulated(tmp_path: Path) -> None:
    async with room(tmp_path) as lobby:
        kinds = {"call": "call_button", "desk": "keypad", "alarm": "panic", "reader": "scanner", "line": "scanner"}
        await until(lambda: all(lobby.state(id_) == ("ready", []) for id_ in kinds))
        known = lobby.here.ledger.state.devices
        assert {id_: known[id_].kind for id_ in kinds} == kinds
        assert all(known[id_].simulated for id_ in kinds)
        lobby.devices["call"].unplug()
        await until(lambda: lobby.devices["call"].connected and lobby.state("call") == ("ready", []))
        told = [one["data"] for one in await lobby.events("device.state_changed") if one["data"]["device"] == "call"]
        assert [one["state"] for one in told][-3:] == ["ready", "detached", "ready"]
        assert told[-2]["causes"] == ["no_link"]
        assert await lobby.inputs.test("call") == {"id": "call", "state": "ready", "ok": True, "cause": ""}
        with pytest.raises(KeyError):
            await lobby.inputs.test("nothing")


def absent(link: str) -> str:
    raise DeviceGone(link, "absent")


@pytest.mark.parametrize(
    ("where", "causes"),
    [
        (None, ["no_link"]),
        (absent, ["no_link", "absent"]),
        (lambda link: "/dev/input/event-none", ["no_link"]),
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
        await until(lambda: lobby.state("line") == ("detached", ["no_link"]))
        assert not lobby.here.ledger.state.devices["call"].simulated
        tested = await lobby.inputs.test("call")
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
        assert (await inputs.test("call"))["state"] == "unknown"


def test_no_two_presses_have_one_key() -> None:
    lives = [Presses("call", "a"), Presses("call", "b"), Presses("desk", "a")]
    keys = [one.key("call_next").key for one in lives for _ in range(20)]
    assert len(set(keys)) == len(keys)
