"""Logs as structlog makes them: words on a terminal, one JSON object a line elsewhere (journald reads them)."""

import logging
import sys

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError


def set_up_log(debug: bool) -> None:
    """To stderr; answers and listings have stdout for themselves."""
    level = logging.DEBUG if debug else logging.INFO
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)  # no values: no tokens
    shape = [console] if sys.stderr.isatty() else [
        structlog.processors.format_exc_info, structlog.processors.JSONRenderer(),
    ]  # fmt: skip
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is at that moment
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("aiohttp.server").addFilter(is_ours)


def quiet() -> None:
    """For a command that drives a device itself, and says in its own one line what went wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def is_ours(record: logging.LogRecord) -> bool:
    """What a stranger sends that is no HTTP is answered with a 400, and a line may break at any time: neither is a
    defect, and neither may fill the log."""
    raised = record.exc_info[1] if record.exc_info else None
    return not isinstance(raised, HttpProcessingError | RequestPayloadError | ConnectionError)
