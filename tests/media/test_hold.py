"""While a customer is on hold the expert sees nothing of the document camera; and sees it again afterwards."""

import asyncio

import pytest

from controller.ports.media import FileNews, Leg
from tests.media.daemon import PATIENCE_S, Daemon, MediaProcess
from tests.media.expert import Expert

pytestmark = pytest.mark.system


def hold(daemon: Daemon, session: str, on: bool) -> None:
    daemon.say({"t": "hold", "session": session, "on": on})


async def document(expert: Expert, word: str) -> None:
    """The heartbeat says that the document camera is so."""
    await expert.until(lambda: [said for said in expert.said if said["t"] == "beat"][-1]["document"] == word)


async def dark(expert: Expert) -> None:
    await document(expert, "held")
    async with asyncio.timeout(PATIENCE_S):
        seen = -1
        while seen < len(expert.pictures):  # what was on its way
            seen = len(expert.pictures)
            await asyncio.sleep(1.0)


@pytest.mark.parametrize("h264", [True, pytest.param(False, marks=pytest.mark.long)])
async def test_no_picture_and_no_still_leaves_while_it_is_on(daemon: Daemon, media: MediaProcess, h264: bool) -> None:
    daemon.open("r-1")
    async with Expert(daemon, h264=h264) as expert:
        await expert.connect()
        await expert.pictures_come(5)
        for _ in range(2):
            hold(daemon, "r-1", True)
        hold(daemon, "r-unknown", True)
        await dark(expert)
        expert.ask_still("held-1")
        assert (await expert.told("refused", "held-1"))["why"] == "held"
        await daemon.wait(FileNews, lambda news: news.file.id == "held-1" and news.file.cause == "held")
        assert "held-1" not in expert.files
        mark = daemon.mark
        leg = await daemon.wait(Leg, lambda leg: bool(leg.stats) and not leg.stats.video, since=mark)
        assert leg.up, "the leg itself goes on"
        hold(daemon, "r-1", False)
        hold(daemon, "r-1", False)
        await expert.pictures_come(5)
        await document(expert, "ready")
        expert.ask_still("free-1")
        await expert.until(lambda: "free-1" in expert.files)
        assert expert.k == 1 and media.exit is None and not media.logged("media_errand")


@pytest.mark.long
async def test_a_new_epoch_and_a_new_process_are_dark_from_the_first_picture(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    hold(daemon, "r-1", True)
    async with Expert(daemon) as expert:
        for _ in range(2):
            await expert.connect()
            await dark(expert)
        assert expert.pictures == []
        hold(daemon, "r-1", False)
        await expert.pictures_come(5)
