"""The media process's house without its process: self-tests and sessions that cross, ends that take their time."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from controller.ports.media import BoothConfig, Close, Config, FromMedia, Hold, Open, TriedOut, TryOut, read_to_media
from controller.ports.signalling import IceConfig
from drivers.media import house, printing, selftest
from drivers.media.capture import Camera, Coding, Shot
from drivers.media.house import House
from drivers.media.leg import BoothLeg

BOOTH = BoothConfig(id="koppi", document_camera="sim", microphone="sim", printer="koppi")


class Still:
    """A camera whose film never begins: a test looks at it until it loses patience. `let_go` is set by its close."""

    coding: Coding | None = "h264"
    is_made = False

    def __init__(self) -> None:
        self.opened, self.let_go = threading.Event(), threading.Event()

    def film(self, until: threading.Event) -> Iterator[Shot]:
        self.opened.set()
        until.wait()
        self.let_go.set()
        yield from ()

    def still(self, until: threading.Event) -> bytes:
        return b""


class Point:
    """A house, and what it said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[FromMedia] = []
        self.cameras: list[Still] = []
        self.stuck = 0
        self.house = House(self.said.append, simulated=False, stuck=self._stuck)
        monkeypatch.setattr(self.house, "_cameras", self._cameras)
        self.house.heard(Config(booths=(BOOTH,)))

    def _stuck(self) -> None:
        self.stuck += 1

    def _cameras(self, booth: BoothConfig) -> dict[str, Camera]:
        self.cameras.append(Still())
        return {"document_camera": Camera("one", self.cameras[-1])}

    async def looks(self) -> Still:
        """A self-test has begun to look."""
        self.house.heard(TryOut(id="t-1", booth="koppi"))
        async with asyncio.timeout(60):
            while not self.cameras or not self.cameras[0].opened.is_set():
                await asyncio.sleep(0.005)
        return self.cameras[0]

    async def tested(self) -> TriedOut:
        async with asyncio.timeout(60):
            while True:
                if found := [said for said in self.said if isinstance(said, TriedOut)]:
                    return found[0]
                await asyncio.sleep(0.005)


@pytest.fixture
async def point(monkeypatch: pytest.MonkeyPatch) -> Point:
    return Point(monkeypatch)


@pytest.fixture
async def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(ice: IceConfig) -> list[Any]:
        return []

    monkeypatch.setattr(selftest, "paths_of", none)


@pytest.mark.usefixtures("at_once")
async def test_a_session_that_opens_ends_the_look_of_a_test(point: Point) -> None:
    camera = await point.looks()
    point.house.heard(Open(session="r-1", booth="koppi"))
    assert (await point.tested()).result["cameras"] == {}
    assert camera.let_go.is_set() and not point.stuck
    await point.house.close()


async def test_the_cameras_are_let_go_before_the_paths_are_measured(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_then: list[bool] = []

    async def measured(ice: IceConfig) -> list[Any]:
        open_then.append(not point.cameras[0].let_go.is_set())
        return []

    monkeypatch.setattr(selftest, "paths_of", measured)
    monkeypatch.setattr(selftest, "FIRST_S", 0.05)
    await point.looks()
    assert (await point.tested()).result["cameras"]["document_camera"]["fps"] == 0.0
    assert open_then == [False]


@pytest.mark.usefixtures("at_once")
async def test_a_test_that_breaks_lets_its_cameras_go_and_is_told_in_the_log(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(cameras: dict[str, Camera]) -> dict[str, Any]:
        cameras["document_camera"].watch()
        raise ValueError("nobody foresaw it")

    monkeypatch.setattr(selftest, "looks_at", breaks)
    with capture_logs() as logs:
        camera = await point.looks()
        async with asyncio.timeout(60):
            while not camera.let_go.is_set() or not logs:
                await asyncio.sleep(0.005)
    assert [(entry["event"], repr(entry["exc_info"])) for entry in logs] == [
        ("media_errand", "ValueError('nobody foresaw it')")
    ]


async def test_the_end_of_the_process_ends_a_test_and_lets_its_cameras_go(point: Point) -> None:
    camera = await point.looks()
    await point.house.close()
    assert camera.let_go.is_set() and not point.stuck


async def test_the_end_of_the_process_waits_for_papers_that_are_called_back(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than the three seconds that it once did."""
    called_back: list[str] = []

    async def takes_long(leg: BoothLeg) -> None:
        await asyncio.sleep(3.3)
        called_back.append(leg.session)
        await plain(leg)

    plain = BoothLeg.close
    monkeypatch.setattr(BoothLeg, "close", takes_long)
    point.house.heard(Open(session="r-1", booth="koppi"))
    await point.house.close()
    assert called_back == ["r-1"] and house.END_S > printing.CALLED_BACK_S


@pytest.mark.parametrize(
    ("speaker", "microphone", "plays"),
    [("hw:1", "sim", "hw:1"), (None, "default", "default"), ("sim", "default", None), (None, "sim", "default")],
)
async def test_a_speaker_is_its_own_and_not_the_microphones(
    point: Point, speaker: str | None, microphone: str, plays: str | None
) -> None:
    told = {"id": "koppi", "speaker": speaker, "microphone": microphone, "is_of_next_year": [1]}
    booths = read_to_media(msgspec.json.encode({"t": "config", "booths": [told], "of_next_year": {}}))
    assert isinstance(booths, Config)
    outfit = point.house._outfit(booths.booths[0])
    assert outfit.emergency._speaker == plays


async def test_a_hold_of_no_session_of_ours_is_let_be(point: Point) -> None:
    point.house.heard(Hold(session="r-1", on=True))
    point.house.heard(Open(session="r-1", booth="koppi"))
    point.house.heard(Close(session="r-1"))
    point.house.heard(Hold(session="r-1", on=False))
    await point.house.close()
    assert not point.stuck
