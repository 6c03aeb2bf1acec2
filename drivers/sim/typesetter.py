"""The line being set: letters, sizes, alignment and margins become finished dot rows.

Holds the print modes that ESC @ resets. Gives rows of the head's full width; knows nothing of time or paper.
"""

from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw

from drivers.sim.codepages import letter
from drivers.sim.glyphs import CELLS, glyph
from drivers.sim.paper_width import BLANK_ROW, DEFAULT_SPACING, HEAD_DOTS, lettered
from drivers.sim.symbols import packed_rows

ROWS_OF_A = CELLS[0][1]
TAUGHT = "\ufffd"  # what a letter that it was taught reads as: nobody can know


@dataclass(slots=True)
class Modes:
    """Everything ESC @ puts back."""

    page: int = 0
    taught: bool = False  # ESC %: letters that were defined by ESC & are printed
    national: int = 0
    font: int = 0
    bold: bool = False
    underline: int = 0  # dots thick
    width: int = 1
    height: int = 1
    reverse: bool = False
    upside_down: bool = False
    align: int = 0  # 0 left, 1 centre, 2 right
    spacing: int = DEFAULT_SPACING
    letter_gap: int = 0
    left: int = 0
    area: int = HEAD_DOTS
    tabs: list[int] = field(default_factory=lambda: list(range(8, 256, 8)))


class Typesetter:
    def __init__(self) -> None:
        self.modes = Modes()
        self._x = 0
        self._placed: list[tuple[int, Image.Image]] = []
        self._words = ""
        self._taught: dict[int, Image.Image] = {}  # font A; ESC @ forgets them

    @property
    def at_line_start(self) -> bool:
        return not self._placed

    def reset(self) -> None:
        self.modes = Modes()
        self._taught.clear()
        self.drop_line()

    def teach(self, args: bytes) -> bool:
        """ESC &: y, first and last code, then for each its columns and three bytes a column, from the top."""
        y, first, last = args[:3]
        if y != ROWS_OF_A // 8 or not 0x20 <= first <= last <= 0x7E:
            return False
        rest = args[3:]
        for code in range(first, last + 1):
            width, rest = rest[0], rest[1:]
            if width > CELLS[0][0]:
                return False
            columns = Image.frombytes("1", (ROWS_OF_A, width), rest[: y * width]) if width else None
            cell = Image.new("1", CELLS[0], 0)
            if columns is not None:
                cell.paste(columns.transpose(Image.Transpose.TRANSPOSE))
            self._taught[code] = cell
            rest = rest[y * width :]
        return True

    def forget(self, code: int) -> None:
        """ESC ?"""
        self._taught.pop(code, None)

    def drop_line(self) -> None:
        self._x = 0
        self._words = ""
        self._placed.clear()

    def read(self, data: bytes) -> str:
        """The letters that these bytes are by the code page and national letters of now; controls are none."""
        m = self.modes
        return "".join(letter(byte, m.page, m.national) for byte in data if byte >= 0x20)

    def letter(self, byte: int) -> list[bytes]:
        """Set one character; gives the rows of the full line when it had to wrap."""
        m = self.modes
        character = letter(byte, m.page, m.national)
        if m.taught and m.font == 0 and byte in self._taught:
            character, ink = TAUGHT, self._own(byte)
        else:
            ink = glyph(character, m.font, m.bold, m.width, m.height)
        wrapped = self.place(self._dressed(ink), gap=m.letter_gap * m.width)
        self._words += character
        return wrapped

    def _own(self, byte: int) -> Image.Image:
        """A letter that it was taught, in the size and weight of now."""
        m, cell = self.modes, self._taught[byte]
        if m.bold:
            cell = ImageChops.logical_or(cell, ImageChops.offset(cell, 1, 0))
        return cell.resize((cell.width * m.width, cell.height * m.height), Image.Resampling.NEAREST)

    def place(self, image: Image.Image, gap: int = 0) -> list[bytes]:
        """Put a bitmap at the end of the line; gives the rows of the full line when it had to wrap."""
        wrapped = self.end_line() if self._placed and self._x + image.width > self._area else []
        self._placed.append((self._x, image))
        self._x += image.width + gap
        return wrapped

    def tab(self) -> None:
        step = CELLS[self.modes.font][0] * self.modes.width
        stop = next((t * step for t in self.modes.tabs if t * step > self._x), None)
        if stop is not None and stop < self._area:
            self.move_to(stop)

    def move_to(self, x: int) -> None:
        x = max(0, min(x, self._area))
        if x > self._x:
            self._words += " "
        self._x = x

    def move_by(self, dx: int) -> None:
        self.move_to(self._x + dx)

    def end_line(self) -> list[bytes]:
        """The line's rows, at least one line spacing high; an empty line is blank paper."""
        spacing = self.modes.spacing
        rows = self.flush()
        return rows + [BLANK_ROW] * (spacing - len(rows))

    def flush(self) -> list[bytes]:
        """The line's rows with nothing fed after them."""
        if not self._placed:
            self.drop_line()
            return []
        rows = lettered(self.full_rows(self._line()), self._words.rstrip() or "[picture]")
        self.drop_line()
        return rows

    def full_rows(self, image: Image.Image) -> list[bytes]:
        """A bitmap placed on the head by margin and alignment; what sticks out is lost, as on paper."""
        m = self.modes
        slack = max(0, self._area - image.width)
        across = Image.new("1", (HEAD_DOTS, image.height), 0)
        across.paste(image, (m.left + slack * m.align // 2, 0))
        if m.upside_down:
            across = across.transpose(Image.Transpose.ROTATE_180)
        return packed_rows(across)

    @property
    def _area(self) -> int:
        return max(1, min(self.modes.area, HEAD_DOTS - self.modes.left))

    def _line(self) -> Image.Image:
        width = max(x + image.width for x, image in self._placed)
        height = max(image.height for _, image in self._placed)
        line = Image.new("1", (width, height), 0)
        for x, image in self._placed:
            line.paste(image, (x, height - image.height))  # letters of all sizes stand on one line
        return line

    def _dressed(self, ink: Image.Image) -> Image.Image:
        m = self.modes
        if m.underline:
            ink = ink.copy()
            ImageDraw.Draw(ink).rectangle((0, ink.height - m.underline, ink.width, ink.height), fill=1)
        return ink.point(lambda dot: 0 if dot else 255) if m.reverse else ink
