"""A file that the expert sends: what becomes of it, whatever comes."""

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.ports.media import File
from drivers.media.files import (
    ALL_MOST,
    BEGINS_MOST,
    CHUNK_MOST,
    FILES_MOST,
    PDF_MOST,
    PRINTS_MOST,
    Header,
    Shelf,
    clean_name,
)

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3000 + b"\n%%EOF\n"


class Said:
    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.news: list[File] = []
        self.shelf = Shelf(self.said.append, self.news.append)

    def send(self, data: bytes, id_: str = "f1", *, chunk: int = CHUNK_MOST, **header: Any) -> None:
        told = {"id": id_, "name": "a.pdf", "kind": "print", "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(), **header}  # fmt: skip
        self.shelf.begin(Header(**told))
        for at in range(0, len(data), chunk):
            self.shelf.chunk(data[at : at + chunk])

    @property
    def refusals(self) -> list[str]:
        return [said["why"] for said in self.said if said["t"] == "refused"]


def test_a_pdf_comes_whole_is_offered_and_printed() -> None:
    said = Said()
    said.send(PDF)
    assert [n.state for n in said.news][:1] == ["coming"] and said.news[-1].state == "ready"
    assert [s["bytes"] for s in said.said] == [262_144, 524_288, len(PDF)]
    assert said.shelf.take("f1") == ("a.pdf", PDF)
    assert said.shelf.take("f1") is None
    said.shelf.printed("f1")
    assert said.said[-1] == {"t": "printed", "id": "f1"} and said.news[-1].state == "printed"


def test_a_paper_that_did_not_come_out_or_is_wanted_twice_is_printed_by_another_press_but_not_for_ever() -> None:
    said = Said()
    said.send(PDF)
    for n in range(PRINTS_MOST):
        assert said.shelf.take("f1") == ("a.pdf", PDF), n
        assert said.news[-1].state == "printing" and said.shelf.take("f1") is None
        said.shelf.printed("f1", "no_paper" if n % 2 else None)
        assert (said.news[-1].state, said.news[-1].cause) == (("failed", "no_paper") if n % 2 else ("printed", ""))
    assert said.shelf.take("f1") is None
    said.send(PDF)
    assert said.said[-1] == {"t": "got", "id": "f1", "bytes": len(PDF)}, "it is here already"
    said.shelf.purge()
    assert said.shelf.held == 0


def test_the_bytes_of_a_file_that_is_printed_are_its_printers_own() -> None:
    """They count, and the end of the session does not empty them."""
    said = Said()
    said.send(PDF)
    taken = said.shelf.take("f1")
    assert taken is not None and said.shelf.held == 2 * len(PDF)
    said.shelf.purge()
    assert taken[1] == PDF and said.shelf.held == 0


def test_a_file_that_breaks_off_for_ever_is_refused_in_the_end() -> None:
    said = Said()
    for _ in range(3 * BEGINS_MOST):
        said.shelf.begin(Header(id="f1", name="a.pdf", kind="print", size=len(PDF), sha256="1" * 64))
    assert sum(news.state == "coming" for news in said.news) == BEGINS_MOST
    assert said.refusals == ["too_many"] * 2 * BEGINS_MOST


def test_what_is_no_pdf_is_refused_at_its_first_bytes() -> None:
    said = Said()
    said.send(b"<html>" + bytes(100_000))
    assert said.refusals == ["not_pdf"] and said.news[-1].state == "failed" and said.news[-1].cause == "not_pdf"
    assert said.news[-1].got == CHUNK_MOST and said.shelf.held == 0


def test_the_file_after_a_refused_one_is_taken() -> None:
    said = Said()
    said.send(b"MZ" + bytes(50_000), "bad")
    said.send(PDF, "good")
    assert said.news[-1].id == "good" and said.news[-1].state == "ready"


def test_a_cut_pdf_and_a_lying_hash_and_a_lying_size_are_refused() -> None:
    for data, header, why in (
        (PDF[:-7], {}, "not_pdf"),
        (PDF, {"sha256": "0" * 64}, "wrong_hash"),
        (PDF, {"size": len(PDF) - 10}, "wrong_size"),
        (PDF, {"size": PDF_MOST + 1}, "too_large"),
        (PDF, {"kind": "still"}, "unknown_kind"),
    ):
        said = Said()
        said.send(data, **header)
        assert said.refusals == [why] and said.shelf.held == 0 and said.shelf.take("f1") is None


def test_a_piece_that_is_too_large_is_refused() -> None:
    said = Said()
    said.send(PDF, chunk=CHUNK_MOST + 1)
    assert said.refusals == ["chunk_too_large"]


def test_memory_and_number_of_files_have_an_end() -> None:
    said = Said()
    for n in range(FILES_MOST):
        said.send(PDF, f"f{n}")
    said.send(PDF, "one-more")
    assert said.refusals == ["too_many"]
    said = Said()
    big = b"%PDF-1.7" + bytes(PDF_MOST - 20) + b"%%EOF"
    for n in range(3):
        said.send(big, f"f{n}")
    assert said.refusals == ["too_much"] and said.shelf.held <= ALL_MOST


def test_a_channel_that_breaks_drops_the_file_and_the_same_file_may_come_again() -> None:
    said = Said()
    said.shelf.begin(Header(id="f1", name="a.pdf", kind="print", size=len(PDF), sha256="1" * 64))
    said.shelf.chunk(PDF[:1000])
    said.shelf.broken()
    assert said.news[-1].cause == "interrupted" and said.shelf.held == 0
    said.send(PDF)
    assert said.news[-1].state == "ready"


def test_a_file_that_is_there_already_is_not_taken_twice() -> None:
    said = Said()
    said.send(PDF)
    said.send(PDF)
    assert said.said[-1]["bytes"] == len(PDF) and said.shelf.held == len(PDF)
    said.send(b"%PDF-another%%EOF")
    assert said.refusals == ["id_in_use"] and said.shelf.take("f1") == ("a.pdf", PDF)


def test_at_the_end_of_the_session_nothing_stays() -> None:
    said = Said()
    said.send(PDF)
    said.shelf.purge()
    assert said.shelf.held == 0 and said.news[-1].cause == "session_ended" and said.shelf.take("f1") is None


@given(st.text(max_size=300))
def test_no_name_leads_anywhere_or_hides_what_it_is(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= 80 and not set(clean) & set("/\\\n\r\t\0\u202e\u200f")


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(0, 60)), max_size=30))
def test_whatever_comes_in_whatever_order_the_shelf_stands(things: list[bytes | int]) -> None:
    said = Said()
    for thing in things:
        if isinstance(thing, bytes):
            said.shelf.chunk(thing)
        elif thing > 50:
            said.shelf.broken()
        else:
            said.shelf.begin(Header(id=f"f{thing % 5}", name="x", kind="print", size=thing + 1, sha256="a" * 64))
    said.shelf.purge()
    assert said.shelf.held == 0
