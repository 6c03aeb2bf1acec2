"""The line being set: letters, sizes, alignment and margins become finished dot rows.

Holds the print modes that ESC @ resets. Gives rows of the head's full width; knows nothing of time or paper.
"""

from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from drivers.sim.codepages import letter
from drivers.sim.glyphs import CELLS, glyph
from drivers.sim.paper_width import BLANK_ROW, DEFAULT_SPACING, HEAD_DOTS, lettered
from drivers.sim.symbols import packed_rows


@dataclass(slots=True)
class Modes:
    """Everything ESC @ puts back."""

    page: int = 0
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

    @property
    def at_line_start(self) -> bool:
        return not self._placed

    def reset(self) -> None:
        self.modes = Modes()
        self.drop_line()

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
        ink = glyph(character, m.font, m.bold, m.width, m.height)
        wrapped = self.place(self._dressed(ink), gap=m.letter_gap * m.width)
        self._words += character
        return wrapped

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
