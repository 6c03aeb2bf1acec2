"""The point's own mark at the head of its tickets: kept in the printer's NV memory where it has one, else drawn.

Epson asks for fewer than ten writes a day of that memory (TM-T81 specification): a logo is written when the printer
says that it has none of that key, twice at most in the life of a daemon. A write that was torn wants as many bytes
again before the printer listens to anything else: so a slow line gets a logo that is no longer than a band of dots.
"""

import hashlib
import io

import structlog
from PIL import Image, UnidentifiedImageError

from drivers.escpos import commands
from drivers.escpos.conversation import Conversation
from drivers.escpos.raster import INK, Logo, Logos, pack

LARGE = 400, 160  # dots: 50 x 20 mm at 203 dpi; more would only be paper
SMALL = 208, 64  # 26 x 8 mm: 1,664 bytes
PIXELS_MOST = 4_000_000  # 16 MB while it is read: what is larger is a mistake, or meant ill
KEY_LETTERS = 94  # 21h to 7Eh
ASK_S, STORE_S = 0.5, 3.0
STORES_MOST = 2

log = structlog.get_logger()


class BadLogo(Exception):
    """The file is no picture that can be printed; the words are for who configured it."""


def logos_of(data: bytes) -> Logos:
    """From the bytes of a picture file (PNG, JPEG, ...): on white, made as small as it must be. Raises BadLogo."""
    grey = _grey(data)
    return Logos(_logo(grey, *LARGE), _logo(grey, *SMALL))


def _grey(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > PIXELS_MOST:
                raise BadLogo(f"{image.width} x {image.height} dots are too many: make it smaller")
            colours = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as bad:
        raise BadLogo(f"it is no picture that can be read ({type(bad).__name__})") from bad
    page = Image.new("RGBA", colours.size, "white")
    page.alpha_composite(colours)
    return page.convert("L")


def _logo(grey: Image.Image, widest: int, highest: int) -> Logo:
    scaled = grey.copy()
    scaled.thumbnail((widest, highest), Image.Resampling.LANCZOS)
    if scaled.histogram()[:INK] == [0] * INK:
        raise BadLogo("nothing on it is dark enough to be printed")
    bitmap = pack(scaled)
    digest = hashlib.sha256(bytes((bitmap.width_bytes,)) + bitmap.data).digest()
    return Logo("".join(chr(0x21 + byte % KEY_LETTERS) for byte in digest[:2]), bitmap)


class LogoKeeper:
    """Sees to it that the printer has the logo. `stored`: it has, as far as it said on this link."""

    def __init__(self, printer: str, logo: Logo, bytes_per_s: float) -> None:
        self.logo = logo
        self.stored = False
        self._printer = printer
        one = logo.bitmap
        self._write = commands.store_picture(logo.key, one.width_bytes, one.rows, one.data)
        self._patience_s = STORE_S + len(self._write) / bytes_per_s
        self._stores = 0

    @property
    def longest(self) -> int:
        """Bytes that a torn write may still want."""
        return max(commands.LONGEST_COMMAND, len(self._write))

    async def greet(self, talk: Conversation) -> None:
        """On a new link, before it is used for tickets: another printer may hang there. Raises `DeviceGone`."""
        self.stored = False
        keys = await talk.pictures(within=ASK_S)
        if keys is None:
            return
        if self.logo.key not in keys and self._stores < STORES_MOST:
            self._stores += 1
            await talk.write(self._write, within=self._patience_s)
            keys = await talk.pictures(within=self._patience_s) or frozenset()
            log.info("printer.logo_stored", printer=self._printer, there=self.logo.key in keys)
        self.stored = self.logo.key in keys
