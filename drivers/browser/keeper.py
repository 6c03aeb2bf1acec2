"""The keeper: one browser that always runs, and one line to the point, over which it hears that it must end."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from controller.ports.browser import LINE_MOST, Cut, Kept, WasCut
from drivers.browser import process

AGAIN_S, LONG_S, AGAIN_MOST_S = 1.0, 30.0, 30.0  # who ran for less than LONG_S is started again ever later
LINE_AGAIN_S = 0.5
END_S = 5.0
PROFILE = "{profile}"  # in the command: a new folder at each start

log = structlog.get_logger("browser")
_read = msgspec.json.Decoder(Cut).decode


class Keeper:
    """`run` keeps the browser, `listen` the line; both for ever. `close` ends the browser."""

    def __init__(self, booth: str, socket: Path, command: Sequence[str]) -> None:
        self._booth, self._socket, self._command = booth, socket, command

    async def run(self) -> None:
        """Start it, again and again. A profile is of one start: nothing of a customer is in the next one."""
        wait = AGAIN_S
        while True:
            began = asyncio.get_running_loop().time()
            with tempfile.TemporaryDirectory(prefix="luukku-browser-", ignore_cleanup_errors=True) as profile:
                code = await self._one(profile)
            ran = asyncio.get_running_loop().time() - began
            wait = AGAIN_S if ran > LONG_S else min(2 * wait, AGAIN_MOST_S)
            log.warning("the browser has ended", code=code, after_s=round(ran, 1), again_in_s=wait)
            await asyncio.sleep(wait)

    async def _one(self, profile: str) -> int | None:
        try:
            browser = await process.start([word.replace(PROFILE, profile) for word in self._command])
        except OSError as no:
            log.error("the browser cannot be started", why=str(no))
            return None
        code = await browser.wait()
        await process.end_all(END_S)  # what it left
        process.bury()
        return code

    async def listen(self) -> None:
        """Hear the point, whenever it is there. Without it nothing can be ended, and the browser goes on."""
        while True:
            with suppress(OSError, ValueError):
                reader, writer = await asyncio.open_unix_connection(self._socket, limit=LINE_MOST)
                try:
                    writer.write(msgspec.json.encode(Kept(booth=self._booth)) + b"\n")
                    while line := await reader.readline():
                        _read(line)  # there is but one word
                        writer.write(msgspec.json.encode(WasCut(ms=await self._cut())) + b"\n")
                finally:
                    writer.close()
            await asyncio.sleep(LINE_AGAIN_S)

    async def _cut(self) -> float:
        """Milliseconds until nothing of it ran any more, however long that took: before, it was not cut."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while not await process.end_all(END_S):
            log.error("a process of the browser does not end")
        ms = round(1000 * (clock() - began), 1)
        log.warning("the browser was ended at the point's word", ms=ms)
        return ms

    async def close(self) -> None:
        """Everything that was started is gone."""
        await process.end_all(END_S)


def found(command: Sequence[str]) -> bool:
    """Is there such a program?"""
    return bool(command) and shutil.which(command[0]) is not None
