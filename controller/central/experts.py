"""Who the experts are, and how they prove it: DIR/experts.json, made by `python -m controller.central.enlist`.

    {"experts": [{"id": "E7", "name": "Maija", "pools": ["kela"], "languages": ["fi", "sv"],
                  "code": {"salt": HEX, "hash": HEX}}, …]}

An expert signs in with `ID.CODE`, or with a token. A code may be short and is kept as a salted scrypt hash; a token
(the demo's, or one of a machine) has 128 random bits at least and is kept as its SHA-256. No I/O here but `load`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

ExpertId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$(?!\n)")]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$(?!\n)")]
Hex = Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){16,64}$(?!\n)")]
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1  # OWASP's smallest: 16 MiB, some 50 ms
TOKEN_LEAST = 22  # characters: 128 bits in base64
LONGEST = 200  # characters of a sign-in


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sign-in code as it is kept."""

    salt: Hex
    hash: Hex


class Expert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`id` is a pseudonym and goes into the journal; `name` is shown to the customer and goes nowhere else. `pools`
    are providers, `token` is the SHA-256 of one."""

    id: ExpertId
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    pools: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=40)]
    languages: Annotated[tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")], ...], Meta(min_length=1, max_length=20)]
    code: Code | None = None
    token: Hex | None = None


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    experts: tuple[Expert, ...]


def load(path: Path) -> tuple[Expert, ...]:
    """Nobody without the file. Raises OSError, ValueError that names the file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Listed).experts
    except FileNotFoundError:
        return ()
    except msgspec.MsgspecError as wrong:
        raise ValueError(f"{path}: {wrong}") from wrong


def hashed_code(code: str) -> Code:
    salt = secrets.token_bytes(16)
    return Code(salt.hex(), _scrypt(code, salt).hex())


def hashed_token(token: str) -> str:
    """Raises ValueError for one that could be guessed."""
    if len(token) < TOKEN_LEAST:
        raise ValueError(f"a token has at least {TOKEN_LEAST} characters")
    return hashlib.sha256(token.encode()).hexdigest()


class Experts:
    """All experts. Raises ValueError when two have one id or one token, or one has no way to sign in."""

    def __init__(self, experts: Iterable[Expert]) -> None:
        listed = tuple(experts)
        self._known = {expert.id: expert for expert in listed}
        self._by_token = {expert.token: expert for expert in listed if expert.token is not None}
        if len(self._known) != len(listed) or len(self._by_token) != sum(e.token is not None for e in listed):
            raise ValueError("experts: each needs an id and a token of its own")
        if dumb := [expert.id for expert in listed if expert.code is None and expert.token is None]:
            raise ValueError(f"experts: {', '.join(dumb)} can not sign in: no code and no token")

    def __len__(self) -> int:
        return len(self._known)

    def get(self, expert_id: str) -> Expert | None:
        return self._known.get(expert_id)

    def by_token(self, presented: str) -> Expert | None:
        """At once: found by its hash, not compared one by one."""
        return self._by_token.get(hashlib.sha256(presented.encode("utf-8", "replace")).hexdigest())

    def by_code(self, presented: str) -> Expert | None:
        """Takes 50 ms of a processor, also for an id that nobody has."""
        expert_id, _, code = presented.partition(".")
        expert = self._known.get(expert_id)
        kept = expert.code if expert is not None and expert.code is not None else _NOBODY
        right = hmac.compare_digest(_scrypt(code, bytes.fromhex(kept.salt)), bytes.fromhex(kept.hash))
        return expert if right and kept is not _NOBODY else None


def _scrypt(code: str, salt: bytes) -> bytes:
    given = code.encode("utf-8", "replace")
    return hashlib.scrypt(given, salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=32)


_NOBODY = Code("00" * 16, "00" * 32)


class Passes:
    """The cookie of a signed-in expert: who, until when, sealed. Nothing is kept, so that a restart signs nobody out;
    a changed code or token ends every pass that was given for the old one."""

    def __init__(self, key: bytes, experts: Experts, lasts_s: int = 12 * 3600) -> None:
        self._key, self._experts, self.lasts_s = key, experts, lasts_s

    def give(self, expert: Expert, now_s: float, lasts_s: int | None = None) -> str:
        until = int(now_s) + (self.lasts_s if lasts_s is None else lasts_s)
        return f"{expert.id}.{until}.{self._seal(expert, until)}"

    def until_s(self, held: str) -> int:
        """When this one ends, which `holder` has found to be right."""
        return int(held.split(".")[1])

    def holder(self, presented: str, now_s: float) -> Expert | None:
        expert_id, _, rest = presented[:LONGEST].partition(".")
        until, _, seal = rest.partition(".")
        expert = self._experts.get(expert_id)
        if expert is None or not (until.isascii() and until.isdecimal()) or not now_s < int(until):
            return None
        right = hmac.compare_digest(self._seal(expert, int(until)).encode(), seal.encode("utf-8", "replace"))
        return expert if right else None

    def _seal(self, expert: Expert, until: int) -> str:
        proof = f"{expert.code.hash if expert.code else ''}/{expert.token or ''}"
        return hmac.new(self._key, f"expert/{expert.id}/{until}/{proof}".encode(), "sha256").hexdigest()


class Failures:
    """Sign-ins that failed lately, per address and in all per expert: so many, and the next must wait."""

    def __init__(self, most: int = 5, most_of_one: int = 50, period_s: float = 900.0, remembered: int = 5_000) -> None:
        self._most, self._most_of_one, self.period_s, self._remembered = most, most_of_one, period_s, remembered
        self._failed: dict[tuple[str, str], list[float]] = {}

    def locked(self, address: str, expert_id: str, now_s: float) -> bool:
        here = len(self._recent(("at", address), now_s)) >= self._most
        return here or len(self._recent(("of", expert_id), now_s)) >= self._most_of_one

    def failed(self, address: str, expert_id: str, now_s: float) -> None:
        for key in (("at", address), ("of", expert_id)):
            recent = self._recent(key, now_s)
            self._failed.pop(key, None)
            self._failed[key] = [*recent, now_s][-self._most_of_one :]
        while len(self._failed) > self._remembered:
            self._failed.pop(next(iter(self._failed)))

    def _recent(self, key: tuple[str, str], now_s: float) -> list[float]:
        return [at for at in self._failed.get(key, ()) if now_s - at < self.period_s]
