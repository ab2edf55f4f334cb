"""The OpenAPI 3.1 document of the table of endpoints. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from bot.web.api.schemas import SCHEMAS, page_of, ref
from bot.web.api.table import PREFIX, Endpoint, Parameter

NO_NUL = r"^[^\u0000]*$"
"""No database takes this character in a text."""
_PROBLEMS = {
    "400": "A parameter is not as described.",
    "401": "The token is missing or wrong.",
    "404": "There is no such thing.",
    "429": "Too many wrong tokens.",
}


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """The description of the API for programs that make clients or tests of it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heraut",
            "version": version,
            "description": "Stories, items, topics, feeds and deliveries. Reading only.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}, {}],
        "paths": {each.path: {"get": _operation(each)} for each in endpoints},
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    answer = page_of(endpoint.schema) if endpoint.many else ref(endpoint.schema)
    words = re.findall(r"[a-z]+", endpoint.path)
    return {
        "operationId": "get" + "".join(word.title() for word in words),
        "summary": endpoint.about,
        "parameters": [_parameter(each) for each in endpoint.parameters],
        "responses": {
            "200": {"description": endpoint.about, "content": _json(answer)},
            **{
                status: {"description": about, "content": _json(ref("Error"))}
                for status, about in _PROBLEMS.items()
            },
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": parameter.kind}
    if parameter.kind == "integer":
        schema |= {"minimum": parameter.least, "maximum": parameter.most}
    else:
        schema |= {"minLength": parameter.least, "maxLength": parameter.most}
        schema["pattern"] = parameter.pattern or NO_NUL
    if choices := parameter.choices():
        schema["enum"] = list(choices)
    if parameter.default is not None:
        schema["default"] = parameter.default
    return {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "required": parameter.in_path,
        "description": parameter.about,
        "schema": schema,
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
