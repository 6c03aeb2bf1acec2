"""Runs `luukku` as one types it: a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from controller.app.main import main

LUUKKU = (sys.executable, "-m", "controller.app.main")
CONFIG = Path(__file__).parents[1] / "web" / "point.toml"
ALL_DAY = "\n".join(f'{day} = "00:00-24:00"' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def luukku(*words: str, seconds: float = 90.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*LUUKKU, *words], capture_output=True, text=True, timeout=seconds, check=False)


def here(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> subprocess.CompletedProcess[str]:
    """The same in this process: for what ends while the words are read, where a process only costs time."""
    try:
        code: object = main(list(words))
    except SystemExit as end:
        code = end.code
    told = capsys.readouterr()
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, told.out, told.err)


def one_line(told: subprocess.CompletedProcess[str]) -> str:
    """The one line that a command which failed has on stderr; nothing on stdout."""
    (line,) = told.stderr.splitlines()
    assert "Traceback" not in line
    assert told.stdout == ""
    return line


def point_toml(folder: Path, port: int, staff: str = "") -> Path:
    """The tests' point, open at any hour, its device door on `port`, its staff door at `staff`."""
    text = CONFIG.read_text("utf-8").replace("[opening_hours]", f"[opening_hours]\n{ALL_DAY}")
    file = folder / "point.toml"
    file.write_text(f'{text}\n[listen]\ndevice = "127.0.0.1:{port}"\nstaff = "{staff}"\n', "utf-8")
    return file
