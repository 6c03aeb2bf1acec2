"""One program and everything that it starts, as a whole that can be ended at once. Linux only (proc(5), prctl(2))."""

import asyncio
import ctypes
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

SET_PDEATHSIG, SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
LOOK_S = 0.005


def adopt_orphans() -> None:
    """What a program leaves behind when it dies becomes a child of this process, and is found again. Raises OSError."""
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def descendants(pid: int) -> Iterator[int]:
    """Every process below `pid`, of whatever group or session, the nearest first."""
    near = [pid]
    while near:
        one = near.pop(0)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):  # it has just ended
                found = [int(word) for word in task.read_text().split()]
                yield from found
                near += found


async def end_all(within_s: float) -> bool:
    """Kill everything below this process, and wait until nothing of it runs. False when something still does."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while alive := [pid for pid in descendants(os.getpid()) if _runs(pid)]:
        for pid in alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if loop.time() > deadline:
            return False
        await asyncio.sleep(LOOK_S)
    return True


def bury() -> None:
    """Take leave of adopted children that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _runs(pid: int) -> bool:
    """A process that is dead and only not buried yet has no camera."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


async def start(words: Sequence[str]) -> asyncio.subprocess.Process:
    """It ends with this process, also when that is killed: nobody could end it then. Raises OSError."""
    prctl = ctypes.CDLL(None).prctl  # loaded before the fork
    return await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, preexec_fn=lambda: prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    )
