"""The OpenAPI 3.1 document, made from the route table and the types that decode and check (so it cannot lie)."""

import re
from typing import Any

import msgspec

from controller.web.problems import TITLES
from controller.web.reading import AFTER_MOST, EVENTS_MOST
from controller.web.routes import ROUTES, Route
from controller.web.stream import VIEW_ROLES

ALWAYS = ("forbidden", "invalid", "internal")
CHANGING = ("idempotency-key-missing", "idempotency-conflict")
QUERY: dict[str, dict[str, Any]] = {  # the others are any text
    "after": {"type": "integer", "minimum": 0, "maximum": AFTER_MOST},
    "limit": {"type": "integer", "minimum": 1, "maximum": EVENTS_MOST},
    "lang": {"type": "string", "pattern": "^[a-z]{2,3}$"},
    "view": {"type": "string", "enum": list(VIEW_ROLES)},
}


class ProblemShape(msgspec.Struct):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


def document(version: str, *, demo: bool = False) -> dict[str, Any]:
    routes = [route for route in ROUTES if demo or not route.demo]
    types = {t for route in routes for t in (route.body, route.answer) if t is not None} | {ProblemShape}
    ordered = sorted(types, key=lambda t: t.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    refs = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(f"/api/v1{route.path}", {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Luukku: one service point", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"},
                                "cookie": {"type": "apiKey", "in": "cookie", "name": "luukku_<role>"}},
        },
    }  # fmt: skip


def _operation(route: Route, refs: dict[type, dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()}{re.sub(r'[^a-z]+', '_', route.path)}",
        "responses": _responses(route, refs),
        "x-roles": sorted(route.roles),
    }
    if route.roles:
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": QUERY.get(name, {"type": "string"})} for name in route.query]
    if route.changes:
        key = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        required = any(field.required for field in msgspec.structs.fields(route.body))
        operation["requestBody"] = {
            "required": required, "content": {"application/json": {"schema": refs[route.body]}},
        }  # fmt: skip
    return operation


def _responses(route: Route, refs: dict[type, dict[str, Any]]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": route.summary}
    if route.answer is not None:
        good["content"] = {"application/json": {"schema": refs[route.answer]}}
    responses: dict[str, Any] = {"101" if route.path == "/stream" else str(route.status): good}
    if route.empty:
        responses["204"] = {"description": route.empty}
    names = {*route.problems, *(CHANGING if route.changes else ()), *ALWAYS}
    if route.changes:
        names.add("journal-full")
    told = [(TITLES[name][0], name) for name in sorted(names)] + (
        [(408, "invalid"), (413, "invalid")] if route.body else []
    )
    for status, name in told:
        title = TITLES[name][1]
        problem = responses.setdefault(
            str(status),
            {"description": "", "content": {"application/problem+json": {"schema": refs[ProblemShape]}}},
        )
        problem["description"] = "; ".join(filter(None, [problem["description"], f"{name}: {title}"]))
    return responses
