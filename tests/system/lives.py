"""Programs that are imported once: each life is a fork that runs one command line to its end, or is killed on the way.

A fork is a real process with files, sockets and threads of its own; only the second that its imports take is paid once.
`strace` may watch a life, count its calls, kill it at one of them, or make one fail.
"""

import asyncio
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

READY_S, ATTACH_S, END_S = 120.0, 60.0, 120.0  # on a machine that has much other work
PR_SET_PTRACER, PTRACER_ANY = 0x59616D61, ctypes.c_ulong(-1)  # prctl(2): strace is our sibling, not our parent


class Life:
    """One process of a program, and the strace that watches it."""

    def __init__(self, log: Path, pid: int, *watchers: int) -> None:
        self.log, self.pid = log, pid
        self._ends = [_end_of(one) for one in (pid, *watchers)]

    @property
    def over(self) -> bool:
        return self._ends[0].done()

    async def ended(self, seconds: float = END_S) -> None:
        """Wait until it is no more, and what was seen of it is written down."""
        async with asyncio.timeout(seconds):
            await asyncio.wait(self._ends)  # nobody who waits may end these by being cancelled

    async def stop(self, number: int = signal.SIGTERM, seconds: float = END_S) -> None:
        if not self.over:
            os.kill(self.pid, number)  # nobody else can have its id: who asked for it buries it
        await self.ended(seconds)


def _end_of(pid: int) -> asyncio.Future[None]:
    """Done when this process is over."""
    loop, watch = asyncio.get_running_loop(), os.pidfd_open(pid)
    end = loop.create_future()

    def over() -> None:
        loop.remove_reader(watch)
        os.close(watch)
        end.set_result(None)

    loop.add_reader(watch, over)
    return end


class Program:
    """What was imported, ready to be forked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_wish = asyncio.Lock()
        self.lives: list[Life] = []

    async def start(self, entry: str, *words: str, log: Path, strace: Sequence[str] = ()) -> Life:
        """A life that calls `entry` ("module:function") with its words, watched by `strace` with these options."""
        wish = {"entry": entry, "words": words, "log": str(log), "strace": list(strace)}
        assert self._process.stdin is not None and self._process.stdout is not None
        async with self._one_wish, asyncio.timeout(READY_S):
            self._process.stdin.write(json.dumps(wish).encode() + b"\n")
            self.lives.append(Life(log, *map(int, (await self._process.stdout.readline()).split())))
        return self.lives[-1]


@asynccontextmanager
async def program(*modules: str) -> AsyncIterator[Program]:
    """Imports `modules`; whatever lives at the end is killed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name, *modules, stdin=pipe, stdout=pipe
    )
    made = Program(process)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(READY_S):
            assert await process.stdout.readline() == b"ready\n"
        yield made
    finally:
        for life in made.lives:
            with suppress(ProcessLookupError):
                await life.stop(signal.SIGKILL)
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def main() -> None:
    """The process that imports, and forks for each line it is told."""
    for module in sys.argv[1:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        wish = json.loads(line)
        _bury()  # only now: whoever asked for a life before has seen it
        pid = os.fork()
        if pid == 0:
            raise SystemExit(_live(wish))
        pids = [pid]
        if wish["strace"]:
            strace = ["strace", *wish["strace"], "-p", str(pid)]
            quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
            pids.append(os.posix_spawnp("strace", strace, os.environ, file_actions=[quiet]))
        print(*pids, flush=True)


def _bury() -> None:
    """Who ended is taken off the list of processes; how it ended is in its log."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _live(wish: dict[str, Any]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if wish["strace"]:
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, PTRACER_ANY, 0, 0, 0)
        _attached()
    module, _, name = wish["entry"].partition(":")
    return int(getattr(importlib.import_module(module), name)(wish["words"]) or 0)


def _attached() -> None:
    deadline = time.monotonic() + ATTACH_S
    while b"\nTracerPid:\t0\n" in Path("/proc/self/status").read_bytes():
        if time.monotonic() > deadline:
            raise SystemExit("strace did not come")
        time.sleep(0.002)


if __name__ == "__main__":
    main()
