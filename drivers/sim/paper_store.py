"""Pieces of paper as files: `paper/<printer>/<n>.png`, `<n>.bin` and `<n>.txt`, numbered on across restarts.

Each file appears whole or not at all; the .png last, so that who sees a picture finds its bytes and its words. What the
printer remembers without power stands beside them in `memory.json` and `nv.json`, each piece's story in `<n>.json`.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from drivers.sim.memory import Counters
from drivers.sim.nv_graphics import NvGraphics
from drivers.sim.paper_width import HEAD_DOTS, PAPER_DOTS
from drivers.sim.piece import Piece

DPI = (203, 203)


@dataclass(frozen=True, slots=True)
class PieceOnFile:
    n: int
    height: int  # dots
    size: int  # bytes of the .bin
    scrap: bool
    interruptions: tuple[str, ...]
    at: str  # UTC, for people
    partial: bool = True  # the cut

    @property
    def name(self) -> str:
        return f"{self.n:04d}"


class PaperStore:
    """One printer's drawer of cut pieces. Every method blocks on files: call it in a thread."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.next_n = 1 + max((int(p.stem) for p in directory.glob("*.*") if p.stem.isdigit()), default=0)

    def save(self, piece: Piece) -> PieceOnFile:
        n, self.next_n = self.next_n, self.next_n + 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        filed = PieceOnFile(n, len(piece.rows), len(piece.raw), piece.scrap, piece.interruptions, at, piece.partial)
        story = {"n": n, "height": filed.height, "scrap": filed.scrap, "interruptions": filed.interruptions, "at": at}
        story |= {"partial": piece.partial}
        self._write(f"{filed.name}.bin", piece.raw)
        self._write(f"{filed.name}.txt", piece.text.encode())
        self._write(f"{filed.name}.json", json.dumps(story).encode())
        self._write(f"{filed.name}.png", picture(piece.rows))
        return filed

    def pieces(self, last: int) -> list[PieceOnFile]:
        """The newest pieces on file, oldest first."""
        names = sorted((p for p in self.directory.glob("*.png") if p.stem.isdigit()), key=lambda p: int(p.stem))
        return [found for p in names[-last:] if (found := self._read(p)) is not None]

    def recall(self) -> Counters:
        """The counters as last saved; new ones where nothing readable is."""
        try:
            return Counters(**json.loads((self.directory / "memory.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return Counters(cuts=self.next_n - 1)

    def remember(self, counters: dict[str, int]) -> None:
        self._write("memory.json", json.dumps(counters).encode())

    def recall_nv(self) -> NvGraphics:
        """The pictures as last saved; an empty memory where nothing readable is."""
        try:
            return NvGraphics.from_dict(json.loads((self.directory / "nv.json").read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return NvGraphics()

    def remember_nv(self, nv: dict[str, object]) -> None:
        self._write("nv.json", json.dumps(nv).encode())

    def _read(self, png: Path) -> PieceOnFile | None:
        try:
            story = json.loads(png.with_suffix(".json").read_bytes())
            size = png.with_suffix(".bin").stat().st_size
            causes = tuple(story["interruptions"])
            partial = bool(story.get("partial", True))
            return PieceOnFile(int(png.stem), story["height"], size, story["scrap"], causes, story["at"], partial)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, name: str, data: bytes) -> None:
        part = self.directory / f".{name}.part"
        part.write_bytes(data)
        os.replace(part, self.directory / name)


def picture(rows: list[bytes]) -> bytes:
    """The paper itself as a PNG, black on white, 80 mm wide at 203 dpi."""
    ink = Image.frombytes("1", (HEAD_DOTS, len(rows)), b"".join(rows))
    paper = Image.new("1", (PAPER_DOTS, len(rows)), 1)
    paper.paste(ImageOps.invert(ink), ((PAPER_DOTS - HEAD_DOTS) // 2, 0))
    out = BytesIO()
    paper.save(out, "PNG", dpi=DPI)
    return out.getvalue()
