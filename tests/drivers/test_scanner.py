"""Code readers whole: as keyboards on real key events; floods, cuts and cables that are pulled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from evdev import ecodes as e
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.ports.inputs import APPOINTMENT, Scan, Told, Unrecognised
from drivers.scanners.assembler import KEEP, Read
from drivers.scanners.judge import Judge
from drivers.scanners.layouts import Layout
from drivers.scanners.scanner import KEY_GAP_S, MOST, KeyboardScanner, Turnstile
from drivers.sim.inputs import SYNC, Event, typed
from tests.drivers.key_rig import DROPPED, Plug, down, running, tap, turns, until

URL = "https://jono.example.fi"
CODE = "ABCDEFGHIJ234567"
PERSON = "131052-308T"


class Ears:
    def __init__(self) -> None:
        self.told: list[Told] = []

    def __call__(self, one: Told) -> None:
        self.told.append(one)


def keyboard(plug: Plug, layout: Layout = "us") -> KeyboardScanner:
    return KeyboardScanner("reader", plug.open, Judge(URL), layout, random=Random(1))


def scan(plug: Plug, text: str, layout: Layout = "us", *, end: bool = True) -> None:
    keys = list(typed(text, layout))
    for key in keys if end else keys[:-1]:
        plug.send(key)


@asynccontextmanager
async def reading(plug: Plug, layout: Layout = "us") -> AsyncIterator[Ears]:
    ears = Ears()
    async with running(keyboard(plug, layout).run(ears)):
        await until(lambda: plug.opened)
        yield ears


async def quiet() -> None:
    """Longer than any reader pauses within a code."""
    await asyncio.sleep(KEY_GAP_S * 1.5)


@pytest.mark.parametrize("layout", ["us", "fi"])
@pytest.mark.parametrize("text", [CODE, f"{URL}/t/{CODE}"])
async def test_a_tickets_qr_is_read_off_either_keyboard(text: str, layout: Layout) -> None:
    plug = Plug()
    async with reading(plug, layout) as ears:
        scan(plug, text, layout)
        await until(lambda: ears.told)
    assert ears.told == [Scan("ticket", CODE)]


async def test_a_reader_on_the_wrong_layout_gives_nothing_wrong() -> None:
    plug = Plug()
    async with reading(plug, "fi") as ears:
        scan(plug, f"{URL}/t/{CODE}", "us")
        await until(lambda: ears.told)
    assert [type(one) for one in ears.told] == [Unrecognised]


async def test_a_reader_that_is_unplugged_in_the_middle_delivers_nothing_and_begins_anew() -> None:
    plug = Plug()
    async with reading(plug) as ears:
        scan(plug, "AB12CD", end=False)
        await turns()
        plug.pull()
        await until(lambda: plug.opened == 2)
        scan(plug, "7788")
        await until(lambda: ears.told)
        await quiet()
    assert ears.told == [Scan("appointment", "7788")]


async def test_a_flood_in_the_middle_of_a_code_loses_the_whole_code_once() -> None:
    plug = Plug()
    async with reading(plug) as ears:
        scan(plug, "AB12", end=False)
        plug.send([DROPPED, down(e.KEY_Q), SYNC])
        scan(plug, "CD34")
        scan(plug, "7788")
        await until(lambda: len(ears.told) == 2)
        await quiet()
    assert ears.told == [Unrecognised("broken", 4), Scan("appointment", "7788")]


async def test_a_code_without_an_end_is_refused_once_and_its_rest_with_it() -> None:
    plug = Plug()
    async with reading(plug) as ears:
        scan(plug, "AB12", end=False)
        await quiet()
        await until(lambda: ears.told)
        scan(plug, "CD34")
        scan(plug, "7788")
        await until(lambda: len(ears.told) == 2)
    assert ears.told == [Unrecognised("broken", 4), Scan("appointment", "7788")]


async def test_a_busy_box_breaks_no_code_the_kernels_clock_tells_the_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop stands still for longer than a code may pause; all its keys had come in time."""
    plug = Plug()
    async with reading(plug) as ears:
        scan(plug, "AB12", end=False)
        await turns()
        scan(plug, "CD34")
        stop = asyncio.get_running_loop().time() + KEY_GAP_S * 2
        while asyncio.get_running_loop().time() < stop:
            pass
        await until(lambda: ears.told)
    assert ears.told == [Scan("appointment", "AB12CD34")]


@pytest.mark.parametrize("ended", [True, False])
async def test_a_burst_of_two_thousand_keys_is_at_most_one_refusal_and_nothing_half(ended: bool) -> None:
    plug = Plug()
    async with reading(plug) as ears:
        await plug.flood([event for n in range(2000) for event in tap((e.KEY_A, e.KEY_2, e.KEY_B)[n % 3])])
        if ended:
            plug.send(tap(e.KEY_ENTER))
        await until(lambda: ears.told)
        await quiet()
    assert [type(one) for one in ears.told] == [Unrecognised]


async def test_a_reader_gone_mad_is_heard_five_times_a_second() -> None:
    plug = Plug()
    async with reading(plug) as ears:
        for n in range(40):
            await plug.flood([event for key in typed(f"AB{n:02d}", "us") for event in key])
        await until(lambda: ears.told)
        await asyncio.sleep(0.2)
    assert ears.told == [Scan("appointment", f"AB{n:02d}") for n in range(MOST)]


async def test_ends_alone_say_nothing() -> None:
    plug = Plug()
    async with reading(plug) as ears:
        for _ in range(20):
            plug.send(tap(e.KEY_ENTER) + tap(e.KEY_TAB))
        await quiet()
    assert ears.told == []


U16, S32 = st.integers(0, 65_535), st.integers(-(2**31), 2**31 - 1)
ANY_EVENT = st.tuples(U16, U16, S32)
TEXT = st.text(st.sampled_from("AB2-7/:.;xyz !"), max_size=90)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(texts=st.lists(TEXT, max_size=4), sizes=st.lists(st.integers(1, 60), min_size=1, max_size=6))
async def test_however_the_kernel_packs_the_keys_the_codes_are_the_same(texts: list[str], sizes: list[int]) -> None:
    events: list[Event] = [event for text in texts for key in typed(text, "us") for event in key]
    judge, turnstile = Judge(URL), Turnstile()
    keep = max(KEEP, judge.longest)
    whole = [judge.look(Read(text if len(text) <= keep else None, len(text))) for text in texts if text]
    expected = [told for told in whole if turnstile.lets(told, 1.0)]
    plug, n = Plug(), 0
    async with reading(plug) as ears:
        while events:
            size = sizes[n % len(sizes)]
            await plug.flood(events[:size])
            events, n = events[size:], n + 1
            if n % 8 == 0:
                await turns(2)
        await until(lambda: len(ears.told) >= len(expected))
        await turns(20)
    assert ears.told == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(ANY_EVENT, max_size=60), st.sampled_from(["us", "fi"]))
async def test_any_events_at_all_give_only_codes_of_our_shapes(events: list[Event], layout: Layout) -> None:
    plug = Plug()
    async with reading(plug, layout) as ears:
        for event in events:
            await plug.flood([event])
        await plug.flood([SYNC, *tap(e.KEY_ENTER)])
        await turns(20)
    for told in ears.told:
        assert isinstance(told, Scan | Unrecognised)
        assert not isinstance(told, Scan) or APPOINTMENT.fullmatch(told.code)


@given(st.lists(st.tuples(st.floats(0, 1, allow_nan=False), st.booleans()), max_size=60))
def test_in_any_second_there_are_at_most_five_codes_and_one_refusal(story: list[tuple[float, bool]]) -> None:
    turnstile, now = Turnstile(), 50.0
    let: list[tuple[float, bool]] = []
    for pause, good in story:
        now += pause
        if turnstile.lets(Scan("ticket", CODE) if good else Unrecognised("other", 3), now):
            let.append((now, good))
    for at, _ in let:
        inside = [good for when, good in let if at <= when < at + 0.999999]
        assert len(inside) <= MOST
        assert inside.count(False) <= 1
