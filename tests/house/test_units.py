"""The unit files, as systemd's own tools read them."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
MOST = 1.4  # exposure, of 10


def said(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


def exposure(unit: Path) -> float:
    told = said("systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert found, told.stderr
    return float(found[1])


def test_the_daemons_exposure_is_at_most_one_point_four() -> None:
    assert exposure(UNITS / "luukku.service") <= MOST


def test_the_media_process_is_nearly_as_shut_and_gives_way_to_the_daemon() -> None:
    """It must map code at run time (libffi), and see the network's interfaces as they are."""
    assert exposure(UNITS / "luukku-media.service") <= 1.7
    daemon, media = ((UNITS / name).read_text("utf-8") for name in ("luukku.service", "luukku-media.service"))
    weight = re.compile(r"^CPUWeight=(\d+)$", re.MULTILINE)
    ours, theirs = weight.search(daemon), weight.search(media)
    assert ours and theirs and int(ours[1]) >= 10 * int(theirs[1])


@pytest.mark.parametrize("line", ["ProtectClock=yes", "CapabilityBoundingSet=", "SystemCallFilter=@system-service"])
def test_a_unit_that_lost_one_line_would_be_noticed(tmp_path: Path, line: str) -> None:
    text = (UNITS / "luukku.service").read_text("utf-8")
    assert f"\n{line}\n" in text
    (tmp_path / "luukku.service").write_text(text.replace(f"\n{line}\n", "\n"), "utf-8")
    assert exposure(tmp_path / "luukku.service") > MOST


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Verified as it will lie there; only the program is another, for it is not installed here."""
    text = (UNITS / "luukku.service").read_text("utf-8")
    program = re.search(r"^ExecStart=(\S+) run ", text, re.MULTILINE)
    assert program and program[1] == "/opt/luukku/current/venv/bin/luukku"
    unit = tmp_path / "luukku.service"
    unit.write_text(re.sub(r"^Documentation=.*\n", "", text.replace(program[1], "/bin/true"), flags=re.MULTILINE))
    told = said("systemd-analyze", "verify", "--man=no", str(unit))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
    unit.write_text(unit.read_text("utf-8").replace("WatchdogSec=15", "WatchdogSec=often"))
    assert "Failed to parse" in said("systemd-analyze", "verify", "--man=no", str(unit)).stderr


def test_systemd_understands_every_line_of_the_media_unit(tmp_path: Path) -> None:
    text = (UNITS / "luukku-media.service").read_text("utf-8")
    program = re.search(r"^ExecStart=(\S+) -m drivers.media ", text, re.MULTILINE)
    assert program and program[1] == "/opt/luukku/current/venv/bin/python"
    unit = tmp_path / "luukku-media.service"
    unit.write_text(
        re.sub(r"^(Documentation|After)=.*\n", "", text.replace(program[1], "/bin/true"), flags=re.MULTILINE)
    )
    told = said("systemd-analyze", "verify", "--man=no", str(unit))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_user_groups_and_folders_are_made_by_systemds_own_tools(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = said("systemd-sysusers", f"--root={tmp_path}", str(UNITS / "luukku.sysusers.conf"))
    assert made.returncode == 0, made.stderr
    groups = {line.split(":")[0]: line.split(":")[3] for line in (tmp_path / "etc/group").read_text().splitlines()}
    assert "luukku" in groups
    assert {name for name, members in groups.items() if "luukku" in members} == {
        "luukku", "luukku-admin", "dialout", "lp", "input", "audio", "video"
    }  # fmt: skip
    assert "luukku:" in (tmp_path / "etc/passwd").read_text()
    if os.geteuid() == 0:  # they are another user's
        said("systemd-tmpfiles", "--create", f"--root={tmp_path}", str(UNITS / "luukku.tmpfiles.conf"))
        for folder in ("var/lib/luukku", "etc/luukku"):
            assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o750
