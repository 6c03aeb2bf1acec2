"""`make install` below a folder of its own (DESTDIR): whole, twice the same, and it never touches an edited config."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from controller.app.settings import load

ROOT = Path(__file__).parents[2]
COPIED = ("controller", "drivers", "kiosk_ui", "config", "systemd", "tools", "docs/install.md", "pyproject.toml",
          "requirements.lock", "README.md")  # fmt: skip


class Source:
    """A copy of this source, so that a test may change it, and the machine that it is installed on."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.machine = folder / "source", folder / "machine"
        for name in COPIED:
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place)

    def run(self, script: str, *words: str) -> subprocess.CompletedProcess[str]:
        # why: compiling ahead is half the time, and nothing that this test looks at
        env = os.environ | {"DESTDIR": str(self.machine), "PIP_NO_COMPILE": "1"}
        return subprocess.run([str(self.folder / "tools" / script), *words], capture_output=True, text=True, env=env,
                              timeout=600, check=False)  # fmt: skip

    @property
    def luukku(self) -> str:
        return str(self.machine / "usr/local/bin/luukku")

    @property
    def config(self) -> Path:
        return self.machine / "etc/luukku/point.toml"

    @property
    def current(self) -> str:
        return os.readlink(self.machine / "opt/luukku/current")


@pytest.mark.long  # twenty seconds of pip
@pytest.mark.timeout(900)
def test_installed_it_is_a_program_of_its_own_and_twice_is_once_and_gone_is_gone(tmp_path: Path) -> None:
    source = Source(tmp_path)
    done = source.run("install.sh")
    assert done.returncode == 0, done.stderr
    away = subprocess.run([source.luukku, "--version"], capture_output=True, text=True, cwd="/", check=True)
    assert away.stdout.startswith("luukku ")
    where = "import controller, sys; print(controller.__file__)"
    python = source.machine / "opt/luukku/current/venv/bin/python"
    told = subprocess.run([python, "-c", where], capture_output=True, text=True, cwd="/", check=True).stdout
    assert told.startswith(str(source.machine)), "copied, not led back to the source"
    first = source.config.read_text("utf-8")
    checked = subprocess.run([source.luukku, "check", source.config], capture_output=True, text=True, check=True)
    assert "point esimerkki" in checked.stdout
    for file in ("systemd/system/luukku.service", "systemd/system/luukku-media.service",
                 "sysusers.d/luukku.conf", "tmpfiles.d/luukku.conf",
                 "modules-load.d/luukku.conf", "udev/rules.d/60-luukku.rules"):  # fmt: skip
        assert (source.machine / "usr/local/lib" / file).is_file()

    before = source.current
    again = source.run("install.sh")
    assert again.returncode == 0, again.stderr
    assert "is there" in again.stderr
    assert "stays as it is" in again.stderr
    assert source.current == before

    gone = source.run("uninstall.sh")
    assert gone.returncode == 0
    assert source.config.read_text("utf-8") == first
    assert not (source.machine / "opt/luukku").exists()
    assert [path for path in (source.machine / "usr/local/lib").rglob("*") if path.is_file()] == []
    assert source.run("uninstall.sh", "--purge").returncode == 0
    assert not source.config.exists()


# The step that installs the config, alone: the release around it takes pip half a minute.
CONFIG_STEP = """set -e; . tools/say.sh
root=$DESTDIR etc=$DESTDIR/etc/luukku
eval "$(sed -n '/^first_config()/,/^}/p; /^install_config()/,/^}/p' tools/install.sh)"
install_config"""


def test_a_config_that_was_edited_is_never_touched_and_what_changed_in_the_example_is_shown(tmp_path: Path) -> None:
    source = Source(tmp_path)

    def config_step() -> str:
        env = os.environ | {"DESTDIR": str(source.machine)}
        done = subprocess.run(["bash", "-c", CONFIG_STEP], env=env, cwd=source.folder, capture_output=True, text=True,
                              check=True)  # fmt: skip
        return done.stderr

    assert "an example" in config_step()
    first = source.config.read_text("utf-8")
    assert load(source.config).central.url == "", "a first config asks for no token that is not there yet"
    assert '\n# url = "https://central' in first
    assert "stays as it is" in config_step()
    example = source.folder / "config" / "point.example.toml"
    example.write_text(example.read_text("utf-8").replace("walk_s = 45", "walk_s = 50"), "utf-8")
    assert "never edited and is renewed" in config_step()
    assert "walk_s = 50" in source.config.read_text("utf-8")
    edited = first.replace('id = "esimerkki"', 'id = "oma"')
    source.config.write_text(edited, "utf-8")
    assert "stays as it is" in config_step()
    example.write_text(example.read_text("utf-8").replace("walk_s = 50", "walk_s = 55"), "utf-8")
    assert "+walk_s = 55" in config_step()
    assert source.config.read_text("utf-8") == edited


def test_a_word_that_nobody_knows_installs_nothing(tmp_path: Path) -> None:
    source = Source(tmp_path)
    for script in ("install.sh", "uninstall.sh"):
        done = source.run(script, "--now")
        assert done.returncode == 1
        assert "--now" in done.stderr
    assert not source.machine.exists()
