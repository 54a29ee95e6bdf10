"""The OpenAPI document as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SCHEMAS_SHOWN = ("NativeCall", "ListedCall", "FullCall", "SentResult", "ProblemDetails")


@dataclass(frozen=True)
class Entry:
    """A parameter or a field."""

    name: str
    type: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[str]
    parameters: list[Entry]
    statuses: str


@dataclass(frozen=True)
class Shape:
    name: str
    description: str
    entries: list[Entry]


@dataclass(frozen=True)
class Guide:
    description: str
    operations: list[Operation]
    shapes: list[Shape]


def guide(document: dict[str, Any]) -> Guide:
    schemas = document["components"]["schemas"]
    shapes = [shape(name, schemas[name]) for name in SCHEMAS_SHOWN]
    return Guide(document["info"]["description"], list(operations(document)), shapes)


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, found in methods.items():
            yield Operation(
                id=found["operationId"],
                method=method.upper(),
                path=path,
                summary=found["summary"],
                paragraphs=found.get("description", "").split("\n\n"),
                parameters=[parameter(one) for one in found.get("parameters", ())],
                statuses=", ".join(str(status) for status in found["responses"]),
            )


def parameter(found: dict[str, Any]) -> Entry:
    return Entry(found["name"], type_of(found["schema"]), found.get("description", ""), found.get("required", False))


def shape(name: str, schema: dict[str, Any]) -> Shape:
    required = schema.get("required", ())
    entries = [
        Entry(field, type_of(value), value.get("description", ""), field in required)
        for field, value in schema["properties"].items()
    ]
    return Shape(name, " ".join(schema.get("description", "").split()), entries)


def type_of(schema: dict[str, Any]) -> str:
    """In words: `string`, `list of Turn`, `completed, busy or …`."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    return schema.get("format") or schema.get("type", "anything")
