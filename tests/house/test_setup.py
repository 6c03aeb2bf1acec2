"""Set-up on machines that lack something: it says in one line what is missing, and touches nothing."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = "tools/debian/run.txt"


def machine(folder: Path, **commands: str) -> dict[str, str]:
    """A PATH with the plain tools of any machine, and `commands` as shell one-liners; nothing else is found."""
    for tool in ("bash", "cat", "cut", "dirname", "echo", "env", "grep", "sed", "xargs"):
        (folder / tool).symlink_to(f"/usr/bin/{tool}")
    for name, body in commands.items():
        script = folder / name.replace("_", "-")
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    return {**os.environ, "PATH": str(folder)}


def debian(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "tools" / "debian.sh")
    return subprocess.run(["/bin/bash", script, LIST], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_without_root_and_sudo_one_line_names_what_is_missing(tmp_path: Path) -> None:
    result = debian(machine(tmp_path, dpkg_query="exit 1", id="echo 1000"))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "neither root nor sudo" in result.stderr
    assert "espeak-ng" in result.stderr


def test_what_is_there_is_skipped_without_a_word(tmp_path: Path) -> None:
    result = debian(machine(tmp_path, dpkg_query="echo installed", id="echo 1000"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_with_sudo_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    missing_festival = 'case "$*" in *festival*) exit 1;; *) echo installed;; esac'
    sudo = f'echo "$@" >>{log}'
    result = debian(machine(tmp_path, dpkg_query=missing_festival, id="echo 1000", sudo=sudo))
    assert result.returncode == 0, result.stderr
    update, install = log.read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("install -y --no-install-recommends festival")
    assert "DEBIAN_FRONTEND=noninteractive" in install


def test_a_machine_that_is_not_debian_is_told_so(tmp_path: Path) -> None:
    result = debian(machine(tmp_path, id="echo 0"))
    assert result.returncode == 1
    assert "this needs Debian 12 or newer" in result.stderr
