"""The published JSON Schemas (2020-12): of the config, and of every event as it stands on the wire."""

import re
from typing import Any

import msgspec

from controller.app.wording import KEYS
from controller.domain.events import EVENTS
from controller.domain.point import Config
from controller.journal.wire import PREFIX, SUFFIX

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{name}"

Schema = dict[str, Any]


def config_schema() -> Schema:
    """What a point's TOML file may hold. References between tables are checked by `luukku check` beyond it."""
    (whole,), parts = msgspec.json.schema_components([Config], ref_template=_REF)
    for name, part in parts.items():
        part["description"] = _one_line(part.get("description", ""))
        for key, value in part.get("properties", {}).items():
            value["description"] = _described(KEYS[f"{name}.{key}"], value.get("description"))
    return {"$schema": DIALECT, "title": "Luukku: config of one service point", **whole, "$defs": _tidy(parts)}


def events_schema() -> Schema:
    """One CloudEvent of ours: the envelope of contract section 4, and the data that its type carries and no more."""
    _, parts = msgspec.json.schema_components(EVENTS.values(), ref_template=_REF)
    for part in parts.values():
        part["additionalProperties"] = False
        part["description"] = _one_line(part.get("description", ""))
    envelopes = {f"event.{name}": _envelope(name, data.__name__) for name, data in EVENTS.items()}
    return {
        "$schema": DIALECT,
        "title": "Luukku: events",
        "description": "Each type has its envelope in $defs, under event.<name>; choose by `type`.",
        "oneOf": [{"$ref": _REF.format(name=name)} for name in envelopes],
        "$defs": {**envelopes, **_tidy(parts)},
    }


def _envelope(name: str, data: str) -> Schema:
    properties: Schema = {
        "specversion": {"const": "1.0"},
        "id": _text(r"^[A-Za-z0-9._:-]+-[1-9][0-9]*$", "<journal>-<seq>"),
        "source": _text(r"^/points/[a-z0-9-]+/journals/[A-Za-z0-9._:-]+$", "/points/<point>/journals/<journal>"),
        "type": {"const": f"{PREFIX}{name}{SUFFIX}"},
        "time": _text(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", "UTC with milliseconds"),
        "datacontenttype": {"const": "application/json"},
        "sequence": _text(r"^\d{20}$", "from 1, without gaps, in each journal"),
        "businessdate": _text(r"^\d{4}-\d{2}-\d{2}$", "absent while no clock was ever set"),
        "boot": _text(r"^[A-Za-z0-9._:-]+$", "the boot of the machine that `mono` counts from"),
        "mono": _text(r"^\d+$", "nanoseconds since boot: durations within a boot come from it"),
        "clock": {"enum": ["synced", "holdover", "unsynced"]},
        "actor": _text(r"^[a-z][a-z_]*(:[A-Za-z0-9._:-]+)?$", "kiosk:<id>, counter:<id>, central, system, device:<id>"),
        "data": {"$ref": _REF.format(name=data)},
        "chain": _text(r"^[0-9a-f]{64}$", "hex SHA-256 of the chain before, a newline, and this event without it"),
    }
    return {
        "title": f"{PREFIX}{name}{SUFFIX}",
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key != "businessdate"],
        "additionalProperties": False,
    }


def _text(pattern: str, description: str) -> Schema:
    return {"type": "string", "pattern": pattern, "description": description}


def _described(key: str, value: str | None) -> str:
    return f"{key} ({value})" if value else key


def _one_line(docstring: str) -> str:
    return re.sub(r"\s+", " ", docstring).replace("`", "")


def _tidy(parts: dict[str, Schema]) -> dict[str, Schema]:
    return {name: {key: value for key, value in part.items() if value != ""} for name, part in parts.items()}
