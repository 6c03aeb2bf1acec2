"""`make install` under a real systemd: this machine's own Debian, booted again in a container that is thrown away.

The container's root is this root below an overlay in memory; nothing that happens there is left here.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.test_install import Source
from tests.system.stage import free_port

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(1800)]

UNIT = """[Unit]
Description=The trial
After=basic.target dbus.service
Wants=dbus.service
[Service]
Type=oneshot
ExecStart=/bin/bash {script}
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=append:{log}
StandardError=append:{log}
TimeoutStartSec=1500
"""
# What happens in the container. `note NAME COMMAND...` keeps what a command says, for the test to judge.
TRIAL = r"""
export HOME=/root {pip}
cd {source}
note() { local name=$1; shift; "$@" >{notes}/$name 2>&1; echo $? >{notes}/$name.code; }
state() { systemctl show luukku -p MainPID,NRestarts,ActiveState,StatusText,Result; }
until_other() { for _ in $(seq 600); do
    [ "$(systemctl show luukku -p MainPID --value)" != "$1" ] && systemctl is-active --quiet luukku && return
    sleep 0.1; done; }
pid() { systemctl show luukku -p MainPID --value; }
note install tools/install.sh
note running state
note status grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' /proc/$(pid)/status
note again tools/install.sh
note doctor luukku doctor --json
useradd --groups luukku-admin tech
note member runuser -u tech -- luukku events --data /var/lib/luukku --json
note stranger runuser -u nobody -- luukku events --data /var/lib/luukku --json
note secret runuser -u tech -- cat /var/lib/luukku/journal.db
was=$(pid); kill -STOP $was; until_other $was
note hung journalctl -u luukku --no-pager -o cat
was=$(pid); kill -KILL $was; until_other $was
note killed state
sed -i 's/^async def run_point(.*/&\n    raise OSError("planted: it does not start")/' controller/app/compose.py
note broken tools/install.sh
note after_broken state
sed -i '/planted: it does not start/d' controller/app/compose.py
echo '# another release' >>controller/app/compose.py
note update tools/install.sh
note back tools/install.sh --back
note after_back state
note bundle luukku export-diagnostics /root/bundle.tar.gz
note uninstall tools/uninstall.sh
note kept ls /var/lib/luukku/journal.db /etc/luukku/point.toml
note purge tools/uninstall.sh --purge
note gone ls /var/lib/luukku /etc/luukku /opt/luukku /usr/local/bin/luukku
touch {notes}/done
"""


@contextmanager
def this_machine_again(folder: Path) -> Iterator[Path]:
    """The root of this machine, to be written to without leaving a trace: what is written goes to memory."""
    memory, root = folder / "memory", folder / "root"
    for made in (memory, root):
        made.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "luukku-test", str(memory)], check=True)
    try:
        for made in (memory / "upper", memory / "work"):
            made.mkdir()
        layers = f"lowerdir=/,upperdir={memory}/upper,workdir={memory}/work"
        subprocess.run(["mount", "-t", "overlay", "-o", layers, "luukku-test", str(root)], check=True)
        try:
            yield root
        finally:
            subprocess.run(["umount", "--lazy", str(root)], check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(memory)], check=True)


# Where no systemd runs, nobody can be asked for a unit of its own for the container.
ALONE = () if Path("/run/systemd/system").is_dir() else ("--register=no", "--keep-unit")


def booted(folder: Path) -> Path:
    """Boot the container, let the trial run, wait until it has switched itself off; gives the folder of its notes."""
    source, notes = Source(folder), folder / "notes"
    notes.mkdir()
    script, unit, log = folder / "trial.sh", folder / "luukku-trial.service", folder / "trial.log"
    pip = " ".join(f"{name}={value}" for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_CERT")))
    text = TRIAL.replace("{pip}", pip).replace("{source}", str(source.folder)).replace("{notes}", str(notes))
    script.write_text(text, "utf-8")
    example = source.folder / "config" / "point.example.toml"  # the network is this machine's, and so are its ports
    ports = example.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{free_port()}")
    example.write_text(ports.replace("0.0.0.0:8443", f"127.0.0.1:{free_port()}"), "utf-8")
    unit.write_text(UNIT.format(script=script, log=log), "utf-8")
    with this_machine_again(folder / "machine-root") as root, (folder / "boot.log").open("wb") as boot:
        subprocess.run(
            ["systemd-nspawn", "--quiet", f"--directory={root}", *ALONE,
             f"--machine=luukku-{os.getpid()}", "--kill-signal=SIGRTMIN+3", "--console=pipe", f"--bind={folder}",
             f"--bind-ro={unit}:/etc/systemd/system/{unit.name}", "--boot", f"systemd.unit={unit.name}"],
            stdin=subprocess.DEVNULL, stdout=boot, stderr=subprocess.STDOUT, timeout=1700, check=False,
        )  # fmt: skip
    told = [path.read_text("utf-8", "replace")[-3000:] for path in (folder / "boot.log", log) if path.exists()]
    assert (notes / "done").exists(), "\n".join(told)
    return notes


def test_installed_watched_updated_set_back_and_gone_under_a_real_systemd(tmp_path: Path) -> None:
    assert os.geteuid() == 0, "this needs root: it boots a container"
    notes = booted(tmp_path)

    def said(name: str, code: int = 0) -> str:
        text = (notes / name).read_text("utf-8", "replace")
        assert int((notes / f"{name}.code").read_text()) == code, f"{name}: {text[-2000:]}"
        return text

    assert "waiting until it is ready" in said("install")
    assert "ActiveState=active" in said("running")
    assert "StatusText=serving" in said("running")
    assert "CapEff:\t0000000000000000" in said("status")
    assert "Seccomp:\t2" in said("status")
    assert "NoNewPrivs:\t1" in said("status")
    assert "Uid:\t0" not in said("status")
    assert "nothing changed" in said("again")
    checks = {check["name"]: check for check in json.loads((notes / "doctor").read_text())["checks"]}
    for name in ("service", "daemon", "user", "data-folder", "packages", "journal"):
        assert checks[name]["verdict"] in {"ok", "unknown"}, checks[name]
    assert "point.state_changed" in said("member")
    assert "ermission" in said("stranger", 1)
    assert "Permission denied" in said("secret", 1)
    assert "Failed with result 'watchdog'" in said("hung")
    assert "File " in said("hung"), "it says where its threads stood"
    assert "ActiveState=active" in said("killed")
    assert "planted: it does not start" in said("broken", 1)
    assert "runs as before" in said("broken", 1)
    assert "ActiveState=active" in said("after_broken")
    assert "before: " in said("update")
    assert "current: " in said("back")
    assert "ActiveState=active" in said("after_back")
    assert "MANIFEST.txt" in said("bundle")
    said("uninstall")
    said("kept")
    said("purge")
    assert said("gone", 2).count("No such file") == 4
