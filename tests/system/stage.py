"""The real programs as processes: the demo on free ports, its parts killed and stopped by their ids."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import SystemRandom
from typing import Any

LUUKKU = str(Path(sys.executable).with_name("luukku"))
NEIGHBOURS = (0, 10, 20, 21)  # ports of a demo from its own: point, central, printer, control of the simulators
START_S, STOP_S = 100.0, 60.0
PATIENCE_S = 60.0  # for what surely comes, on a machine that others use too


def without_inputs(config: str) -> str:
    """The demo's config without its buttons, keypads and code readers: their simulators are not there."""
    return re.sub(r"\[\[(?:panels|scanners)\]\]\n(?:[a-z_]+ = .*\n)+\n?", "", config)


def free_port() -> int:
    """A port whose neighbours that a demo needs are free too, below the ports that clients are given."""
    while True:
        port = SystemRandom().randrange(15_000, 32_000)
        if all(_is_free(port + offset) for offset in NEIGHBOURS):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Demo:
    """`luukku demo` as a process. What it is told by and what it tells: ports, files and signals."""

    def __init__(self, data: Path, *, under: tuple[str, ...] = (), env: dict[str, str] | None = None) -> None:
        self.data, self.port = data, free_port()
        self._under, self._env = under, os.environ | (env or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.log = data.with_name(data.name + ".log")

    def start(self) -> "Demo":
        command = [*self._under, LUUKKU, "demo", "--port", str(self.port), "--data", str(self.data), "--no-browser"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=self._env)
        deadline = time.monotonic() + START_S
        while not (self.data / "demo-credentials.json").exists():
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-2000:]
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        known = self.data / "demo-credentials.json"
        pids = list(json.loads(known.read_bytes())["pids"].values()) if known.exists() else []
        for pid in pids:
            _signal(pid, signal.SIGCONT)
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            for pid in [process.pid, *pids]:
                _signal(pid, signal.SIGKILL)
            process.wait(STOP_S)

    def crash(self) -> None:
        """The whole machine loses its power: every process at once, nothing tidied."""
        assert self._process is not None
        pids = [self._process.pid, *self.known()["pids"].values()]
        for pid in pids:
            _signal(pid, signal.SIGKILL)
        self._process.wait(STOP_S)
        self._process = None
        (self.data / "demo-credentials.json").unlink()

    def known(self) -> dict[str, Any]:
        """DIR/demo-credentials.json."""
        told: dict[str, Any] = json.loads((self.data / "demo-credentials.json").read_bytes())
        return told

    def pid(self, part: str) -> int:
        return int(self.known()["pids"][part])

    def send(self, part: str, number: int) -> int:
        """Send a signal to a part; gives the id it had."""
        pid = self.pid(part)
        _signal(pid, number)
        return pid

    def kill(self, part: str) -> int:
        return self.send(part, signal.SIGKILL)


class Point:
    """`luukku run` as a process, with a config of one's own and no neighbours but those it names."""

    def __init__(self, folder: Path, config: str, *, env: dict[str, str] | None = None) -> None:
        self.data, self.port = folder / "data", free_port()
        self.config, self.log = folder / "point.toml", folder / "point.log"
        self._env = os.environ | (env or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(config.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}"), encoding="utf-8")

    def start(self, **env: str) -> "Point":
        command = [LUUKKU, "run", "--config", str(self.config), "--data", str(self.data)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=self._env | env)
        deadline = time.monotonic() + START_S
        while not healthy(self.port):
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-2000:]
            time.sleep(0.05)
        if not self.tokens:  # they hold as long as the journal
            self.tokens = self._ask_tokens()
        return self

    def _ask_tokens(self) -> dict[str, str]:
        command = [LUUKKU, "tokens", "--data", str(self.data)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        lines = [line.split() for line in told.stdout.splitlines()]
        return {line[0]: line[-1] for line in reversed(lines)}

    def stop(self, number: int = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(STOP_S)

    def known(self) -> dict[str, Any]:
        """As a demo's credentials; there is no central and no simulators' door here."""
        return {"point": f"http://127.0.0.1:{self.port}", "central": "", "sim": "", "tokens": self.tokens}


def healthy(port: int) -> bool:
    """Is a point's health page there?"""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


MakeDemo = Callable[..., Awaitable[Demo]]


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile
