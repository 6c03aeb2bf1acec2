"""The point's door for those who keep browsers: whose browser is ended, when, and by whom that can be asked for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from controller.app.browser_socket import FOLDER
from controller.app.pressed import AtBooth, Presses
from controller.ports.inputs import Pressed
from controller.readers import booth as hub
from controller.readers import booth_dark
from tests.remote.stage import WAIT_S, Broker, Page, answered, booth_point
from tests.web.rig import Point


class Keeper:
    """A keeper's end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, **message: Any) -> None:
        self._writer.write(json.dumps(message).encode() + b"\n")

    async def hear(self, within_s: float = WAIT_S) -> Any:
        """None when the line ends, or nothing is said in time."""
        try:
            async with asyncio.timeout(within_s):
                line = await self._reader.readline()
        except TimeoutError:
            return None
        return json.loads(line) if line else None


@asynccontextmanager
async def keeper(folder: Path, booth: str) -> AsyncIterator[Keeper]:
    reader, writer = await asyncio.open_unix_connection(folder / "browser.sock")
    one = Keeper(reader, writer)
    with capture_logs() as said:  # nothing is answered to it
        one.say(t="kept", booth=booth)
        async with asyncio.timeout(WAIT_S):
            while "a booth's browser is kept" not in [line["event"] for line in said]:
                await asyncio.sleep(0.01)
    try:
        yield one
    finally:
        writer.close()


async def press(here: Point) -> None:
    exchange = here.site.exchange
    assert exchange is not None
    await AtBooth(here.ledger, "leave-1", "b1", Presses("leave-1", "life"), lambda: exchange)(Pressed("leave"))


async def connected(here: Point, broker: Broker, page: Page) -> str:
    id_ = await answered(here, broker)
    await page.say(t="talk", session=id_, up=True)
    await broker.shows("connected")
    return id_


async def test_a_page_that_hangs_at_the_press_of_the_button_loses_its_browser_and_the_other_booth_keeps_its_own(
    tmp_path: Path,
) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), keeper(tmp_path, "b1") as own:
        id_ = await connected(here, broker, page)
        await press(here)
        assert await own.hear() == {"t": "cut"}
        assert here.ledger.state.sessions[id_].outcome == "completed"


async def test_whoever_else_says_that_it_keeps_the_browser_takes_it_from_nobody(tmp_path: Path) -> None:
    page = Page()
    async with (
        booth_point(tmp_path) as (here, broker),
        page.connected(here),
        keeper(tmp_path, "b1") as own,
        keeper(tmp_path, "b1") as other,
    ):
        await connected(here, broker, page)
        await press(here)
        assert await own.hear() == await other.hear() == {"t": "cut"}


async def test_a_page_that_says_it_is_off_keeps_its_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "PRESSED_S", 2 * WAIT_S)
    monkeypatch.setattr(hub, "ENDED_S", 2 * WAIT_S)
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), keeper(tmp_path, "b1") as own:
        id_ = await connected(here, broker, page)
        pressing, seen = asyncio.create_task(press(here)), 0
        for _ in range(2):  # of the button, and of the session's end
            await page.until(lambda m: m["t"] == "end", after=seen)
            seen = len(page.heard)
            await page.say(t="off", session=id_)
        await pressing
        await nobody_is_watched(here)
        assert await own.hear(0.3) is None


async def nobody_is_watched(here: Point) -> None:
    """Until every page has said that it is off, or has lost its browser."""
    hub: Any = here.site.exchange
    async with asyncio.timeout(WAIT_S):
        while hub.dark._awaited:
            await asyncio.sleep(0.01)


async def test_a_page_that_hangs_at_any_end_loses_its_browser_later(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), keeper(tmp_path, "b1") as own:
        id_ = await connected(here, broker, page)
        clock = asyncio.get_running_loop().time
        began = clock()
        assert (await broker.order(id_, "end", resolution="first_contact"))["ok"]
        await page.until(lambda m: m == {"t": "end", "session": id_})
        assert await own.hear() == {"t": "cut"}
        assert clock() - began > 0.9 * booth_dark.ENDED_S


async def test_a_page_whose_line_was_opened_anew_at_the_end_keeps_its_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "ENDED_S", 2 * WAIT_S)
    page, again = Page(), Page()
    async with booth_point(tmp_path) as (here, broker), keeper(tmp_path, "b1") as own:
        async with page.connected(here):
            id_ = await connected(here, broker, page)
            assert (await broker.order(id_, "end", resolution="first_contact"))["ok"]
            await page.until(lambda m: m == {"t": "end", "session": id_})
        async with again.connected(here):
            await again.say(t="here", session=None, consent=None, devices={})
            await nobody_is_watched(here)
            assert await own.hear(0.3) is None


async def test_the_button_switches_off_also_when_the_disk_takes_nothing(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), keeper(tmp_path, "b1") as own:
        id_ = await connected(here, broker, page)

        async def full(*_: object, **__: object) -> None:
            await asyncio.sleep(3600)

        here.ledger.submit = full  # type: ignore[method-assign,assignment]  # why: a disk that hangs
        pressing = asyncio.create_task(press(here))
        await page.until(lambda m: m == {"t": "end", "session": id_})
        assert await own.hear() == {"t": "cut"}
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)


@pytest.mark.parametrize("said", ["nonsense", '{"t":"kept","booth":"elsewhere"}', '{"t":"cut"}', "x" * 100_000])
async def test_who_says_what_makes_no_sense_is_shown_out_and_the_others_stay(tmp_path: Path, said: str) -> None:
    async with booth_point(tmp_path), keeper(tmp_path, "b1") as good:
        reader, writer = await asyncio.open_unix_connection(tmp_path / "browser.sock")
        writer.write(said.encode() + b"\n")
        assert await reader.read() == b""
        writer.close()
        assert await good.hear(0.1) is None


async def test_a_folder_that_is_missing_keeps_no_point_from_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "nowhere"))
    async with booth_point(tmp_path), keeper(tmp_path, "b1") as own:
        assert await own.hear(0.1) is None
