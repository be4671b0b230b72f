"""The API as a page: its calls in plain words, from the same document that programs read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """`kind` describes the JSON that comes with a status; empty when there is none."""

    status: str
    kind: str


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: str
    replies: tuple[Reply, ...]
    refusals: tuple[str, ...]


def api_calls(document: Schema) -> list[Call]:
    """Every call of an OpenAPI document, in its order."""
    shapes = _Shapes(document)
    return [
        _call(shapes, method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def _call(shapes: _Shapes, method: str, path: str, operation: Schema) -> Call:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = operation["responses"]
    return Call(
        id=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", "").replace("`", ""),
        parameters=tuple(_parameter(shapes, found) for found in operation.get("parameters", ())),
        body=shapes.example(body["schema"]) if body else "",
        replies=tuple(
            Reply(status, shapes.example(answer["content"]["application/json"]["schema"]))
            for status, answer in answers.items()
            if "application/json" in answer.get("content", {})
        ),
        refusals=tuple(status for status in answers if int(status) >= 400),
    )


def _parameter(shapes: _Shapes, found: Schema) -> Parameter:
    kind = shapes.words(found["schema"])
    return Parameter(found["name"], found["in"], kind, found.get("required", False))


class _Shapes:
    """JSON schemas as text: the type of each value."""

    def __init__(self, document: Schema) -> None:
        self._known: Schema = document.get("components", {}).get("schemas", {})

    def example(self, schema: Schema) -> str:
        return json.dumps(self._shape(schema), indent=2, ensure_ascii=False)

    def words(self, schema: Schema) -> str:
        shape = self._shape(schema)
        return shape if isinstance(shape, str) else json.dumps(shape)

    def _shape(self, schema: Schema) -> Any:
        if "$ref" in schema:
            return self._shape(self._known[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return " or ".join(self.words(option) for option in schema["anyOf"])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return " or ".join(map(str, schema["enum"]))
        if "properties" in schema:
            return {name: self._shape(value) for name, value in schema["properties"].items()}
        if isinstance(schema.get("additionalProperties"), dict):
            return {"name": self._shape(schema["additionalProperties"])}
        if schema.get("type") == "array":
            return [self._shape(schema["items"])]
        return _type(schema)


def _type(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = f" from {low} to {high}" if low is not None and high is not None else ""
    return f"{schema.get('type', 'anything')}{bounds}"
