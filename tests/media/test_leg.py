"""A booth leg without its process: what is asked at its end opens nothing, and one odd thing ends no loop."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from aiortc import RTCDataChannel
from structlog.testing import capture_logs

from controller.ports.media import File, FromMedia, Leg
from controller.ports.signalling import IceConfig, Renew, Signal
from drivers.media import leg as legs
from drivers.media import still
from drivers.media.capture import Camera, Coding, Shot
from drivers.media.channels import UNREAD_MOST, Channels
from drivers.media.emergency import Emergency
from drivers.media.files import BEGINS_MOST
from drivers.media.leg import BoothLeg, Outfit
from drivers.media.peer import Peer


class Lamp:
    """A camera whose light one sees: `is_open`. `holds` delays its close."""

    coding: Coding | None = "h264"
    is_made = False

    def __init__(self) -> None:
        self.opened, self.is_open = 0, False
        self.holds = 0.0
        self.odd = 0  # stills that raise what nobody foresaw

    def film(self, until: threading.Event) -> Iterator[Shot]:
        self.opened += 1
        self.is_open = True
        try:
            while not until.wait(0.002):
                yield Shot(b"x", "h264", True, 0)
            threading.Event().wait(self.holds)
        finally:
            self.is_open = False

    def still(self, until: threading.Event) -> bytes:
        self.opened += 1
        if self.odd:
            self.odd -= 1
            raise ValueError("nobody foresaw it")
        return b"jpeg"


class Pipe:
    """A data channel that nobody reads when `stands`."""

    readyState = "open"

    def __init__(self, label: str) -> None:
        self.label, self.said = label, list[dict[str, Any]]()
        self.bytes = 0
        self.stands = False
        self.bufferedAmount = 0
        self.bufferedAmountLowThreshold = 0
        self.hears: Callable[[str | bytes], None] = lambda _: None

    def on(self, event: str, hears: Callable[..., None]) -> None:
        if event == "message":
            self.hears = hears

    def remove_listener(self, event: str, hears: Callable[..., None]) -> None: ...

    def send(self, data: str | bytes) -> None:
        assert self.readyState == "open"
        if self.stands:
            self.bufferedAmount += len(data)
        if isinstance(data, bytes):
            self.bytes += len(data)
        else:
            self.said.append(json.loads(data))

    def close(self) -> None:
        self.readyState = "closed"


def pipes(channels: Channels) -> tuple[Pipe, Pipe]:
    """`ctl` and `file`, open."""
    ctl, file = Pipe("ctl"), Pipe("file")
    channels.opened(cast(RTCDataChannel, ctl))
    channels.opened(cast(RTCDataChannel, file))
    return ctl, file


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.005)


def leg_of(lamp: Lamp, said: list[FromMedia]) -> BoothLeg:
    outfit = Outfit(Camera("one", lamp), Emergency(None, None, None), None, False)
    return BoothLeg("r-1", "koppi", IceConfig(), outfit, said.append)


async def test_a_still_that_is_asked_for_at_the_end_of_the_session_opens_no_camera() -> None:
    """While the camera closes, and behind that: its light stays dark."""
    lamp = Lamp()
    leg = leg_of(lamp, [])
    ctl, _ = pipes(leg._channels)
    run = leg._outfit.document.watch()  # type: ignore[union-attr]  # why: this leg has one
    await run.get()
    lamp.holds = 0.3
    closing = asyncio.create_task(leg.let_go())
    while not closing.done():
        ctl.hears(json.dumps({"t": "still", "id": f"s-{asyncio.get_running_loop().time()}".replace(".", "-")}))
        await asyncio.sleep(0.01)
    assert closing.result() and lamp.opened == 1 and not lamp.is_open
    await leg.document(True)
    assert lamp.opened == 1
    await leg.close()
    assert lamp.opened == 1 and not lamp.is_open


async def test_a_still_on_its_way_at_the_end_of_the_session_opens_no_camera() -> None:
    lamp = Lamp()
    leg = leg_of(lamp, [])
    ctl, _ = pipes(leg._channels)
    await leg._outfit.document.watch().get()  # type: ignore[union-attr]  # why: this leg has one
    ctl.hears(json.dumps({"t": "still", "id": "s-1"}))
    ctl.hears(json.dumps({"t": "still", "id": "s-2"}))
    assert await leg.let_go()
    opened = lamp.opened
    await leg.close()
    assert lamp.opened == opened and not lamp.is_open


async def test_one_odd_look_ends_no_ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "TICK_S", 0.01)
    said: list[FromMedia] = []
    leg = leg_of(Lamp(), said)
    plain, odd = leg._renewal.asks, [ValueError("nobody foresaw it")]

    def asks(*told: Any) -> str | None:
        if odd:
            raise odd.pop()
        return plain(*told)

    monkeypatch.setattr(leg._renewal, "asks", asks)
    with capture_logs() as logs:
        await until(lambda: any(isinstance(one, Leg) and bool(one.stats) for one in said))
    assert [entry["event"] for entry in logs] == ["media_leg_look"]
    assert await leg.let_go()
    await leg.close()


async def test_one_odd_still_is_refused_and_the_next_is_taken() -> None:
    lamp, news = Lamp(), list[File]()
    lamp.odd = 1
    camera = Camera("one", lamp)
    channels = Channels(camera, news.append)
    ctl, file = pipes(channels)
    ctl.hears(json.dumps({"t": "still", "id": "s-1"}))
    await until(lambda: bool(file.said))
    assert file.said == [{"t": "refused", "id": "s-1", "why": "broken"}]
    ctl.hears(json.dumps({"t": "still", "id": "s-2"}))
    await until(lambda: file.bytes == len(b"jpeg"))
    await channels.close()
    assert await camera.close()


async def test_what_is_odd_in_sending_a_still_is_refused_and_the_next_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    camera, news = Camera("one", Lamp()), list[File]()
    channels = Channels(camera, news.append)
    ctl, file = pipes(channels)
    plain, odd = still.send, [KeyError("nobody foresaw it")]

    async def send(*told: Any) -> None:
        if odd:
            raise odd.pop()
        await plain(*told)

    monkeypatch.setattr(still, "send", send)
    with capture_logs() as logs:
        for id_ in ("s-1", "s-2"):
            ctl.hears(json.dumps({"t": "still", "id": id_}))
        await until(lambda: file.bytes == len(b"jpeg"))
    assert file.said[0] == {"t": "refused", "id": "s-1", "why": "broken"}
    assert [entry["event"] for entry in logs] == ["media_still"]
    await channels.close()
    assert await camera.close()


async def test_a_still_on_its_way_is_broken_off_when_its_camera_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    lamp, news = Lamp(), list[File]()
    lamp.still = lambda until: bytes(still.AHEAD * 3)  # type: ignore[method-assign]  # why: a picture that takes a while
    camera = Camera("one", lamp)
    channels = Channels(camera, news.append)
    ctl, file = pipes(channels)
    monkeypatch.setattr(still, "LOOK_S", 0.01)
    file.stands = True
    ctl.hears(json.dumps({"t": "still", "id": "s-1"}))
    await until(lambda: file.bufferedAmount > still.AHEAD)
    camera.hold(True)
    sent, file.bufferedAmount = file.bytes, 0
    await until(lambda: file.said[-1] == {"t": "refused", "id": "s-1", "why": "held"})
    assert file.bytes == sent and news[-1].cause == "held"
    await channels.close()
    assert await camera.close()


def header(n: int) -> str:
    return json.dumps({"t": "file", "id": f"f{n % 4}", "name": "a.pdf", "kind": "print", "size": 9, "sha256": "a" * 64})


async def test_headers_without_end_are_told_to_the_point_sixty_four_times_at_most() -> None:
    news = list[File]()
    channels = Channels(None, news.append)
    _, file = pipes(channels)
    for n in range(1000):
        file.hears(header(n))
    assert sum(one.state == "coming" for one in news) == BEGINS_MOST and len(news) <= 2 * BEGINS_MOST
    assert file.said[-1]["why"] == "too_many"
    await channels.close()


@pytest.mark.parametrize("label", ["ctl", "file"])
async def test_words_that_nobody_takes_end_their_channel(label: str) -> None:
    channels = Channels(None, lambda _: None)
    ctl, file = pipes(channels)
    channel = ctl if label == "ctl" else file
    channel.stands = True
    for n in range(20_000):
        if label == "ctl":
            channels.beat({"document": "ready"})
        else:
            file.hears(header(n))
    assert channel.readyState == "closed" and channel.bufferedAmount <= UNREAD_MOST + still.AHEAD + 200
    await channels.close()


async def test_a_machine_with_another_address_asks_for_a_new_connection_if_it_has_one() -> None:
    said = list[FromMedia]()
    leg = leg_of(Lamp(), said)
    leg.moved()
    assert not [one for one in said if isinstance(one, Signal)], "there is none to replace"
    leg._peer = Peer(1, [], False, leg)
    leg.moved()
    assert [one.body for one in said if isinstance(one, Signal)] == [Renew(why="moved")]
    await leg.let_go()
    await leg.close()
