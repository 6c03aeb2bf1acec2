"""How two peers may be reached: TURN credentials for one session, as coturn's `use-auth-secret` proves them.

DIR/turn.json: {"urls": ["turn:turn.example.fi:3478?transport=udp", ...], "secret": TEXT, "relay_only": false,
"ttl_s": 43200}. Without the file there are no servers at all: no public STUN server learns who talks with whom.
"""

import base64
import hmac
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from controller.ports.signalling import IceConfig, IceServer

TTL_S = 12 * 3600  # a booked slot, its delays, and a margin; nobody is cut off in a call by the clock


class Turn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What DIR/turn.json says. `relay_only`: neither end learns the other's address."""

    urls: Annotated[tuple[Annotated[str, Meta(pattern=r"^(stun|turn|turns):\S{1,255}$")], ...], Meta(max_length=8)]
    secret: Annotated[str, Meta(min_length=16, max_length=256)] = ""
    relay_only: bool = False
    ttl_s: Annotated[int, Meta(ge=60, le=7 * 86_400)] = TTL_S


def load_turn(path: Path) -> Turn | None:
    """None without the file. Raises OSError, ValueError that names the file."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        turn = msgspec.json.decode(text, type=Turn)
    except msgspec.MsgspecError as wrong:
        raise ValueError(f"{path}: {wrong}") from wrong
    if any(not url.startswith("stun:") for url in turn.urls) and not turn.secret:
        raise ValueError(f"{path}: a TURN server needs its secret (coturn: static-auth-secret)")
    return turn


def credentials(secret: str, session: str, expires_s: int) -> tuple[str, str]:
    """User name and credential until `expires_s` (Unix seconds): draft-uberti-behave-turn-rest-00, section 2.2."""
    username = f"{expires_s}:{session}"
    return username, base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode("ascii")


def ice_for(turn: Turn | None, session: str, now_s: float) -> IceConfig:
    """What the two ends of this session may use, from now for `ttl_s`."""
    if turn is None or not turn.urls:
        return IceConfig()
    relays = tuple(url for url in turn.urls if not url.startswith("stun:"))
    plain = tuple(url for url in turn.urls if url.startswith("stun:"))
    servers = [IceServer(urls=plain)] if plain else []
    if relays:
        username, credential = credentials(turn.secret, session, int(now_s) + turn.ttl_s)
        servers.append(IceServer(urls=relays, username=username, credential=credential))
    return IceConfig(servers=tuple(servers), relay_only=turn.relay_only)
