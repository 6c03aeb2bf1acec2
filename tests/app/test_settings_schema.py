"""The published schemas: jsonschema, which knows nothing of us, judges our configs and every event that we can emit."""

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec.inspect as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from controller.app.schema import config_schema, events_schema
from controller.domain.event_words import Event
from controller.domain.events import EVENTS
from controller.journal.wire import GENESIS, Header, seal

CONFIG = Path(__file__).parents[2] / "config"
CONFIG_ORACLE = Draft202012Validator(config_schema())
EVENTS_SCHEMA = events_schema()
ORACLES = {
    name: Draft202012Validator({"$ref": f"#/$defs/event.{name}", "$defs": EVENTS_SCHEMA["$defs"]}) for name in EVENTS
}
TEXT = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])


def values(kind: types.Type) -> st.SearchStrategy[Any]:
    """Any value of an event's type."""
    match kind:
        case types.Metadata():
            return values(kind.type)
        case types.UnionType():
            return st.one_of([values(one) for one in kind.types])
        case types.NoneType():
            return st.none()
        case types.LiteralType():
            return st.sampled_from(kind.values)
        case types.StrType():
            return st.from_regex(kind.pattern, fullmatch=True) if kind.pattern else st.text(TEXT, max_size=20)
        case types.BoolType():
            return st.booleans()
        case types.IntType():
            return st.integers(-(2**53) if kind.ge is None else kind.ge, 2**53 if kind.le is None else kind.le)
        case types.FloatType():
            return st.floats(kind.ge, kind.le)
        case types.VarTupleType():
            return st.lists(values(kind.item_type), max_size=3).map(tuple)
        case types.StructType():
            return st.fixed_dictionaries(
                {field.name: values(field.type) for field in kind.fields if field.required},
                optional={field.name: values(field.type) for field in kind.fields if not field.required},
            ).map(lambda given: kind.cls(**given))
    raise TypeError(f"an event has no {kind}")


def sealed(event: Event, businessdate: str = "2026-11-21") -> dict[str, Any]:
    header = Header(
        point="sodankyla",
        journal="j7Q2",
        seq=1,
        time_ms=1_795_000_000_123,
        mono_ns=12,
        boot="5f0c1f6e-0000-4000-8000-000000000000",
        clock="synced",
        actor="kiosk:main",
        businessdate=businessdate,
    )
    event_on_the_wire: dict[str, Any] = json.loads(seal(event, header, GENESIS)[0])
    return event_on_the_wire


@pytest.mark.parametrize("schema", [config_schema(), EVENTS_SCHEMA], ids=["config", "events"])
def test_schema_is_a_right_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


def test_stored_config_schema_is_that_of_the_code() -> None:
    stored = (CONFIG / "schema.json").read_text("utf-8")
    assert json.loads(stored) == json.loads(json.dumps(config_schema())), "luukku schema config > config/schema.json"


@pytest.mark.parametrize("name", ["demo.toml", "point.example.toml"])
def test_shipped_config_fits_the_schema_that_its_first_line_names(name: str) -> None:
    text = (CONFIG / name).read_text("utf-8")
    assert text.startswith("#:schema ./schema.json")
    assert list(CONFIG_ORACLE.iter_errors(tomllib.loads(text))) == []


def test_schema_refuses_a_key_that_nobody_knows() -> None:
    raw = tomllib.loads((CONFIG / "demo.toml").read_text("utf-8"))
    raw["printers"][0]["lnk"] = "sim"
    assert not CONFIG_ORACLE.is_valid(raw)


def test_each_key_of_the_config_schema_is_described() -> None:
    parts = config_schema()["$defs"]
    bare = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, one in part["properties"].items()
        if not one.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=15)
@given(data=st.data())
def test_schema_takes_every_event_that_we_can_emit(name: str, data: st.DataObject) -> None:
    event = data.draw(values(types.type_info(EVENTS[name])))
    assert [fault.message for fault in ORACLES[name].iter_errors(sealed(event))] == []


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=3)
@given(data=st.data())
def test_schema_takes_an_event_for_one_type_only_and_with_nothing_more(name: str, data: st.DataObject) -> None:
    event = sealed(data.draw(values(types.type_info(EVENTS[name]))))
    assert [other for other, oracle in ORACLES.items() if oracle.is_valid(event)] == [name]
    assert not ORACLES[name].is_valid(event | {"data": event["data"] | {"customer": "Maija"}})
    assert not ORACLES[name].is_valid(event | {"customer": "Maija"})
    assert not ORACLES[name].is_valid({key: value for key, value in event.items() if key != "chain"})


def test_whole_document_takes_one_event_and_refuses_a_strange_type() -> None:
    whole = Draft202012Validator(EVENTS_SCHEMA)
    event = sealed(EVENTS["queue.reset"](business_date="2026-11-21", removed=0), businessdate="")
    assert "businessdate" not in event
    assert whole.is_valid(event)
    assert not whole.is_valid(event | {"type": "luukku.queue.resett.v1"})
    assert len(EVENTS_SCHEMA["oneOf"]) == len(EVENTS)
