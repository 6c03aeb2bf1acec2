"""The commands that end as ink: text, its modes, feeds, rasters, bit images, graphics and two-dimensional codes."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from drivers.sim.escpos_parser import CHAR, RASTER, ROW, Command
from drivers.sim.mechanism import Mechanism
from drivers.sim.paper_width import BLANK_ROW, DEFAULT_SPACING, HEAD_TO_CUTTER_ROWS, lettered
from drivers.sim.symbols import columns_image, qr_symbol, rows_image
from drivers.sim.typesetter import Typesetter

MAX_GRAPHICS_DOTS = 2400 * 2400  # larger than any printer's graphics memory


@dataclass(slots=True)
class QrStore:
    """GS ( k cn 49: what fn 67, 69 and 80 put in, fn 81 prints."""

    module: int = 3
    level: int = 48
    data: bytes = b""


class PictureCommands:
    def __init__(self, mechanism: Mechanism) -> None:
        self.typesetter = Typesetter()
        self._mechanism = mechanism
        self._qr = QrStore()
        self._graphics: Image.Image | None = None
        self._raster = (1, 1)  # scale of the rows that follow
        self._raster_words = ""  # for the first of them
        t = self.typesetter
        self._does: dict[bytes, Callable[[bytes], bool | None]] = {
            CHAR: self._char,
            RASTER: self._raster_head,
            ROW: self._raster_row,
            b"\x1b!": self._print_mode,
            b"\x1b&": t.teach,
            b"\x1b%": lambda a: self._set(taught=bool(a[0] & 1)),
            b"\x1b?": lambda a: t.forget(a[0]),
            b"\x1bd": lambda a: self._feed_lines(a[0]),
            b"\x1bJ": lambda a: self._feed(a[0]),
            b"\x1be": lambda a: None,  # reverse feed: this printer has none
            b"\x1bK": lambda a: None,
            b"\x1bD": self._tabs,
            b"\x1b$": lambda a: t.move_to(a[0] + 256 * a[1]),
            b"\x1b\\": lambda a: t.move_by(int.from_bytes(a, "little", signed=True)),
            b"\x1d\\": lambda a: t.move_by(int.from_bytes(a, "little", signed=True)),
            b"\x1b*": lambda a: self._print(t.place(columns_image(a[0], a[3:]))) if len(a) > 3 else None,
            b"\x1b2": lambda a: self._set(spacing=DEFAULT_SPACING),
            b"\x1b3": lambda a: self._set(spacing=a[0]),
            b"\x1b ": lambda a: self._set(letter_gap=a[0]),
            b"\x1b-": lambda a: self._set(underline=a[0] % 48 if a[0] % 48 <= 2 else 0),
            b"\x1bE": lambda a: self._set(bold=bool(a[0] & 1)),
            b"\x1bG": lambda a: self._set(bold=bool(a[0] & 1)),
            b"\x1bM": lambda a: self._set(font=1 if a[0] in (1, 49) else 0),
            b"\x1bR": lambda a: self._set(national=a[0]),
            b"\x1bt": lambda a: self._set(page=a[0]),
            b"\x1ba": lambda a: self._set(align=a[0] % 48 if a[0] % 48 <= 2 else 0),
            b"\x1b{": lambda a: self._set(upside_down=bool(a[0] & 1)),
            b"\x1d!": lambda a: self._set(width=(a[0] >> 4 & 7) + 1, height=(a[0] & 7) + 1),
            b"\x1dB": lambda a: self._set(reverse=bool(a[0] & 1)),
            b"\x1dL": lambda a: self._set(left=min(a[0] + 256 * a[1], 568)),
            b"\x1dW": lambda a: self._set(area=max(a[0] + 256 * a[1], 24)),
            b"\x1d(L": self._graphics_function,
            b"\x1d8L": self._graphics_function,
            b"\x1d(k": self._symbol_function,
            b"\x1dk": self._barcode,
        }

    def obey(self, command: Command) -> bool:
        """False: this printer does not know how."""
        action = self._does.get(command.code)
        return action is not None and action(command.args) is not False

    def initialise(self) -> None:
        self.typesetter.reset()
        self._qr = QrStore()

    def drop_unprinted(self) -> None:
        self.typesetter.drop_line()
        self._graphics = None

    def finish_line(self) -> None:
        if not self.typesetter.at_line_start:
            self._print(self.typesetter.end_line())

    def feed_to_cutter(self, further_rows: int) -> None:
        self._feed(HEAD_TO_CUTTER_ROWS + further_rows)

    def _print(self, rows: list[bytes]) -> None:
        self._mechanism.print_rows(rows)

    def _set(self, **modes: int) -> None:
        for name, value in modes.items():
            setattr(self.typesetter.modes, name, value)

    def _char(self, args: bytes) -> None:
        byte = args[0]
        if byte >= 0x20 and byte != 0x7F:
            for each in args:
                if wrapped := self.typesetter.letter(each):
                    self._print(wrapped)
        elif byte == 0x0A:
            self._print(self.typesetter.end_line())
        elif byte == 0x0C:
            self.finish_line()
        elif byte == 0x09:
            self.typesetter.tab()

    def _print_mode(self, args: bytes) -> None:
        n = args[0]
        self._set(font=n & 1, bold=bool(n & 8), height=1 + (n >> 4 & 1), width=1 + (n >> 5 & 1), underline=n >> 7)

    def _feed(self, rows: int) -> None:
        set_rows = self.typesetter.flush()
        self._print(set_rows + [BLANK_ROW] * (rows - len(set_rows)))

    def _feed_lines(self, lines: int) -> None:
        first = [] if self.typesetter.at_line_start else self.typesetter.end_line()
        self._print(first + [BLANK_ROW] * (self.typesetter.modes.spacing * (lines - bool(first))))

    def _tabs(self, stops: bytes) -> None:
        self.typesetter.modes.tabs = list(stops)

    def _raster_head(self, args: bytes) -> None:
        self.finish_line()
        mode = args[0] % 48
        self._raster = (1 + (mode & 1), 1 + (mode >> 1 & 1))
        self._raster_words = f"[picture] {(args[1] + 256 * args[2]) * 8} x {args[3] + 256 * args[4]}"

    def _raster_row(self, data: bytes) -> None:
        scale_x, scale_y = self._raster
        image = rows_image(len(data) * 8, 1, data, scale_x, 1)
        self._print(lettered(self.typesetter.full_rows(image) * scale_y, self._raster_words))
        self._raster_words = ""

    def place_picture(self, image: Image.Image, words: str = "") -> None:
        """A picture on rows of its own, however wide the line is that was begun. `words`: what it says."""
        self.finish_line()
        words = words or f"[picture] {image.width} x {image.height}"
        self._print(lettered(self.typesetter.full_rows(image), words))

    def _graphics_function(self, args: bytes) -> bool:
        match args[:2]:
            case b"\x30\x70" if len(args) >= 10:
                return self._store_graphics(args)
            case b"\x30\x32" | b"\x30\x02":
                if self._graphics is not None:
                    self.place_picture(self._graphics)
                self._graphics = None
                return True
            case _:
                return False

    def _store_graphics(self, args: bytes) -> bool:
        """fn 112: a, bx, by, c, xL xH yL yH, rows. Tones other than black and white (a 48) are not known here."""
        scale_x, scale_y = args[3], args[4]
        width, height = args[6] + 256 * args[7], args[8] + 256 * args[9]
        fits = 0 < width * height <= MAX_GRAPHICS_DOTS
        if args[2] != 48 or not {scale_x, scale_y} <= {1, 2} or not fits:
            return False
        self._graphics = rows_image(width, height, args[10:], scale_x, scale_y)
        return True

    def _symbol_function(self, args: bytes) -> bool:
        if args[:1] != b"1" or len(args) < 3:
            return False  # PDF417 and the others are not drawn
        match args[1]:
            case 65:
                return True
            case 67:
                self._qr.module = args[2]
            case 69:
                self._qr.level = args[2]
            case 80:
                self._qr.data = args[3:]
            case 81:
                return self._print_qr()
            case _:
                return False
        return True

    def _print_qr(self) -> bool:
        image = qr_symbol(self._qr.data, self._qr.module, self._qr.level)
        if image is not None:
            self.place_picture(image, f"[QR] {self._qr.data.decode('utf-8', 'replace')}")
        return image is not None

    def _barcode(self, args: bytes) -> bool:
        """Bars are not drawn; what they would say is printed as text, so that nothing is lost, and counted."""
        for byte in args[1:]:
            self._char(bytes([byte]))
        self.finish_line()
        return False
