"""The virtual printer on real sockets: connections, back-pressure, power, paper files, control API, the program."""

import asyncio
import json
import signal
import socket
import struct
import sys
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from drivers.sim.escpos_printer import SimulatedPrinter, serve_printers
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.serial_line import SURELY_S, until

CUT = b"\x1dV\x41\x00"
DONE = b'\x37"ABCD\x00'
TICKET = b"ticket\n" + CUT + b"\x1d(H\x06\x0000ABCD"
FAST = PrinterConfig(speed_mm_s=2000)


async def talk(port: int, data: bytes, want: bytes = DONE) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.readuntil(want), SURELY_S)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_paper_is_on_disk_when_the_process_id_is_said_and_numbers_go_on_across_restarts(tmp_path: Path) -> None:
    for n in (1, 2):
        async with SimulatedPrinter(tmp_path, FAST) as printer:
            await talk(printer.port, TICKET)
            assert (tmp_path / f"lobby/{n:04d}.bin").read_bytes() == b"ticket\n" + CUT
            with Image.open(tmp_path / f"lobby/{n:04d}.png") as paper:
                assert (paper.width, paper.mode) == (640, "1")
            assert printer.core.counters.cuts == n
            assert [p.n for p in printer.pieces] == list(range(1, n + 1))


async def test_a_count_that_went_with_the_power_does_not_come_back_when_the_program_is_killed(tmp_path: Path) -> None:
    memory = tmp_path / "lobby/memory.json"
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        await talk(printer.port, TICKET)
        assert json.loads(memory.read_bytes())["cuts"] == 1
        printer.strike(Fault(FaultKind.POWER, lose_counter=True))
        async with asyncio.timeout(SURELY_S):
            while json.loads(memory.read_bytes())["cuts"] != 0:
                await asyncio.sleep(0.01)


async def test_the_second_connection_waits_until_the_first_closes(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        _, first = await asyncio.open_connection("127.0.0.1", printer.port)
        await asyncio.sleep(0.05)
        second = asyncio.create_task(talk(printer.port, b"\x10\x04\x01", b"\x12"))
        await asyncio.sleep(0.2)
        assert not second.done()
        first.close()
        assert await second == b"\x12"
        await first.wait_closed()


async def test_a_printer_without_paper_holds_the_sender_back_and_a_reset_frees_it(tmp_path: Path) -> None:
    async with serve_printers([FAST], "127.0.0.1", 0, tmp_path) as serving, aiohttp.ClientSession() as http:
        await http.post(f"{serving.url}/printers/lobby/faults", json={"kind": "paper_out"})
        _, writer = await asyncio.open_connection("127.0.0.1", serving.ports["lobby"])
        writer.write(b"x" * 8_000_000)
        printer = serving.printers["lobby"]
        await until(lambda: printer.core.received == 4096)
        await asyncio.sleep(0.1)
        assert printer.core.received == 4096
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await until(lambda: printer.connections == 0)


async def test_what_was_sent_before_an_ordinary_close_is_still_printed(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        _, writer = await asyncio.open_connection("127.0.0.1", printer.port)
        writer.write(b"\x1dv0\x00\x48\x00\x90\x01" + b"\xff" * 28_800 + CUT)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(SURELY_S):
            while not printer.pieces:
                await asyncio.sleep(0.02)
        assert printer.pieces[0].height == 144 + 400


async def test_power_cut_closes_the_port_and_it_is_back_within_two_seconds(tmp_path: Path) -> None:
    async with serve_printers([FAST], "127.0.0.1", 0, tmp_path) as serving, aiohttp.ClientSession() as http:
        port = serving.ports["lobby"]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: serving.printers["lobby"].connections == 1)
        await http.post(f"{serving.url}/printers/lobby/faults", json={"kind": "power"})
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(reader.readexactly(1), SURELY_S)
        writer.close()
        await asyncio.sleep(0.3)
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(1.7):
            while not await listens(port):
                await asyncio.sleep(0.05)
        assert await talk(port, TICKET) == DONE


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_drop_closes_once_and_a_new_connection_works(tmp_path: Path) -> None:
    async with serve_printers([FAST], "127.0.0.1", 0, tmp_path) as serving, aiohttp.ClientSession() as http:
        await http.post(f"{serving.url}/printers/lobby/faults", json={"kind": "drop", "at_byte": 3})
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await talk(serving.ports["lobby"], b"\n\n\n")
        assert await talk(serving.ports["lobby"], TICKET) == DONE


async def test_control_api_tells_state_paper_and_errors_as_problems(tmp_path: Path) -> None:
    configs = [FAST, PrinterConfig("hall", speed_mm_s=2000)]
    async with (
        serve_printers(configs, "127.0.0.1", 0, tmp_path, ["http://127.0.0.1:8080"]) as serving,
        aiohttp.ClientSession(serving.url) as http,
    ):
        await talk(serving.ports["hall"], b"\x1b\x01" + TICKET)
        state = await (await http.get("/printers/hall")).json()
        assert state["simulated"] is True
        assert state["counters"]["cuts"] == 1
        assert state["unknown_commands"] == {"ESC 01": 1}
        piece = state["pieces"][0]
        png = await http.get(piece["png"])
        assert (png.status, png.content_type) == (200, "image/png")
        assert await (await http.get(piece["bin"])).read() == b"\x1b\x01ticket\n" + CUT
        assert len((await (await http.get("/printers")).json())["printers"]) == 2
        pressed = await http.post("/printers/hall/buttons", json={"button": "feed"})
        assert await pressed.json() == {"pressed": True}
        for path, kind, status in [
            ("/printers/hall/faults", "fire", 400),
            ("/printers/cellar/faults", "jam", 404),
        ]:
            answer = await http.post(path, json={"kind": kind})
            assert (answer.status, answer.content_type) == (status, "application/problem+json")
            assert (await answer.json())["status"] == status
        assert (await http.post("/printers/hall/faults", data=b"\xff{")).status == 400
        assert (await http.get("/printers/hall/paper/0009.png")).status == 404
        assert (await http.get("/nothing")).content_type == "application/problem+json"
        stranger = await http.post("/printers/hall/faults", json={"kind": "jam"}, headers={"Origin": "http://evil"})
        assert stranger.status == 403


async def test_the_page_is_self_contained_labelled_and_framed_only_by_whom_it_names(tmp_path: Path) -> None:
    async with (
        serve_printers([FAST], "127.0.0.1", 0, tmp_path, ["http://127.0.0.1:8080"]) as serving,
        aiohttp.ClientSession(serving.url) as http,
    ):
        page = await http.get("/")
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'self' http://127.0.0.1:8080" in policy
        text = await page.text()
        assert "Simulated printer" in text
        for name in ("roll.js", "roll.css"):
            assert name in text
            assert (await http.get(f"/{name}")).status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_program_says_when_it_is_ready_and_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    arguments = ["--tcp", "0", "--http", "127.0.0.1:0", "--out", str(tmp_path), "--speed", "2000", "--id", "desk"]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "drivers.sim.escpos_printer", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout
    ready = (await asyncio.wait_for(program.stdout.readline(), 60)).decode()
    assert ready.startswith("SIMULATED PRINTER desk ready: tcp 127.0.0.1:")
    await talk(int(ready.split("tcp 127.0.0.1:")[1].split(",")[0]), TICKET)
    program.send_signal(number)
    assert await asyncio.wait_for(program.wait(), 60) == 0
    assert (tmp_path / "desk/0001.png").exists()
    assert json.loads((tmp_path / "desk/memory.json").read_text())["cuts"] == 1


async def test_the_program_refuses_a_taken_port_in_one_line(tmp_path: Path) -> None:
    async with SimulatedPrinter(tmp_path, FAST) as printer:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "drivers.sim.escpos_printer", "--tcp", str(printer.port), "--out", str(tmp_path)),
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await asyncio.wait_for(program.communicate(), 60)
        assert program.returncode == 1
        assert len(err.decode().strip().splitlines()) == 1
