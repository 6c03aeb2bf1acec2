"""A virtual printer that nobody here wrote (emupos, Apache-2.0), as a judge of our bytes: its own reading of ESC/POS,
its own fonts, its own text beside the picture. `tools/setup.sh test` puts it into `.venv/strangers`.

It is written for Python 3.13. Ours reads all of it but four lines, `type X = ...`, which are read as `X = ...`. Its
settings come from YAML through pydantic; here they are given by hand, in classes of the same names.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from io import BytesIO
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from PIL import Image

HOME = Path(sys.prefix) / "strangers"
TYPE_LINE = re.compile(r"(?m)^type (\w+) = ")
NOT_FOR_PAPER = {"GS V", "GS a", "GS ("}  # its printer obeys these before its picture is asked: cut, status, process ID


@dataclass(frozen=True)
class Seen:
    """What it makes of the bytes up to a cut. `strange`: what it says that it did not understand."""

    text: str
    picture: Image.Image
    strange: list[dict[str, Any]]

    @property
    def lines(self) -> list[str]:
        """The lines of letters, without those that only say that there is a picture or a QR."""
        return [line for line in self.text.splitlines() if line.strip() and not line.startswith("[")]


@dataclass(frozen=True)
class Cell:
    width: int
    height: int


@dataclass(frozen=True)
class PrinterProfile:
    """An 80 mm printer at 203 dpi with the code pages that we use, by Epson's numbers and its own names."""

    name: str = "ours"
    width_dots: int = 576
    font_a: Cell = Cell(12, 24)
    font_b: Cell = Cell(9, 17)
    default_code_page: int = 0

    @property
    def code_pages(self) -> dict[int, str]:
        return {0: "PC437", 2: "PC850", 16: "WPC1252", 18: "PC852", 19: "PC858"}


class OlderPython(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        source = TYPE_LINE.sub(r"\1 = ", Path(self.path).read_text("utf-8"))
        return self.source_to_code(source.encode(), self.path)


class Strangers(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "emupos":
            return None
        spec = PathFinder.find_spec(fullname, path or [str(HOME)], target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = OlderPython(fullname, spec.loader.path)
        return spec


@contextmanager
def _importable() -> Iterator[None]:
    assert (HOME / "emupos").is_dir(), f"run tools/setup.sh test: nothing is in {HOME}"
    finder = Strangers()
    sys.meta_path.insert(0, finder)
    settings = ModuleType("emupos.config")
    vars(settings)["PrinterProfile"] = PrinterProfile
    sys.modules["emupos.config"] = settings
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@lru_cache(maxsize=1)
def _modules() -> tuple[Any, Any]:
    with _importable():
        model = importlib.import_module("emupos.printer.escpos.model")
        tokenizer = importlib.import_module("emupos.printer.escpos.tokenizer")
    return model, tokenizer


def seen_by_a_stranger(data: bytes) -> Seen:
    """One piece of paper, ended by its cut (GS V)."""
    model, tokenizer = _modules()
    printing, reading = model.PrintModel("judge", PrinterProfile()), tokenizer.Tokenizer()
    strange, rendered = [], None
    for token in reading.feed(data):
        name = getattr(token, "name", "")
        if name == "GS V":
            assert rendered is None, "it was cut twice"
            rendered = printing.finish("cut")
        elif name not in NOT_FOR_PAPER:
            strange += [dict(event.data) for event in printing.process(token)]
    assert reading.close() is None, "the last command is not whole"
    assert rendered is not None, "nothing was printed and cut"
    with Image.open(BytesIO(rendered.png)) as picture:
        return Seen(rendered.text, picture.copy(), strange)


def names_by_a_stranger(data: bytes) -> list[str]:
    """The orders in `data` as its reader names them ("ESC @"), "text" for letters, "?" for what it does not know."""
    tokenizer = _modules()[1]
    reading = tokenizer.Tokenizer()
    names = [
        getattr(token, "name", "text" if isinstance(token, tokenizer.Text) else "?") for token in reading.feed(data)
    ]
    assert reading.close() is None, "the last order is not whole"
    return names
