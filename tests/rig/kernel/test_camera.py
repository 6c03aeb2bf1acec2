"""Cameras of the kernel (its own test driver, vivid): our V4L2 reader opens them, reads without ever blocking, takes a
still at their largest, shares nothing, and lets go at once."""

import fcntl
import io
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from controller.ports.media import Health
from drivers.media.capture import CameraGone, Shot
from drivers.media.nodes import state_of
from drivers.media.v4l2 import V4l2, descriptors
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert
from tests.rig.kernel.world import until

NODE = "/dev/video0"
S_CTRL = 0xC008561C  # _IOWR('V', 28, struct v4l2_control)
VIVID_DISCONNECT = 0x00F0F000 + 65  # vivid-ctrls.c: VIVID_CID_VIVID_BASE + 65
LIGHT_S = 0.3  # from the end of a session to the camera's light: issue 5, item 11
CAPTURE = "0x1"  # vivid's node_types: video capture only


@pytest.fixture(scope="module", autouse=True)
def vivid() -> Iterator[None]:
    subprocess.run(
        ["modprobe", "vivid", "n_devs=1", f"node_types={CAPTURE}", "num_inputs=1", "input_types=0"], check=True
    )
    subprocess.run(["udevadm", "settle"], check=False)
    yield
    subprocess.run(["modprobe", "-r", "vivid"], check=False)


def shots(count: int, over: threading.Event) -> list[Shot]:
    film, got = V4l2(NODE).film(over), list[Shot]()
    for shot in film:
        got.append(shot)
        if len(got) == count:
            break
    film.close()  # type: ignore[attr-defined]  # why: PyAV's types are too narrow
    return got


def test_it_gives_pictures_that_move_and_is_closed_behind_them() -> None:
    assert state_of(NODE) == "ready"
    got = shots(5, threading.Event())
    assert {shot.coding for shot in got} == {"rawvideo"} and len({shot.data for shot in got}) == 5
    assert [shot.at_ns for shot in got] == sorted(shot.at_ns for shot in got)
    assert not descriptors(NODE), "the light is off"


def test_an_end_is_noticed_between_two_pictures() -> None:
    over = threading.Event()
    threading.Timer(0.3, over.set).start()
    began = time.monotonic()
    assert len(shots(10_000, over)) < 10_000
    assert time.monotonic() - began < 5 and not descriptors(NODE)


def test_a_still_is_its_largest_picture_as_jpeg() -> None:
    still = V4l2(NODE).still(threading.Event())
    film = shots(1, threading.Event())[0]
    assert Image.open(io.BytesIO(still)).size == (3840, 2160) > film.size


def test_a_camera_that_another_program_films_with_is_busy() -> None:
    film = V4l2(NODE).film(threading.Event())
    next(film)
    with pytest.raises(CameraGone) as gone:
        shots(1, threading.Event())
    assert gone.value.reason == "busy_elsewhere"
    film.close()  # type: ignore[attr-defined]  # why: PyAV's types are too narrow


def test_a_camera_that_is_cut_off_while_it_films_is_gone_and_let_go() -> None:
    """vivid's own control "Disconnect" does what a pulled plug does (Documentation/admin-guide/media/vivid.rst)."""
    film = V4l2(NODE).film(threading.Event())
    next(film)
    disconnect()
    with pytest.raises(CameraGone):
        for _ in range(200):
            next(film)
    assert not descriptors(NODE)


def disconnect() -> None:
    """VIDIOC_S_CTRL (linux/videodev2.h) of vivid's own button."""
    with open(NODE, "rb+", buffering=0) as node:
        fcntl.ioctl(node, S_CTRL, struct.pack("Ii", VIVID_DISCONNECT, 1))


async def test_the_light_is_on_between_open_and_close_of_a_session_and_never_else(tmp_path: Path) -> None:
    """The whole process, and an expert who sees what the camera films."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "addr", "replace", "10.9.9.9/32", "dev", "lo"], check=True)
    booth = {"id": "koppi", "document_camera": NODE, "camera": None, "microphone": None, "printer": None}
    async with Daemon(tmp_path / "media.sock") as daemon, MediaProcess(daemon.path, simulated=False) as media:
        await daemon.ready((booth,), simulated=False)
        health = await daemon.wait(Health)
        assert health.booths[0].document_camera == "ready" and media.open_devices() == []
        daemon.open("r-1")
        async with Expert(daemon) as expert:
            await expert.connect()
            await expert.until(lambda: len(expert.pictures) > 5)
            assert media.open_devices() == [NODE]
            began = time.monotonic()
            daemon.close_session("r-1")
            await until(lambda: not media.open_devices(), "the light goes off")
            assert time.monotonic() - began < LIGHT_S, "in virtual time, which no busy machine can stretch"
        assert not media.logged("media_device_stuck")
