"""What other systems and yesterday's journals rely on: each member of config, events and commands, with its default
and its bounds, and how each refusal is answered. The state's too: kept snapshots have its shape, and another one costs
a whole replay.

tests/golden/shapes.json is what they are. A change of it is a change of the contract: make it on purpose, with
`python -m tests.domain.test_shapes --write`, and read the difference.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from controller.domain import draft
from controller.domain.commands import Command
from controller.domain.events import EVENTS
from controller.domain.point import Config
from controller.domain.state import State

GOLDEN = Path(__file__).parents[1] / "golden" / "shapes.json"
PROBLEMS = {
    "closed": 409, "cap-reached": 409, "unknown-service": 404, "unknown-ticket": 404, "counter-not-open": 409,
    "counter-busy": 409, "wrong-state": 409, "clock-not-set": 503, "invalid": 400,
}  # fmt: skip


def shapes() -> dict[str, Any]:
    """By room and type: members, defaults, bounds, and what may be left out."""
    rooms = {
        "config": [Config],
        "events": list(EVENTS.values()),
        "commands": Command.__subclasses__(),
        "state": [State],
    }
    return {room: _without_words(msgspec.json.schema_components(types)[1]) for room, types in rooms.items()}


def _without_words(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _without_words(part) for name, part in schema.items() if name not in {"description", "title"}}
    return [_without_words(part) for part in schema] if isinstance(schema, list) else schema


def test_every_member_default_and_bound_is_what_others_rely_on() -> None:
    assert json.loads(json.dumps(shapes())) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_each_refusal_has_the_status_of_the_contract() -> None:
    assert draft.PROBLEMS == PROBLEMS


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    GOLDEN.write_text(json.dumps(shapes(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
