"""Keys out of real `struct input_event`: whatever comes, in whatever order, no key is ever left held."""

import asyncio
import errno
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from evdev import InputDevice, InputEvent
from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from drivers.links.link import DeviceGone
from drivers.panels import events, nodes
from drivers.panels.events import Heard, Keys, Lost, Move, Wire, listen
from drivers.panels.nodes import at_node
from drivers.sim.inputs import SYNC
from tests.drivers.key_rig import DROPPED, Plug, down, repeat, running, turns, until, up

A, B = e.KEY_A, e.KEY_B


class Ears:
    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def __call__(self, one: Heard) -> None:
        self.heard.append(one)

    @property
    def moves(self) -> list[tuple[int, bool]]:
        return [(one.code, one.down) for one in self.heard if isinstance(one, Move)]


async def listened(plug: Plug, ears: Ears) -> None:
    async with plug.open() as source:
        with pytest.raises(DeviceGone):
            await listen("b", source, ears)


async def test_a_key_goes_down_and_comes_up_and_autorepeat_is_nothing() -> None:
    plug, ears = Plug(), Ears()
    async with running(listened(plug, ears)):
        await until(lambda: plug.opened)
        plug.send([down(A), SYNC, repeat(A), SYNC, repeat(A), SYNC, up(A), SYNC])
        await until(lambda: len(ears.heard) == 2)
        plug.pull()
        await turns()
    assert ears.moves == [(A, True), (A, False)]


async def test_a_key_that_is_held_when_the_cable_is_pulled_comes_up() -> None:
    plug, ears = Plug(), Ears()
    async with running(listened(plug, ears)):
        await until(lambda: plug.opened)
        plug.send([down(A), SYNC, down(B), SYNC])
        await until(lambda: len(ears.heard) == 2)
        plug.pull()
        await until(lambda: len(ears.heard) == 4)
    assert ears.moves == [(A, True), (B, True), (A, False), (B, False)]


async def test_a_key_that_is_held_when_we_stop_listening_comes_up() -> None:
    plug, ears = Plug(), Ears()
    async with plug.open() as source:
        task = asyncio.create_task(listen("b", source, ears))
        plug.send([down(A), SYNC])
        await until(lambda: ears.heard)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert ears.moves == [(A, True), (A, False)]


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EIO])
async def test_a_device_that_the_kernel_lost_is_gone_and_says_why(number: int) -> None:
    """A real node answers ENODEV (unplugged) or EIO (a broken bus) to the read that follows."""

    class Broken(Wire):
        def read(self) -> Iterator[InputEvent]:
            found = list(super().read())
            if found:
                yield from found
                raise OSError(number, os.strerror(number))

    plug, ears = Plug(), Ears()
    async with plug.open() as source:
        plug.send([down(A), SYNC])
        with pytest.raises(DeviceGone, match=os.strerror(number)) as gone:
            await listen("call-1", Broken(source.fd), ears)
    assert (gone.value.device, gone.value.reason) == ("call-1", "closed")
    assert ears.moves == [(A, True), (A, False)]


async def test_after_a_flood_what_came_in_between_is_nothing_and_lost_releases_are_made_up() -> None:
    plug, ears = Plug(), Ears()
    async with running(listened(plug, ears)):
        await until(lambda: plug.opened)
        plug.send([down(A), SYNC, down(B), SYNC])
        plug.held = {B}
        plug.send([DROPPED, down(e.KEY_C), up(e.KEY_D), SYNC])
        plug.send([up(B), SYNC])
        await until(lambda: len(ears.heard) == 5)
        plug.pull()
    assert [type(one) for one in ears.heard] == [Move, Move, Lost, Move, Move]
    assert ears.moves == [(A, True), (B, True), (A, False), (B, False)]


async def test_a_press_that_was_lost_in_a_flood_is_not_made_up() -> None:
    plug, ears = Plug(), Ears()
    async with running(listened(plug, ears)):
        await until(lambda: plug.opened)
        plug.held = {A}
        plug.send([DROPPED, SYNC])
        plug.send([repeat(A), SYNC, up(A), SYNC, down(B), SYNC])
        await until(lambda: ears.moves)
        plug.pull()
    assert ears.moves[0] == (B, True)


async def test_of_two_thousand_keys_at_once_none_is_lost() -> None:
    plug, ears = Plug(), Ears()
    async with running(listened(plug, ears)):
        await until(lambda: plug.opened)
        await plug.flood([down(A), SYNC, up(A), SYNC] * 2000)
        await until(lambda: len(ears.heard) == 4000)
        plug.pull()


KINDS = st.sampled_from([0, 1, 2])
EVENTS = st.one_of(
    st.tuples(st.just(e.EV_KEY), st.sampled_from([A, B, e.KEY_C]), KINDS),
    st.just(SYNC),
    st.just(DROPPED),
    st.tuples(st.just(e.EV_MSC), st.just(e.MSC_SCAN), st.integers(0, 9)),
)


@given(st.lists(st.tuples(EVENTS, st.sets(st.sampled_from([A, B, e.KEY_C])))))
def test_whatever_comes_each_press_has_one_release_and_nothing_is_held_at_the_end(
    story: list[tuple[tuple[int, int, int], set[int]]],
) -> None:
    keys = Keys()
    told: list[Any] = []
    for (kind, code, value), held in story:

        def ask(held: Iterable[int] = held) -> Iterable[int]:
            return held

        told += keys.take(InputEvent(1, 2, kind, code, value), ask)
    told += keys.release()
    for code in (A, B, e.KEY_C):
        own = [one.down for one in told if isinstance(one, Move) and one.code == code]
        assert own == [True, False] * (len(own) // 2), "presses and releases take turns, and the last is a release"
    pressed = sum(1 for (kind, _, value), _ in story if kind == e.EV_KEY and value == 1)
    assert sum(1 for one in told if isinstance(one, Move) and one.down) <= pressed, "no press is made up"


async def refused(path: str) -> DeviceGone:
    """What whoever opens this node is told."""
    with pytest.raises(DeviceGone) as gone:
        async with at_node("b", "usb:B", lambda link: path)():
            pass
    return gone.value


async def test_a_node_that_is_not_there_is_absent(tmp_path: Path) -> None:
    assert (await refused(str(tmp_path / "event9"))).reason == "absent"


async def test_a_file_that_is_no_input_device_is_refused(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "event9").write_bytes, b"")
    assert (await refused(str(tmp_path / "event9"))).reason == "refused"


@pytest.mark.parametrize(
    ("number", "reason", "words"),
    [(errno.EBUSY, "busy", "another program has it open"), (errno.ENODEV, "closed", "No such device")],
)
async def test_a_node_that_another_program_has_grabbed_says_so_and_is_closed(
    monkeypatch: pytest.MonkeyPatch, number: int, reason: str, words: str
) -> None:
    closed = []

    class Grabbed:
        """ioctl is the kernel's: only its answer can be played here; the real one is met in the rig."""

        def __init__(self, path: str) -> None:
            self.path = path

        def grab(self) -> None:
            raise OSError(number, os.strerror(number))

        def close(self) -> None:
            closed.append(self.path)

    monkeypatch.setattr(events, "InputDevice", Grabbed)
    gone = await refused("/dev/input/event3")
    assert (gone.reason, closed) == (reason, ["/dev/input/event3"])
    assert words in str(gone)


async def test_a_node_that_this_user_may_not_open_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str) -> InputDevice[str]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(events, "InputDevice", denied)
    assert (await refused("/dev/input/event3")).reason == "forbidden"


async def test_a_node_whose_open_hangs_in_the_kernel_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is let go when it opens after all."""
    let_go, closed = threading.Event(), threading.Event()

    class Hanging:
        def __init__(self, path: str) -> None:
            let_go.wait(60)

        def grab(self) -> None:
            pass

        def close(self) -> None:
            closed.set()

    monkeypatch.setattr(events, "InputDevice", Hanging)
    monkeypatch.setattr(nodes, "InputDevice", Hanging)
    monkeypatch.setattr(nodes, "OPEN_S", 0.05)
    assert (await refused("/dev/input/event3")).reason == "unreachable"
    let_go.set()
    assert await asyncio.to_thread(closed.wait, 30)
