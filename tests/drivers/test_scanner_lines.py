"""Code readers on lines, and that neither kind leaves a trace of a person."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
import structlog

from controller.app.observe import set_up_log
from controller.ports.inputs import Scan, Unrecognised
from drivers.inputs import serial_scanner
from drivers.links.link import DeviceGone, Link
from drivers.links.local import SocketLink, open_local
from drivers.scanners import lines
from drivers.scanners import scanner as scanners
from drivers.scanners.assembler import Assembler
from drivers.scanners.judge import Judge
from drivers.scanners.scanner import SerialScanner
from tests.drivers.key_rig import Plug, running, turns, until
from tests.drivers.serial_line import a_line
from tests.drivers.test_scanner import CODE, URL, Ears, reading, scan

PERSON = "131052-308T"


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


def nobody(link: str) -> str:
    raise AssertionError(f"a line with a name of its own is not looked for: {link}")


@pytest.mark.parametrize("link", ["serial", "usb:SC-1"])
async def test_lines_come_over_a_real_terminal_byte_by_byte(link: str) -> None:
    """The reader that the config names, through the real serial link; on USB it is looked for at each opening."""
    asked: list[str] = []
    with a_line() as line, a_line() as other:

        def where(name: str) -> str:
            asked.append(name)
            return line.path if len(asked) == 1 else other.path

        by_name = link == "serial"
        way = f"serial:{line.path},9600" if by_name else link
        reader, ears = serial_scanner("reader", way, nobody if by_name else where, URL, random=Random(1)), Ears()
        async with running(reader.run(ears)):
            await until(lambda: reader.presence.state == "attached")
            for byte in b"KELA-42\rrubbish!\r\n":
                line.say(bytes([byte]))
                await asyncio.sleep(0)
            await until(lambda: len(ears.told) == 2)
            if not by_name:
                line.hang_up()
                await until(lambda: reader.presence.state == "detached")
                reader.reconnect_now()
                await until(lambda: reader.presence.state == "attached")
                other.say(b"KELA-43\r")
                await until(lambda: len(ears.told) == 3)
    assert ears.told[:2] == [Scan("appointment", "KELA-42"), Unrecognised("other", 8)]
    assert asked == ([] if by_name else ["usb:SC-1", "usb:SC-1"])


@pytest.mark.parametrize("ended", [True, False])
async def test_ten_megabytes_on_the_line_are_at_most_one_refusal(monkeypatch: pytest.MonkeyPatch, ended: bool) -> None:
    monkeypatch.setattr(lines, "GAP_S", 60.0)  # else a machine that stands still for a moment breaks the code in two
    monkeypatch.setattr(scanners, "GAP_S", 60.0)
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


async def test_a_line_that_never_ends_is_refused_and_not_kept() -> None:
    cable, ears = Cable(), Ears()
    loop = asyncio.get_running_loop()
    async with running(SerialScanner("reader", cable.open, Judge(URL), random=Random(1)).run(ears)):
        await until(lambda: cable.opened)
        await loop.sock_sendall(cable.far, PERSON.encode())
        await until(lambda: ears.told)
        kept = [one._text for one in gc.get_objects() if isinstance(one, Assembler)]
        assert PERSON not in kept
        await loop.sock_sendall(cable.far, b"-9\rAB12\r")
        await until(lambda: len(ears.told) == 2)
    assert ears.told == [Unrecognised("broken", len(PERSON)), Scan("appointment", "AB12")]


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
