"""Our tickets as another virtual printer sees them, which nobody here wrote: same text, same dots, same QR.

In letters, in letters with drawn lines between them, and drawn whole; in Finnish, Swedish, English and Northern Sami.
"""

from io import BytesIO

import msgspec
import pytest
from PIL import Image, ImageChops
from pyzbar import pyzbar

from controller.ports.printer import TicketPaper
from drivers.escpos.compose import compose, scrap_mark
from drivers.escpos.profiles import Profile, profile
from drivers.sim.escpos_core import EscposCore
from drivers.sim.paper_store import picture
from drivers.sim.paper_width import HEAD_DOTS, PAPER_DOTS, Lettered
from drivers.sim.piece import Piece
from tests.drivers.escpos_tickets import ALL, SE
from tests.drivers.stranger_printer import Seen, seen_by_a_stranger

VIRTUAL = profile("virtual")
DRAWN = profile("generic-drawn")
LETTERED = ("fi", "sv", "en")


def ours(data: bytes) -> Piece:
    core = EscposCore()
    core.feed(data, 0.0)
    core.advance(1e6)
    assert core.unknown == {}
    (piece,) = core.take_pieces()
    return piece


def printed(paper: TicketPaper, model: Profile) -> tuple[Seen, Piece]:
    """By the stranger, and by our own virtual printer."""
    data = compose(paper, "job1", model, simulated=False)
    seen = seen_by_a_stranger(data)
    assert seen.strange == []
    return seen, ours(data)


def letters(piece: Piece) -> list[str]:
    return [line for line in piece.text.splitlines() if line.strip() and not line.startswith("[")]


def head(piece: Piece) -> Image.Image:
    """The printable 72 mm of our paper, white where nothing is burnt."""
    with Image.open(BytesIO(picture(piece.rows))) as paper:
        margin = (PAPER_DOTS - HEAD_DOTS) // 2
        return paper.crop((margin, 0, margin + HEAD_DOTS, paper.height))


def ink(paper: Image.Image) -> Image.Image:
    """The paper from its first to its last burnt row."""
    box = ImageChops.invert(paper.convert("L")).getbbox()
    assert box is not None
    return paper.crop((0, box[1], paper.width, box[3]))


def words_of(paper: TicketPaper) -> list[str]:
    """Every text of the ticket that is printed as such, word by word."""
    texts = (
        paper.point, paper.number, paper.provider, paper.service, paper.issued, paper.ahead, paper.estimate,
        paper.watch, paper.bring_title, *paper.bring, paper.also_title, *paper.also, paper.qr_hint, paper.code,
    )  # fmt: skip
    return [word for text in texts for word in text.split()]


@pytest.mark.parametrize("language", LETTERED)
def test_in_letters_every_word_of_the_ticket_is_read_and_both_printers_read_the_same(language: str) -> None:
    paper = ALL[language]
    seen, piece = printed(paper, VIRTUAL)
    assert seen.lines == letters(piece)
    read = " ".join(seen.lines).split()
    assert [word for word in words_of(paper) if word not in read] == []
    assert [code.data.decode() for code in pyzbar.decode(seen.picture.convert("L"))] == [paper.qr]


def test_in_letters_and_drawn_lines_the_letters_are_read_and_the_drawn_lines_are_the_same_dots() -> None:
    seen, piece = printed(SE, VIRTUAL)
    assert seen.lines == letters(piece)
    read = " ".join(seen.lines)
    for whole in ("Dihto- ja álbmotregistarguovddáš", "3 áššehasa.", "lávvardat 21.11.2026 dmu 9.15", "QK52-XN7T"):
        assert whole in read
    assert "?" not in read, "no letter became a question mark"
    assert [code.data.decode() for code in pyzbar.decode(seen.picture.convert("L"))] == [SE.qr]
    theirs, own = packed_rows(seen.picture), piece.rows
    own = own[rules(own)[0] - rules(theirs)[0] :]  # what hung in the printer is ours alone
    assert rules(theirs) == rules(own), "every line stands where it stands on ours"
    said = {y: row.text.split() for y, row in enumerate(own) if isinstance(row, Lettered)}
    drawn = {y: int(words[-1]) for y, words in said.items() if words[0] == "[picture]"}
    assert len(drawn) > 20
    for y, height in drawn.items():
        assert theirs[y : y + height] == own[y : y + height]


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("mark", ["", "KOPIO / KOPIA"])
def test_drawn_whole_the_paper_is_dot_for_dot_the_same_and_its_qr_is_read(language: str, mark: str) -> None:
    paper = msgspec.structs.replace(ALL[language], copy_mark=mark)
    seen, piece = printed(paper, DRAWN)
    assert seen.lines == letters(piece) == []
    theirs, own = ink(seen.picture), ink(head(piece))
    assert theirs.size == own.size
    assert ImageChops.difference(theirs.convert("L"), own.convert("L")).getbbox() is None
    assert [code.data.decode() for code in pyzbar.decode(theirs.convert("L"))] == [paper.qr]


@pytest.mark.parametrize("language", ALL)
def test_letters_and_drawing_put_the_same_ticket_on_the_same_length_of_paper(language: str) -> None:
    """Two ways to the same paper, measured by the stranger: neither is longer than the other by more than 5 mm."""
    heights = [ink(printed(ALL[language], model)[0].picture).height for model in (VIRTUAL, DRAWN)]
    assert abs(heights[0] - heights[1]) < 40


def test_a_marked_copy_says_so_twice_and_a_scrap_says_that_it_is_none() -> None:
    seen, piece = printed(msgspec.structs.replace(ALL["fi"], copy_mark="KOPIO / KOPIA"), VIRTUAL)
    assert seen.lines == letters(piece)
    assert sum("KOPIO / KOPIA" in line for line in seen.lines) == 2
    scrap = seen_by_a_stranger(scrap_mark("job1", VIRTUAL).data)
    assert ([line.strip() for line in scrap.lines], scrap.strange) == (["KESKEN / AVBRUTEN"], [])


def test_the_judge_sees_a_wrong_letter_a_wrong_dot_and_a_strange_command() -> None:
    """So that its silence means something."""
    data = compose(ALL["fi"], "job1", VIRTUAL, simulated=False)
    assert seen_by_a_stranger(data.replace(b"\xe4", b"\xe5")).lines != seen_by_a_stranger(data).lines
    assert seen_by_a_stranger(data.replace(b"\x1bt\x10", b"\x1bt\x13")).lines != seen_by_a_stranger(data).lines
    assert seen_by_a_stranger(data.replace(b"\x1bE\x01", b"\x1bX\x01", 1)).strange
    drawn = compose(SE, "job1", DRAWN, simulated=False)
    at = drawn.index(b"\x1dv0") + 8
    bent = drawn[:at] + bytes([drawn[at] ^ 0x10]) + drawn[at + 1 :]
    assert seen_by_a_stranger(bent).picture.tobytes() != seen_by_a_stranger(drawn).picture.tobytes()


def packed_rows(paper: Image.Image) -> list[bytes]:
    """One bit a dot, 1 is ink."""
    packed, size = ImageChops.invert(paper.convert("L")).convert("1").tobytes(), paper.width // 8
    return [packed[at : at + size] for at in range(0, len(packed), size)]


def rules(rows: list[bytes]) -> list[int]:
    """Where a line goes across the whole paper."""
    return [y for y, row in enumerate(rows) if row == b"\xff" * (HEAD_DOTS // 8)]
