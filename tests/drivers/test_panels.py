"""Call buttons, keypads and silent alarms: what a press means, how often, and what becomes of a key that sticks."""

import asyncio
import itertools
from random import Random

import pytest
from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from controller.ports.inputs import KeyName, Presence, Pressed, Told
from drivers.links.link import Backoff, DeviceGone
from drivers.panels import panel as panels
from drivers.panels.button import AGAIN_S, Button
from drivers.panels.keypad import COUNTER, KIOSK, CounterKeypad, KioskKeypad
from drivers.panels.names import CODES, NAMES, name_of
from drivers.panels.panel import Meaning, Panel
from drivers.sim.inputs import SYNC
from tests.drivers.key_rig import Plug, down, repeat, running, tap, turns, until, up

ENTER = e.KEY_ENTER


def made(plug: Plug, meaning: Meaning, **how: float | bool) -> Panel:
    return Panel("p", plug.open, meaning, random=Random(1), **how)  # type: ignore[arg-type]  # why: two kinds of options


class Ears:
    def __init__(self) -> None:
        self.told: list[Told] = []

    def __call__(self, one: Told) -> None:
        self.told.append(one)


async def test_a_press_of_the_call_button_is_one_call_however_long_it_is_held() -> None:
    plug, ears = Plug(), Ears()
    async with running(made(plug, Button("call_next")).run(ears)):
        await until(lambda: plug.opened)
        plug.send([down(ENTER), SYNC])
        for _ in range(20):
            plug.send([repeat(ENTER), SYNC])
        plug.send([up(ENTER), SYNC])
        await until(lambda: ears.told)
        await turns()
    assert ears.told == [Pressed("call_next")]


async def test_a_bouncing_contact_is_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    plug, ears = Plug(), Ears()
    async with running(made(plug, Button("call_next")).run(ears)):
        await until(lambda: plug.opened)
        for _ in range(10):
            plug.send(tap(ENTER))
        await until(lambda: ears.told)
        await asyncio.sleep(0.02)
    assert ears.told == [Pressed("call_next")]


@given(st.lists(st.floats(0, 2, allow_nan=False), max_size=40))
def test_between_two_calls_there_are_always_seven_tenths_of_a_second(pauses: list[float]) -> None:
    button, now, calls = Button("call_next"), 100.0, []
    for pause in pauses:
        now += pause
        if button.pressed("enter", now) is not None:
            calls.append(now)
    assert all(later - earlier >= AGAIN_S for earlier, later in itertools.pairwise(calls))
    assert bool(calls) == bool(pauses), "the first press is never held up"


async def test_a_button_held_for_longer_than_half_a_minute_is_stuck_until_it_comes_up() -> None:
    plug, ears = Plug(), Ears()
    button = made(plug, Button("call_next"), stuck_s=0.05)
    async with running(button.run(ears)):
        await until(lambda: button.presence == Presence("ready"))
        plug.send([down(ENTER), SYNC])
        await until(lambda: button.presence == Presence("degraded", ("stuck",)))
        plug.send([up(ENTER), SYNC])
        await until(lambda: button.presence == Presence("ready"))
    assert panels.STUCK_S == 30.0
    assert ears.told == [Pressed("call_next")]


async def test_a_button_that_is_let_go_in_time_is_not_stuck() -> None:
    plug = Plug()
    button = made(plug, Button("call_next"), stuck_s=0.1)
    async with running(button.run(Ears())):
        await until(lambda: plug.opened)
        for _ in range(10):
            plug.send(tap(ENTER))
            await asyncio.sleep(0.02)
        assert button.presence == Presence("ready")


async def test_a_stuck_button_is_released_by_pulling_its_cable_and_is_well_when_it_comes_back() -> None:
    plug, seen = Plug(), []
    button = made(plug, Button("call_next"), stuck_s=0.02)

    async def watch() -> None:
        while True:
            seen.append(await button.presence_changed())

    async with running(button.run(Ears())), running(watch()):
        await until(lambda: plug.opened)
        plug.send([down(ENTER), SYNC])
        await until(lambda: button.presence.causes == ("stuck",))
        await turns()
        plug.pull()
        await until(lambda: plug.opened == 2)
        await until(lambda: button.presence == Presence("ready"))
        await asyncio.sleep(0.05)
        assert button.presence == Presence("ready")
    words = [(one.state, one.causes) for one in seen]
    assert words == [("ready", ()), ("degraded", ("stuck",)), ("detached", ("no_link",)), ("ready", ())]


async def test_a_press_is_felt_a_light_goes_on_and_off_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "GLOW_S", 0.02)
    plug, ears = Plug(), Ears()
    async with running(made(plug, Button("call_next")).run(ears)):
        await until(lambda: plug.opened)
        plug.send(tap(ENTER))
        await until(lambda: plug.lights == [True, False])


async def test_a_silent_alarm_lights_nothing() -> None:
    plug, ears = Plug(), Ears()
    async with running(made(plug, Button("alarm"), glows=False).run(ears)):
        await until(lambda: plug.opened)
        plug.send(tap(e.KEY_F12))
        await until(lambda: ears.told)
    assert (ears.told, plug.lights) == ([Pressed("alarm")], [])


@given(st.sampled_from(sorted(NAMES.values())), st.floats(0, 1e9))
def test_any_key_of_a_silent_alarm_raises_it_at_once(key: KeyName, now: float) -> None:
    assert Button("alarm").pressed(key, now) == Pressed("alarm")


def test_a_flood_of_alarms_is_one() -> None:
    button = Button("alarm")
    assert [button.pressed("enter", 10 + n / 100) for n in range(50)].count(Pressed("alarm")) == 1


async def test_a_device_that_is_not_there_is_looked_for_with_a_growing_pause_and_told_once() -> None:
    plug = Plug()
    plug.refuses = DeviceGone("p", "absent")
    button = made(plug, Button("call_next"))
    async with running(button.run(Ears())):
        await until(lambda: button.presence == Presence("detached", ("no_link", "absent")))
        plug.refuses = None
        await until(lambda: button.presence == Presence("ready"))


async def test_a_device_that_was_plugged_in_is_looked_for_at_once_however_long_it_was_away() -> None:
    plug = Plug()
    plug.refuses = DeviceGone("p", "absent")
    button = made(plug, Button("call_next"))
    button._attendance._backoff = Backoff(3600.0, 3600.0)
    async with running(button.run(Ears())):
        await until(lambda: button.presence.state == "detached")
        plug.refuses = None
        button.reconnect_now()
        await until(lambda: button.presence == Presence("ready"))


@pytest.mark.parametrize(("reason", "cause"), [("busy", "busy_elsewhere"), ("forbidden", "no_access")])
async def test_a_device_that_may_not_be_opened_is_out_of_service_and_says_why(reason: str, cause: str) -> None:
    plug = Plug()
    plug.refuses = DeviceGone("p", reason)
    button = made(plug, Button("call_next"))
    async with running(button.run(Ears())):
        await until(lambda: button.presence == Presence("out_of_service", (cause,)))


def test_the_kiosks_keypad_passes_on_what_a_page_can_use_and_nothing_else() -> None:
    pad = KioskKeypad()
    passed = {name for name in set(NAMES.values()) if pad.pressed(name, 0.0) == Pressed(name)}
    assert passed == KIOSK
    assert pad.pressed("other", 0.0) is None and pad.pressed("star", 0.0) is None
    assert [pad.pressed("1", 0.0), pad.pressed("1", 0.01)] == [Pressed("1")] * 2, "fingers are fast"


@pytest.mark.parametrize(("key", "wish"), sorted(COUNTER.items()))
def test_the_counters_keypad_has_a_key_for_each_button(key: KeyName, wish: str) -> None:
    pad = CounterKeypad()
    assert pad.pressed(key, 5.0) == Pressed(COUNTER[key])
    assert pad.pressed(key, 5.1) is None, "a double press is one"
    assert pad.pressed(key, 5.8) == Pressed(COUNTER[key])
    assert pad.pressed("4", 9.0) is None


def test_the_docstring_is_the_mapping() -> None:
    """The table that a technician reads is the table that is used."""
    from drivers.panels import keypad

    assert keypad.__doc__ is not None
    told = set()
    for line in keypad.__doc__.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 4 and cells[1] not in {"key", ""} and not cells[1].startswith("-"):
            told |= set(cells[1].split(", "))
    assert told == set(COUNTER)


def test_the_number_pad_and_the_top_row_are_the_same_digits() -> None:
    for n in range(10):
        assert name_of(getattr(e, f"KEY_{n}")) == name_of(getattr(e, f"KEY_KP{n}")) == str(n)
    assert name_of(e.KEY_F24) == "other"
    assert all(name_of(code) == name for name, code in CODES.items())
