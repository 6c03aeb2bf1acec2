"""Whoever wants the virtual printer alone takes `drivers/sim` and three libraries: no daemon, no evdev, no driver."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp

import drivers.sim

REFUSED = ("evdev", "controller", "msgspec", "structlog", "escpos", "serial", "pyudev")
REFUSES = "raise ImportError('this machine has no ' + __name__)\n"


async def test_a_folder_of_its_own_is_enough_to_print_and_to_see_it(tmp_path: Path) -> None:
    """The folder is copied to where nothing else of ours is, and what it shall not need is not to be had there."""
    home = tmp_path / "elsewhere"
    shutil.copytree(Path(drivers.sim.__file__).parent, home / "drivers/sim", ignore=shutil.ignore_patterns("*.pyc"))
    (home / "drivers/__init__.py").touch()
    for name in REFUSED:
        (home / f"{name}.py").write_text(REFUSES)
    for needs_them in ("inputs.py", "input_control.py"):
        (home / "drivers/sim" / needs_them).unlink()
    command = ("-m", "drivers.sim.escpos_printer", "--tcp", "0", "--http", "0", "--out", str(tmp_path / "paper"))
    program = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=home, stdout=asyncio.subprocess.PIPE)
    assert program.stdout is not None
    try:
        ready = (await asyncio.wait_for(program.stdout.readline(), 60)).decode()
        assert ready.startswith("SIMULATED PRINTER lobby ready: tcp 127.0.0.1:"), ready
        port, url = int(ready.split("127.0.0.1:")[1].split(",")[0]), ready.split("page ")[1].strip()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x1b@\x1bt\x10Hyv\xe4\xe4 p\xe4iv\xe4\xe4!\n\x1dVA\x00\x1d(H\x06\x0000ABCD")
        assert await asyncio.wait_for(reader.readexactly(7), 60) == b'\x37"ABCD\x00'
        writer.close()
        async with aiohttp.ClientSession(url) as http:
            (piece,) = (await (await http.get("/printers/lobby")).json())["pieces"]
            assert await (await http.get(piece["txt"])).text() == "Hyvää päivää!\n"
            for page in ("/", "/help"):
                assert "Simulated printer" in await (await http.get(page)).text()
    finally:
        program.terminate()
        assert await asyncio.wait_for(program.wait(), 60) == 0


def test_the_program_and_all_that_it_imports_know_no_evdev_and_no_controller() -> None:
    """Beside the import gate, on what was really loaded."""
    code = (
        "import sys; import drivers.sim.escpos_printer;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'evdev', 'controller', 'msgspec', 'escpos'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
