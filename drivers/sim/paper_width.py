"""The print head and the paper in front of it, in dots: 203 dpi, 80 mm paper. Change them together or not at all."""

DOTS_PER_MM = 8  # 203 dpi
HEAD_DOTS = 576  # 72 mm printable
PAPER_DOTS = 640  # 80 mm
ROW_BYTES = HEAD_DOTS // 8
HEAD_TO_CUTTER_ROWS = 18 * DOTS_PER_MM  # 18 mm, as TM-T20
DEFAULT_SPACING = 30  # dots a line, ESC 2

BLANK_ROW = bytes(ROW_BYTES)
