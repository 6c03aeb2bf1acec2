"""Letters as the print head burns them: one black-and-white bitmap per character, in the printer's fixed cell.

Needs a monospaced TrueType font: Debian `fonts-dejavu-core` (or Liberation Mono, Noto Sans Mono). Without any, Pillow's
own font is squeezed into the cell: readable, not pretty. In every bitmap here 1 is ink.
"""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CELLS = {0: (12, 24), 1: (9, 17)}  # dots; Epson Font A and Font B
FONT_DIR = Path("/usr/share/fonts/truetype")
REGULAR = ("dejavu/DejaVuSansMono.ttf", "liberation2/LiberationMono-Regular.ttf", "noto/NotoSansMono-Regular.ttf")
BOLD = ("dejavu/DejaVuSansMono-Bold.ttf", "liberation2/LiberationMono-Bold.ttf", "noto/NotoSansMono-Bold.ttf")

AnyFont = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=4096)
def glyph(character: str, font: int, bold: bool, width: int, height: int) -> Image.Image:
    """The character's bitmap, its cell scaled `width` by `height` times.

    Scaled as the head does it for `GS !`: every dot becomes a block of dots.
    """
    cell_w, cell_h = CELLS[font]
    image = Image.new("1", (cell_w, cell_h), 0)
    if not _block(image, character):
        _draw(image, character, font, bold)
    if (width, height) == (1, 1):
        return image
    return image.resize((cell_w * width, cell_h * height), Image.Resampling.NEAREST)


def warm() -> None:
    """Read the fonts now (it blocks on files), so that the first ticket does not."""
    for font in CELLS:
        for bold in (False, True):
            glyph("M", font, bold, 1, 1)


def _draw(image: Image.Image, character: str, font: int, bold: bool) -> None:
    face = _face(font, bold)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    ascent = face.getmetrics()[0] if isinstance(face, ImageFont.FreeTypeFont) else image.height
    slack = image.width - face.getlength(character)
    baseline = round(image.height * 0.79)  # leaves room for Å above and g below
    pen.text((slack / 2 if abs(slack) > 1 else 0, baseline - ascent), character, fill=1, font=face)


def _block(image: Image.Image, character: str) -> bool:
    """Full and half blocks fill their cell exactly, so that pictures made of letters have no seams (QR as text)."""
    w, h = image.size
    box = {"█": (0, 0, w, h), "▀": (0, 0, w, h // 2), "▄": (0, h // 2, w, h), "▌": (0, 0, w // 2, h)}.get(character)
    if box is None:
        return False
    image.paste(1, box)
    return True


@lru_cache(maxsize=8)
def _face(font: int, bold: bool) -> AnyFont:
    """The largest size whose advance fits the cell's width."""
    path = _font_file(bold)
    cell_w, cell_h = CELLS[font]
    sizes = range(cell_h, 6, -1)
    for size in sizes:
        face = ImageFont.truetype(str(path), size) if path else ImageFont.load_default(size)
        if face.getlength("M") <= cell_w + 0.5:
            return face
    return ImageFont.load_default()


def _font_file(bold: bool) -> Path | None:
    names = (BOLD if bold else ()) + REGULAR
    return next((FONT_DIR / name for name in names if (FONT_DIR / name).exists()), None)
