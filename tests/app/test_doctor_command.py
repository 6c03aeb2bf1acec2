"""`luukku doctor` as one types it: beside a daemon that runs, hangs or is down, without a network, at a wrong time."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from controller.app.doctor.examine import CHECKS
from controller.app.doctor.finding import Box
from tests.app.cli import LUUKKU
from tests.app.test_cli_daemon import Running, free_port
from tests.app.test_doctor import central

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]  # a busy machine
BUSY_S = 60.0


def doctor(config: Path, data: Path, *under: str, patience_s: int = 2) -> tuple[int, dict[str, dict[str, str]]]:
    words = [*under, *LUUKKU, "doctor", "--json", "--config", str(config), "--data", str(data)]
    words += ["--patience", str(patience_s)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=2 * BUSY_S, check=False)
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["well"] == (done.returncode == 0)
    checks = {check["name"]: check for check in told["checks"]}
    assert all(check["mend"] for check in checks.values() if check["verdict"] != "ok"), "each names its mend"
    return done.returncode, checks


def sees(config: Path, data: Path, name: str, verdict: str) -> str:
    """Look until the check `name` gives `verdict`, then give what it saw: on a busy machine it may take a while."""
    deadline = time.monotonic() + BUSY_S
    while (found := CHECKS[name](Box(config, data))).verdict != verdict:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found.seen


def test_beside_a_daemon_that_runs_that_hangs_that_is_gone_and_that_was_killed(tmp_path: Path) -> None:
    daemon = Running(tmp_path, f"127.0.0.1:{free_port()}")
    where = daemon.config, daemon.data
    assert sees(*where, "daemon", "ok") == "runs and is ready"
    assert "held by the daemon" in sees(*where, "journal", "ok")
    assert sees(*where, "doors", "ok").endswith("answer")
    assert "good until" in sees(*where, "certificate", "ok")
    assert sees(*where, "day", "ok").startswith("business date")
    daemon.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    _, checks = doctor(*where)
    assert time.monotonic() - began < BUSY_S, "a daemon that hangs holds nobody up"
    assert len(checks) >= 15
    assert sees(*where, "daemon", "fail") == "it runs and does not answer"
    assert "does not answer" in sees(*where, "journal", "unknown"), "what could not be seen is not ok"
    daemon.process.send_signal(signal.SIGCONT)
    daemon.end()
    code, checks = doctor(*where, patience_s=30)
    assert code == 1
    assert checks["daemon"]["verdict"] == "fail"
    assert "systemctl start luukku" in checks["daemon"]["mend"]
    assert sees(*where, "journal", "ok").startswith("sound, ")
    again = Running(tmp_path)
    again.take()
    again.process.kill()
    again.end()
    files = [daemon.data / name for name in ("journal.db", "journal.db-wal")]
    before = [file.read_bytes() for file in files]
    assert before[1], "a log that the next start must have"
    assert sees(*where, "journal", "ok").startswith("sound, ")
    assert [file.read_bytes() for file in files] == before, "looking leaves the journal as it was"


class AtCentral(Running):
    """A box with a central system."""

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url
        super().__init__(folder)

    def written(self, staff: str) -> Path:
        file = super().written(staff)
        central = f'\n[central]\nurl = "{self._url}"\ntoken_file = "box.token"\n'
        file.write_text(file.read_text("utf-8") + central, "utf-8")
        return file


@pytest.mark.long
def test_central_has_what_this_box_has_until_a_copy_of_its_disk_comes_along(tmp_path: Path) -> None:
    with central(tmp_path / "central") as (url, tokens):
        (tmp_path / "box.token").write_text(json.loads(tokens.read_text())["box"])
        box = AtCentral(tmp_path, url)
        box.take()
        assert "has the first" in sees(box.config, box.data, "central", "ok")
        assert sees(box.config, box.data, "central-tls", "warn").endswith("is not encrypted")
        box.end()
        shutil.copytree(box.data, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sock"))
        box = AtCentral(tmp_path, url)
        sees(box.config, box.data, "central", "ok")
        box.end()
        shutil.rmtree(box.data)
        shutil.copytree(tmp_path / "copy", box.data)
        box = AtCentral(tmp_path, url)
        assert "another history" in sees(box.config, box.data, "central", "fail")
        box.end()


def test_without_a_network_and_with_a_clock_that_was_never_set(tmp_path: Path) -> None:
    config = Path(__file__).parents[1] / "web" / "point.toml"
    under = (
        "unshare",
        "--net",
        *(() if os.geteuid() == 0 else ("--map-root-user",)),
        "faketime",
        "2001-02-03 04:05:06",
    )
    code, checks = doctor(config, tmp_path, *under, patience_s=30)
    assert code == 1
    assert checks["network"]["seen"] == "no interface is up"
    assert checks["clock"]["verdict"] == "fail"
    assert "2001-02-03" in checks["clock"]["seen"]


def test_for_people_it_is_one_line_a_check_and_the_mend_below(tmp_path: Path) -> None:
    words = [*LUUKKU, "doctor", "--config", str(tmp_path / "none.toml"), "--data", str(tmp_path / "none")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=2 * BUSY_S, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    *lines, _, last = done.stdout.splitlines()
    assert "fail    config" in lines[0]
    assert "mend: sudoedit" in lines[1]
    counted = {
        verdict: sum(line.startswith(verdict) for line in lines) for verdict in ("ok", "warn", "fail", "unknown")
    }
    assert last.split(", ")[0] == f"{counted['ok']} ok"
    assert last.endswith(f"{counted['unknown']} not known")
