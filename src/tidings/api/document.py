"""The OpenAPI document as it is true, where the framework cannot know: no answer holds a null,
and every error has the one shape."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin

from tidings.api.errors import ErrorBody

SCHEMAS = "#/components/schemas/"
NULL = {"type": "null"}
ERROR = {
    "description": "It was not done; `code` and `message` say why and what mends it",
    "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}ErrorBody"}}},
}


class Document(JsonRenderPlugin):
    """The document where the reference and programs look for it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return msgspec.json.encode(mended(openapi_schema))


def describe(framework: Litestar) -> dict[str, Any]:
    """The document of an application that need not run."""
    return mended(framework.openapi_schema.to_schema())


def mended(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy of what the framework wrote, put right."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    schemas: dict[str, Any] = document["components"]["schemas"]
    _, errors = msgspec.json.schema_components([ErrorBody], ref_template=f"{SCHEMAS}{{name}}")
    schemas |= errors
    operations = [each for path in document["paths"].values() for each in path.values()]
    for operation in operations:
        operation["responses"].pop("400", None)
        operation["responses"]["default"] = ERROR
    for name in _reached(schemas, [each["responses"] for each in operations]):
        schemas[name] = _without_null(schemas[name])
    return document


def _reached(schemas: dict[str, Any], start: object) -> set[str]:
    """The names of all schemas that this part of the document leads to."""
    found: set[str] = set()
    ahead = set(_named(start))
    while ahead:
        found |= ahead
        ahead = {next_ for name in ahead for next_ in _named(schemas.get(name))} - found
    return found


def _named(part: object) -> Iterator[str]:
    text = msgspec.json.encode(part).decode()
    yield from re.findall(rf'"\$ref":"{re.escape(SCHEMAS)}([^"]+)"', text)


def _without_null(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_null(each) for each in part if each != NULL]
    if not isinstance(part, dict):
        return part
    kept = {name: _without_null(each) for name, each in part.items()}
    for choice in ("oneOf", "anyOf"):
        match kept.get(choice):
            case [only]:
                del kept[choice]
                kept |= only
    if kept.get("default", ...) is None:
        del kept["default"]
    return kept
