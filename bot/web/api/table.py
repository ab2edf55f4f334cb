"""Endpoints as values: a path, what may be asked, what is answered. Server and document both read them."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

PREFIX = "/api/v1"
Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that may be asked. A number lies in `least`..`most`; a text has at most `most` characters.

    `choices` gives the only values, if not all are good; `pattern` is a regular expression for the whole of a
    text.
    """

    name: str
    about: str
    kind: Literal["integer", "string"] = "string"
    least: int = 0
    most: int = 100
    choices: Callable[[], Sequence[str]] = tuple
    pattern: str = ""
    default: Any = None
    in_path: bool = False

    def read(self, given: str) -> Any:
        """The value in a request.

        Raises:
            HTTPException: 400, it is not as described.
        """
        if self.kind == "integer":
            return self._number(given)
        if not self.least <= len(given) <= self.most or "\0" in given:
            raise HTTPException(400, f"{self.name} has {self.least} to {self.most} characters")
        choices = self.choices()
        if choices and given not in choices:
            raise HTTPException(400, f"{self.name} is one of {', '.join(choices)}")
        return given.encode("utf-8", "replace").decode()

    def _number(self, given: str) -> int:
        digits = given.isascii() and given.isdecimal() and len(given) <= 15
        if not digits or not self.least <= int(given) <= self.most:
            raise HTTPException(400, f"{self.name} is a whole number from {self.least} to {self.most}")
        return int(given)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something that can be asked.

    Args:
        path: below `PREFIX`, with `{name}` for parameters in it.
        about: what it answers, in a sentence.
        schema: the name of the schema of the answer.
        many: whether the answer is a page of such things.
        answer: gives the answer to a query that was read by `parameters`; None when there is no such thing.
    """

    path: str
    about: str
    schema: str
    answer: Callable[[Query], Awaitable[Any]]
    parameters: Sequence[Parameter] = ()
    many: bool = False


def answered(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The handler of an endpoint."""

    async def handler(request: Request) -> Response:
        found = await endpoint.answer(_query(endpoint, request))
        if found is None:
            raise HTTPException(404, "there is no such thing")
        return json_answer(found)

    return handler


def json_answer(body: Any) -> Response:
    """JSON with moments as RFC 3339 texts."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Response(
        text.encode("utf-8", "replace"), media_type="application/json", headers={"cache-control": "no-store"}
    )


def _query(endpoint: Endpoint, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in endpoint.parameters:
        place = request.path_params if parameter.in_path else request.query_params
        given = place.get(parameter.name)
        found[parameter.name] = parameter.default if given is None else parameter.read(given)
    return found


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value)} has no place in an answer")
