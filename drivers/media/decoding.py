"""Coded pictures of a camera, opened again: for an encoder here, for a still, for a look whether they live."""

import io

import av
import av.error

from drivers.media.capture import CameraGone, Shot

JPEG_QUALITY = 92
JPEG_HUFFMAN = b"\xff\xc4"  # DHT; many UVC cameras leave the tables out (MJPEG as in AVI)


def decoder(shot: Shot) -> av.VideoCodecContext:
    context = av.CodecContext.create(shot.coding, "r")
    assert isinstance(context, av.VideoCodecContext)
    context.thread_count = 1
    if shot.coding == "rawvideo":
        (context.width, context.height), context.pix_fmt = shot.size, shot.pixels
    return context


def jpeg_of(shot: Shot) -> bytes:
    """One picture as a JPEG that any program reads: the camera's own, or encoded anew where it gives none, or one
    without its tables. Raises `CameraGone`."""
    if shot.coding == "mjpeg" and JPEG_HUFFMAN in shot.data:
        return shot.data
    try:
        frames = decoder(shot).decode(av.Packet(shot.data))
    except av.error.FFmpegError as error:
        told = f"{shot.coding} {shot.pixels} {shot.size} {len(shot.data)}: {error}"
        raise CameraGone("broken", told[:160]) from error
    if not frames:
        raise CameraGone("broken", "no picture")
    out = io.BytesIO()
    frames[-1].to_image().save(out, "JPEG", quality=JPEG_QUALITY)  # type: ignore[no-untyped-call]  # why: PyAV says no types here
    return out.getvalue()
