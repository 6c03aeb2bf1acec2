"""A camera between its thread and its watchers: shared, reopened, let go; with devices that hang, vanish or stutter."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.media import capture, letting_go, nodes, synthetic
from drivers.media.capture import Camera, CameraGone, Coding, Shot
from drivers.media.nodes import NotFound, node_of, state_of
from drivers.media.slots import RUN_MOST, SlotEnded
from drivers.media.synthetic import SyntheticCamera
from drivers.media.v4l2 import V4l2


class Film:
    """A device whose every third picture is a key; `breaks` after so many."""

    coding: Coding | None = "h264"
    is_made = False

    def __init__(self, breaks: int | None = None, hangs: threading.Event | None = None) -> None:
        self.opened = self.closed = 0
        self.is_hung = threading.Event()
        self._breaks, self._hangs = breaks, hangs

    def film(self, until: threading.Event) -> Iterator[Shot]:
        self.opened += 1
        try:
            n = 0
            while not until.wait(0.005):
                if self._hangs is not None and n == 3:
                    self.is_hung.set()
                    self._hangs.wait()
                if self._breaks is not None and n >= self._breaks:
                    self._breaks = None
                    raise CameraGone("broken")
                yield Shot(bytes([n % 256]), "h264", n % 3 == 0, time.monotonic_ns())
                n += 1
        finally:
            self.closed += 1

    def still(self, until: threading.Event) -> bytes:
        assert self.opened == self.closed, "never two at a time"
        return b"jpeg"


async def test_two_watchers_share_one_open_device_and_the_last_close_lets_it_go() -> None:
    device = Film()
    camera = Camera("one", device)
    assert camera.state == "closed" and device.opened == 0
    one, other = camera.watch(), camera.watch()
    assert (await one.get()).is_key and (await other.get()).is_key
    camera.leave(one)
    with pytest.raises(SlotEnded):
        await one.get()
    await other.get()
    assert device.opened == 1
    assert await camera.close() and (device.opened, device.closed) == (1, 1)
    with pytest.raises(SlotEnded):
        await other.get()


async def test_a_still_interrupts_the_film_which_goes_on_from_a_key() -> None:
    device = Film()
    camera = Camera("one", device)
    run = camera.watch()
    await run.get()
    assert await camera.still() == b"jpeg"
    run.cut()
    assert (await run.get()).is_key and device.opened == 2
    assert await camera.close()


async def test_a_camera_that_breaks_off_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "AGAIN_S", 0.02)
    device = Film(breaks=2)
    camera = Camera("one", device)
    run = camera.watch()
    for _ in range(20):
        await run.get()
    assert device.opened >= 2 and camera.state == "ready"
    assert await camera.close()


async def test_a_camera_that_hangs_is_told_apart_from_one_that_was_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letting_go, "LET_GO_S", 0.1)
    hangs = threading.Event()
    device = Film(hangs=hangs)
    camera = Camera("one", device)
    camera.watch()
    await asyncio.to_thread(device.is_hung.wait)
    assert not await camera.close()
    hangs.set()


async def test_a_sealed_camera_is_opened_by_nobody() -> None:
    device = Film()
    device.coding = None
    camera = Camera("one", device)
    camera.seal()
    with pytest.raises(SlotEnded):
        await camera.watch().get()
    with pytest.raises(CameraGone):
        await camera.still()
    assert await camera.known() is None and device.opened == 0
    assert await camera.close()


async def test_an_open_camera_that_is_sealed_says_what_it_knows_and_is_closed_once() -> None:
    device = Film()
    camera = Camera("one", device)
    await camera.watch().get()
    camera.seal()
    assert await camera.known() == "h264"
    assert await camera.close() and (device.opened, device.closed) == (1, 1)
    with pytest.raises(CameraGone):
        await camera.still()
    assert device.opened == 1


async def test_a_held_camera_is_closed_and_shows_nothing_until_it_is_free() -> None:
    device = Film()
    camera = Camera("one", device)
    run = camera.watch()
    await run.get()
    camera.hold(True)
    camera.hold(True)
    assert camera.state == "held" and await camera.let_go() and (device.opened, device.closed) == (1, 1)
    late = camera.watch()
    for watcher in (run, late):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watcher.get(), 0.05)
    with pytest.raises(CameraGone) as gone:
        await camera.still()
    assert gone.value.reason == "held" and await camera.known() == "h264" and device.opened == 1
    camera.hold(False)
    assert (await run.get()).is_key and (await late.get()).is_key and device.opened == 2
    assert await camera.close() and camera.state == "closed"
    camera.hold(False)
    assert device.opened == 2


@pytest.mark.parametrize("comes", [True, False])
async def test_a_still_that_is_being_taken_when_its_camera_is_held_is_given_to_nobody(comes: bool) -> None:
    """Whether the device still gives it or gives up."""
    device, taken = Film(), asyncio.Event()
    loop, plain = asyncio.get_running_loop(), device.still

    def still(until: threading.Event) -> bytes:
        loop.call_soon_threadsafe(taken.set)
        until.wait(30)
        if not comes:
            raise CameraGone("broken", "closed")
        return plain(until)

    device.still = still  # type: ignore[method-assign]  # why: the moment in which it is held is the test's
    camera = Camera("one", device)
    asking = asyncio.create_task(camera.still())
    await taken.wait()
    camera.hold(True)
    with pytest.raises(CameraGone) as gone:
        await asking
    assert gone.value.reason == "held" and await camera.close() and camera.state == "held"


async def test_a_sealed_camera_stays_closed_when_it_is_no_longer_held() -> None:
    device = Film()
    camera = Camera("one", device)
    await camera.watch().get()
    camera.hold(True)
    camera.seal()
    camera.hold(False)
    assert device.opened == 1 and camera.state == "closed" and await camera.close()


async def test_a_camera_that_was_let_go_while_the_loop_stood_still_is_not_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Time-out and the thread's word come in one pass, the time-out first."""
    monkeypatch.setattr(letting_go, "LET_GO_S", 0.05)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    waiting = asyncio.create_task(letting_go.in_time(ended))
    await asyncio.sleep(0)
    loop.call_at(loop.time() + 0.06, lambda: loop.call_soon(ended.set))
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        pass
    assert await waiting


async def test_made_pictures_are_never_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letting_go, "LET_GO_S", 0.05)
    hangs = threading.Event()
    device = Film(hangs=hangs)
    device.is_made = True
    camera = Camera("one", device)
    camera.watch()
    await asyncio.to_thread(device.is_hung.wait)
    assert await camera.close()
    hangs.set()


class Odd(Film):
    """Its driver raises what nobody foresaw, once each way."""

    def __init__(self) -> None:
        super().__init__()
        self._raises = {"film", "still"}

    def _raise(self, way: str) -> None:
        if way in self._raises:
            self._raises.remove(way)
            raise ValueError(way)

    def film(self, until: threading.Event) -> Iterator[Shot]:
        self._raise("film")
        yield from super().film(until)

    def still(self, until: threading.Event) -> bytes:
        self._raise("still")
        return super().still(until)


async def test_a_driver_that_raises_anything_is_broken_tried_again_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "AGAIN_S", 0.02)
    camera = Camera("one", Odd())
    states = []
    monkeypatch.setattr(camera, "_told", lambda thread, reason: states.append(reason))
    run = camera.watch()
    assert (await run.get()).is_key and states == ["broken"]
    with pytest.raises(CameraGone) as gone:
        async with asyncio.timeout(capture.STILL_S / 2):
            await camera.still()
    assert gone.value.reason == "broken"
    assert await camera.still() == b"jpeg" and await camera.close()


async def test_a_loop_that_stands_still_gets_few_pictures_from_a_key() -> None:
    """However many came meanwhile, a dozen wait, and one call."""
    device = Film()
    camera = Camera("one", device)
    run, given = camera.watch(), list[list[Shot]]()
    await run.get()
    thread = camera._thread
    assert thread is not None
    plain = thread._shots._take
    thread._shots._take = lambda shots: (given.append(shots), plain(shots))  # type: ignore[assignment, func-returns-value]  # why: a look at what is handed over
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        pass
    await asyncio.sleep(0)
    assert len(given) <= 2 and all(len(shots) <= RUN_MOST for shots in given)
    run.cut()
    assert (await run.get()).is_key and await camera.close()


def test_a_film_is_encoded_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "FILMS", {})
    plain, made = synthetic.encoded, []
    monkeypatch.setattr(synthetic, "encoded", lambda *told: (made.append(told), plain(*told))[1])
    until, size = threading.Event(), (64, 48)
    asking = [threading.Thread(target=synthetic.film, args=("a", size, until)) for _ in range(3)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(made) == 1
    until.set()
    assert synthetic.film("another", size, until) is None


async def test_an_absent_camera_says_so_and_is_no_still(tmp_path: object) -> None:
    camera = Camera("one", V4l2("/dev/video-none"))
    run = camera.watch()
    with pytest.raises(CameraGone) as gone:
        await camera.still()
    assert gone.value.reason == "absent"
    async with asyncio.timeout(30):
        while camera.state != "absent":
            await asyncio.sleep(0.01)
    assert await camera.known(within=0.05) is None
    camera.leave(run)
    assert await camera.close()


async def test_what_is_no_camera_is_broken_not_hung() -> None:
    camera = Camera("one", V4l2("/dev/null"))
    with pytest.raises(CameraGone) as gone:
        await camera.still()
    assert gone.value.reason == "broken"
    assert await camera.close()


def test_a_made_still_is_given_up_at_the_end_of_its_session() -> None:
    over = threading.Event()
    over.set()
    with pytest.raises(CameraGone):
        SyntheticCamera().still(over)


def test_a_node_is_judged_without_opening_it() -> None:
    assert state_of(None) == "none"
    assert state_of("/dev/video-none") == "absent"
    assert state_of("/etc/passwd") == "absent"
    assert state_of("/dev/null") == "ready"


def test_a_camera_is_found_by_its_cable_as_every_other_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As sysfs lays out two USB cameras, one of them with a second node, for metadata."""
    monkeypatch.setattr(nodes, "CLASS", tmp_path / "class")
    for node, port, serial, index in (
        ("video0", "1-2", "SN 77", "0"), ("video1", "1-2", "SN 77", "1"), ("video2", "1-3", "SN88", "0"),
    ):  # fmt: skip
        usb = tmp_path / "devices" / port
        (usb / f"{port}:1.0").mkdir(parents=True, exist_ok=True)
        (usb / "idVendor").write_text("046d\n")
        (usb / "serial").write_text(serial + "\n")
        (tmp_path / "class" / node).mkdir(parents=True)
        (tmp_path / "class" / node / "index").write_text(index + "\n")
        (tmp_path / "class" / node / "device").symlink_to(usb / f"{port}:1.0")
    assert node_of("usb:SN_77") == node_of("port:1-2") == "/dev/video0"
    assert node_of("usb:SN88") == "/dev/video2" and node_of("/dev/video9") == "/dev/video9"
    for name in ("usb:other", "port:9-9"):
        with pytest.raises(NotFound, match="absent"):
            node_of(name)
        assert state_of(name) == "absent"
    (tmp_path / "devices" / "1-3" / "serial").write_text("SN 77\n")
    assert state_of("usb:SN_77") == "ambiguous"
    assert state_of("sim") == "simulated" and state_of("") == "none"
