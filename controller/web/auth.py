"""Who is asking? Roles by door and credential (contract, section 3, "Doors").

A surface token is made from the journal's secret: it names a role and the surface it is for, holds as long as this
journal, and is never stored. A request may carry several cookies (the demo's wall does): it may do what any allows.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal, get_args

import msgspec
from aiohttp import web

from controller.domain.point import Config
from controller.web.problems import Problem

Role = Literal["kiosk", "tv", "booth", "staff", "technician", "panic"]
ROLES: tuple[Role, ...] = get_args(Role)
DEVICE_ROLES = frozenset({"kiosk", "tv", "booth", "panic"})
COOKIE = "luukku_"
FAILURES, PERIOD_S = 5, 15 * 60  # sign-in attempts that may fail, per address and quarter of an hour
SAFE = frozenset({"GET", "HEAD"})
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")  # RFC 9110 section 7.2, without user or path


class Credential(msgspec.Struct, frozen=True):
    """`id`: the surface (kiosk, screen, counter) it is for, "" for a person."""

    role: Role
    id: str = ""


class Door(msgspec.Struct, frozen=True):
    """One listener: what may come through it. `local`: only this machine can reach it. `admin`: the Unix socket."""

    name: str
    roles: frozenset[str]
    local: bool
    admin: bool = False
    tls: bool = False


def token(secret: bytes, role: Role, id_: str = "") -> str:
    return b32encode(hmac.digest(secret, f"door/{role}/{id_}".encode(), "sha256")[:20]).decode("ascii").lower()


def all_credentials(config: Config) -> list[Credential]:
    """Every surface of this point, and one sign-in for staff and one for technicians."""
    surfaces = [Credential("kiosk", k.id) for k in config.kiosks] + [Credential("tv", s.id) for s in config.screens]
    surfaces += [Credential("booth", b.id) for b in config.booths]
    surfaces += [Credential("panic", p.id) for p in config.panels if p.kind == "panic"]
    return [*surfaces, Credential("staff"), Credential("technician")]


class Doorkeeper:
    """Knows every token of this point by its hash, and who failed to sign in too often."""

    def __init__(self, secret: bytes, config: Config) -> None:
        self._known = {_hash(token(secret, c.role, c.id)): c for c in all_credentials(config)}
        self._failures: dict[str, list[float]] = {}

    def credential(self, presented: str) -> Credential | None:
        return self._known.get(_hash(presented))

    def credentials(self, request: web.Request, door: Door) -> list[Credential]:
        """All that this request proves to be, of the roles that this door lets through."""
        if door.admin:
            return [Credential("technician")]
        found = [self.credential(value) for name, value in request.cookies.items() if name.startswith(COOKIE)]
        scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = [self.credential(presented.strip())]  # what is said aloud wins over what the browser adds
        return [c for c in found if c is not None and c.role in door.roles]

    def failed(self, address: str, now_s: float) -> None:
        recent = [t for t in self._failures.get(address, ()) if now_s - t < PERIOD_S]
        self._failures[address] = [*recent, now_s][-FAILURES:]
        if len(self._failures) > 1000:
            self._failures.pop(next(iter(self._failures)))

    def locked(self, address: str, now_s: float) -> bool:
        recent = [t for t in self._failures.get(address, ()) if now_s - t < PERIOD_S]
        return len(recent) >= FAILURES


def require(credentials: list[Credential], roles: frozenset[str]) -> Credential:
    """The credential that allows this; the most particular first. Raises Problem("forbidden")."""
    allowed = [c for c in credentials if c.role in roles]
    if not allowed:
        wanted = ", ".join(sorted(roles))
        raise Problem("forbidden", f"this needs a sign-in as {wanted}")
    return next((c for c in allowed if c.id), allowed[0])


def check_origin(request: web.Request, door: Door) -> None:
    """A foreign page, or a name that was bent to our address, gets nothing. Raises Problem("forbidden")."""
    if door.admin:
        return
    host = request.headers.get("Host", "")
    if not _our_host(host, door):
        raise Problem("forbidden", f"this point does not answer to the name {host[:80]!r}")
    origin = request.headers.get("Origin")
    if origin is None:
        said = request.method in SAFE or request.headers.get("Authorization") is not None
        if not said and _has_cookie(request):
            raise Problem("forbidden", "a request with a cookie needs its Origin")
        return
    if origin != f"{'https' if door.tls else 'http'}://{host}":
        raise Problem("forbidden", f"origin {origin[:80]!r} is not this point")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem("forbidden", "a request from another site")


def _has_cookie(request: web.Request) -> bool:
    return any(name.startswith(COOKIE) for name in request.cookies)


@lru_cache(maxsize=64)
def _our_host(host: str, door: Door) -> bool:
    """An address or our own name; on a local door only loopback. A DNS name somebody else made up is neither."""
    written = HOST.fullmatch(host)
    if written is None:
        return False
    name = written[1].strip("[]").lower()
    if name == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return not door.local and name == _machine_name()
    return address.is_loopback if door.local else True


def _machine_name() -> str:
    import socket

    return socket.gethostname().lower()


def _hash(presented: str) -> bytes:
    return hashlib.sha256(presented.encode("utf-8", "replace")).digest()
