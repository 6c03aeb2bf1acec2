"""Simulated people as processes of their own, and what they say they see."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

SIM = (sys.executable, "-m", "drivers.media.sim")
PATIENCE_S = 60.0


class People:
    """A running process of them. `noticed`: every line so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.noticed: list[dict[str, Any]] = []
        self._more = asyncio.Event()

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.noticed.append(msgspec.json.decode(line))
            self._more.set()

    async def until(self, holds: Callable[[list[dict[str, Any]]], Any]) -> None:
        """Until what was noticed is so; whatever nobody foresaw fails the test."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds(self.noticed):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            pytest.fail("not seen; what was: " + "\n".join(map(str, self.noticed[-30:])))
        assert not [one for one in self.noticed if one["what"] in {"fault", "unknown"}]

    async def saw(self, what: str, **facts: Any) -> None:
        await self.until(lambda all_: any(one["what"] == what and facts.items() <= one.items() for one in all_))


@asynccontextmanager
async def people(
    *words: str, run: Callable[..., Sequence[str]] = lambda *words: words, env: dict[str, str] | None = None
) -> AsyncIterator[People]:
    """`run` puts the command into a network namespace."""
    process = await asyncio.create_subprocess_exec(*run(*SIM, *words), stdout=asyncio.subprocess.PIPE, env=env)
    there = People(process)
    listening = asyncio.create_task(there.listen())
    try:
        yield there
        assert process.returncode is None, there.noticed
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()
        await listening
