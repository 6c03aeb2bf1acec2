"""What fuzzing needs: how many examples, a real daemon whose health is held against its own journal, raw bytes.

`make test` runs few examples, always the same ones; HYPOTHESIS_PROFILE=long (`make long`) runs many, always new ones.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import msgspec

from controller.app.settings import load
from controller.domain import views
from controller.domain.state import State
from controller.journal import replay
from controller.journal.store import Journal
from controller.web.problems import TITLES
from tests.journal.rig import stored, verify_chain
from tests.system.stage import Point, healthy

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
ANSWER_S = 60.0  # no answer within this is a hang
GROWTH_KIB = 60 * 1024  # of memory, over everything that is thrown at one process
TRACE = (b"Traceback", b'File "', b"site-packages")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONFIG = (
    (Path(__file__).parents[1] / "web" / "point.toml")
    .read_text(encoding="utf-8")
    .replace(
        "[opening_hours]",
        '[listen]\ndevice = "127.0.0.1:8080"\n\n[opening_hours]\n' + "\n".join(f'{d} = "00:00-24:00"' for d in DAYS),
    )
)


def fuzz(short: int, long: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """So many examples in `make test`, the same each time; so many in `make long`, new each time."""
    return hypothesis.settings(
        max_examples=long if LONG else short,
        derandomize=not LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


class Daemon:
    """`luukku run` as a process, at which anything may be thrown."""

    def __init__(self, folder: Path) -> None:
        self._point = Point(folder, CONFIG).start()
        self.port, self.tokens, self.data = self._point.port, self._point.tokens, self._point.data
        self.url = f"http://127.0.0.1:{self.port}"
        self.pid = self._process.pid
        self._kib = resident(self.pid)

    @property
    def _process(self) -> Any:
        assert self._point._process is not None
        return self._point._process

    def get(self, path: str, role: str) -> bytes:
        asked = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.tokens[role]}"})
        with urllib.request.urlopen(asked, timeout=ANSWER_S) as answer:
            whole: bytes = answer.read()
        return whole

    def unharmed(self) -> None:
        """It is the same process, answers, has not grown without measure, and has logged no defect."""
        assert self._process.poll() is None, (
            f"the daemon ended with {self._process.returncode}: {self._log()[-3000:]!r}"
        )
        assert healthy(self.port)
        grown = resident(self.pid) - self._kib
        assert grown < GROWTH_KIB, f"the daemon has grown by {grown} KiB"
        log = self._log()
        for trace in TRACE:
            at = log.find(trace)
            assert at < 0, f"a defect is in the log: {log[max(0, at - 1500) : at + 1500].decode(errors='replace')}"

    def end(self) -> None:
        """After all that was thrown: still sound, and its journal alone gives what it said it is. Then it ends."""
        try:
            self.unharmed()
            told = self._still()
            events = self._events()
            self._point.stop(signal.SIGKILL)
            asyncio.run(self._same_as_journal(told, events))
        finally:
            self._point.stop()

    def _still(self) -> dict[str, Any]:
        """`/state` at a moment at which nothing happens."""
        for _ in range(50):
            told: dict[str, Any] = json.loads(self.get("/api/v1/state", "staff"))
            if json.loads(self.get("/api/v1/state", "staff"))["seq"] == told["seq"]:
                return told
        raise AssertionError("the point never stands still")

    def _events(self) -> list[bytes]:
        found: list[bytes] = []
        after: int | None = 0
        while after is not None:
            page = msgspec.json.decode(self.get(f"/api/v1/events?after={after}&limit=5000", "technician"), type=_Page)
            found += [bytes(event) for event in page.events]
            after = page.next
        return found

    async def _same_as_journal(self, told: dict[str, Any], served: list[bytes]) -> None:
        async with Journal("testi", self._point.data / "journal.db") as journal:
            kept = await stored(journal)
            state = State(journal.journal)
            replay.replay(state, [one for one in kept if one.seq <= told["seq"]])
            config = await asyncio.to_thread(load, self._point.config)
            view = views.point(state, config, journal.secret, 0, "", "")
        bodies = [one.body for one in kept]
        assert verify_chain(bodies) == len(bodies)
        assert bodies[: len(served)] == served, "what was served is not what is stored"
        assert told["seq"] <= len(bodies)
        _numbers_without_gap(bodies)
        assert _timeless(view) == _timeless(told), "a replay of the journal is not the state that was shown"

    def _log(self) -> bytes:
        return self._point.log.read_bytes()


class _Page(msgspec.Struct):
    events: list[msgspec.Raw]
    next: int | None


def _numbers_without_gap(bodies: list[bytes]) -> None:
    """Each series of each day runs 1, 2, 3, ... with no number missing and none twice."""
    given: dict[tuple[str, str], list[int]] = defaultdict(list)
    for body in bodies:
        event = json.loads(body)
        if event["type"] == "luukku.ticket.issued.v1":
            data = event["data"]
            given[data["business_date"], data["series"]].append(data["n"])
    for series, numbers in given.items():
        assert numbers == list(range(1, len(numbers) + 1)), (series, numbers)


def _timeless(view: Any) -> Any:
    """A view without what depends on the moment of looking; tickets carry estimates, which are reckoned from it."""
    passing = {"now", "clock", "epoch", "estimate", "tier"}
    if isinstance(view, dict):
        return {key: _timeless(value) for key, value in view.items() if key not in passing}
    return [_timeless(one) for one in view] if isinstance(view, list | tuple) else view


def resident(pid: int) -> int:
    """KiB of memory that this process alone accounts for (PSS)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[0])


def plain_problem(status: int, kind: str, body: bytes, known: frozenset[str]) -> str:
    """The name of the problem in an answer of 400 and above: RFC 9457, a known name, no word of our insides."""
    assert kind.split(";", maxsplit=1)[0] == "application/problem+json", (status, kind, body[:300])
    told = json.loads(body)
    assert {"type", "title", "status", "detail"} <= told.keys(), told
    name = str(told["type"]).removeprefix("/problems/")
    assert name in known, told
    assert told["status"] == status, told
    assert not any(trace in body for trace in TRACE), told
    return name


POINT_PROBLEMS = frozenset(TITLES) - {"internal"}


@contextlib.contextmanager
def line(port: int) -> Iterator[socket.socket]:
    """A bare TCP line to this machine; what is not answered in time raises TimeoutError."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as open_line:
        yield open_line


def until_closed(open_line: socket.socket) -> bytes:
    """What comes until the other side closes; a reset is a close too."""
    got = bytearray()
    with contextlib.suppress(ConnectionError):
        while part := open_line.recv(65_536):
            got += part
    return bytes(got)
