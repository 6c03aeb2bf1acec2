"""The technician's command, run as a technician runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("K", "42", "2", "fi,sv", "OUT"), 0, "spoken: fi, sv"),
        (("K", "42", "2", "se,fi", "OUT"), 1, "not spoken, no voice here: se"),
        (("K", "kaksi", "2", "fi", "OUT"), 2, "'kaksi' is not a ticket number"),
        (("K", "42", "2", "fi,$(x)", "OUT"), 2, "is not a list of language codes"),
        (("K", "42", "2", "fi", "/nowhere/out.wav"), 2, "cannot be written: No such file"),
    ],
)
def test_the_technicians_command_writes_a_call_or_says_why_not(
    tmp_path: Path, arguments: tuple[str, ...], status: int, told: str
) -> None:
    out = tmp_path / "out.wav"
    argv = [sys.executable, "-m", "drivers.speech", *(str(out) if word == "OUT" else word for word in arguments)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == status
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert out.exists() == (status < 2)
