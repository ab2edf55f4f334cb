import json

from typer.testing import CliRunner

from bot.__main__ import cli

RUNNER = CliRunner()
ITEMS = "\n".join(
    json.dumps(item)
    for item in (
        {"id": 1, "title": "Piet Rutte wint quiz", "text": "In Goes.", "published": "2025-03-01"},
        {"id": 2, "title": "NAVO-chef wil defensiegeld", "published": "2025-03-01"},
    )
)


def test_each_item_is_a_hit_or_a_miss_with_its_clauses() -> None:
    result = RUNNER.invoke(cli, ["rules", "test", "@rutte AND defensie*"], input=ITEMS)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "miss 1  Piet Rutte wint quiz"
    assert "“Rutte” stands in it, but does not mean Mark Rutte there" in lines[1]
    assert "hit  2  NAVO-chef wil defensiegeld" in lines


def test_the_same_as_json() -> None:
    result = RUNNER.invoke(cli, ["rules", "test", "--json", "@rutte"], input=ITEMS)
    rows = [json.loads(line) for line in result.stdout.splitlines()]

    assert [(row["id"], row["hit"]) for row in rows] == [(1, False), (2, True)]
    assert rows[0]["clauses"][0]["clause"] == "@rutte"


def test_a_mistake_is_pointed_at() -> None:
    result = RUNNER.invoke(cli, ["rules", "check", "gas AND @ruttte"])

    assert result.exit_code == 2
    assert result.stderr.splitlines()[:2] == [
        "gas AND @ruttte",
        "        ^ there is no entity @ruttte (did you mean @rutte?)",
    ]


def test_a_good_rule_is_ok_and_says_what_it_names() -> None:
    result = RUNNER.invoke(cli, ["rules", "check", "@rutte gas"])

    assert (result.exit_code, result.stdout) == (0, "ok: names @rutte (Mark Rutte)\n")


def test_topics_and_entities_are_listed() -> None:
    topics = RUNNER.invoke(cli, ["rules", "list"]).stdout
    entities = RUNNER.invoke(cli, ["rules", "entities"]).stdout

    assert "nato" in topics
    assert "@nato" in topics
    assert "Mark Rutte (person)" in entities
