"""The month's accounts: what the journal says of each number against what the printer cut, paper by paper."""

from collections import Counter, defaultdict
from pathlib import Path

import apsw
import msgspec

from controller.domain.draft import secret_code
from tests.rig.kernel.office.firmware import COPY, SCRAP, WHOLE


class Data(msgspec.Struct):
    ticket: str = ""
    series: str = ""
    n: int = 0
    number: str = ""
    result: str = ""
    tier: str | None = None
    state: str = ""
    device: str = ""


class Event(msgspec.Struct):
    type: str
    businessdate: str
    data: Data


class Account(msgspec.Struct, kw_only=True):
    """`lost`: numbers without an end, or confirmed without a paper; `doubled`: numbers given twice, or with two papers
    that no mark tells apart; `gaps`: numbers left out in a day's series."""

    events: int = 0
    tickets: int = 0
    results: dict[str, int] = msgspec.field(default_factory=dict)
    tiers: dict[str, int] = msgspec.field(default_factory=dict)
    papers: int = 0
    copies: int = 0
    scraps: int = 0
    calls: int = 0
    lost: list[str] = msgspec.field(default_factory=list)
    doubled: list[str] = msgspec.field(default_factory=list)
    gaps: list[str] = msgspec.field(default_factory=list)
    strangers: int = 0


def account(journal: Path, book: Path, secret: bytes) -> Account:
    """Reads both whole; blocks for seconds."""
    told, issued, ends = Account(), {}, {}
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    results, tiers = Counter[str](), Counter[str]()
    decode = msgspec.json.Decoder(Event).decode
    db = apsw.Connection(str(journal), flags=apsw.SQLITE_OPEN_READONLY)
    for seq, body in db.execute("SELECT seq, body FROM event ORDER BY seq"):
        told.events += 1
        assert seq == told.events, f"event {told.events} is missing"
        event = decode(body)
        match event.type:
            case "luukku.ticket.issued.v1":
                issued[event.data.ticket] = f"{event.businessdate} {event.data.number}"
                series[event.businessdate, event.data.series].append(event.data.n)
            case "luukku.ticket.print_result.v1":
                ends[event.data.ticket] = event.data.result
                results[event.data.result] += 1
                tiers[event.data.tier or "none"] += 1
            case "luukku.service.called.v1":
                told.calls += 1
    whole, copies, told.scraps = _papers(book)
    for ticket, number in issued.items():
        code = secret_code(secret, ticket).encode()
        once, marked = whole.pop(code, 0), copies.pop(code, 0)
        if ends.get(ticket) not in {"confirmed", "failed", "void"} or (
            ends[ticket] == "confirmed" and not once + marked
        ):
            told.lost.append(number)
        if once > 1:
            told.doubled.append(number)
        told.papers += once
        told.copies += marked
    for (day, letter), numbers in series.items():
        if len(set(numbers)) < len(numbers):
            told.doubled.append(f"{day} {letter}")
        if sorted(set(numbers)) != list(range(1, max(numbers) + 1)):
            told.gaps.append(f"{day} {letter}")
    told.tickets, told.results, told.tiers = len(issued), dict(results), dict(tiers)
    told.strangers = len(whole) + len(copies)
    return told


def _papers(book: Path) -> tuple[Counter[bytes], Counter[bytes], int]:
    """How often each code came out unmarked, and marked; and the pieces without a code."""
    lines = [line.split() for line in book.read_bytes().splitlines()]
    kinds = {kind: Counter(line[1] for line in lines if line[0] == kind) for kind in (WHOLE, COPY)}
    return kinds[WHOLE], kinds[COPY], sum(line == [SCRAP] for line in lines)
