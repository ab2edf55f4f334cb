"""The API over HTTP, held to its own document."""

import random
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from tests.support.morning import TOKEN
from tests.support.press import LEAD

pytestmark = pytest.mark.slow

PREFIX = "/api/v1"
NAMES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
ODD = (
    "",
    "-1",
    "0",
    "1",
    "2",
    "30",
    "100",
    "101",
    "1e3",
    "x",
    "é",
    "🙂",
    "\0",
    "' OR 1=1 --",
    "9" * 15,
    "9" * 40,
)
ODD_TOO = ("nato", "failed", "1772445600000000.1", "0.0", "%", "<b>", "../..", "null", "[]", "a" * 101)


def conforms(value: Any, schema: Mapping[str, Any], names: Mapping[str, Any], at: str = "answer") -> None:
    """Fail unless a value is as its JSON Schema says (as much of it as our schemas use)."""
    if "$ref" in schema:
        conforms(value, names[schema["$ref"].rpartition("/")[2]], names, at)
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(
        (kind for kind in kinds if isinstance(value, NAMES[kind]) and not isinstance(value, bool)), None
    )
    assert kind, f"{at}: {value!r} is no {kinds}"
    assert value in schema.get("enum", [value]), at
    if schema.get("format") == "date-time" and value is not None:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value), at
    if kind == "array":
        for number, each in enumerate(value):
            conforms(each, schema["items"], names, f"{at}[{number}]")
    if kind == "object":
        known = schema.get("properties", {})
        more = schema.get("additionalProperties") or {}
        assert set(schema.get("required", [])) <= value.keys(), at
        for name, each in value.items():
            assert name in known or more, f"{at}.{name} is not described"
            conforms(each, known.get(name) or more, names, f"{at}.{name}")


async def described(client: aiohttp.ClientSession) -> Any:
    async with client.get(f"{PREFIX}/openapi.json") as answer:
        assert answer.status == 200
        return await answer.json()


async def ask(client: aiohttp.ClientSession, path: str, **query: str) -> Any:
    async with client.get(PREFIX + path, params=query) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_every_answer_is_as_the_document_says(client: aiohttp.ClientSession) -> None:
    document = await described(client)
    names = document["components"]["schemas"]
    assert len(document["paths"]) >= 7
    for path, item in document["paths"].items():
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = await ask(client, path.replace("{id}", "1").replace("{slug}", "nato"))
        conforms(answer, schema, names, path)
        assert answer.get("data", True), f"{path} answered with nothing, so nothing was tested"


async def test_every_reference_in_the_document_leads_somewhere(client: aiohttp.ClientSession) -> None:
    document = await described(client)
    references = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert references == document["components"]["schemas"].keys()
    ids = [item["get"]["operationId"] for item in document["paths"].values()]
    assert len(ids) == len(set(ids))


async def test_whatever_is_asked_the_answer_is_one_of_those_described(client: aiohttp.ClientSession) -> None:
    document = await described(client)
    names, dice = document["components"]["schemas"], random.Random(6)
    for path, item in document["paths"].items():
        operation = item["get"]
        for _ in range(25):
            query = {}
            where = path
            for parameter in operation["parameters"]:
                value = dice.choice(ODD + ODD_TOO)
                if parameter["in"] == "path":
                    where = where.replace(
                        "{" + parameter["name"] + "}", value.replace("/", "").replace("..", "") or "0"
                    )
                elif dice.random() < 0.7:
                    query[parameter["name"]] = value
            async with client.get(PREFIX + where, params=query) as answer:
                status, body = str(answer.status), await answer.json()
            assert status in operation["responses"], (where, query, body)
            schema = operation["responses"][status]["content"]["application/json"]["schema"]
            conforms(body, schema, names, where)


async def test_pages_join_without_loss_or_double(client: aiohttp.ClientSession) -> None:
    for path in ("/items", "/stories", "/deliveries", "/feeds"):
        whole = [each["id"] for each in (await ask(client, path))["data"]]
        seen: list[int] = []
        following: str | None = f"{PREFIX}{path}?limit=2"
        while following:
            async with client.get(following) as answer:
                page = await answer.json()
            seen += [each["id"] for each in page["data"]]
            following = page["next"]
        assert seen == whole
        assert len(whole) >= 3


async def test_a_story_comes_with_offsets_that_fit(client: aiohttp.ClientSession) -> None:
    story = await ask(client, "/stories/1")
    assert story["title"] == LEAD + ", ook raketten"
    assert story["topics"].keys() == {"rutte", "nato"}
    for report in story["reports"]:
        for match in report["matches"]:
            if match["field"] == "title":
                assert report["title"][match["start"] : match["end"]] == match["surface"]
    assert {line["state"] for line in story["deliveries"]} == {"sent"}


async def test_filters_leave_out_the_rest(client: aiohttp.ClientSession) -> None:
    [only] = (await ask(client, "/stories", topic="harbour"))["data"]
    assert list(only["topics"]) == ["harbour"]
    [failed] = (await ask(client, "/deliveries", state="failed"))["data"]
    assert failed["detail"] == "the text is too long"
    assert (await ask(client, "/topics/nato", days="1"))["outlets"]["Harbour Gazette"] == 2
    [gazette] = (await ask(client, "/feeds", words="gazette HARBOUR"))["data"]
    assert gazette["outlet"] == "Harbour Gazette"
    assert (await ask(client, "/feeds", state="failing")) == {"data": [], "next": None}


@pytest.mark.parametrize("path", ["/stories/99", "/topics/none", "/nothing"])
async def test_what_does_not_exist_is_a_404(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(PREFIX + path) as answer:
        assert answer.status == 404
        assert list(await answer.json()) == ["error"]


async def test_nothing_can_be_changed_here(client: aiohttp.ClientSession) -> None:
    async with client.post(f"{PREFIX}/stories", json={}) as answer:
        assert answer.status == 405


async def test_from_elsewhere_the_token_is_needed(client: aiohttp.ClientSession) -> None:
    elsewhere = {"x-forwarded-for": "203.0.113.9"}
    async with client.get(f"{PREFIX}/items", headers=elsewhere) as answer:
        assert answer.status == 401
    async with client.get(
        f"{PREFIX}/items", headers={**elsewhere, "authorization": f"Bearer {TOKEN}"}
    ) as answer:
        assert answer.status == 200
