"""The keeper of a booth's browser as a real process; the browser is a shell script whose children run away from it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from drivers.browser import process as programs
from drivers.browser.keeper import Keeper

PATIENCE_S = 60.0
RUNAWAYS = (  # a child in a session of its own, an orphan that ignores signals, and a parent that waits
    "echo $$ >> {pids}; setsid sleep 1000 & echo $! >> {pids}; "
    "(trap '' TERM INT HUP; setsid sh -c 'echo $$ >> {pids}; trap \"\" TERM; while :; do sleep 1; done' &) ; "
    "echo {profile} >> {profiles}; touch {profile}/kept; wait"
)


class Point:
    """The point's end of the socket."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.news = asyncio.Condition()
        self._writer: asyncio.StreamWriter | None = None

    @asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        async def line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writer = writer
            while said := await reader.readline():
                async with self.news:
                    self.heard.append(json.loads(said))
                    self.news.notify_all()
            writer.close()

        server = await asyncio.start_unix_server(line, path)
        try:
            yield
        finally:
            server.close()
            if self._writer is not None:
                self._writer.close()
            path.unlink()

    def say(self, text: str) -> None:
        assert self._writer is not None
        self._writer.write(text.encode() + b"\n")

    async def until(self, kind: str, count: int = 1) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S), self.news:
            while len(found := [m for m in self.heard if m["t"] == kind]) < count:
                await self.news.wait()
            return found[-1]


@asynccontextmanager
async def keeper(socket: Path, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    words = (sys.executable, "-m", "drivers.browser", "--booth", "b1", "--socket", str(socket), "--", *command)
    process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0


def runaways(folder: Path) -> tuple[str, ...]:
    script = RUNAWAYS.replace("{pids}", str(folder / "pids")).replace("{profiles}", str(folder / "profiles"))
    return ("sh", "-c", script)


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


async def until_lines(path: Path, count: int) -> list[str]:
    async with asyncio.timeout(PATIENCE_S):
        while len(found := lines(path)) < count:
            await asyncio.sleep(0.02)
    return found


def running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_at_the_point_s_word_nothing_of_the_browser_is_left_and_a_new_one_starts_with_a_new_profile(
    tmp_path: Path,
) -> None:
    point = Point()
    async with point.listening(tmp_path / "s"), keeper(tmp_path / "s", *runaways(tmp_path)):
        assert await point.until("kept") == {"t": "kept", "booth": "b1"}
        first = await until_lines(tmp_path / "pids", 3)
        await until_lines(tmp_path / "profiles", 1)
        assert all(running(pid) for pid in first)
        point.say('{"t":"cut"}')
        print(await point.until("was_cut"))
        assert not any(running(pid) for pid in first)
        again = await until_lines(tmp_path / "pids", 6)
        one, two = await until_lines(tmp_path / "profiles", 2)
        assert one != two and not Path(one).exists()
    assert not any(running(pid) for pid in again), "the keeper's end is the browser's"


async def test_a_browser_that_dies_is_started_again_and_what_it_left_is_gone(tmp_path: Path) -> None:
    async with keeper(tmp_path / "nobody", *runaways(tmp_path)):
        first = await until_lines(tmp_path / "pids", 3)
        os.kill(int(first[0]), signal.SIGKILL)
        await until_lines(tmp_path / "pids", 6)
        assert not any(running(pid) for pid in first)


async def test_the_keeper_finds_a_point_that_comes_back_and_minds_no_nonsense(tmp_path: Path) -> None:
    point, again = Point(), Point()
    async with keeper(tmp_path / "s", *runaways(tmp_path)):
        async with point.listening(tmp_path / "s"):
            await point.until("kept")
            point.say('{"t":"what"}')
            await point.until("kept", 2)
            point.say("x" * 10_000)
            await point.until("kept", 3)
        async with again.listening(tmp_path / "s"):
            await again.until("kept")
            await until_lines(tmp_path / "pids", 3)
            again.say('{"t":"cut"}')
            await again.until("was_cut")
    assert len(lines(tmp_path / "profiles")) >= 1


async def test_a_browser_does_not_outlive_a_keeper_that_was_killed(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "drivers.browser", "--booth", "b1", "--socket", "s", "--", "sh", "-c",
             f"echo $$ >> {tmp_path / 'pids'}; exec sleep 1000")  # fmt: skip
    process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.DEVNULL)
    [browser] = await until_lines(tmp_path / "pids", 1)
    process.kill()
    await process.wait()
    async with asyncio.timeout(PATIENCE_S):
        while running(browser):
            await asyncio.sleep(0.02)


async def test_a_program_that_is_not_there_is_told_to_whoever_starts_it(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "drivers.browser", "--booth", "b1", "--socket", "s", "--", "no-such-browser")
    process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2 and b"no-such-browser" in said


async def test_a_browser_that_the_kernel_holds_is_not_said_to_be_cut_before_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = [False, False, True]

    async def end_all(within_s: float) -> bool:
        return tries.pop(0)

    monkeypatch.setattr(programs, "end_all", end_all)
    await Keeper("b1", tmp_path / "no.sock", ("true",))._cut()
    assert tries == []
