"""The published document: right OpenAPI 3.1 in itself, and exactly the routes that the doors have."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from controller.web import openapi, server
from controller.web.auth import Door
from controller.web.problems import TITLES
from controller.web.routes import ROUTES
from tests.web.rig import BOTH, Point, point

METHODS = {"get", "post", "put", "delete", "patch"}


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(m, path): told for path, item in document["paths"].items() for m, told in item.items()}


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = set().union(*(references(one) for one in value.values())) if value else set()
        return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
    return set().union(*(references(one) for one in value)) if isinstance(value, list) and value else set()


async def test_the_document_is_served_to_everybody_and_is_what_schema_prints(here: Point) -> None:
    answer = await here.get("/openapi.json", role=None)
    assert answer.json == msgspec.json.decode(msgspec.json.encode(openapi.document("test")))


@pytest.mark.parametrize("demo", [False, True])
async def test_it_names_exactly_the_routes_that_a_point_answers(tmp_path: Path, demo: bool) -> None:
    async with point(tmp_path, demo=demo) as running:
        app = server.application(running.rooms, Door("device", BOTH, local=True))
        served = {
            (route.method.lower(), route.resource.canonical)
            for route in app.router.routes()
            if route.resource is not None and route.resource.canonical.startswith("/api/v1/") and route.method != "HEAD"
        }
        assert set(operations((await running.get("/openapi.json")).json)) == served
    assert len(operations(openapi.document("0", demo=True))) == len(ROUTES)


def test_it_has_the_shape_of_openapi_3_1() -> None:
    document = openapi.document("1.2", demo=True)
    assert set(document) == {"openapi", "info", "paths", "components"}
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert set(document["info"]) == {"title", "version"}
    ids = [told["operationId"] for told in operations(document).values()]
    assert len(set(ids)) == len(ids)
    for (method, path), told in operations(document).items():
        assert method in METHODS
        assert set(told) <= {"summary", "operationId", "responses", "parameters", "requestBody", "security", "x-roles"}
        in_path = {p["name"] for p in told.get("parameters", ()) if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path
        assert all(p["required"] for p in told.get("parameters", ()) if p["in"] == "path")
        assert told["responses"], path
        for status, answer in told["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", status)
            assert answer["description"], (path, status)
            assert set(answer) <= {"description", "content"}


def test_every_component_is_a_right_schema_is_used_and_every_reference_leads_to_one() -> None:
    document = openapi.document("0", demo=True)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert references(document) == {f"#/components/schemas/{name}" for name in schemas}


def test_each_problem_of_the_contract_is_documented_with_its_own_status() -> None:
    told: set[tuple[str, str]] = set()
    for operation in operations(openapi.document("0", demo=True)).values():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                told |= {(part.split(":")[0], status) for part in answer["description"].split("; ")}
    known = {(name, str(status)) for name, (status, _) in TITLES.items()}
    assert known <= told, known - told


def test_what_changes_something_needs_a_key_and_what_changes_nothing_needs_none() -> None:
    without = {"/api/v1/login", "/api/v1/logout", "/api/v1/demo/day", "/api/v1/speech"}
    for (method, path), told in operations(openapi.document("0", demo=True)).items():
        keyed = any(p["name"] == "Idempotency-Key" and p["required"] for p in told.get("parameters", ()))
        assert keyed == (method != "get" and path not in without), (method, path)


def test_a_body_may_be_left_out_only_where_all_its_members_may() -> None:
    for (_, path), told in operations(openapi.document("0", demo=True)).items():
        if "requestBody" in told:
            name = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            schema = openapi.document("0", demo=True)["components"]["schemas"][name]
            assert told["requestBody"]["required"] == bool(schema["required"]), path
            assert schema["additionalProperties"] is False, path
