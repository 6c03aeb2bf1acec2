"""`luukku check`: what is right goes to stdout, each fault on one line to stderr; devices are really asked."""

import asyncio
import io
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import tomlkit

from controller.app.check import CONFIG_WRONG, DEVICE_FAILS, OK, run
from controller.app.probe import probe
from controller.domain.point import Printer
from controller.ports.printer import PrinterCondition
from drivers.links.serial import open_serial
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig

CONFIG = Path(__file__).parents[2] / "config"


def checked(file: Path, *, devices: bool = False) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(file, ask=devices, probe=probe, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def with_link(tmp_path: Path, link: str) -> Path:
    """The example with one device: its printer."""
    raw = tomllib.loads((CONFIG / "point.example.toml").read_text("utf-8"))
    raw["printers"][0]["link"] = link
    del raw["panels"], raw["scanners"]
    file = tmp_path / "point.toml"
    file.write_text(tomlkit.dumps(raw), "utf-8")
    return file


def printer(link: str) -> Printer:
    return Printer(id="lobby", link=link)


@asynccontextmanager
async def mute() -> AsyncIterator[int]:
    """A port that takes a connection and says nothing."""
    over = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        over.set()


def test_right_config_is_summed_up() -> None:
    code, out, err = checked(CONFIG / "demo.toml")
    assert (code, err) == (OK, "")
    for part in ("demo.toml: ok", "Sodankylän palvelupiste", "18 services of 6 providers", "4 counters: 1, 2, 3, 4"):
        assert part in out
    assert '[[printers]] "lobby": sim' in out
    assert "note" not in out


def test_wrong_config_is_refused_on_stderr_a_line_each(tmp_path: Path) -> None:
    code, out, err = checked(with_link(tmp_path, "lpt1"))
    assert (code, out) == (CONFIG_WRONG, "")
    assert err.count("\n") == 1
    assert '[[printers]] "lobby": link: found "lpt1"; allowed: "usb:SERIAL"' in err


def test_service_that_nobody_can_serve_or_take_is_noted(tmp_path: Path) -> None:
    raw = tomllib.loads((CONFIG / "point.example.toml").read_text("utf-8"))
    raw["counters"] = [raw["counters"][2]]
    del raw["panels"]
    raw["kiosks"][0]["services"] = ["neuvonta", "kela"]
    file = tmp_path / "point.toml"
    file.write_text(tomlkit.dumps(raw), "utf-8")
    code, out, _ = checked(file)
    assert code == OK
    assert 'no counter serves "kela"' in out
    assert 'no kiosk offers "rakennusvalvonta"' in out


def test_simulated_devices_need_no_probe() -> None:
    code, out, err = checked(CONFIG / "demo.toml", devices=True)
    assert (code, err) == (OK, "")
    assert "simulated: nothing to ask" in out


async def test_printer_that_answers_passes_and_one_without_paper_fails(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path / "paper") as lobby:
        file = with_link(tmp_path, f"tcp:127.0.0.1:{lobby.port}")
        code, out, err = await asyncio.to_thread(checked, file, devices=True)
        assert (code, err) == (OK, "")
        assert f"tcp:127.0.0.1:{lobby.port}: ready" in out
        lobby.strike(Fault(FaultKind.PAPER_OUT))
        code, out, err = await asyncio.to_thread(checked, file, devices=True)
        assert code == DEVICE_FAILS
        assert 'point.toml: [[printers]] "lobby" at tcp:' in err
        assert "out_of_service: paper_out" in err


async def test_printer_near_the_end_of_its_paper_still_works(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path / "paper") as lobby:
        lobby.strike(Fault(FaultKind.NEAR_END))
        answer = await probe(printer(f"tcp:127.0.0.1:{lobby.port}"))
        assert answer.works
        assert answer.causes == ("near_end",)


async def test_no_answer_is_never_taken_for_well() -> None:
    async with mute() as port:
        answer = await probe(printer(f"tcp:127.0.0.1:{port}"))
    assert answer.condition is PrinterCondition.UNKNOWN
    assert not answer.works


async def test_refused_connection_is_told_as_detached(unused_tcp_port: int) -> None:
    answer = await probe(printer(f"tcp:127.0.0.1:{unused_tcp_port}"))
    assert answer.condition is PrinterCondition.DETACHED
    assert "refused" in answer.detail


async def test_a_printer_on_a_serial_line_is_asked_and_one_that_another_program_holds_says_which(
    tmp_path: Path,
) -> None:
    config = PrinterConfig(port=None, pty=tmp_path / "tty")
    async with SimulatedPrinter(tmp_path / "paper", config):
        link = f"serial:{tmp_path}/tty,115200"
        assert (await probe(printer(link))).condition is PrinterCondition.READY
        async with open_serial(f"{tmp_path}/tty", 115200):
            answer = await probe(printer(link))
        assert (answer.condition, answer.causes) == (PrinterCondition.OUT_OF_SERVICE, ("busy",))
        assert "is held by" in answer.detail and "pytest" in answer.detail
    assert (await probe(printer(link))).condition is PrinterCondition.DETACHED
