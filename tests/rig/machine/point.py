"""The point that is installed in a machine of the rig, as its people and devices meet it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.readers.paper_rig import Piece, pieces_in
from tests.rig.machine.qemu import Machine, MachineError
from tests.system.stranger import told

CONFIG = Path(__file__).with_name("point.toml")
DATA, ETC = "/var/lib/luukku", "/etc/luukku/point.toml"
START_S = 240.0  # of the daemon, in software, on a busy machine
PATIENCE_S = 90.0
SERVICE = "asumistuki"


class Point:
    """Its doors, from outside the machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._tokens: dict[str, str] = {}
        self._keys = 0

    def configure(self) -> None:
        """Give it the rig's config and a new journal, and start it with nothing plugged in."""
        self.machine.tell("put", path=ETC, text=CONFIG.read_text("utf-8"), mode=0o640)
        self.machine.sh(f"systemctl stop luukku; rm -rf {DATA}/*; chgrp luukku-admin {ETC}")
        self.restart()

    def restart(self) -> None:
        self.machine.sh("systemctl restart luukku", within=START_S)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        self.until("the daemon is ready", lambda: self.raw("GET", "/readyz")["status"] == 200, within=START_S)

    def raw(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> dict[str, Any]:
        """Ask at the device door; `status` 0: nobody answered."""
        got: dict[str, Any] = self.machine.tell("http", method=method, path=path, headers=headers or {}, body=body)
        return got

    def token(self, role: str) -> str:
        """Of "staff", "technician", or "kiosk:ID". They hold as long as the journal."""
        if not self._tokens:
            lines = self.machine.sh(f"luukku tokens --data {DATA}", within=START_S).splitlines()
            words = [line.split() for line in lines]
            self._tokens = {":".join(line[:-1]): line[-1] for line in words}
        return self._tokens[role]

    def ask(self, role: str, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """A request that must succeed; what it is answered."""
        self._keys += 1
        headers = {"Authorization": f"Bearer {self.token(role)}"}
        if method != "GET":
            headers["Idempotency-Key"] = key or f"rig-{self.machine.boots}-{self._keys}"
        got = self.raw(method, f"/api/v1{path}", headers, body)
        assert 200 <= got["status"] < 300, f"{method} {path}: {got['status']} {got['said'][:500]}"
        return json.loads(got["said"]) if got["said"] else None

    def ticket(self, kiosk: str = "main", key: str = "") -> dict[str, Any]:
        taken: dict[str, Any] = self.ask(
            f"kiosk:{kiosk}", "POST", "/tickets", {"service": SERVICE, "language": "fi"}, key
        )
        return taken

    def journal(self, after: int = 0) -> list[bytes]:
        """Every event after that one, as JSON."""
        events: list[bytes] = []
        while True:
            page = self.ask("technician", "GET", f"/events?after={after}&limit=1000")
            events += [json.dumps(event).encode() for event in page["events"]]
            if page["next"] is None:
                return events
            after = page["next"]

    def told(self, *names: str) -> list[dict[str, Any]]:
        return told(self.journal(), *names)

    def device(self, id_: str) -> dict[str, Any]:
        rows = self.ask("technician", "GET", "/devices")["devices"]
        row: dict[str, Any] = next(row for row in rows if row["id"] == id_)
        return row

    def until_device(self, id_: str, *states: str) -> dict[str, Any]:
        self.until(f"{id_} is {' or '.join(states)}", lambda: self.device(id_)["actual"] in states)
        return self.device(id_)

    def result(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The last word on its paper, once it is said."""

        def last() -> Any:
            events = [e["data"] for e in self.told("ticket.print_result") if e["data"]["ticket"] == ticket["id"]]
            return events[-1] if events and events[-1]["result"] != "unknown" else None

        found: dict[str, Any] = self.until(f"{ticket['number']}'s paper has an end", last)
        return found

    def until(self, what: str, found: Callable[[], Any], within: float = PATIENCE_S) -> Any:
        """Wait for it; bounded, and the wait is no judgement of its speed."""
        deadline = time.monotonic() + within
        while not (got := found()):
            if time.monotonic() > deadline:
                raise MachineError(f"not in {within:g} s: {what}\n{self.log()}")
            time.sleep(0.3)
        return got

    def log(self) -> str:
        return self.machine.sh("journalctl -u luukku --no-pager -o cat -n 40", code=None)


class HostPrinter(msgspec.Struct):
    """A ticket printer beside the machine, on its serial cable (an FTDI adapter): it keeps its paper when the machine
    loses its power, and its own mains are another matter."""

    folder: Path
    port: int
    control: int

    def plug_into(self, machine: Machine) -> None:
        backend = {
            "type": "socket",
            "data": {"addr": {"type": "inet", "data": {"host": "127.0.0.1", "port": str(self.port)}}, "server": False,
                     "reconnect": 1},
        }  # fmt: skip
        machine.qmp("chardev-add", id="desk", backend=backend)
        machine.qmp("device_add", driver="usb-serial", chardev="desk", serial="PR0002", id="desk", bus="usb.0")

    def pieces(self) -> list[Piece]:
        return pieces_in(self.folder / "desk")


@contextmanager
def host_printer(folder: Path) -> Iterator[HostPrinter]:
    """The product's own virtual printer as a process of this machine."""
    ports = [_free_port(), _free_port()]
    words = [sys.executable, "-m", "drivers.sim.escpos_printer", "--tcp", str(ports[0]), "--http", str(ports[1]),
             "--out", str(folder), "--id", "desk"]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "printer.log").open("wb") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while b"ready" not in (folder / "printer.log").read_bytes():
            assert process.poll() is None and time.monotonic() < deadline, (folder / "printer.log").read_text()
            time.sleep(0.1)
        yield HostPrinter(folder, *ports)
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def every_paper_is_one_or_marked(events: list[bytes], pieces: list[Piece], tickets: list[dict[str, Any]]) -> None:
    """Of every ticket at most one paper without a mark, and at least one where its paper is called confirmed."""
    ends = {e["data"]["ticket"]: e["data"]["result"] for e in told(events, "ticket.print_result")}
    for ticket in tickets:
        mine = [piece for piece in pieces if any(ticket["code"] in code for code in piece.codes)]
        assert sum(not piece.marked for piece in mine) <= 1, f"{ticket['number']} is out twice without a mark"
        if ends.get(ticket["id"]) == "confirmed":
            assert mine, f"{ticket['number']} is confirmed and nowhere"
