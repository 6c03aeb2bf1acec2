"""From the ticket to its bytes: what stands where on the paper, for eyes that are 85 years old.

The order is the contract's: what makes a piece of paper a ticket (QR and footer code) comes last, so that a torn
or jammed piece is a scrap and never a second copy.
"""

from urllib.parse import quote

from controller.ports.printer import TicketPaper
from drivers.escpos.profiles import Profile
from drivers.escpos.raster import Logo
from drivers.escpos.sheet import LARGE, SMALL, Setting, Sheet
from drivers.escpos.text import printable

SIMULATED = "SIMULAATTORI · SIMULATOR"
SCRAP = "KESKEN / AVBRUTEN"
# Longest texts, characters: a ticket stays under 40 cm whatever the config says.
NAME, SENTENCE, ITEM, NUMBER, ADDRESS = 80, 160, 120, 16, 213
ITEMS = 8


def compose(paper: TicketPaper, job: str, profile: Profile, *, simulated: bool) -> bytes:
    """The bytes of one ticket, `job` being the process ID that the printer says when it is cut."""
    return lay_out(paper, job, profile, simulated=simulated).data


def lay_out(
    paper: TicketPaper, job: str, profile: Profile, *, simulated: bool, head: Logo | str | None = None,
    slow: bool = False,
) -> Sheet:  # fmt: skip
    """One ticket as a sheet: bytes in parts, length, lost letters. `head`: the point's mark, or its key in the
    printer's memory. `slow`: dots take too long to get there."""
    page = Setting(profile, slow=slow)
    if simulated:
        page.line(SIMULATED, size=SMALL)
        page.gap(8)
    _copy_mark(page, paper)
    if head is not None:
        page.logo(head)
    _head(page, paper)
    _number(page, paper)
    _wait(page, paper)
    _cards(page, paper)
    _foot(page, paper)
    return page.cut(job)


def scrap_mark(job: str, profile: Profile) -> Sheet:
    """What ends a torn ticket: the mark that it counts for nothing, and its cut."""
    page = Setting(profile)
    page.gap(24)
    page.line(f" {SCRAP} ", size=LARGE, bold=True, inverse=True)
    page.gap(24)
    return page.cut(job)


def _copy_mark(page: Setting, paper: TicketPaper) -> None:
    if paper.copy_mark:
        page.gap(12)
        page.line(f" {printable(paper.copy_mark, 20)} ", size=LARGE, bold=True, inverse=True)
        page.gap(20)


def _head(page: Setting, paper: TicketPaper) -> None:
    page.paragraph(printable(paper.point, NAME))
    page.gap(10)
    page.paragraph(printable(paper.service, NAME), size=LARGE, bold=True)
    page.paragraph(printable(paper.provider, NAME))


def _number(page: Setting, paper: TicketPaper) -> None:
    page.gap(12)
    page.number(printable(paper.number, NUMBER))
    page.gap(4)


def _wait(page: Setting, paper: TicketPaper) -> None:
    page.paragraph(printable(paper.ahead, SENTENCE), size=LARGE, bold=True)
    page.paragraph(printable(paper.estimate, SENTENCE), size=LARGE)
    page.gap(8)
    page.paragraph(printable(paper.watch, SENTENCE))
    page.gap(10)


def _cards(page: Setting, paper: TicketPaper) -> None:
    bring = _items(paper.bring)
    also = _items(paper.also)
    if not bring and not also:
        return
    page.rule()
    page.gap(10)
    if bring:
        page.paragraph(printable(paper.bring_title, NAME), bold=True, centred=False)
    for words in bring:
        page.item(words)
    if bring and also:
        page.gap(10)
    if also:
        page.paragraph(printable(paper.also_title, NAME), bold=True, centred=False)
    for words in also:
        page.item(words, bullet="+")
    page.gap(8)


def _foot(page: Setting, paper: TicketPaper) -> None:
    page.rule()
    page.gap(10)
    page.paragraph(printable(paper.issued, SENTENCE))
    page.paragraph(printable(paper.qr_hint, SENTENCE))
    page.qr(_address(paper.qr))
    _copy_mark(page, paper)
    page.line(f"{printable(paper.number, NUMBER)} · {printable(paper.code, NUMBER)}", bold=True)


def _items(texts: tuple[str, ...]) -> list[str]:
    shown = (printable(words, ITEM) for words in texts[:ITEMS])
    return [words for words in shown if words]


def _address(url: str) -> str:
    """Only letters that stand in an address; a cut one leads nowhere, so a too long one stays whole and is refused."""
    return quote(printable(url, ADDRESS * 4).replace(" ", ""), safe=":/?#[]@!$&'()*+,;=%~-._")
