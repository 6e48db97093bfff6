"""The OpenAPI document: as true as a generated client needs it."""

import json
from typing import Any

import httpx
import pytest

from tests.serving import Server


@pytest.fixture
def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.address}/api/v2/docs/openapi.json").json()
    return found


def test_no_answer_is_said_to_hold_a_null(document: dict[str, Any]) -> None:
    views = {
        name: schema
        for name, schema in document["components"]["schemas"].items()
        if name.endswith(("View", "Ref"))
    }

    assert len(views) > 50
    assert [name for name, schema in views.items() if '"null"' in json.dumps(schema)] == []


def test_every_error_is_said_to_have_the_one_shape(document: dict[str, Any]) -> None:
    shapes = {
        json.dumps(operation["responses"]["default"]["content"])
        for path in document["paths"].values()
        for operation in path.values()
    }

    [shape] = shapes
    assert "#/components/schemas/ErrorBody" in shape
    assert "contextId" in document["components"]["schemas"]["ErrorBody"]["required"]


def test_a_creating_post_says_what_it_answers(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/v2/users"]["post"]["responses"]["200"]["content"]

    assert answer["application/json"]["schema"] == {"$ref": "#/components/schemas/UserView"}
