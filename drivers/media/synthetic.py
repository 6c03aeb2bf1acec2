"""Made pictures for a booth without devices: a document that lies still, a pen that moves, a number for receivers
(stamp.py), and the word that it is simulated.

The film is encoded once and goes round: picture k of LOOP_S leaves when the clock's seconds modulo LOOP_S are k / FPS,
so that its stamp (milliseconds within the loop) tells every receiver on the same clock how old it is.
"""

import asyncio
import io
import math
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import av
from PIL import Image, ImageDraw, ImageFont

from drivers.media import stamp
from drivers.media.capture import CameraGone, Coding, Shot

LOOP_S = 4
FPS = 30
LATE_S = 0.1  # a picture that is to wait so long after its time has come, was missed
KEY_EACH = 15  # pictures: who comes waits half a second at most
SIZE = (1280, 720)
SIZES = {"document_camera": SIZE, "camera": (640, 360)}
STILL_SIZE = (2592, 1944)  # 5 megapixels, as document cameras have
FONT = "DejaVuSans.ttf"
PAPER, INK, DESK = (250, 249, 244), (30, 32, 40), (96, 74, 52)
PEN_INK, PEN_DOT = (66, 172, 118), (78, 100, 200)  # luma and chroma
OVER = threading.Event()  # the process ends: no film is finished
ENCODING = threading.Lock()  # of FILMS
LINES = (
    "Hakemus · Ansökan · Application",
    "Sukunimi / Efternamn:  Esimerkki",
    "Etunimet / Förnamn:  Maija Helena",
    "Osoite / Adress:  Kirkkotie 1, 99999 Esimerkkilä",
    "Päiväys ja allekirjoitus / Datum och underskrift:",
)

TITLES = {
    "document_camera": "Simuloitu asiakirjakamera · Simulerad dokumentkamera · Simulated",
    "camera": "Simuloitu koppikamera · Simulerad kamera · Simulated",
}


@dataclass(frozen=True, slots=True)
class Loop:
    """A film that goes round: access units, and which of them are key pictures."""

    pictures: tuple[bytes, ...]
    keys: tuple[bool, ...]


FILMS: dict[tuple[str, tuple[int, int]], Loop] = {}


class SyntheticCamera:
    """A `Device`, by its name in the config of a booth."""

    coding: Coding | None = "h264"
    is_made = True

    def __init__(self, name: str = "document_camera") -> None:
        self._title, self._size = TITLES[name], SIZES[name]

    def film(self, until: threading.Event) -> Iterator[Shot]:
        """See `Device`."""
        loop = film(self._title, self._size, until)
        if loop is None:
            return
        count, k = len(loop.pictures), next_key()
        while not until.wait(wait_s(k)):
            if wait_s(k) > LATE_S:  # this process stood still
                k = next_key()
                continue
            yield Shot(loop.pictures[k], "h264", loop.keys[k], time.monotonic_ns(), self._size)
            k = (k + 1) % count

    def still(self, until: threading.Event) -> bytes:
        """See `Device`."""
        picture = page(self._title, STILL_SIZE)
        if until.is_set():
            raise CameraGone("broken", "closed")
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=90)
        return out.getvalue()


def wait_s(k: int) -> float:
    """Until picture k leaves: 0 when it is due, or late by less than a second."""
    wait = (k / FPS - time.time()) % LOOP_S
    return 0.0 if wait > LOOP_S - 1 else wait


def next_key() -> int:
    """The key picture that leaves next."""
    return math.ceil(time.time() % LOOP_S * FPS / KEY_EACH) * KEY_EACH % (LOOP_S * FPS)


async def prepare() -> None:
    """Encode the films before a session wants them, on a thread."""
    for name, title in TITLES.items():
        with suppress(CameraGone):
            await asyncio.get_running_loop().run_in_executor(None, film, title, SIZES[name], OVER)


def film(title: str, size: tuple[int, int], until: threading.Event) -> Loop | None:
    """Encoded once for the whole process, by one thread; the others wait for it. None: `until` was set before."""
    key = title, size
    while not ENCODING.acquire(timeout=LATE_S):
        if until.is_set():
            return None
    try:
        if key not in FILMS and (made := encoded(title, size, until)) is not None:
            FILMS[key] = made
        return FILMS.get(key)
    finally:
        ENCODING.release()


def encoded(title: str, size: tuple[int, int], until: threading.Event) -> Loop | None:
    """The film; None: `until` was set before it was whole. Raises `CameraGone` when the process ends."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.thread_count = 1
    encoder.gop_size = KEY_EACH
    encoder.profile = "Baseline"
    encoder.options = {"preset": "superfast", "tune": "zerolatency", "crf": "24", "level": "3.1", "sc_threshold": "0"}
    packets = []
    for k in range(LOOP_S * FPS):
        if OVER.is_set():
            raise CameraGone("broken", "the process ends")
        if until.is_set():
            return None
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, picture in zip(frame.planes, planes(title, size, k), strict=True):
            plane.update(picture.tobytes())
        frame.pts, frame.time_base = k, Fraction(1, FPS)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return Loop(tuple(bytes(packet) for packet in packets), tuple(packet.is_keyframe for packet in packets))


def planes(title: str, size: tuple[int, int], k: int) -> list[Image.Image]:
    """Picture k of the loop, as luma and the two chromas at half the size: a quarter of what a way over RGB costs."""
    drawn = [plane.copy() for plane in page_planes(title, size)]
    width, height = size
    x, y, r = pen_at(size, k)
    for plane, ink, dot in zip(drawn, PEN_INK, PEN_DOT, strict=True):
        half = plane.width / width
        pen = ImageDraw.Draw(plane)
        pen.line((half * x, half * y, half * (x + 6 * r), half * (y - 6 * r)), fill=ink, width=max(2, round(half * r)))
        pen.ellipse((half * (x - r), half * (y - r), half * (x + r), half * (y + r)), fill=dot)
    pen = ImageDraw.Draw(drawn[0])
    for place, bit in enumerate(stamp.bits(k * 1000 // FPS)):
        left, right = place * width // stamp.BITS, (place + 1) * width // stamp.BITS
        pen.rectangle((left, 0, right, round(height * stamp.HEIGHT)), fill=235 if bit else 16)
    return drawn


def pen_at(size: tuple[int, int], k: int) -> tuple[float, float, float]:
    """Where the pen's point is, and how large."""
    width, height = size
    turn = 2 * math.pi * k / (LOOP_S * FPS)
    return width * (0.5 + 0.28 * math.cos(turn)), height * (0.78 + 0.08 * math.sin(2 * turn)), height / 50


@lru_cache(maxsize=4)
def page_planes(title: str, size: tuple[int, int]) -> list[Image.Image]:
    """The page as a camera's planes: luma from 16 to 235, chroma at half the size, grey under the stamp."""
    luma, *chromas = page(title, size).convert("YCbCr").split()
    half = (size[0] // 2, size[1] // 2)
    chromas = [chroma.resize(half) for chroma in chromas]
    for chroma in chromas:
        chroma.paste(128, (0, 0, half[0], round(half[1] * stamp.HEIGHT) + 1))
    return [luma.point(lambda y: 16 + y * 219 // 255), *chromas]


@lru_cache(maxsize=4)
def page(title: str, size: tuple[int, int]) -> Image.Image:
    """The paper on its desk."""
    width, height = size
    picture = Image.new("RGB", size, DESK)
    pen = ImageDraw.Draw(picture)
    left, top = width // 8, height // 9
    pen.rectangle((left, top, width - left, height), fill=PAPER)
    for row, text in enumerate(LINES):
        font = ImageFont.truetype(FONT, height // (18 if row == 0 else 28))
        pen.text((left * 1.3, top * (1.3 + 0.95 * row)), text, fill=INK, font=font)
    pen.text((left * 1.3, height * 0.93), title, fill=(150, 30, 30), font=ImageFont.truetype(FONT, height // 30))
    return picture
