"""What each printer was found to answer, kept in DIR/printers/: what an examination found holds over restarts, as long
as the config means the same printer."""

import os
from pathlib import Path

import msgspec
import structlog

from controller.domain.point import Printer
from controller.ports.printer import Examined

log = structlog.get_logger("devices")


class Kept(msgspec.Struct, frozen=True):
    """Of which printer, as the config names it, and when (UTC ms)."""

    link: str
    profile: str
    at: int
    found: Examined


def recall(data: Path, printer: Printer) -> Examined | None:
    """What was found of this printer; None when nothing was, or of another one on another link. Blocks."""
    try:
        kept = msgspec.json.decode(_file(data, printer).read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeError) as bad:
        log.warning(
            "what was found of a printer cannot be read; print a test paper anew", printer=printer.id, why=str(bad)
        )
        return None
    return kept.found if (kept.link, kept.profile) == (printer.link, printer.profile) else None


def keep(data: Path, printer: Printer, found: Examined, at: int) -> None:
    """For the next start; whole or not at all. Blocks. A disk that takes nothing is said and no more: it can be found
    anew."""
    file = _file(data, printer)
    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(mode=0o750, exist_ok=True)
        part.write_bytes(msgspec.json.format(msgspec.json.encode(Kept(printer.link, printer.profile, at, found))))
        os.replace(part, file)
    except OSError as no:
        log.warning("what was found of a printer is not kept", printer=printer.id, why=str(no))


def _file(data: Path, printer: Printer) -> Path:
    return data / "printers" / f"{printer.id}.json"
