"""A piece of paper while it is being set: lines, gaps, dots and a QR, in parts that each end between commands."""

from typing import NamedTuple

import msgspec

from drivers.escpos import commands, raster, text
from drivers.escpos.composer import QR_LEVEL_M, Composer, composer
from drivers.escpos.profiles import Profile
from drivers.escpos.raster import Logo
from drivers.escpos.taught import TaughtLetters

LEADING = 6  # dots of white between lines of text
MARGIN = 4  # letters left free at each side of a centred tall line: it reads easier
NUMBER_MAX, NUMBER_MIN = 8, 3  # times font A: 8 is digits of 16 mm at 203 dpi, read from across a table
NUMBER_SPACE = 3
QR_WIDTH_DOTS = 216  # 27 mm at 203 dpi: a telephone reads it from 30 cm
QR_DOT_MAX, QR_DOT_MIN = 8, 3
LOGO_GAP = 16
QUIET_ZONE = 4  # modules of white around a QR (ISO/IEC 18004)
QR_BYTES_M = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)  # capacity of versions 1.. at level M (ISO/IEC 18004)


class Size(NamedTuple):
    """How many times font A, across and down."""

    across: int
    down: int


SMALL = Size(1, 1)  # capitals of 2 mm: marks and codes only
TALL = Size(1, 2)  # capitals of 4 mm, 48 letters a line
LARGE = Size(2, 2)


class Sheet(msgspec.Struct, frozen=True):
    """A finished paper: its bytes in parts, its length, and the letters that no font had."""

    parts: tuple[bytes, ...]
    dots: int
    lost: frozenset[str]

    @property
    def data(self) -> bytes:
        return b"".join(self.parts)


class Setting:
    """Sets one piece of paper from top to bottom."""

    def __init__(self, profile: Profile, *, slow: bool = False) -> None:
        """`slow`: dots take too long to the printer."""
        self._profile = profile
        page = next(iter(profile.code_pages), "")
        self._taught = TaughtLetters(page) if slow and page and profile.user_letters else None
        self._pen: Composer = composer()
        self._parts: list[bytes] = []
        self._dots = 0
        self._lost: set[str] = set()
        self._page: str | None = None
        self._style: dict[str, object] = {}
        self._begin()

    def line(
        self, words: str, *, size: Size = TALL, bold: bool = False, centred: bool = True, inverse: bool = False
    ) -> None:
        """One line that fits (see `text.wrap`)."""
        words = self._alike(words)
        self._line(words, words, size=size, bold=bold, centred=centred, inverse=inverse)

    def paragraph(self, words: str, *, size: Size = TALL, bold: bool = False, centred: bool = True) -> None:
        """As many lines as it needs; a smaller size if its longest word would have to be divided."""
        if text.longest_word(words) > self._profile.columns // size.across:
            size = TALL
        words = self._alike(words)
        margin = 2 * MARGIN if centred and size == TALL else 0
        for piece in text.wrap(words, self._profile.columns // size.across - margin):
            self._line(piece, words, size=size, bold=bold, centred=centred)

    def number(self, words: str) -> None:
        """The largest line, as large as fits, with a narrower space than a letter of its own size has."""
        words = self._alike(words)
        cells = text.columns(words)
        largest = self._profile.columns // max(1, cells)
        size = Size(*2 * (max(NUMBER_MIN, min(NUMBER_MAX, largest)),))
        if " " not in words or text.spell(words, self._profile.code_pages, self._page) is None or largest < NUMBER_MIN:
            self._line(words, words, size=size, bold=True, centred=True)
            return
        page, letters = text.spell(words, self._profile.code_pages, self._page) or ("", b"")
        narrow = commands.letter_size(NUMBER_SPACE, size.down) + b" " + commands.letter_size(size.across, size.down)
        self._lettered(page, letters.replace(b" ", narrow), size=size, bold=True, centred=True, inverse=False)
        self._end_part()

    def item(self, words: str, *, size: Size = TALL, bullet: str = "-") -> None:
        """A list entry, its further lines indented."""
        width = self._profile.columns // size.across - len(bullet) - 1
        words = self._alike(words)
        for at, piece in enumerate(text.wrap(words, width)):
            lead = bullet if at == 0 else " " * len(bullet)
            self._line(f"{lead} {piece}", words, size=size, centred=False)

    def gap(self, dots: int) -> None:
        self._pen._raw(commands.feed(dots))
        self._dots += dots
        self._end_part()

    def rule(self, *, rows: int = 2) -> None:
        """A line across the paper."""
        self._set(align="left")
        width = self._profile.dots // 8
        self._bitmap(raster.Bitmap(width, rows, b"\xff" * (width * rows)))

    def logo(self, logo: Logo | str) -> None:
        """In the middle: by its key in the printer's memory, or drawn."""
        if isinstance(logo, str):
            self._set(align="center")
            self._pen._raw(commands.print_picture(logo))
            self._end_part()
        else:
            self._set(align="left")
            self._bitmap(raster.centred(logo.bitmap, self._profile.dots))
        self.gap(LOGO_GAP)

    def qr(self, address: str) -> bool:
        """A QR in the middle, the printer's own where it has one; False when the address is too long for one that can
        be scanned."""
        size = len(address.encode())
        version = next((v for v, room in enumerate(QR_BYTES_M, 1) if size <= room), None)
        if not size or version is None:
            return False
        modules = 17 + 4 * version
        dot = max(QR_DOT_MIN, min(QR_DOT_MAX, QR_WIDTH_DOTS // modules))
        self._set(align="center" if self._profile.native_qr else "left")
        self.gap(QUIET_ZONE * dot)
        if self._profile.native_qr:
            self._pen.qr(address, ec=QR_LEVEL_M, size=dot, native=True)
            self._dots += modules * dot
        else:
            self._bitmap(raster.draw_qr(address, dot=dot, dots=self._profile.dots))
        self.gap(QUIET_ZONE * dot)
        return True

    def cut(self, job: str) -> Sheet:
        """Feed to the cutter, cut, and ask to be told when that is done."""
        partial = self._profile.partial_cut
        self._pen._raw(commands.FEED_TO_CUTTER_PARTIAL if partial else commands.FEED_TO_CUTTER_FULL)
        if self._profile.process_id:
            self._pen._raw(commands.say_when_printed(job))
        self._end_part()
        return Sheet(tuple(self._parts), self._dots, frozenset(self._lost))

    def _begin(self) -> None:
        self._pen._raw(commands.INITIALISE + commands.ASB_ON)
        if self._profile.two_byte_letters:
            self._pen._raw(commands.ONE_BYTE_LETTERS)
        self._pen._raw(commands.dots_as_unit(self._profile.dpi) + commands.SMOOTH_LARGE_LETTERS)
        for page in tuple(self._profile.code_pages)[:1]:
            self._use_page(page)

    def _alike(self, words: str) -> str:
        """The words as they are to be set: what no code page spells, in letters that some font has."""
        if text.spell(words, self._profile.code_pages, self._page) is None:
            words, lost = raster.drawable(words)
            self._lost |= lost
        return words

    def _line(
        self,
        words: str,
        paragraph: str,
        *,
        size: Size,
        bold: bool = False,
        centred: bool,
        inverse: bool = False,
    ) -> None:
        """As letters if a code page spells the whole paragraph, else as dots: one sentence has one face."""
        spelled = text.spell(words, self._profile.code_pages, self._page)
        if spelled is not None and text.spell(paragraph, self._profile.code_pages, self._page) is not None:
            self._lettered(*spelled, size=size, bold=bold, centred=centred, inverse=inverse)
        elif self._taught is not None and self._taught.spells(paragraph):
            page = next(iter(self._profile.code_pages))
            self._pen._raw(self._taught.lesson(words))
            letters = commands.TAUGHT_LETTERS + self._taught.encode(words) + commands.OWN_LETTERS
            self._lettered(page, letters, size=size, bold=bold, centred=centred, inverse=inverse)
        else:
            self._drawn(words, size=size, bold=bold, centred=centred, inverse=inverse)
        self._end_part()

    def _lettered(self, page: str, letters: bytes, *, size: Size, bold: bool, centred: bool, inverse: bool) -> None:
        self._use_page(page)
        self._set_size(size)
        self._set(bold=bold)
        self._set(invert=inverse)
        self._set(align="center" if centred else "left")
        self._pen._raw(letters + b"\n")
        self._dots += _pitch(size)

    def _drawn(self, words: str, *, size: Size, bold: bool, centred: bool, inverse: bool) -> None:
        self._set(align="left")
        self._bitmap(
            raster.draw_line(
                words,
                across=size.across,
                down=size.down,
                bold=bold,
                dots=self._profile.dots,
                centred=centred,
                inverse=inverse,
                leading=_pitch(size) - raster.CELL_H * size.down,
            )
        )

    def _bitmap(self, bitmap: raster.Bitmap) -> None:
        for band in raster.bands(bitmap):
            self._pen._raw(band)
            self._end_part()
        self._dots += bitmap.rows

    def _set_size(self, size: Size) -> None:
        if self._style.get("size") != size:
            self._pen.set(custom_size=True, width=size.across, height=size.down)
            self._pen._raw(commands.line_pitch(_pitch(size)))
            self._style["size"] = size

    def _set(self, **style: object) -> None:
        """Only what changes is sent: ESC @ left bold and inverse off, and the left margin."""
        at_first = {"bold": False, "invert": False, "align": "left"}
        for key, value in style.items():
            if self._style.get(key, at_first[key]) != value:
                self._pen.set(**{key: value})
                self._style[key] = value

    def _use_page(self, page: str) -> None:
        if page != self._page:
            self._pen._raw(commands.code_page(self._profile.code_pages[page]))
            self._page = page

    def _end_part(self) -> None:
        if self._pen.output:
            self._parts.append(self._pen.output)
            self._pen.clear()


def _pitch(size: Size) -> int:
    return raster.CELL_H * size.down + (LEADING if size.down < 4 else 0)
