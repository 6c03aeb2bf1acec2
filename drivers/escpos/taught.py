"""Letters that a printer is taught for one ticket, where dots would take too long: a drawn line of text is 3 kB, a
taught letter 42 bytes. ESC @ makes the printer forget them, so that each ticket teaches its own.
"""

import unicodedata

from PIL import Image

from drivers.escpos import commands, raster
from drivers.escpos.text import columns

CODES = b"#$@[\\]^_`{|}~"  # sentences do without them; a text that has one is drawn
LEFT_TO_RIGHT = frozenset({"L"})
NOT_LETTERS = frozenset({"Mn", "Mc", "Me"})


class TaughtLetters:
    """What one sheet has taught so far, over the code page `page`."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._codes: dict[str, int] = {}

    def spells(self, text: str) -> bool:
        """Whether the printer can be taught what it lacks for this text."""
        lacking = {letter for letter in text if not self._has(letter)}
        if any(letter.encode("ascii", "replace")[0] in CODES and letter < "\x7f" for letter in text):
            return False
        plain = all(
            unicodedata.bidirectional(letter) in LEFT_TO_RIGHT and unicodedata.category(letter) not in NOT_LETTERS
            and columns(letter) == 1
            for letter in lacking
        )  # fmt: skip
        return plain and len(lacking | self._codes.keys()) <= len(CODES)

    def lesson(self, text: str) -> bytes:
        """The commands that teach what it lacks for this text and does not know yet."""
        new = [letter for letter in dict.fromkeys(text) if not self._has(letter) and letter not in self._codes]
        for letter in new:
            self._codes[letter] = CODES[len(self._codes)]
        return b"".join(commands.teach_letter(self._codes[letter], _columns(letter)) for letter in new)

    def encode(self, text: str) -> bytes:
        """The text for a printer that prints what it was taught."""
        return b"".join(
            letter.encode(self._page) if self._has(letter) else bytes((self._codes[letter],)) for letter in text
        )

    def _has(self, letter: str) -> bool:
        try:
            letter.encode(self._page)
        except UnicodeEncodeError:
            return False
        return True


def _columns(letter: str) -> bytes:
    """The letter in a cell of font A, column by column."""
    drawn = raster.draw_line(letter, across=1, down=1, bold=False, dots=16, centred=False)
    rows = Image.frombytes("1", (drawn.width_bytes * 8, drawn.rows), drawn.data)
    cell = Image.new("1", (raster.CELL_W, raster.CELL_H), 0)
    cell.paste(rows)
    return cell.transpose(Image.Transpose.TRANSPOSE).tobytes()
