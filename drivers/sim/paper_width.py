"""The print head and the paper in front of it, in dots: 203 dpi, 80 mm paper. Change them together or not at all."""

DOTS_PER_MM = 8  # 203 dpi
HEAD_DOTS = 576  # 72 mm printable
PAPER_DOTS = 640  # 80 mm
ROW_BYTES = HEAD_DOTS // 8
HEAD_TO_CUTTER_ROWS = 18 * DOTS_PER_MM  # 18 mm, as TM-T20
DEFAULT_SPACING = 30  # dots a line, ESC 2

BLANK_ROW = bytes(ROW_BYTES)


class Lettered(bytes):
    """A dot row that ends something which can be said in words: a line of text, a QR, a picture."""

    text: str = ""


def lettered(rows: list[bytes], text: str) -> list[bytes]:
    """The same dots, and on the last row what they say: the words are on the paper when their last row is."""
    if not rows or not text:
        return rows
    last = Lettered(rows[-1])
    last.text = text
    return [*rows[:-1], last]
