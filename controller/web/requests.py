"""From an HTTP request to a command in the ledger, and back: bodies, idempotency keys, answers."""

import asyncio
import hashlib
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from controller.domain import views
from controller.domain.commands import Command
from controller.domain.draft import Draft
from controller.domain.state import State
from controller.journal.faults import JournalFault, JournalFull
from controller.ledger import CommandFailed, Key, KeyConflict, Render, Reply
from controller.web import shapes
from controller.web.problems import JSON, PROBLEM, Problem, refusal
from controller.web.site import SITE, Site

B = TypeVar("B", bound=shapes.Body)
KEY_MOST = 200
BODY_MOST = 65_536  # bytes
BODY_S = 20.0  # for a body to come: a line that says no more is not waited for


async def body(request: web.Request, shape: type[B]) -> B:
    """The request's JSON as `shape`. Raises Problem("invalid") that names the member."""
    raw = await _whole(request) or b"{}"
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as bad:
        raise Problem("invalid", str(bad)) from bad
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        raise Problem("invalid", f"the body is not JSON: {bad}") from bad


async def _whole(request: web.Request) -> bytes:
    """The body as sent. Raises Problem("invalid") for one that does not come whole."""
    try:
        async with asyncio.timeout(BODY_S):
            return await request.read()
    except TimeoutError as slow:
        raise Problem("invalid", f"the body did not come within {BODY_S:.0f} s", status=408) from slow
    except (web.RequestPayloadError, ConnectionError) as torn:
        raise Problem("invalid", "the body ended early") from torn


async def act(request: web.Request, command: Command, render: Render) -> tuple[web.Response, Reply]:
    """Submit with the request's Idempotency-Key. The answer is durable when it leaves here."""
    key = await idempotency(request)
    site = request.app[SITE]
    try:
        reply = await site.ledger.submit(command, render=render, refusal=refusal, key=key)
    except KeyConflict as conflict:
        raise Problem("idempotency-conflict", "the same key came with another request before") from conflict
    except JournalFull as full:
        raise Problem("journal-full", "the disk of this box takes no more; nothing was changed") from full
    except JournalFault as fault:
        raise Problem("internal", "the journal refused; nothing was changed") from fault
    except CommandFailed as bug:
        raise Problem("internal", "this request could not be decided; nothing was changed") from bug
    return answer(reply), reply


def answered(request: web.Request) -> bool:
    """Was this Idempotency-Key answered before? Then the ledger answers again, and nothing is limited."""
    return request.app[SITE].ledger.knows(request.headers.get("Idempotency-Key", ""))


def answer(reply: Reply) -> web.Response:
    if reply.status == 204:
        return web.Response(status=204)
    return web.Response(status=reply.status, body=reply.body, content_type=PROBLEM if reply.status >= 400 else JSON)


async def idempotency(request: web.Request) -> Key:
    """The key, and a hash of method, path and meaning of the body (white space and member order do not matter)."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Problem("idempotency-key-missing", "send Idempotency-Key: a value made anew for each intent")
    if len(key) > KEY_MOST or not key.isascii() or not key.isprintable():
        raise Problem("invalid", f"an Idempotency-Key has at most {KEY_MOST} printable ASCII characters")
    raw = await _whole(request)
    try:
        meaning = msgspec.json.encode(msgspec.json.decode(raw), order="sorted") if raw else b"{}"
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        meaning = raw
    return Key(key, hashlib.sha256(f"{request.method} {request.path}\n".encode() + meaning).digest())


def json(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type=JSON)


def ticket_of(site: Site, status: int = 200) -> Render:
    """Render the draft's subject as a ticket."""

    def render(state: State, draft: Draft) -> tuple[int, bytes]:
        view = views.ticket(state, site.config, site.secret, draft.subject)
        return status, msgspec.json.encode(msgspec.convert(view, shapes.Ticket))

    return render


def service_event(state: State, draft: Draft) -> tuple[int, bytes]:
    """Render the draft's subject as a service event; 204 when there is none (nobody waits)."""
    if not draft.subject:
        return 204, b""
    return 200, msgspec.json.encode(msgspec.convert(views.service_event(state, draft.subject), shapes.ServiceEvent))


def session_event(state: State, draft: Draft) -> tuple[int, bytes]:
    """Render the service event of the session that the draft is about."""
    turn = state.sessions[draft.subject].service_event
    return 200, msgspec.json.encode(msgspec.convert(views.service_event(state, turn), shapes.ServiceEvent))


def subject(state: State, draft: Draft) -> tuple[int, bytes]:
    """Render just what it was about."""
    return 200, msgspec.json.encode(shapes.Subject(id=draft.subject or "none"))


def counter_of(site: Site, id_: str) -> Render:
    def render(state: State, draft: Draft) -> tuple[int, bytes]:
        view = views.counter(state, site.config, id_)
        return 200, msgspec.json.encode(msgspec.convert(view, shapes.CounterOut))

    return render
