"""Who may do what at central: bearer tokens by role, made at the first start and kept in DIR/tokens.json."""

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from controller.central.problems import Problem

ROLES = ("box", "central")
LOOPBACK = ("127.0.0.1", "::1")
LOOPBACK_NAMES = ("127.0.0.1", "[::1]", "localhost")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")  # somebody else is behind this peer


def load_tokens(path: Path) -> dict[str, str]:
    """The tokens in `path`, made with mode 0600 if there are none. Raises OSError, ValueError."""
    try:
        tokens = json.loads(path.read_text())
    except FileNotFoundError:
        tokens = {role: secrets.token_urlsafe(32) for role in ROLES}
        write_private(path, json.dumps(tokens, indent=2) + "\n")
    if not (isinstance(tokens, dict) and all(isinstance(tokens.get(role), str) and tokens[role] for role in ROLES)):
        raise ValueError(f"{path}: needs a token for each of {', '.join(ROLES)}")
    return {role: tokens[role] for role in ROLES}


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, for this user alone. Raises OSError."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class Doors:
    """Checks a request's credential against the role that a door wants."""

    def __init__(self, tokens: Mapping[str, str], open_page: bool) -> None:
        self._tokens = {role: tokens[role].encode() for role in ROLES}
        self._open_page = open_page

    def need(self, request: web.Request, role: str) -> None:
        """Raises Problem 401 without a known token, 403 with another role's."""
        held = self._role(request)
        if held is None:
            raise Problem(401, "unauthorized", "Send Authorization: Bearer with a token of central.")
        if held != role:
            raise Problem(403, "forbidden", f"This needs the token of role {role}.")

    def need_page(self, request: web.Request) -> None:
        """The live page: open to this machine itself (or to all, if so started), else for role central."""
        if not (self._open_page or _from_here(request)):
            self.need(request, "central")

    def _role(self, request: web.Request) -> str | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        sent = given.strip().encode("utf-8", "surrogateescape")
        matches = [role for role, token in self._tokens.items() if hmac.compare_digest(token, sent)]
        return matches[0] if matches else None


def _from_here(request: web.Request) -> bool:
    """A browser on this machine that asked for this machine by name; not a proxy, not a rebound name."""
    name = request.host.rpartition(":")[0] or request.host
    return (
        request.remote in LOOPBACK
        and name in LOOPBACK_NAMES
        and not any(header in request.headers for header in FORWARDED)
    )
