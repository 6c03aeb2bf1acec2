"""One run of a speech engine: text in by stdin, sound out, bounded in time and size, never left behind.

Stdin and stdout are anonymous files in memory, not pipes: nothing to fill up, nothing to drain from a killed
process, and festival's text2wave can seek back to write its RIFF header. The text is never an argument.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import closing, suppress

SOUND_LIMIT = 2_000_000  # bytes; 45 s of 22050 Hz 16-bit mono, several times the longest phrase
FILE_LIMIT = 64 * 1024 * 1024  # bytes; libpulse, which espeak-ng opens even for --stdout, maps a 64 MiB memfd
REAP_S = 1.0  # a killed process is gone in milliseconds unless the kernel holds it

# No HOME of ours (festival would run ~/.festivalrc), no sound server (espeak-ng would connect to one).
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "PULSE_SERVER": "unix:/nonexistent",
}


class EngineFault(Exception):
    """An engine that could not be started, failed, was too slow or said too much; the text tells which."""


class _Memory:
    """An anonymous file in memory, closed with `close()`."""

    def __init__(self, name: str, content: bytes = b"") -> None:
        self.fd = os.memfd_create(name)
        os.pwrite(self.fd, content, 0)

    def content(self, limit: int) -> bytes:
        return os.pread(self.fd, limit, 0)

    def close(self) -> None:
        os.close(self.fd)


async def run(argv: Sequence[str], text: bytes, within_s: float) -> bytes:
    """What `argv` wrote to stdout when `text` was its stdin. Raises `EngineFault`; the process group is
    killed and reaped on a timeout and on cancellation alike."""
    with closing(_Memory("said", text)) as said, closing(_Memory("heard")) as heard:
        await _run(argv, said.fd, heard.fd, within_s)
        sound = heard.content(SOUND_LIMIT + 1)
    if len(sound) > SOUND_LIMIT:
        raise EngineFault(f"{argv[0]}: more than {SOUND_LIMIT} bytes of sound")
    return sound


async def _run(argv: Sequence[str], said: int, heard: int, within_s: float) -> None:
    process = await _start(argv, said, heard)
    try:
        async with asyncio.timeout(within_s):
            status = await process.wait()
    except TimeoutError:
        raise EngineFault(f"{argv[0]}: no answer in {within_s:g} s") from None
    finally:
        await _end(process)
    if status != 0:
        raise EngineFault(f"{argv[0]}: exit status {status}")


async def _start(argv: Sequence[str], said: int, heard: int) -> asyncio.subprocess.Process:
    """Started whole, also for a caller who is cancelled meanwhile: asyncio would kill the engine by itself then, and
    leave what it has started."""
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *("prlimit", f"--fsize={FILE_LIMIT}", "--core=0", "--", *argv),
            stdin=said,
            stdout=heard,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await _end(starting.result())
        raise
    except OSError as cause:
        raise EngineFault(f"{argv[0]}: cannot be started ({cause.strerror})") from cause


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the whole group if its leader still runs, and wait until the kernel has given it back."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):  # it may have ended by itself a moment ago; it is reaped all the same
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(REAP_S):
            await process.wait()
