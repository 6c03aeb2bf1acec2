"""Lines that no code page of a printer spells (đ ŋ ŧ, Cyrillic, Arabic) drawn as dots, cell for cell like font A.

Fonts are Debian's: `fonts-dejavu-core` first (its mono face has the pitch of font A), `fonts-noto-core` for
scripts that it lacks. A letter that none of them has is never an empty box: a symbol is left out, a letter
becomes its base letter or "?", and the caller is told which were lost.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
import segno
from PIL import Image, ImageDraw, ImageFont, features

CELL_W, CELL_H = 12, 24  # dots of font A
EM = 20  # pixels: DejaVu Sans Mono is then 12 dots a letter
BASELINE = 19  # dots below the top of the cell
INK = 120  # grey level (0 black .. 255) below which a dot is burnt; over half, for solid thermal letters
BAND_ROWS = 24  # 24 x 72 bytes: a band stays under half of a 4 kB receive buffer
DEBIAN_FONTS = (
    "dejavu/DejaVuSansMono{-Bold}.ttf",
    "dejavu/DejaVuSans{-Bold}.ttf",
    "noto/NotoSans-{Bold}.ttf",
    "noto/NotoSansArabic-{Bold}.ttf",
    "noto/NotoSansHebrew-{Bold}.ttf",
    "noto/NotoSansDevanagari-{Bold}.ttf",
    "noto/NotoSansThai-{Bold}.ttf",
)
FONT_ROOT = Path("/usr/share/fonts/truetype")
NOWHERE = "\U0010fffe"  # a noncharacter: every font draws its "missing" glyph for it


class Bitmap(msgspec.Struct, frozen=True):
    """Rows of dots, eight a byte, 1 is black."""

    width_bytes: int
    rows: int
    data: bytes


class Logo(msgspec.Struct, frozen=True):
    """A point's mark. `key`: two letters that this very picture has in a printer's memory."""

    key: str
    bitmap: Bitmap


class Logos(msgspec.Struct, frozen=True):
    """The same for fast lines and, in fewer dots, for slow ones."""

    large: Logo
    small: Logo


def centred(bitmap: Bitmap, dots: int) -> Bitmap:
    """The same picture in the middle of a line of `dots`, to the byte."""
    left = bytes(max(0, dots // 8 - bitmap.width_bytes) // 2)
    rows = (bitmap.data[at : at + bitmap.width_bytes] for at in range(0, len(bitmap.data), bitmap.width_bytes))
    return Bitmap(len(left) + bitmap.width_bytes, bitmap.rows, b"".join(left + row for row in rows))


def drawable(text: str) -> tuple[str, frozenset[str]]:
    """`text` with every letter in some font, and the letters that were lost on the way."""
    out: list[str] = []
    lost: set[str] = set()
    for letter in text:
        if letter == " " or unicodedata.combining(letter) or _covering(letter):
            out.append(letter)
            continue
        lost.add(letter)
        out.append(_stand_in(letter))
    return " ".join("".join(out).split()), frozenset(lost)


def draw_line(
    text: str, *, across: int, down: int, bold: bool, dots: int, centred: bool, inverse: bool = False, leading: int = 0
) -> Bitmap:
    """One line at its place in a line of `dots`, `across` and `down` times font A; shrunk if need be, never clipped.
    `inverse`: white on a black box of the words' own width."""
    image = Image.new("L", (dots, CELL_H * across), 255)
    draw = ImageDraw.Draw(image)
    runs = _runs(text)
    size = EM * across
    while (width := _width(runs, size, bold)) > dots and size > 8:
        size = min(size - 1, int(size * dots / width))
    x = (dots - width) / 2 if centred else 0.0 if _direction(text) != "rtl" else dots - width
    if inverse:
        draw.rectangle((x, 0, x + width - 1, image.height), fill=0)
    for run, face in runs:
        font = _font(face, size, bold)
        draw.text(
            (round(x), BASELINE * across), run, font=font, fill=255 * inverse, anchor="ls", direction=_direction(run)
        )
        x += font.getlength(run, direction=_direction(run))
    if down != across:
        image = image.resize((dots, CELL_H * down), Image.Resampling.BICUBIC)
    page = Image.new("L", (dots, CELL_H * down + leading), 255)
    page.paste(image)
    return pack(page)


def draw_qr(address: str, *, dot: int, dots: int) -> Bitmap:
    """A QR of error level M in the middle of a line of `dots`, each module `dot` wide, no white around it."""
    rows = segno.make_qr(address, error="m", mode="byte", boost_error=False).matrix
    side = len(rows) * dot
    small = Image.frombytes("L", (len(rows), len(rows)), bytes(0 if module else 255 for row in rows for module in row))
    page = Image.new("L", (dots, side), 255)
    page.paste(small.resize((side, side), Image.Resampling.NEAREST), ((dots - side) // 2, 0))
    return pack(page)


def pack(image: Image.Image) -> Bitmap:
    """Grey to burnt dots, without the white at the right."""
    black = image.point([255 if level < INK else 0 for level in range(256)])
    box = black.getbbox()
    right = box[2] if box else 8
    width_bytes = -(-right // 8)
    cropped = black.crop((0, 0, width_bytes * 8, black.height)).convert("1")
    return Bitmap(width_bytes, black.height, cropped.tobytes())


def bands(bitmap: Bitmap) -> Iterator[bytes]:
    """GS v 0 commands of at most `BAND_ROWS` rows, so that paper moves before the last byte is there."""
    step = bitmap.width_bytes * BAND_ROWS
    for start in range(0, len(bitmap.data), step):
        part = bitmap.data[start : start + step]
        rows = len(part) // bitmap.width_bytes
        head = bytes((bitmap.width_bytes & 255, bitmap.width_bytes >> 8, rows & 255, rows >> 8))
        yield b"\x1dv0\x00" + head + defused(part)


def defused(dots: bytes) -> bytes:
    """One dot changed wherever the dots read as DLE EOT, ENQ or DC4, which some printers obey even here (TM-L90)."""
    for order in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
        dots = dots.replace(order, bytes((0x10, order[1] | 0x08)))
    return dots


def _stand_in(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    if base != letter and _covering(base):
        return base
    return "" if unicodedata.category(letter) in ("So", "Sk") else "?"


def _runs(text: str) -> list[tuple[str, str]]:
    """The text with the one face that has all its letters, else cut where the face must change."""
    whole = next((face for face in _faces() if all(_has(face, letter) for letter in set(text))), None)
    if whole:
        return [(text, whole)]
    runs: list[tuple[str, str]] = []
    for letter in text:
        face = _covering(letter) or (runs[-1][1] if runs else _faces()[0])
        if runs and (runs[-1][1] == face or unicodedata.combining(letter) or letter == " "):
            runs[-1] = (runs[-1][0] + letter, runs[-1][1])
        else:
            runs.append((letter, face))
    return runs


def _width(runs: list[tuple[str, str]], size: int, bold: bool) -> float:
    return sum(_font(face, size, bold).getlength(run, direction=_direction(run)) for run, face in runs)


def _direction(run: str) -> Literal["ltr", "rtl"] | None:
    if not features.check("raqm"):
        return None
    strong = (unicodedata.bidirectional(letter) for letter in run)
    first = next((kind for kind in strong if kind in ("L", "R", "AL")), "L")
    return "ltr" if first == "L" else "rtl"


@lru_cache(maxsize=1)
def _faces() -> tuple[str, ...]:
    found = tuple(face for face in DEBIAN_FONTS if _path(face, bold=True).exists())
    if not found:
        raise FileNotFoundError(f"no font under {FONT_ROOT}: install fonts-dejavu-core (apt)")
    return found


def _path(face: str, *, bold: bool) -> Path:
    plain, heavy = ("Regular", "Bold") if "-{Bold}" in face else ("", "-Bold")
    return FONT_ROOT / (face.replace("{Bold}", heavy if bold else plain).replace("{-Bold}", heavy if bold else plain))


@lru_cache(maxsize=64)
def _font(face: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    path = _path(face, bold=bold)
    return ImageFont.truetype(path if path.exists() else _path(face, bold=True), size)


def _covering(letter: str) -> str | None:
    return next((face for face in _faces() if _has(face, letter)), None)


@lru_cache(maxsize=4096)
def _has(face: str, letter: str) -> bool:
    """Pillow tells nothing of a font's letters: one it lacks looks like the noncharacter."""
    if letter == " ":
        return True
    font = _font(face, EM, True)
    mine, missing = font.getmask(letter), font.getmask(NOWHERE)
    return mine.size != missing.size or bytes(mine) != bytes(missing)
