"""Errors as RFC 9457 problem documents, for every answer that is none of success; never a traceback."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from controller.central.sink import StorageFull

RETRY_AFTER_S = "5"
NAMES = {
    401: "unauthorized", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 413: "too-large",
    415: "unsupported-media-type",
}  # fmt: skip
TITLES = {
    "invalid": "The request is not valid",
    "unauthorized": "A bearer token is needed",
    "forbidden": "This token does not open this door",
    "not-found": "There is nothing here",
    "method-not-allowed": "This address does not take this method",
    "too-large": "The body is too large",
    "unsupported-media-type": "The body is of another media type",
    "fork": "This history differs from the one stored",
    "storage-full": "Central cannot write to its disk",
    "idempotency-conflict": "This Idempotency-Key came before with another body",
    "too-many": "Too many at once",
    "report-too-long": "This report takes too long",
    "internal": "Central made a mistake",
}

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """An answer that is an error; `more` are extension members."""

    def __init__(self, status: int, name: str, detail: str, **more: object) -> None:
        super().__init__(f"{status} {name}: {detail}")
        self.status, self.name, self.detail, self.more = status, name, detail, more

    def response(self) -> web.Response:
        document = {
            "type": f"/problems/{self.name}",
            "title": TITLES[self.name],
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        headers = {"WWW-Authenticate": 'Bearer realm="central"'} if self.status == 401 else {}
        if self.status == 503:
            headers["Retry-After"] = RETRY_AFTER_S
        return web.Response(
            status=self.status,
            body=msgspec.json.encode(document),
            content_type="application/problem+json",
            headers=headers,
        )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever went wrong into a problem document."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _from_http(error)
    except StorageFull as full:
        log.error("central cannot write", why=str(full))
        return Problem(503, "storage-full", "Nothing was stored; try again later.").response()
    except (asyncio.CancelledError, ConnectionResetError):
        raise
    except Exception as fault:  # noqa: BLE001  why: the server's border: the client gets a problem, the log the rest
        where = {"method": request.method, "path": request.path}
        await asyncio.to_thread(log.error, "request failed", exc_info=fault, **where)  # a traceback reads source files
        return Problem(500, "internal", "The mistake is in central's log.").response()


def is_ours(record: logging.LogRecord) -> bool:
    """For aiohttp's log: what a stranger sends that is no HTTP, and a line that breaks, are no mistakes of central."""
    raised = record.exc_info[1] if record.exc_info else None
    return not isinstance(raised, HttpProcessingError | web.RequestPayloadError | ConnectionError)


def _from_http(error: web.HTTPException) -> web.Response:
    answer = Problem(error.status, NAMES.get(error.status, "invalid"), error.reason).response()
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer
