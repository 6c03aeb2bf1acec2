"""Every operation of the point's own OpenAPI document, driven by schemathesis at the real daemon, as everybody.

Right and wrong data, boundary values, missing and surplus members, wrong methods: each answer is one that the document
names, in the shape that it says; wrong data is refused by name, and data of the right shape is never refused for its
shape.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.schemas import OpenApiSchema

from controller.web import openapi
from tests.fuzz.rig import ANSWER_S, LONG, POINT_PROBLEMS, Daemon, fuzz, plain_problem

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("ignore::DeprecationWarning:schemathesis")]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
ROLES = ("kiosk", "staff", "technician", "tv", "booth", "panic", "")  # "": nobody
EXAMPLES = (3, 80)  # of each operation and kind of data, in `make test` and in `make long`
SHAPE = re.compile(r" at `\$|^Object |^Expected `|is not JSON|is a whole number|is one of kiosk")
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, item in openapi.document("0")["paths"].items()
    for method in item
    if path != "/api/v1/stream"  # no HTTP answer: test_stream.py
]


@pytest.fixture(scope="session")
def document(thrown_at: Daemon) -> OpenApiSchema:
    """The document as the daemon serves it."""
    return schemathesis.openapi.from_url(f"{thrown_at.url}/api/v1/openapi.json")


@pytest.fixture
def asked(daemon: Daemon) -> Callable[[Case, str], None]:
    """Sends a case in somebody's name and holds the answer against the document."""
    session = requests.Session()

    def ask(case: Case, role: str) -> None:
        headers = {"Authorization": f"Bearer {daemon.tokens[role]}"} if role else {"Authorization": ""}
        case.cookies = {}
        if case.meta is not None and case.meta.generation.mode.is_positive:
            case.body, case.query = whole(case.body), whole(case.query)
        answer = case.call(base_url=daemon.url, session=session, headers=headers, timeout=ANSWER_S)
        case.validate_response(answer, checks=CHECKS)

    return ask


def named(_ctx: object, answer: Response, _case: Case) -> None:
    """An error is a problem of a known name; what is served is what it says it is and for nobody's cache."""
    if answer.status_code >= 400:
        plain_problem(answer.status_code, answer.headers["content-type"][0], answer.content, POINT_PROBLEMS)
    assert answer.headers["x-content-type-options"] == ["nosniff"]
    assert answer.headers["cache-control"] == ["no-store"]
    assert answer.headers["server"] == ["luukku"]


def right_shape_is_never_refused_for_its_shape(_ctx: object, answer: Response, case: Case) -> None:
    """A service, a kiosk, a moment that is not there may be refused; what the document allows may not."""
    assert case.meta is not None
    if answer.status_code == 400 and case.meta.generation.mode.is_positive:
        detail = answer.json()["detail"]
        assert not SHAPE.search(detail), f"the document allows this: {detail}"


def whole(value: Any) -> Any:
    """JSON Schema takes 8.0 for an integer, and no client of ours writes one so: a point refuses it."""
    if isinstance(value, dict):
        return {key: whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


CHECKS: list[Any] = [
    named,
    right_shape_is_never_refused_for_its_shape,
    *(
        schemathesis.checks.CHECKS.get_one(name)
        for name in (
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
            "negative_data_rejection",
            "unsupported_method",
            "allow_header_conformance",
            "missing_required_header",
        )
    ),
]


def somebody(chance: Random, case: Case) -> str:
    """Mostly who may, else anybody."""
    may = [role for role in case.operation.definition.raw.get("x-roles", ()) if role in ROLES]
    return chance.choice(may) if may and chance.random() < 0.7 else chance.choice(ROLES)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_boundaries_as_everybody(document: OpenApiSchema, asked: Callable[[Case, str], None], operation: str) -> None:
    method, path = operation.split(" ")
    known = document[path][method]
    chance = Random(1)
    cases = document.iter_coverage_cases(known, generation_modes=MODES, generation_config=document.config.generation)
    for case in cases:
        asked(case, somebody(chance, case))
        if LONG:
            for role in ROLES:
                asked(case, role)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_data_as_everybody(document: OpenApiSchema, asked: Callable[[Case, str], None], operation: str) -> None:
    method, path = operation.split(" ")
    known = document[path][method]

    @fuzz(*EXAMPLES)
    @hypothesis.given(case=st.one_of(*(known.as_strategy(generation_mode=mode) for mode in MODES)), seed=st.integers())
    def all_of_them(case: Case, seed: int) -> None:
        asked(case, somebody(Random(seed), case))

    all_of_them()
