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
STILL_SIZE = (2592, 1944)  # 5 megapixels, as document cameras have
FONT = "DejaVuSans.ttf"
PAPER, INK, DESK = (250, 249, 244), (30, 32, 40), (96, 74, 52)
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


class SyntheticCamera:
    """A `Device`. `title` says whose picture it is."""

    coding: Coding | None = "h264"

    def __init__(self, title: str = TITLES["document_camera"]) -> None:
        self._title = title

    def film(self, until: threading.Event) -> Iterator[Shot]:
        """See `Device`."""
        loop = film(self._title)
        count, k = len(loop.pictures), next_key()
        while not until.wait(wait_s(k)):
            if wait_s(k) > LATE_S:  # this process stood still
                k = next_key()
                continue
            yield Shot(loop.pictures[k], "h264", loop.keys[k], time.monotonic_ns(), SIZE)
            k = (k + 1) % count

    def still(self, until: threading.Event) -> bytes:
        """See `Device`."""
        picture = draw(self._title, STILL_SIZE, 0)
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
    """Encode the document film before a session wants it."""
    await asyncio.get_running_loop().run_in_executor(None, film, TITLES["document_camera"])


@lru_cache(maxsize=4)
def film(title: str) -> Loop:
    """Encoded once for the whole process (half a second of one core); never during a session when asked for before."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt = "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.gop_size = KEY_EACH
    encoder.profile = "Baseline"
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "crf": "26", "level": "3.1", "sc_threshold": "0"}
    packets = []
    for k in range(LOOP_S * FPS):
        frame = av.VideoFrame.from_image(draw(title, SIZE, k)).reformat(format="yuv420p")  # type: ignore[no-untyped-call]
        frame.pts, frame.time_base = k, Fraction(1, FPS)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return Loop(tuple(bytes(packet) for packet in packets), tuple(packet.is_keyframe for packet in packets))


def draw(title: str, size: tuple[int, int], k: int) -> Image.Image:
    """Picture k of the loop."""
    picture = page(title, size).copy()
    pen = ImageDraw.Draw(picture)
    width, height = size
    turn = 2 * math.pi * k / (LOOP_S * FPS)
    x, y = width * (0.5 + 0.28 * math.cos(turn)), height * (0.78 + 0.08 * math.sin(2 * turn))
    r = height / 50
    pen.line((x, y, x + 6 * r, y - 6 * r), fill=(40, 60, 150), width=max(2, round(r)))
    pen.ellipse((x - r, y - r, x + r, y + r), fill=(170, 30, 40))
    for place, bit in enumerate(stamp.bits(k * 1000 // FPS)):
        left, right = place * width // stamp.BITS, (place + 1) * width // stamp.BITS
        pen.rectangle((left, 0, right, round(height * stamp.HEIGHT)), fill=(255,) * 3 if bit else (0,) * 3)
    return picture


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
