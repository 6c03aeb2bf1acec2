"""The door of those who keep the booths' browsers (docs/remote-service.md): all that is said there is "end it"."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from controller.app.unix_lines import line_of, listening
from controller.domain.point import Config
from controller.ports.booth import Send
from controller.ports.browser import LINE_MOST, NAME, Cut, FromKeeper, Kept, WasCut
from controller.readers.booth_dark import Dark

FOLDER = "LUUKKU_BROWSER_DIR"  # where the browsers' own user may come, who may not see the daemon's folder

log = structlog.get_logger("browser")
_read = msgspec.json.Decoder(FromKeeper).decode


@asynccontextmanager
async def open_browser_door(dark: Dark, config: Config, data: Path) -> AsyncIterator[None]:
    """Take each booth's keepers whenever they come. All of a booth are told: whoever else says that it keeps one takes
    nobody's away."""
    keepers: dict[Send, str] = {}
    nobody = dark.cut

    async def cut(booth: str) -> None:
        mine = [send(Cut()) for send, kept in keepers.items() if kept == booth]
        if not mine:
            await nobody(booth)
        await asyncio.gather(*mine, return_exceptions=True)  # one that is just going hinders no other

    async def talk(reader: asyncio.StreamReader, send: Send) -> None:
        booth = ""
        try:
            while line := await line_of(reader):
                match _heard(line):
                    case Kept(booth=named) if config.booth(named) is not None:
                        booth = keepers[send] = named
                        log.info("a booth's browser is kept", booth=booth)
                    case WasCut(ms=ms):
                        log.info("a booth's browser was ended", booth=booth, ms=ms)
                    case _:
                        log.warning("a keeper of a browser said what makes no sense; its line is closed")
                        return
        finally:
            if keepers.pop(send, ""):
                log.warning("nobody keeps a booth's browser any more", booth=booth)

    dark.cut = cut
    try:
        async with listening(await asyncio.to_thread(_folder, data) / NAME, talk, most=LINE_MOST):
            yield
    finally:
        dark.cut = nobody


def _folder(data: Path) -> Path:
    """A folder that is missing keeps no point from its work: then only who may see the daemon's own can keep one."""
    told = Path(os.environ.get(FOLDER, data))
    if told.is_dir():
        return told
    log.error("the folder for the keepers of browsers is not there", folder=str(told))
    return data


def _heard(line: bytes) -> FromKeeper | None:
    try:
        heard: FromKeeper = _read(line)
        return heard
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
