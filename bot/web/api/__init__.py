"""The JSON API: what the pages show, for programs. One table makes its routes and its OpenAPI document."""

from starlette.routing import Route

from bot.web.api.endpoints import endpoints
from bot.web.api.openapi import document
from bot.web.api.table import PREFIX, answered, json_answer
from bot.web.desk import Desk


def routes(desk: Desk, version: str) -> list[Route]:
    """The routes of the table, and the document that describes them."""
    table = endpoints(desk)

    async def openapi(_request: object) -> object:
        return json_answer(document(table, version))

    return [
        Route(f"{PREFIX}/openapi.json", openapi, methods=["GET"]),
        *(Route(f"{PREFIX}{each.path}", answered(each), methods=["GET"]) for each in table),
    ]
