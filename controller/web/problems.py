"""Errors as RFC 9457 `application/problem+json`: what went wrong, for whoever can mend it."""

import msgspec
from aiohttp import web

from controller.domain.draft import PROBLEMS, Refused

TITLES = {
    "idempotency-conflict": (409, "This Idempotency-Key was used for another request"),
    "idempotency-key-missing": (400, "A state-changing request needs an Idempotency-Key"),
    "closed": (409, "The service is closed"),
    "cap-reached": (409, "The queue is full"),
    "unknown-service": (404, "No such service"),
    "unknown-ticket": (404, "No such ticket"),
    "counter-not-open": (409, "The counter is not open"),
    "counter-busy": (409, "The counter has a customer"),
    "wrong-state": (409, "Not possible in this state"),
    "clock-not-set": (503, "The clock of this machine was never set"),
    "journal-full": (503, "The disk takes no more; nothing was changed"),
    "forbidden": (403, "Not allowed for this sign-in"),
    "too-many": (429, "Too many requests"),
    "invalid": (400, "The request is not right"),
    "not-found": (404, "No such address"),
    "internal": (500, "A defect of this program"),
}
JSON = "application/json"
PROBLEM = "application/problem+json"


class Problem(Exception):
    """Raise anywhere under a handler; the door turns it into its answer."""

    def __init__(
        self, name: str, detail: str, status: int | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.detail = detail
        self.status = status or TITLES[name][0]
        self.headers = headers or {}

    def body(self) -> bytes:
        return problem_body(self.name, self.detail, self.status)

    def response(self) -> web.Response:
        return web.Response(status=self.status, body=self.body(), content_type=PROBLEM, headers=self.headers)


def problem_body(name: str, detail: str, status: int) -> bytes:
    title = TITLES[name][1] if name in TITLES else name
    return msgspec.json.encode({"type": f"/problems/{name}", "title": title, "status": status, "detail": detail})


def refusal(no: Refused) -> tuple[int, bytes]:
    """A refusal of the core as status and body."""
    status = PROBLEMS[no.problem]
    return status, problem_body(no.problem, no.detail, status)
