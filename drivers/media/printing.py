"""A PDF on its way to the booth's printer: CUPS by its own programs, bytes by a pipe, no file. A paper that is not out
when its session ends, or in time, is called back: it must not come out in front of the next customer. CUPS keeps
papers and their titles for a day: the title says nothing, and what has ended is taken out of its keeping where it lets
us.
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
ASK_S = 10.0  # for CUPS to call a paper back
HANDED_S = 60.0  # for lp to hand it over: one that is interrupted says no job, and the paper may come out all the same
SIMULATED_S = 0.5
CALLED_BACK_S = 2 * ASK_S  # for a paper that is called back; its lp has said its job long before, as a rule
TITLE = "Luukku"
ENDED = {"completed", "aborted", "canceled"}
JOB = re.compile(r"request id is (\S+-\d+)")  # what lp says (LC_ALL=C)
OPTIONS = ("-n", "1", "-t", TITLE, "-o", "job-sheets=none", "-o", "document-format=application/pdf")

log = structlog.get_logger("media")


class PrintFailed(Exception):
    """`cause`: "no_printer", "refused", "too_slow", "no_cups", "aborted" or "canceled" (by printer or print server)."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


async def print_pdf(data: bytes | bytearray, queue: str | None, *, simulated: bool) -> None:
    """Until it is out. Raises `PrintFailed`; cancelled, it calls the paper back."""
    if simulated:
        await asyncio.sleep(SIMULATED_S)
        return
    if queue is None:
        raise PrintFailed("no_printer")
    job = await _handed_over(data, queue)
    try:
        async with asyncio.timeout(PRINTED_S):
            state = await _ended(job)
    except TimeoutError:
        raise PrintFailed("too_slow") from None
    finally:
        await _surely_forget(job)
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


async def _handed_over(data: bytes | bytearray, queue: str) -> str:
    """The job. Cancelled, it waits for its name all the same, and calls it back."""
    handing = asyncio.create_task(_hand_over(data, queue), name="media-paper")
    try:
        return await asyncio.shield(handing)
    except asyncio.CancelledError:
        with suppress(PrintFailed):
            await _forget(await handing)
        raise


async def _hand_over(data: bytes | bytearray, queue: str) -> str:
    found = JOB.search(await _ask(["lp", "-d", queue, *OPTIONS, "-"], data, HANDED_S))
    if found is None:
        raise PrintFailed("refused")
    return found[1]


async def _surely_forget(job: str) -> None:
    """Also when cancelled meanwhile."""
    forgetting = asyncio.create_task(_forget(job), name="media-paper")
    try:
        await asyncio.shield(forgetting)
    except asyncio.CancelledError:
        await asyncio.wait([forgetting])
        raise


async def _forget(job: str) -> None:
    """Call it back if it is not out, and let nothing of it be kept."""
    number = int(job.rpartition("-")[2])
    with suppress(PrintFailed):
        await _ask(["cancel", "-x", job], b"", ASK_S)  # of one that has ended CUPS only says so
    try:
        if not await ipp.purge(number):
            log.info("media_paper_kept", job=job, why="not_ours_to_purge")
    except (OSError, aiohttp.ClientError) as error:
        log.info("media_paper_kept", job=job, why=type(error).__name__)


async def _ask(command: list[str], given: bytes | bytearray, within: float) -> str:
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
        async with asyncio.timeout(within):
            out, _ = await process.communicate(given)
    except TimeoutError:
        raise PrintFailed("too_slow") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise PrintFailed("refused")
    return out.decode(errors="replace")
