"""The hand of the rig inside the machine: takes orders from the tests outside over a virtual serial port.

One order a line, JSON: {"id": n, "do": "sh" | "http" | "put" | a function of gadgets or watch, ...}; one answer a line:
{"id": n, "got": ...} or {"id": n, "error": text}. Orders run side by side, each in a thread. Standard library only.
"""

import http.client
import json
import subprocess
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import gadgets
import page
import watch

PORT = Path("/dev/virtio-ports/luukku.rig")
HTTP_S = 60.0


def sh(words: str, within: float = 60.0) -> dict[str, Any]:
    """Run a line of shell; its code and what it said on both of its outputs."""
    done = subprocess.run(
        ["/bin/sh", "-c", words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=within, check=False,
    )  # fmt: skip
    return {"code": done.returncode, "said": done.stdout.decode("utf-8", "replace")}


def put(path: str, text: str, mode: int = 0o644) -> None:
    """Write a file."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(mode)


def ask(method: str, path: str, headers: dict[str, str], body: Any = None) -> dict[str, Any]:
    """Ask the daemon at its device door; status 0: nobody answered."""
    line = http.client.HTTPConnection("127.0.0.1", 8080, timeout=HTTP_S)
    try:
        payload = None if body is None else json.dumps(body)
        line.request(method, path, payload, headers | ({"Content-Type": "application/json"} if payload else {}))
        answer = line.getresponse()
        said = answer.read().decode("utf-8", "replace")
    except OSError as error:
        return {"status": 0, "said": str(error), "headers": {}}
    finally:
        line.close()
    return {"status": answer.status, "said": said, "headers": dict(answer.getheaders())}


DEEDS = {"sh": sh, "put": put, "http": ask} | {
    one.__name__: one for one in (*gadgets.DEEDS, *page.DEEDS, *watch.DEEDS)
}  # fmt: skip


class Hand:
    """Both ends of the line."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        while not PORT.exists():
            time.sleep(0.05)
        self._port = PORT.open("r+b", buffering=0)

    def say(self, word: dict[str, Any]) -> None:
        rest = json.dumps(word).encode() + b"\n"
        with self._lock:
            while rest:
                rest = rest[self._port.write(rest) or 0 :]

    def work(self) -> None:
        self.say({"boot": Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()})
        waiting = b""
        while True:
            waiting += self._port.read(65_536) or b""
            *lines, waiting = waiting.split(b"\n")
            for line in lines:
                threading.Thread(target=self._obey, args=(json.loads(line),), daemon=True).start()

    def _obey(self, order: dict[str, Any]) -> None:
        number, deed = order.pop("id"), DEEDS[order.pop("do")]
        try:
            self.say({"id": number, "got": deed(**order)})
        except Exception:  # noqa: BLE001  why: the border of this program: the test outside is told, whatever it is
            self.say({"id": number, "error": traceback.format_exc()})


if __name__ == "__main__":
    Hand().work()
