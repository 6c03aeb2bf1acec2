"""The picture at the head of the tickets, from the file that the config names."""

from pathlib import Path

import structlog

from controller.domain.point import Config
from drivers.escpos.logo import BadLogo, logos_of
from drivers.escpos.raster import Logos

BYTES_MOST = 10_000_000

log = structlog.get_logger("devices")


def read(config: Config, base: Path) -> Logos | None:
    """None when there is none. Blocks. Raises BadLogo, whose words name the file and say what is wrong with it."""
    if not config.point.logo:
        return None
    file = base / config.point.logo
    try:
        if not file.is_file():  # what is no file may never end, or never begin
            raise BadLogo("it is no file" if file.exists() else "there is no such file")
        with file.open("rb") as picture:
            data = picture.read(BYTES_MOST + 1)
        if len(data) > BYTES_MOST:
            raise BadLogo(f"more than {BYTES_MOST // 1_000_000} MB are no logo")
        return logos_of(data)
    except OSError as no:
        raise BadLogo(f"[point] logo: {file}: {no.strerror}") from no
    except BadLogo as bad:
        raise BadLogo(f"[point] logo: {file}: {bad}") from bad


def logo_of_point(config: Config, base: Path) -> Logos | None:
    """As `read`; a picture that is not there is no reason not to serve anybody. Blocks."""
    try:
        return read(config, base)
    except BadLogo as bad:
        log.error("tickets are printed without the logo", why=str(bad))
        return None
