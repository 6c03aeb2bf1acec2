"""A real expert's peer and the real media process over the real socket: document pictures, stills, statistics."""

import asyncio
import io

import pytest
from PIL import Image

from controller.ports.media import FileNews, Leg
from drivers.media.synthetic import FPS, KEY_EACH, LOOP_S, SIZE, STILL_SIZE
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert

pytestmark = pytest.mark.system


async def test_the_cameras_own_h264_reaches_the_expert_whole_and_in_time_order(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await expert.pictures_come(60)
        assert expert.size == SIZE
        steps = {(b - a) % (LOOP_S * 1000) for a, b in zip(expert.stamps, expert.stamps[1:], strict=False)}
        known = {0, *range(32, 35), *range(65, 69)}  # one, two or three pictures on; a blurred one is read 1 ms beside
        assert {step % 100 for step in steps} <= known, "in order, none from elsewhere"
        assert expert.pictures.count(None) < len(expert.pictures) / 10
        leg = await daemon.wait(Leg, lambda leg: bool(leg.stats) and leg.stats.video)
        assert leg.up and leg.stats.codec == "h264" and leg.stats.kbps > 50 and not leg.emergency


async def test_an_expert_without_h264_gets_slow_vp8(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon, h264=False) as expert:
        await expert.connect()
        await expert.pictures_come(12)
        assert expert.size == SIZE
        leg = await daemon.wait(Leg, lambda leg: bool(leg.stats) and leg.stats.video)
        assert leg.stats.codec == "vp8"
        steps = [(b - a) % (LOOP_S * 1000) for a, b in zip(expert.stamps, expert.stamps[1:], strict=False)]
        assert sum(steps) / len(steps) >= 1000 / 10, "at most ten pictures a second are encoded here"


@pytest.mark.long
async def test_where_the_path_takes_less_than_the_camera_gives_only_key_pictures_leave(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await expert.pictures_come(30)

        def thinned() -> bool:
            return any(isinstance(leg, Leg) and leg.stats and leg.stats.thinned for leg in daemon.said)

        while not thinned():
            await expert.estimate(100_000)
            await asyncio.sleep(0.1)
        before = len(expert.stamps)
        await expert.pictures_come(6)
        keys = [stamp for stamp in expert.stamps[before + 3 :] if stamp % (1000 * KEY_EACH // FPS) == 0]
        assert len(keys) >= 2, "what still comes are key pictures"


async def test_a_still_comes_at_full_resolution_while_the_film_goes_on(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await expert.pictures_come(5)
        expert.ask_still("s-1")
        await expert.until(lambda: "s-1" in expert.files)
        assert Image.open(io.BytesIO(expert.files["s-1"])).size == STILL_SIZE
        await expert.pictures_come(5)
        news = await daemon.wait(FileNews, lambda news: news.file.state == "ready")
        assert news.file.kind == "still" and news.file.got == len(expert.files["s-1"])


async def test_a_renewed_connection_shows_pictures_again_and_the_old_one_is_let_go(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        for _ in range(3):
            await expert.connect()
            await expert.pictures_come(5)
        assert expert.answers == 3


async def test_only_channels_do_as_well(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect("d")
        assert (await expert.told("beat"))["emergency"] is False
