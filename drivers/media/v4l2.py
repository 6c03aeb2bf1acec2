"""Cameras of the kernel (V4L2), read by FFmpeg: a camera that encodes H.264 is passed on as it comes, one that gives
JPEGs or raw lines as that. Blocking; called in a camera's thread.

FFmpeg's reads wait in the kernel for a picture, so that a camera that hangs would hold its reader, and its light, for
ever. The descriptor is therefore found after the open, made non-blocking, and waited for with a time-out.
"""

import errno
import fcntl
import os
import select
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import av.container
import av.error

from drivers.media.capture import CameraGone, Coding, Shot
from drivers.media.decoding import jpeg_of
from drivers.media.nodes import NotFound, node_of

SIZE = "1280x720"
RATE = "30"
SETTLE = 6  # pictures before a still, in which exposure and focus settle
LOOK_S = 0.1  # how soon an end is noticed
HUNG_S = 5.0  # no picture for so long: the camera is broken
FILMS = ("h264", "mjpeg")  # what a camera is asked for, in this order
STILLS = {"mjpeg": b"MJPG", "yuyv422": b"YUYV"}  # FFmpeg's names, the kernel's (linux/videodev2.h)
ENUM_FRAMESIZES = 0xC02C564A  # _IOWR('V', 74, struct v4l2_frmsizeenum)
FRMSIZE = struct.Struct("=11I")  # index, format, kind; width and height, or their least, most and step; reserved
DISCRETE = 1  # V4L2_FRMSIZE_TYPE_DISCRETE
SIZES_MOST = 64
CODINGS: dict[str, Coding] = {"h264": "h264", "mjpeg": "mjpeg", "rawvideo": "rawvideo"}
REASONS = {
    errno.ENOENT: "absent",
    errno.ENODEV: "absent",
    errno.ENXIO: "absent",
    errno.EACCES: "no_access",
    errno.EPERM: "no_access",
    errno.EBUSY: "busy_elsewhere",
}


class V4l2:
    """The camera of that name in the config (nodes.py), looked for anew at each opening."""

    coding: Coding | None = None
    is_made = False

    def __init__(self, name: str) -> None:
        self._name = name

    def film(self, until: threading.Event) -> Iterator[Shot]:
        """See `Device`."""
        container, descriptor = self._film()
        try:
            yield from self._shots(container, descriptor, until)
        finally:
            container.close()

    def still(self, until: threading.Event) -> bytes:
        """See `Device`."""
        node = self._where()
        container, descriptor = self._open(node, still_options(node))
        try:
            for count, shot in enumerate(self._shots(container, descriptor, until)):
                if count >= SETTLE:
                    return jpeg_of(shot)
        finally:
            container.close()
        raise CameraGone("broken", "no still picture")

    def _film(self) -> tuple[av.container.InputContainer, int]:
        """Opened with the first of FILMS that it knows, else as it likes."""
        node = self._where()
        for coding in FILMS:
            try:
                return self._open(node, {"input_format": coding, "video_size": SIZE, "framerate": RATE})
            except CameraGone as gone:
                if gone.reason != "broken":  # not the format's fault
                    raise
        return self._open(node, {"video_size": SIZE})

    def _where(self) -> str:
        try:
            return node_of(self._name)
        except NotFound as missing:
            raise CameraGone(missing.reason) from None

    def _open(self, node: str, options: dict[str, str]) -> tuple[av.container.InputContainer, int]:
        """The camera, and its descriptor, which no longer blocks (-1: not found)."""
        before = descriptors(node)
        try:
            container = av.open(node, format="v4l2", options=options)
        except (av.error.FFmpegError, OSError) as error:
            raise gone(error) from error
        [descriptor, *_] = [*(descriptors(node) - before), -1]
        if descriptor >= 0:
            flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
            fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        return container, descriptor

    def _shots(self, container: av.container.InputContainer, descriptor: int, until: threading.Event) -> Iterator[Shot]:
        stream = container.streams.video[0]
        coding = CODINGS.get(stream.codec_context.name)
        if coding is None:
            raise CameraGone("broken", f"it speaks {stream.codec_context.name}")
        size = (stream.codec_context.width, stream.codec_context.height)
        pixels = stream.codec_context.pix_fmt or ""
        packets = container.demux(stream)
        heard = time.monotonic()
        while not until.is_set():
            if not readable(descriptor):
                if time.monotonic() - heard > HUNG_S:
                    raise CameraGone("broken", "no pictures")
                continue
            try:
                packet = next(packets)
            except BlockingIOError:
                packets = container.demux(stream)  # a generator that raised is over
                continue
            except (av.error.FFmpegError, OSError, StopIteration) as error:
                raise gone(error) from error
            if not packet.size:
                raise CameraGone("absent", "it ended")
            heard = time.monotonic()
            key = packet.is_keyframe or coding != "h264"
            yield Shot(bytes(packet), coding, key, time.monotonic_ns(), size, pixels)


def still_options(node: str) -> dict[str, str]:
    """What to ask for to get its largest picture: JPEG where it has that, else raw lines. Raises `CameraGone`."""
    try:
        descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise gone(error) from error
    try:
        for name, fourcc in STILLS.items():
            sizes = frame_sizes(descriptor, fourcc)
            if sizes:
                width, height = max(sizes, key=lambda size: size[0] * size[1])
                key = "input_format" if name == "mjpeg" else "pixel_format"
                return {key: name, "video_size": f"{width}x{height}"}
    finally:
        os.close(descriptor)
    return {"video_size": SIZE}


def frame_sizes(descriptor: int, fourcc: bytes) -> list[tuple[int, int]]:
    """Width and height of every size that it has in that format; of a range its largest."""
    sizes: list[tuple[int, int]] = []
    for index in range(SIZES_MOST):
        asked = bytearray(FRMSIZE.pack(index, int.from_bytes(fourcc, "little"), *([0] * 9)))
        try:
            fcntl.ioctl(descriptor, ENUM_FRAMESIZES, asked)
        except OSError:
            break
        _, _, kind, *told = FRMSIZE.unpack(asked)
        if kind != DISCRETE:
            return [(told[1], told[4])]
        sizes.append((told[0], told[1]))
    return sizes


def readable(descriptor: int) -> bool:
    """Whether a picture is there, after LOOK_S at most. Without a descriptor: a read will tell."""
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(LOOK_S * 1000))


def descriptors(node: str) -> set[int]:
    """Our open descriptors of that device."""
    real, found = os.path.realpath(node), set[int]()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if os.readlink(entry) == real:
                found.add(int(entry.name))
        except OSError:
            continue  # closed while we looked
    return found


def gone(error: Exception) -> CameraGone:
    """What an open or a read that failed means."""
    number = getattr(error, "errno", None) or 0
    return CameraGone(REASONS.get(number, "broken"), str(error)[:120])
