"""Logs as structlog makes them: words on a terminal, one JSON object a line elsewhere (journald reads them)."""

import logging
import sys

import structlog


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
