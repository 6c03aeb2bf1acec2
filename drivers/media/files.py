"""Files on the booth leg, in memory only: what the expert sends to be printed is taken piece by piece, judged, kept
for the customer's one press, and forgotten at the end. Pure: what is to be said goes to `say` (to the expert) and to
`news` (to the point). Protocol: docs/remote-service.md, "Files on the booth leg".
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from controller.ports.media import File, FileId, FileState

PDF_MOST = 20 * 1024 * 1024  # bytes
ALL_MOST = 2 * PDF_MOST  # bytes of one session that are kept at a time
FILES_MOST = 16  # of one session, whatever became of them
BEGINS_MOST = 64  # of one session: a file that broke off may come again, but not for ever
PRINTS_MOST = 5  # papers of one file: a press that finds no paper is pressed again, but not for ever
CHUNK_MOST = 16 * 1024
GOT_EACH = 256 * 1024  # bytes between two words of progress
TEXT_MOST = 4096  # characters of a header
NAME_MOST = 80
PDF_BEGINS = b"%PDF-"  # ISO 32000-2, 7.5.2; CUPS tells a PDF by it too (mime.types)
PDF_ENDS, TAIL = b"%%EOF", 1024  # ISO 32000-2, 7.5.5: in the last 1,024 bytes, as readers take it


class _Text(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """Base of text messages on `file`."""


class Header(_Text, frozen=True, kw_only=True, tag="file"):
    id: FileId
    name: Annotated[str, Meta(max_length=512)]
    kind: Literal["print", "still"]
    size: Annotated[int, Meta(ge=1, le=2**40)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class Got(_Text, frozen=True, kw_only=True, tag="got"):
    id: FileId
    bytes: Annotated[int, Meta(ge=0, le=2**40)]


class Refused(_Text, frozen=True, kw_only=True, tag="refused"):
    id: FileId
    why: Annotated[str, Meta(max_length=80)]


read_text = msgspec.json.Decoder(Header | Got | Refused).decode


@dataclass
class _Kept:
    """One file to print. `data` is emptied as soon as it is of no more use."""

    header: Header
    name: str
    state: FileState = "coming"
    cause: str = ""
    data: bytearray = field(default_factory=bytearray)
    got: int = 0
    prints: int = 0  # how often it was taken to be printed

    @property
    def is_printable(self) -> bool:
        """By a press of now."""
        return self.is_whole and self.state != "printing" and self.prints < PRINTS_MOST

    @property
    def is_whole(self) -> bool:
        """All of it is here, and may be printed."""
        return self.state != "coming" and bool(self.data)

    def picture(self) -> File:
        return File(
            id=self.header.id, name=self.name, kind="print", size=self.header.size, got=self.got, state=self.state,
            cause=self.cause, printable=self.is_printable,
        )  # fmt: skip


class Shelf:
    """The files that came to be printed in one session."""

    def __init__(self, say: Callable[[dict[str, Any]], None], news: Callable[[File], None]) -> None:
        self._say, self._news = say, news
        self._files: dict[str, _Kept] = {}
        self._coming: _Kept | None = None
        self._hash = hashlib.sha256()
        self._begins = 0

    def begin(self, header: Header) -> None:
        """A header came; its bytes follow, also when it is refused."""
        self.broken()
        known = self._files.get(header.id)
        if known is not None and known.header == header and known.is_whole:
            self._say({"t": "got", "id": header.id, "bytes": header.size})
            return
        why = self._judge(header, known)
        if why is not None:
            self._say({"t": "refused", "id": header.id, "why": why})
            return
        self._begins += 1
        self._coming = self._files[header.id] = _Kept(header, clean_name(header.name))
        self._hash = hashlib.sha256()
        self._news(self._coming.picture())

    def chunk(self, data: bytes) -> None:
        file = self._coming
        if file is None:
            return  # of a file that was refused, or is here already
        file.data += data
        file.got += len(data)
        self._hash.update(data)
        if why := self._wrong(file, data):
            self._refuse(file, why)
        elif file.got == file.header.size:
            self._whole(file)
        elif file.got // GOT_EACH != (file.got - len(data)) // GOT_EACH:
            self._told(file)

    def broken(self) -> None:
        """The channel ended, or another header came, in the middle of a file."""
        file, self._coming = self._coming, None
        if file is not None:
            self._end(file, "dropped", "interrupted")

    def take(self, id_: str) -> tuple[str, bytearray] | None:
        """Name and bytes, the taker's own, of a file that is ready, or was printed or could not be: one press, one
        paper. None: there is none, it is being printed, or it was taken PRINTS_MOST times."""
        file = self._files.get(id_)
        if file is None or not file.is_printable:
            return None
        file.state, file.cause, file.prints = "printing", "", file.prints + 1
        self._news(file.picture())
        return file.name, bytearray(file.data)

    def printed(self, id_: str, cause: str | None = None) -> None:
        """What became of a file that was taken; `cause`: it failed."""
        file = self._files.get(id_)
        if file is None or file.state != "printing":
            return
        file.state, file.cause = "printed" if cause is None else "failed", cause or ""
        self._say({"t": "printed", "id": id_} if cause is None else {"t": "refused", "id": id_, "why": cause})
        self._news(file.picture())

    def purge(self) -> None:
        """The session is over: nothing stays."""
        self._coming = None
        for file in self._files.values():
            file.data.clear()
            if file.state in {"coming", "ready", "printing"}:
                self._end(file, "dropped", "session_ended")
        self._files.clear()

    @property
    def held(self) -> int:
        """Bytes that are kept now, here or by who prints them."""
        return sum((2 if file.state == "printing" else 1) * len(file.data) for file in self._files.values())

    def _judge(self, header: Header, known: _Kept | None) -> str | None:
        if header.kind != "print":
            return "unknown_kind"
        if header.size > PDF_MOST:
            return "too_large"
        if known is not None and (known.is_whole or known.state == "coming"):
            return "id_in_use"
        if (len(self._files) >= FILES_MOST and known is None) or self._begins >= BEGINS_MOST:
            return "too_many"
        if self.held + header.size > ALL_MOST:
            return "too_much"
        return None

    def _wrong(self, file: _Kept, data: bytes) -> str | None:
        if len(data) > CHUNK_MOST:
            return "chunk_too_large"
        if file.got > file.header.size:
            return "wrong_size"
        if file.got - len(data) < len(PDF_BEGINS) and not begins_as_pdf(file.data):
            return "not_pdf"
        return None

    def _whole(self, file: _Kept) -> None:
        self._coming = None
        if self._hash.hexdigest() != file.header.sha256:
            self._refuse(file, "wrong_hash")
        elif not begins_as_pdf(file.data) or len(file.data) < len(PDF_BEGINS) or PDF_ENDS not in file.data[-TAIL:]:
            self._refuse(file, "not_pdf")
        else:
            file.state = "ready"
            self._told(file)

    def _refuse(self, file: _Kept, why: str) -> None:
        self._coming = None
        self._say({"t": "refused", "id": file.header.id, "why": why})
        self._end(file, "failed", why)

    def _end(self, file: _Kept, state: FileState, cause: str) -> None:
        file.state, file.cause = state, cause
        file.data = bytearray()
        self._news(file.picture())

    def _told(self, file: _Kept) -> None:
        self._say({"t": "got", "id": file.header.id, "bytes": file.got})
        self._news(file.picture())


def begins_as_pdf(data: bytes | bytearray) -> bool:
    """Whether the bytes so far may be a PDF's first."""
    return bytes(data[: len(PDF_BEGINS)]) == PDF_BEGINS[: len(data)]


def clean_name(name: str) -> str:
    """A file's name as a person may see it: no path, no control or direction marks, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] not in {"C", "Z"} or c == " ").strip(" .")
    return kept[:NAME_MOST] or "document.pdf"
