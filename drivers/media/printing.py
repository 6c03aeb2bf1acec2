"""A PDF on its way to the booth's printer: CUPS by its own programs, bytes by a pipe, no file. A paper that is not out
when its session ends, or in time, is called back: it must not come out in front of the next customer.
"""

import asyncio
import os
import re
from contextlib import suppress

import aiohttp
import structlog

from drivers.media import ipp

PRINTED_S = 120.0
LOOK_S = 1.0
ASK_S = 10.0  # for one of CUPS's programs
SIMULATED_S = 0.5
ENDED = {"completed", "aborted", "canceled"}
JOB = re.compile(r"request id is (\S+-\d+)")  # what lp says (LC_ALL=C)

log = structlog.get_logger("media")


class PrintFailed(Exception):
    """`cause`: "no_printer", "refused", "too_slow", "no_cups", "aborted" or "canceled" (by printer or print server)."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


async def print_pdf(data: bytes, title: str, queue: str | None, *, simulated: bool) -> None:
    """Until it is out. Raises `PrintFailed`; cancelled, it calls the paper back."""
    if simulated:
        await asyncio.sleep(SIMULATED_S)
        return
    if queue is None:
        raise PrintFailed("no_printer")
    job = await _hand_over(data, title, queue)
    try:
        async with asyncio.timeout(PRINTED_S):
            state = await _ended(job)
    except BaseException as error:
        await asyncio.shield(_call_back(job))
        if isinstance(error, TimeoutError):
            raise PrintFailed("too_slow") from None
        raise
    if state != "completed":
        raise PrintFailed(state)
    log.info("media_printed", job=job)


async def _ended(job: str) -> str:
    """How the job ended: "completed", "aborted" or "canceled"."""
    number = int(job.rpartition("-")[2])
    while True:
        try:
            state = await ipp.job_state(number)
        except (OSError, aiohttp.ClientError) as error:
            log.info("media_print_server", why=type(error).__name__)  # it may be back before the time is over
            state = None
        if state in ENDED:
            return state
        await asyncio.sleep(LOOK_S)


async def _hand_over(data: bytes, title: str, queue: str) -> str:
    said = await _ask(["lp", "-d", queue, "-t", title, "-o", "job-sheets=none", "-"], data)
    found = JOB.search(said)
    if found is None:
        raise PrintFailed("refused")
    return found[1]


async def _call_back(job: str) -> None:
    with suppress(PrintFailed):
        await _ask(["cancel", job], b"")


async def _ask(command: list[str], given: bytes) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError:
        raise PrintFailed("no_cups") from None
    try:
        async with asyncio.timeout(ASK_S):
            out, _ = await process.communicate(given)
    except TimeoutError:
        raise PrintFailed("no_cups") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise PrintFailed("refused")
    return out.decode(errors="replace")
