"""A long walk through the whole API by somebody who knows its words: real services, counters and tickets, in any order,
as anybody, with any member wrong, any request sent twice.

Schemathesis proves each operation by itself; here customers wait, are called, transferred, held and lost, and every
answer must be one that the document allows.
"""

import http.client
import json
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import jsonschema
import pytest

from tests.fuzz.rig import ANSWER_S, LONG, POINT_PROBLEMS, Daemon, plain_problem

pytestmark = pytest.mark.system
NOW = datetime.now(UTC).replace(microsecond=0)
STEPS = 15_000 if LONG else 4500
KNOWN: dict[str, tuple[Any, ...]] = {
    "service": ("asumistuki", "elake", "asumistuki", "elake", "verokortti", "aamu"), "provider": ("kela", "vero"),
    "language": ("fi", "sv", "en", "se"), "kiosk": ("main",), "queue": ("kela", "vero"), "counter": ("1", "2"),
    "advisor": ("a1", "a2"), "place": ("counter-1", "hall"), "room": ("r1", "r2"), "booth": ("b1",),
    "kind": ("threat",), "reason": ("x", ""),
    "lang": ("fi", "se", "zz"), "view": ("kiosk",), "after": (0, 5, 10**6), "limit": (1, 50, 10_000),
    "start": (NOW.isoformat(), "2026-11-23T09:00:00Z"), "question": ("how", "again"),
    "end": ((NOW + timedelta(minutes=30)).isoformat(), "2026-11-23T09:30:00Z"),
    "code": ("ABCD12", "ABCD-13", "EFGH12"), "token": ("not-a-token-of-ours",), "session": ("s1",),
}  # fmt: skip
IN_PATH = {
    "counters": ("1", "2"),
    "booths": ("b1",),
    "appointments": tuple(f"a{n}" for n in range(9)),
    "devices": ("lobby",),
}
OFTEN = re.compile("/counters/|/tickets$|PUT|DELETE|check-in$|feedback$|sessions")
AS = {"also": "service", "next": "service", "languages": "language", "services": "service"}
JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 2**53, 2**63, 2**64, 1e308, "", "a\n", "x" * 5000, "Matti Meikäläinen", "010190-123A", "\x00",
    "\u202e", "💥", [], [[]], {}, {"a": 1}, "../../etc/passwd", "'; DROP TABLE event; --", "%s%n", "\\ud800",
)  # fmt: skip
MOSTLY = 0.93


class Walker:
    """Makes requests out of the document, and remembers what came of them."""

    def __init__(self, daemon: Daemon, chance: Random) -> None:
        self._daemon, self._chance = daemon, chance
        self._line = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=ANSWER_S)
        self._document = json.loads(daemon.get("/api/v1/openapi.json", "staff"))
        self._doors = [
            (method.upper(), path, operation)
            for path, item in self._document["paths"].items()
            for method, operation in item.items()
            if path != "/api/v1/stream" and not path.endswith("/line")  # no plain requests
        ]
        self._weights = [6 if OFTEN.search(f"{method} {path}") else 1 for method, path, _ in self._doors]
        self._held: dict[tuple[str, str], jsonschema.Draft202012Validator] = {}
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._sent: list[tuple[tuple[Any, ...], int, bytes]] = []
        self.seen: dict[str, set[int]] = defaultdict(set)

    def step(self) -> None:
        if self._sent and self._chance.random() < 0.08:
            return self._again()
        method, path, operation = self._chance.choices(self._doors, self._weights)[0]
        target = self._target(path, operation)
        body = self._body(operation)
        key = f"walk-{self._chance.getrandbits(64):016x}"
        asked = (method, target, body, key, self._somebody(operation))
        status, kind, answer = self._ask(*asked)
        self.seen[operation["operationId"]].add(status)
        self._held_against(operation, status, kind, answer)
        if status in {200, 201} and kind.startswith("application/json"):
            self._learn(path, json.loads(answer))
            if any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", ())):
                self._sent = [*self._sent[-50:], (asked, status, answer)]

    def _again(self) -> None:
        """The same key and body give the same answer; the same key with another body is refused."""
        (method, target, body, key, role), status, answer = self._chance.choice(self._sent)
        if self._chance.random() < 0.7:
            assert self._ask(method, target, body, key, role)[::2] == (status, answer), (method, target)
        else:
            other = json.dumps({**json.loads(body or "{}"), "_": self._chance.random()}).encode()
            assert self._ask(method, target, other, key, role)[0] in {400, 409}, (method, target)

    def _ask(self, method: str, target: str, body: bytes | None, key: str, role: str) -> tuple[int, str, bytes]:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        if role:
            headers["Authorization"] = f"Bearer {self._daemon.tokens.get(role, role)}"
        self._line.request(method, target, body, headers)
        said = self._line.getresponse()
        return said.status, said.headers.get("Content-Type", ""), said.read()

    def close(self) -> None:
        self._line.close()

    def _held_against(self, operation: dict[str, Any], status: int, kind: str, answer: bytes) -> None:
        """Is this answer one of those that the document names?"""
        told = operation["responses"].get(str(status))
        assert told is not None, (operation["operationId"], status, answer[:300])
        if status >= 400:
            assert plain_problem(status, kind, answer, POINT_PROBLEMS) in told["description"]
        schema = told.get("content", {}).get(kind.split(";", maxsplit=1)[0], {}).get("schema")
        if schema is not None:
            whole = {**schema, "components": self._document["components"]}
            place = operation["operationId"], str(status)
            if place not in self._held:
                self._held[place] = jsonschema.Draft202012Validator(whole)
            self._held[place].validate(json.loads(answer))

    def _learn(self, path: str, told: dict[str, Any]) -> None:
        for room in ("tickets", "incidents", "sessions"):
            if f"/{room}" in path and isinstance(told.get("id"), str):
                self._ids[room].append(told["id"])
        if isinstance(told.get("service_event"), str):
            self._ids["service_event"].append(told["service_event"])
        if isinstance(told.get("code"), str):
            self._ids["code"].append(told["code"])

    def _target(self, path: str, operation: dict[str, Any]) -> str:
        room = path.removeprefix("/api/v1/").split("/")[0]
        known = {"t": self._ids["code"], **self._ids}.get(room) or list(IN_PATH.get(room, ("1",)))
        if path.endswith("/check-in"):
            known = list(KNOWN["code"])
        known = known if self._chance.random() < MOSTLY else ["none", "%00", "x" * 300, "%F0%9F%92%A5", "a%0Ab"]
        target = re.sub(r"{\w+}", lambda _: self._chance.choice(known[-9:]), path)
        query = [p for p in operation.get("parameters", ()) if p["in"] == "query" and self._chance.random() < 0.7]
        return target + "?" * bool(query) + "&".join(f"{p['name']}={self._word(p['name'])}" for p in query)

    def _word(self, name: str) -> Any:
        learnt = {"ticket": self._ids["tickets"], "service_event": self._ids["service_event"]}.get(name)
        return self._chance.choice(learnt[-8:] if learnt else KNOWN.get(name, ("x", "1")))

    def _body(self, operation: dict[str, Any]) -> bytes | None:
        if "requestBody" not in operation:
            return None
        made = self._made("", operation["requestBody"]["content"]["application/json"]["schema"])
        if made and self._chance.random() > MOSTLY:
            made[self._chance.choice(list(made))] = self._chance.choice(JUNK)
        return json.dumps(made).encode()

    def _made(self, name: str, schema: dict[str, Any]) -> Any:
        """A value of this schema, in words that the point knows."""
        chance = self._chance
        if "$ref" in schema:
            return self._made(name, self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self._made(name, chance.choice(schema["anyOf"]))
        if "enum" in schema:
            return chance.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                wanted = set(schema.get("required", ()))
                members = schema.get("properties", {}).items()
                return {n: self._made(n, s) for n, s in members if n in wanted or n == "code" or chance.random() < 0.3}
            case "array":
                item = schema.get("items", {})
                return [self._made(name, item) for _ in range(chance.randrange(3))]
            case "integer":
                return chance.choice((schema.get("minimum", 0), schema.get("maximum", 9), 1, chance.randrange(1, 6)))
            case "boolean":
                return chance.random() < 0.5
            case "null":
                return None
            case _:
                return self._word(AS.get(name, name))

    def _somebody(self, operation: dict[str, Any]) -> str:
        may = [role for role in operation["x-roles"] if role in self._daemon.tokens]
        if may and self._chance.random() < MOSTLY:
            return self._chance.choice(may)
        return self._chance.choice([*self._daemon.tokens, "", "none"])


@pytest.mark.timeout(900 if LONG else 120)
def test_anybody_may_do_anything_in_any_order_and_every_answer_is_documented(daemon: Daemon) -> None:
    walker = Walker(daemon, Random() if LONG else Random(1))
    try:
        for n in range(STEPS):
            walker.step()
            if n % 1000 == 0:
                daemon.unharmed()
    finally:
        walker.close()
    answered = {name for name, statuses in walker.seen.items() if statuses & {200, 201, 204}}
    never = set(walker.seen) - answered
    assert not never - {"post_login", "get_clips_id_wav"}, f"the walk never got there: {never}"
