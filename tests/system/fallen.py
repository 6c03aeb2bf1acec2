"""What fell from the printers, held against what the journal says became of each ticket's paper: seen from outside.

A piece is a ticket's paper when its QR can be read off it and no KESKEN stands behind that: what was interrupted is
marked so before its cut, and counts for nothing. A copy says so before its QR.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.readers.paper_rig import KOPIO, pieces_in
from tests.system.laws import unproven
from tests.system.stranger import FINAL, told

KESKEN, INITIALISE = b"KESKEN", b"\x1b@"
SOONEST = timedelta(seconds=0.25)  # from the journal's word that a paper starts to its cut: the blade alone takes 0.3 s
ON_ITS_WAY = timedelta(seconds=2)  # a piece that the blade was at when it was given up, filed by a busy machine


class Paper(NamedTuple):
    """One ticket's paper. `at`: when the piece was filed, which is just after its cut; `name`: printer and piece."""

    code: str
    marked: bool
    at: datetime
    name: str


def fallen(folder: Path, site: str) -> list[Paper]:
    """The tickets' papers among the pieces of one printer: those with a QR that leads to `site`."""
    pictures = sorted(folder.glob("[0-9]*.png"))
    found = []
    for picture, piece in zip(pictures, pieces_in(folder), strict=True):
        raw = picture.with_suffix(".bin").read_bytes()
        at = datetime.fromisoformat(json.loads(picture.with_suffix(".json").read_bytes())["at"])
        for code in (code for code in piece.codes if code.startswith(site)):  # zbar sees bars in torn letters too
            begin = raw.rindex(code.encode())
            if KESKEN not in raw[begin:]:
                job = max(0, raw.rfind(INITIALISE, 0, begin))
                found.append(Paper(code, KOPIO in raw[job:begin], at, f"{folder.name}/{picture.stem}"))
    return found


def each_paper_has_one_last_word(events: list[bytes], asked_again: Iterable[str]) -> None:
    """Nothing follows a last word but a copy that somebody asked for. Nothing is sent to a printer while another paper
    is in doubt there: it would come out on the same piece."""
    assert unproven(events) == {}
    ended: dict[str, int] = {}
    doubt: dict[str, set[str]] = defaultdict(set)
    again = Counter(asked_again)
    for event in told(events, "ticket.print_started", "ticket.print_result"):
        data, where = event["data"], event["sequence"]
        ticket, device = data["ticket"], data["device"]
        if event["name"] == "ticket.print_started":
            if ticket in ended:
                again[ticket] -= 1
                assert again[ticket] >= 0, f"{where}: {ticket} had its last word, and nobody asked for another paper"
                del ended[ticket]
            doubt[device].add(ticket)
            assert len(doubt[device]) == 1, f"{where}: {doubt[device]} at once on {device}"
            continue
        assert ticket not in ended, f"{where}: {ticket} has its last word already"
        assert data["result"] in FINAL | {"unknown"}, data
        if data["result"] in FINAL:
            ended[ticket] = data["copy"]
            doubt[device].discard(ticket)
            assert data["result"] == "confirmed" or data["cause"], data


def every_paper_is_as_told(
    events: list[bytes], papers: Iterable[Paper], urls: Mapping[str, str], media: Mapping[str, str]
) -> None:
    """`urls` and `media`: of each ticket by its id, what its QR says, and where it can be seen now."""
    out: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        out[paper.code].append(paper)
    strange = out.keys() - set(urls.values())
    assert not strange, f"codes that nobody was given: {[out[code] for code in strange]}"
    words: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in told(events, "ticket.print_started", "ticket.print_result"):
        words[event["data"]["ticket"]].append(event)
    for ticket, url in urls.items():
        _is_as_told(ticket, words[ticket], out[url], media[ticket])


def _is_as_told(ticket: str, words: list[dict[str, Any]], papers: list[Paper], medium: str) -> None:
    story = f"{ticket}: {papers}; {[_short(word) for word in words]}"
    starts = [word for word in words if word["name"] == "ticket.print_started"]
    assert sum(not paper.marked for paper in papers) <= 1, f"out twice without a mark: {story}"
    assert len(papers) <= len(starts), f"more papers than were sent: {story}"
    for paper in papers:
        sent = [word for word in starts if _at(word) + SOONEST < paper.at]
        assert sent and paper.marked == (sent[-1]["data"]["copy"] > 0), f"{paper.name} is not as it was sent: {story}"
    confirmed = any(word["data"].get("result") == "confirmed" for word in words)
    assert papers or not confirmed, f"confirmed and nowhere: {story}"
    assert medium == ("paper" if confirmed else "screen"), f"shown on {medium}: {story}"
    for given_up, after in zip(words, [*words[1:], None], strict=True):
        if given_up["data"].get("result") in {"failed", "void"}:
            since, till = _at(given_up) + ON_ITS_WAY, _at(after) if after else None
            late = [paper for paper in papers if paper.at > since and (till is None or paper.at < till)]
            assert not late, f"came out after it was given up: {late}; {story}"


def _at(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["time"])


def _short(event: dict[str, Any]) -> str:
    data = event["data"]
    what = data.get("result", "started")
    return f"{event['time']} {what} copy {data['copy']} {data.get('cause', '')} cut0 {data.get('cut0')}"
