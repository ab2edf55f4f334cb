"""`heraut summarise` as a filter."""

import io
import json
from typing import Any

import pytest

from bot.cli.filters import run_filter
from bot.cli.match import words_of
from bot.cli.summarise import Summariser
from tests.support.heraut import run_cli
from tests.support.webpages import NEVER_TOLD, PARAGRAPHS, TITLE, page, paragraphs

LEAD = "De regering van Estland vraagt bondgenoten om hulp bij het bewaken van kabels in de Finse Golf."
DETAIL = "Zeven kabels raakten dit jaar beschadigd."
RUTTE = "NAVO-chef Mark Rutte zei woensdag in Tallinn dat er zes schepen komen."
BETWEEN = "Lees ook: Kabels kapot.\nDe vissers klagen over de drukte op zee."
TEXT = f"TALLINN (ANP) - {LEAD} {DETAIL} {BETWEEN} {RUTTE}"


@pytest.fixture(scope="module")
def summariser() -> Summariser:
    return Summariser(*words_of(None))


def run(summariser: Summariser, *rows: object) -> tuple[int, list[dict[str, Any]], str]:
    source = io.BytesIO("\n".join(json.dumps(row) for row in rows).encode())
    sink, errors = io.StringIO(), io.StringIO()
    status = run_filter(lambda row: [summariser.row(row)], source, sink, errors)
    return status, [json.loads(line) for line in sink.getvalue().splitlines()], errors.getvalue()


def test_a_summary_and_its_sentences_with_offsets_into_the_text(summariser: Summariser) -> None:
    status, (row,), _ = run(
        summariser, {"id": 7, "title": "Estland vraagt hulp", "text": TEXT, "topics": ["rutte"]}
    )
    assert status == 0
    assert set(row) == {"id", "summary", "sentences"}
    assert row["summary"] == f"{LEAD} {RUTTE}"
    assert [sentence["text"] for sentence in row["sentences"]] == [LEAD, RUTTE]
    assert all(TEXT[one["start"] : one["end"]] == one["text"] for one in row["sentences"])


def test_what_the_reader_follows_decides(summariser: Summariser) -> None:
    other = TEXT.replace("NAVO-chef Mark Rutte", "Admiraal Kask")
    _, (row,), _ = run(summariser, {"id": 1, "title": "Estland vraagt hulp", "text": other})
    assert row["summary"] == f"{LEAD} {DETAIL}"


@pytest.mark.parametrize("html", [page(paragraphs()).decode(), paragraphs()])
def test_html_is_read_as_its_article_and_given_back_as_text(summariser: Summariser, html: str) -> None:
    _, (row,), _ = run(summariser, {"id": "a", "title": TITLE, "html": html})
    assert row["summary"].startswith(PARAGRAPHS[0])
    assert not [phrase for phrase in NEVER_TOLD if phrase in row["text"]]
    assert all(row["text"][one["start"] : one["end"]] == one["text"] for one in row["sentences"])


@pytest.mark.parametrize("row", [{"id": 1}, {"id": 1, "title": None, "text": ""}, {"id": 1, "html": "<p>"}])
def test_nothing_to_say_is_an_empty_summary(summariser: Summariser, row: dict[str, object]) -> None:
    status, (out,), _ = run(summariser, row)
    assert (status, out["summary"], out["sentences"]) == (0, "", [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"title": "x"}, "field 'id' is missing"),
        ({"id": 1, "text": 3}, "text: expected text"),
        ({"id": 1, "topics": "nato"}, "topics: expected a list"),
        ({"id": 1, "topics": [3]}, "topics: expected a list"),
        ([], "expected an object"),
    ],
)
def test_a_bad_line_is_reported_and_the_others_go_on(
    summariser: Summariser, row: object, reason: str
) -> None:
    status, found, errors = run(summariser, row, {"id": 2, "title": "x", "text": TEXT})
    assert status == 1
    assert [one["id"] for one in found] == [2]
    assert errors.startswith("line 1: ")
    assert reason in errors


@pytest.mark.slow
async def test_the_command_is_a_filter() -> None:
    line = json.dumps({"id": "a", "title": "Estland vraagt hulp", "text": TEXT}).encode()
    status, out, errors = await run_cli("summarise", stdin=line + b"\nnonsense\n")
    assert status == 1
    assert json.loads(out)["id"] == "a"
    assert errors.startswith("line 2: ")
