"""`luukku print-test`: the command as a process, a virtual printer as another, over TCP and over a serial line."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.cli import LUUKKU
from tests.journal.rig import a_point, ticket
from tests.readers.paper_rig import start_print
from tests.system.stage import Point

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
DEMO = (Path(__file__).parents[2] / "config" / "demo.toml").read_text(encoding="utf-8")
FAST = ("--speed", "600")


@contextmanager
def printer(folder: Path, *doors: str) -> Iterator[str]:
    """A virtual printer; gives what it said when it was ready."""
    words = [sys.executable, "-m", "drivers.sim.escpos_printer", *doors, *FAST, "--out", str(folder / "paper")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline()
        finally:
            process.terminate()


def config(link: str, profile: str = "virtual") -> str:
    return DEMO.replace('link = "sim"', f'link = "{link}"', 1).replace(
        'profile = "virtual"', f'profile = "{profile}"', 1
    )


def print_test(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LUUKKU, "print-test", *words], capture_output=True, text=True, timeout=90, check=False)


def test_without_a_daemon_it_opens_the_printer_itself_over_a_serial_line(tmp_path: Path) -> None:
    tty = Path("/dev/shm") / f"luukku-test-{os.getpid()}"
    file = tmp_path / "point.toml"
    file.write_text(config(f"serial:{tty},115200", "generic"))
    with printer(tmp_path, "--pty", str(tty)):
        told = print_test("lobby", "--config", str(file), "--data", str(tmp_path))
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("lobby: a test paper was printed; T1: it proves each ticket\n")
    assert told.stdout.count("  yes ") == 6 and "LUUKKU-SIM-80" in told.stdout
    assert b"KOETULOSTE" in (tmp_path / "paper" / "lobby" / "0001.bin").read_bytes()
    kept = json.loads((tmp_path / "printers" / "lobby.json").read_bytes())
    assert kept["found"]["tier"] == "T1" and kept["link"] == f"serial:{tty},115200"


def test_a_running_daemon_prints_it_and_knows_from_then_on_what_its_printer_answers(
    tmp_path: Path,
) -> None:
    """Its profile says that the printer proves nothing; after the test, and after a restart, its tickets are proven."""
    with printer(tmp_path, "--tcp", "0") as said:
        port = said.split("tcp 127.0.0.1:")[1].split()[0].rstrip(",")
        point = Point(tmp_path / "p", config(f"tcp:127.0.0.1:{port}", "generic")).start()
        try:
            for lives in (1, 2):
                told = print_test("lobby", "--data", str(point.data))
                assert told.returncode == 0, told.stderr
                assert "T1" in told.stdout
                papers = tmp_path / "paper" / "lobby"
                assert b"KOETULOSTE" in (papers / f"{lives:04d}.bin").read_bytes()
                point.stop()
                point.start()
            assert json.loads((point.data / "printers" / "lobby.json").read_bytes())["profile"] == "generic"
            time.sleep(0.5)
        finally:
            point.stop()


def test_what_cannot_print_says_why_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "point.toml"
    file.write_text(config("tcp:127.0.0.1:9"))
    told = print_test("lobby", "--config", str(file), "--data", str(tmp_path))
    assert (told.returncode, told.stdout) == (1, ""), told.stderr
    assert told.stderr == "luukku print-test: lobby: no_link\n"


def test_a_printer_that_the_config_does_not_have_is_misuse_and_the_right_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "point.toml"
    file.write_text(DEMO)
    told = print_test("loby", "--config", str(file), "--data", str(tmp_path))
    assert told.returncode == 2
    assert 'did you mean "lobby"?' in told.stderr and told.stderr.count("\n") == 1


def test_a_simulated_printer_without_its_daemon_is_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "point.toml"
    file.write_text(DEMO)
    told = print_test("lobby", "--config", str(file), "--data", str(tmp_path))
    assert told.returncode == 1 and "lives in the daemon" in told.stderr


async def test_without_a_daemon_no_test_paper_moves_the_count_by_which_a_paper_in_doubt_is_judged(
    tmp_path: Path,
) -> None:
    """The daemon was killed between the journal and the first byte, and somebody tries the printer before it starts."""
    async with a_point(tmp_path / "journal.db") as ledger:
        id_ = (await ledger.submit(ticket(device="lobby"))).subject
        await ledger.submit(start_print(id_, cut0=0))
        number = ledger.state.tickets[id_].number
    file = tmp_path / "point.toml"
    await asyncio.to_thread(file.write_text, config("tcp:127.0.0.1:9"))
    told = await asyncio.to_thread(print_test, "lobby", "--config", str(file), "--data", str(tmp_path))
    assert told.returncode == 1
    assert number in told.stderr and "start luukku first" in told.stderr and told.stderr.count("\n") == 1
