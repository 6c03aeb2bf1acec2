"""The gates of tests/conftest.py shut: bad tests are planted, run by a real pytest, and seen to fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = """
import asyncio, socket, threading, time, warnings

async def test_leaves_a_task():
    asyncio.get_running_loop().task = asyncio.create_task(asyncio.sleep(60))

async def test_sleeps_in_the_loop():
    time.sleep(0.001)

async def test_connects_in_the_loop():
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))

def test_warns():
    warnings.warn("old ways", DeprecationWarning)

async def test_leaves_a_socket_open():
    socket.socket()

async def boom():
    raise ValueError("boom")

async def test_drops_an_exception():
    asyncio.create_task(boom())
    await asyncio.sleep(0)

def test_leaves_a_thread(request):
    stop = threading.Event()
    request.session.addfinalizer(stop.set)
    threading.Thread(target=stop.wait, name="left-behind").start()

async def test_honest(tmp_path):
    (tmp_path / "a").write_text("a test may write a file")
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(0.001))
    await asyncio.to_thread(time.sleep, 0.001)

def test_honest_too():
    pass
"""

SHUT = {
    "leaves_a_task": "leaked tasks",
    "sleeps_in_the_loop": "Blocking call to time.sleep",
    "connects_in_the_loop": "Blocking call to socket.socket.connect",
    "warns": "DeprecationWarning: old ways",
    "leaves_a_socket_open": "unclosed <socket.socket",
    "drops_an_exception": "Task exception was never retrieved: ValueError",
    "leaves_a_thread": "leaked threads: left-behind",
}


def run_planted(folder: Path) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    env = os.environ | {"COLUMNS": "250", "LUUKKU_TEST_PATIENCE_S": "2"}
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), "-p", "no:cacheprovider", "-rA"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        capture_output=True, text=True, cwd=folder, env=env, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "test_bad.py").write_text(PLANTED)
    result = run_planted(folder)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
    return result.stdout


@pytest.mark.parametrize(("name", "said"), SHUT.items())
def test_a_bad_test_fails_by_itself_and_says_why(report: str, name: str, said: str) -> None:
    lines = [line for line in report.splitlines() if line.startswith(("FAILED", "ERROR")) and f"::test_{name}" in line]
    assert lines, report
    assert said in report
    assert any(said in line for line in lines) or name == "leaves_a_socket_open", lines


def test_an_honest_test_passes_the_gates(report: str) -> None:
    for name in ("test_honest", "test_honest_too"):
        assert f"PASSED test_bad.py::{name}\n" in report
        assert f"ERROR test_bad.py::{name} " not in report


def test_a_process_left_behind_fails_the_run_and_is_ended(tmp_path: Path) -> None:
    (tmp_path / "test_bad.py").write_text(
        "import subprocess, pathlib\n"
        "def test_orphan():\n"
        "    command = ['sh', '-c', 'sleep 300 >/dev/null 2>&1 & echo $!']\n"
        "    shell = subprocess.run(command, capture_output=True)\n"
        "    pathlib.Path('pid').write_bytes(shell.stdout)\n"
    )
    result = run_planted(tmp_path)
    pid = int((tmp_path / "pid").read_text())
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
    assert f"leaked process {pid}: sleep 300" in result.stdout
    assert "1 passed" in result.stdout.splitlines()[-1]
    assert not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes()


def test_files_of_one_name_in_two_folders_are_two_tests(tmp_path: Path) -> None:
    for room in ("journal", "readers"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "test_same.py").write_text("def test_same() -> None: pass\n")
    result = run_planted(tmp_path)
    assert result.returncode == pytest.ExitCode.OK, result.stdout
    assert "2 passed" in result.stdout.splitlines()[-1]


def test_no_test_at_all_is_a_failure(tmp_path: Path) -> None:
    assert run_planted(tmp_path).returncode == pytest.ExitCode.NO_TESTS_COLLECTED
