"""`luukku suggest` as one types it, on a machine into which things are plugged: what it prints loads as a config."""

import re
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from controller.app.settings import load
from controller.domain.point import Config
from tests.app.cli import CONFIG, LUUKKU, luukku
from tests.drivers.udev_world import World, in_a_world

PORT = "pci-0000:00:14.0-usb-0"


def bare() -> str:
    """The tests' point without any device."""
    text = re.sub(r"^printer = .*\n", "", CONFIG.read_text("utf-8"), flags=re.MULTILINE)
    return re.sub(r"^\[\[(printers|panels|scanners)\]\]\n(?:[^\[].*\n|\n)*", "", text, flags=re.MULTILINE)


def loaded(stanzas: str) -> Config:
    """A config with what was printed pasted into it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "point.toml")
        file.write_text(f"{bare()}\n{stanzas}", "utf-8")
        return load(file)


class Watching:
    """`luukku suggest` at work, until Ctrl-C."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen(
            [*LUUKKU, "suggest", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout

    def said(self, word: str, within: float = 80.0) -> str:
        """All that it says until `word`."""
        heard, end = "", time.monotonic() + within
        while word not in heard:
            ready, _, _ = select.select([self._out], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{word!r} was not said, but: {heard}"
            piece = self._out.read(4096)
            assert piece, f"it ended: {heard}"
            heard += piece.decode("utf-8")
        return heard

    def interrupt(self) -> tuple[int, str]:
        self._process.send_signal(signal.SIGINT)
        rest, _ = self._process.communicate(timeout=60)
        return self._process.returncode, rest.decode("utf-8")


@in_a_world
def test_once_what_is_there_is_printed_and_loads_as_it_is(world: World) -> None:
    world.plug_printer("1-2", "TM0001", model="TM-T20III")
    world.plug_printer("1-6", "", "lp1", model="TM-T88VII")
    world.plug_keyboard("1-3", "SC-0815", "event3")
    world.plug_keyboard("1-4", "", "event5", full=False)
    world.plug_serial("1-5", "A50285BI")
    world.plug_mouse("1-7")
    told = luukku("suggest", "--once")
    assert (told.returncode, told.stderr) == (0, "")
    config = loaded(told.stdout)
    assert {(one.id, one.link, one.profile) for one in config.printers} == {
        ("tm-t20iii", "usb:TM0001", "tm-t20iii"), ("tm-t88vii", "port:1-6", "tm-t88vii")
    }  # fmt: skip
    by_id = "serial:/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0,9600"
    assert {(one.kind, one.link) for one in config.scanners} == {("keyboard", "usb:SC-0815"), ("serial", by_id)}
    assert [(one.kind, one.link) for one in config.panels] == [("keypad", f"port:{PORT}:4")]
    assert "# EPSON TM-T20III (04b8:0e15), serial TM0001, now /dev/usb/lp0\n" in told.stdout
    assert '[[panels]] kind = "call_button", "keypad" or "panic"' in told.stdout, "a keyboard may be either"
    assert "event43" not in told.stdout, "its media keys are no second reader"


@in_a_world
def test_what_the_config_names_is_not_suggested_again_and_ids_stay_apart(world: World) -> None:
    world.plug_printer("1-2", "TM0001")
    world.plug_printer("1-4", "TM0002", "lp1")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "point.toml")
        file.write_text(f'{bare()}\n[[printers]]\nid = "tm-t20iii"\nlink = "usb:TM0001"\n', "utf-8")
        told = luukku("suggest", "--once", "--config", str(file))
        assert told.returncode == 0
        assert "TM0001" not in told.stdout
        assert '"tm-t20iii" in the config already' in told.stderr
        assert 'id = "tm-t20iii-2"\nkind = "escpos"\nlink = "usb:TM0002"' in told.stdout
        world.unplug("1-4")
        told = luukku("suggest", "--once", "--config", str(file))
        assert (told.returncode, told.stdout) == (0, "")
        assert "nothing is plugged in that a config could name and that is not named already" in told.stderr
        file.write_text("[point", "utf-8")
        told = luukku("suggest", "--once", "--config", str(file))
        assert told.returncode == 2
        assert told.stderr.startswith(str(file))


@in_a_world
def test_it_waits_and_prints_each_that_is_plugged_in_once_until_interrupted(world: World) -> None:
    world.plug_printer("1-2", "TM0001")
    watching = Watching()
    assert 'link = "usb:TM0001"' in watching.said("waiting")
    time.sleep(0.5)  # it starts to listen
    world.plug_keyboard("1-3", "SC-0815")
    heard = watching.said('link = "usb:SC-0815"')
    assert heard.count("[[") - heard.count("# [[") == 1
    assert "TM0001" not in heard
    world.unplug("1-3")
    time.sleep(1.0)
    world.plug_keyboard("1-3", "SC-0815")
    watching.said('link = "usb:SC-0815"\n')
    code, rest = watching.interrupt()
    assert (code, rest.strip()) == (0, ""), "Ctrl-C is how it ends"


@in_a_world
def test_a_camera_is_offered_as_a_booth_s_once_and_is_nobody_s_no_more_when_a_booth_names_it(world: World) -> None:
    world.plug_camera("1-2", "CAM42")
    world.plug_camera("1-3", "", "video2")
    told = luukku("suggest", "--once")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.count("[[booths]]") == 2, "what belongs to its pictures is no second camera"
    assert {one.document_camera for one in loaded(told.stdout).booths} >= {"usb:CAM42", f"port:{PORT}:3"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "point.toml")
        booths = '[[booths]]\nid = "b9"\ndocument_camera = "usb:CAM42"\ncamera = "port:1-3"\n'
        file.write_text(f"{bare()}\n{booths}", "utf-8")
        told = luukku("suggest", "--once", "--config", str(file))
        assert (told.returncode, told.stdout) == (0, "") and told.stderr.count('is "b9" in the config already') == 2


@in_a_world
def test_two_with_one_serial_are_named_by_their_ports(world: World) -> None:
    world.plug_keyboard("1-3", "0123456789", "event3")
    world.plug_keyboard("1-4", "0123456789", "event4")
    told = luukku("suggest", "--once")
    assert {one.link for one in loaded(told.stdout).scanners} == {f"port:{PORT}:3", f"port:{PORT}:4"}
    assert "its serial is missing or not its own" in told.stdout


EVIL = 'Evil" ]\\ \x1b[2J\u202e\x07\n[[counters]]\nid = "x"\n#' + "A" * 200


@in_a_world
def test_a_devices_own_words_do_no_harm_to_terminal_or_config(world: World) -> None:
    world.plug_printer("1-2", 'A"B\n\x1b[31m', model=EVIL)
    world.plug_printer("1-4", "Å1,2", "lp1", model="")
    told = luukku("suggest", "--once")
    assert (told.returncode, told.stderr) == (0, "")
    assert all(line.isprintable() for line in told.stdout.splitlines())
    assert all(len(line) < 160 for line in told.stdout.splitlines())
    config = loaded(told.stdout)
    assert len(config.printers) == 2
    assert len(config.counters) == len(loaded("").counters)


@in_a_world
def test_a_machine_that_cannot_tell_is_one_line_with_the_mend_and_exit_1(world: World) -> None:
    Path("/run/udev/control").unlink()
    for words in (("suggest", "--once"), ("suggest",)):
        told = luukku(*words)
        assert (told.returncode, told.stdout) == (1, "")
        (line,) = told.stderr.splitlines()
        assert line.startswith("luukku suggest: cannot tell what is plugged in: systemd-udevd does not run")
        assert "sudo systemctl start systemd-udevd" in line
