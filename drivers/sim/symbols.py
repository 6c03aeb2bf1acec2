"""Pictures out of bytes: QR codes, bit images, graphics; each gives a bitmap in which 1 is ink."""

from functools import lru_cache

import segno
from PIL import Image

EC_LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}  # GS ( k fn 169
MAX_MODULE_DOTS = 16


@lru_cache(maxsize=32)  # making one costs more than all the rest of a ticket; nobody draws on what it gives
def qr_symbol(data: bytes, module: int, level: int) -> Image.Image | None:
    """The QR symbol without quiet zone, `module` dots a module, byte mode; None where no QR holds that much."""
    try:
        code = segno.make_qr(data, error=EC_LEVELS.get(level, "l"), mode="byte", boost_error=False)
    except (segno.DataOverflowError, ValueError):  # ValueError: no data
        return None
    size = len(code.matrix)
    image = Image.new("1", (size, size), 0)
    image.putdata([cell for row in code.matrix for cell in row])
    scale = max(1, min(module, MAX_MODULE_DOTS))
    return image.resize((size * scale, size * scale), Image.Resampling.NEAREST)


def columns_image(mode: int, data: bytes) -> Image.Image:
    """ESC *: 8 dots a column (modes 0, 1; each three dots high) or 24 (32, 33); modes 0 and 32 are double wide."""
    dots = 24 if mode in (32, 33) else 8
    columns = len(data) * 8 // dots
    turned = Image.frombytes("1", (dots, columns), data)
    image = turned.transpose(Image.Transpose.TRANSPOSE)
    return image.resize((columns * (1 if mode & 1 else 2), 24), Image.Resampling.NEAREST)


def rows_image(width: int, height: int, data: bytes, scale_x: int, scale_y: int) -> Image.Image:
    """Packed rows, as GS ( L stores them; missing rows are white."""
    row_bytes = (width + 7) // 8
    image = Image.frombytes("1", (width, height), data[: row_bytes * height].ljust(row_bytes * height, b"\0"))
    return image.resize((width * scale_x, height * scale_y), Image.Resampling.NEAREST)


def packed_rows(image: Image.Image) -> list[bytes]:
    """The bitmap's rows, one bit a dot, 1 is ink."""
    data, size = image.tobytes(), (image.width + 7) // 8
    return [data[i : i + size] for i in range(0, len(data), size)]
