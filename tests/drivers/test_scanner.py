"""Code readers whole: as keyboards on real key events, on serial lines; floods, cuts and cables that are pulled."""

import asyncio
import os
import pty
import socket
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest
import structlog
from evdev import ecodes as e
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.app.observe import set_up_log
from controller.ports.inputs import Scan, Told, Unrecognised
from drivers.links.link import DeviceGone, Link
from drivers.links.local import SocketLink, open_local
from drivers.scanners import scanner as scanners
from drivers.scanners.assembler import KEEP, Read
from drivers.scanners.judge import Judge
from drivers.scanners.layouts import Layout
from drivers.scanners.scanner import KEY_GAP_S, MOST, KeyboardScanner, SerialScanner, Turnstile
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


# ---- serial lines ---------------------------------------------------------------------------------------------------


class Cable:
    """A serial line that a test holds the far end of: `near` goes to the reader, each time it is opened."""

    def __init__(self) -> None:
        self.opened = 0
        self.far: socket.socket

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Link]:
        near, self.far = socket.socketpair()
        near.setblocking(False)
        self.far.setblocking(False)
        self.opened += 1
        with near, self.far:
            yield SocketLink("serial", near)


class PtyLink:
    """A `Link` over a pseudo-terminal, as drivers/links/serial.py has it over a real one."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    async def listen(self, heard: Callable[[bytes], None]) -> NoReturn:
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()

        def ready() -> None:
            try:
                heard(os.read(self._fd, 64))
            except OSError:
                gone.set_result(None)

        loop.add_reader(self._fd, ready)
        try:
            await gone
        finally:
            loop.remove_reader(self._fd)
        raise DeviceGone("pty", "closed")

    async def write(self, data: bytes, *, within: float) -> None:
        raise NotImplementedError  # a reader is only listened to


async def test_a_serial_reader_is_attached_until_it_speaks_then_ready_and_detached_when_it_goes() -> None:
    cable, ears, seen = Cable(), Ears(), []
    reader = SerialScanner("reader", cable.open, Judge(URL), random=Random(1))

    async def watch() -> None:
        while True:
            seen.append((await reader.presence_changed()).state)

    async with running(reader.run(ears)), running(watch()):
        await until(lambda: cable.opened)
        await until(lambda: seen == ["attached"])
        await asyncio.get_running_loop().sock_sendall(cable.far, f"{URL}/t/{CODE}\r\n".encode())
        await until(lambda: ears.told)
        await until(lambda: seen == ["attached", "ready"])
        cable.far.shutdown(socket.SHUT_RDWR)
        await until(lambda: seen[2:3] == ["detached"])
    assert ears.told == [Scan("ticket", CODE)]


async def test_lines_come_over_a_real_terminal_byte_by_byte() -> None:
    far, near = pty.openpty()
    tty.setraw(near)
    os.set_blocking(near, False)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Link]:
        yield PtyLink(near)

    ears = Ears()
    async with running(SerialScanner("reader", opened, Judge(URL), random=Random(1)).run(ears)):
        for byte in b"KELA-42\rrubbish!\r\n":
            os.write(far, bytes([byte]))
            await asyncio.sleep(0)
        await until(lambda: len(ears.told) == 2)
    os.close(far)
    os.close(near)
    assert ears.told == [Scan("appointment", "KELA-42"), Unrecognised("other", 8)]


@pytest.mark.parametrize("ended", [True, False])
async def test_ten_megabytes_on_the_line_are_at_most_one_refusal(ended: bool) -> None:
    cable, ears = Cable(), Ears()
    loop = asyncio.get_running_loop()
    async with running(SerialScanner("reader", cable.open, Judge(URL), random=Random(1)).run(ears)):
        await until(lambda: cable.opened)
        for _ in range(160):
            await loop.sock_sendall(cable.far, b"\x00A2" * 21_845 + b"B")
        if ended:
            await loop.sock_sendall(cable.far, b"\r")
            await until(lambda: ears.told)
        await turns(20)
    assert [one.kind for one in ears.told if isinstance(one, Unrecognised)] == (["too_long"] if ended else [])
    assert len(ears.told) <= 1


async def test_a_simulated_line_is_a_socket_of_this_machine_and_none_is_away(tmp_path: Path) -> None:
    with pytest.raises(DeviceGone) as gone:
        async with open_local(tmp_path / "none.sock"):
            pass
    assert gone.value.reason == "unreachable"


# ---- nobody's secrets -----------------------------------------------------------------------------------------------


async def test_a_personal_identity_code_is_in_no_log_and_in_no_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_log(debug=True)
    monkeypatch.setattr(scanners, "REFUSED_S", 0.0)
    plug, cable, ears = Plug(), Cable(), Ears()
    serial = SerialScanner("serial", cable.open, Judge(URL), random=Random(1))
    async with reading(plug) as heard, running(serial.run(ears)):
        await until(lambda: cable.opened)
        for text in (PERSON, PERSON.replace("-", ""), f"X{PERSON}9", f"javascript:{PERSON}"):
            scan(plug, text)
            await asyncio.get_running_loop().sock_sendall(cable.far, text.encode() + b"\r")
        await until(lambda: len(heard.told) == 4 and len(ears.told) == 4)
        scan(plug, PERSON, end=False)
        plug.pull()
        await until(lambda: plug.opened == 2)
    structlog.reset_defaults()
    out, err = capsys.readouterr()
    everything = out + err + repr(heard.told) + repr(ears.told) + repr(vars(serial))
    assert "a code was not recognised" in err and '"length": 11' in err
    for secret in (PERSON, PERSON.replace("-", ""), PERSON.lower(), "308T", "131052"):
        assert secret not in everything
