import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.cli.match import document_of, matched_row, topic_matcher, words_of
from tests.support.packs import MORE_ENTITY

RUNNER = CliRunner()
ITEM = {"id": "a", "title": "NAVO-chef bezoekt Kiel", "text": "", "published": "2025-02-01T10:00:00Z", "x": 1}


def run(*rows: object, arguments: tuple[str, ...] = ()) -> tuple[int, list[dict[str, object]], str]:
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    result = RUNNER.invoke(cli, ["match", *arguments], input=lines.encode())
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_an_item_gets_topics_matches_and_salience() -> None:
    status, rows, _ = run(ITEM)

    assert status == 0
    row = rows[0]
    assert (row["id"], row["language"]) == ("a", "nl")
    assert {"nato", "rutte"} <= set(row["topics"])  # type: ignore[call-overload]  # a list of slugs
    matches = row["matches"]
    assert isinstance(matches, list)
    assert set(matches[0]) == {"entity", "surface", "field", "start", "end", "why"}
    assert isinstance(row["salience"], dict)
    assert row["salience"]["rutte"] > row["salience"]["nato"]


def test_a_bad_line_is_reported_and_skipped() -> None:
    status, rows, errors = run(ITEM, "{", {"title": "no id"}, {"id": 2, "title": 7}, {"id": 3})

    assert status == 1
    assert [row["id"] for row in rows] == ["a", 3]
    assert [line.split(":")[0] for line in errors.splitlines()] == ["line 2", "line 3", "line 4"]


def test_without_a_date_a_title_is_todays() -> None:
    matcher = topic_matcher(*words_of(None))

    assert "nato" in matched_row(matcher, {"id": 1, "title": "NAVO-chef bezoekt Kiel"})["topics"]


def test_dates_of_both_kinds_are_read() -> None:
    assert document_of({"published": "Tue, 02 Apr 2019 10:00:00 +0200"}).published is not None
    assert document_of({"published": "2019-04-02"}).published is not None
    assert document_of({"published": "gisteren"}).published is None


def test_a_configuration_adds_packs_and_topics(tmp_path: Path) -> None:
    (tmp_path / "somebody.toml").write_text(MORE_ENTITY, encoding="utf-8")
    (tmp_path / "own-topics.toml").write_text(
        '[[topic]]\nslug = "else"\nnames.nl = "Iemand"\nrule = "@somebody"\n', encoding="utf-8"
    )
    packs = tmp_path / "packs"
    packs.mkdir()
    (tmp_path / "somebody.toml").rename(packs / "somebody.toml")
    config = tmp_path / "heraut.toml"
    config.write_text(f"topics_file = 'own-topics.toml'\npacks_dir = '{packs}'\n", encoding="utf-8")

    _, rows, errors = run({"id": 1, "title": "Somebody Else lacht"}, arguments=("--config", str(config)))

    assert errors == ""
    assert "else" in rows[0]["topics"]  # type: ignore[operator]  # a list of slugs


def test_a_topic_that_does_not_parse_ends_with_status_2(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text(
        '[[topic]]\nslug = "x"\nnames.nl = "X"\nrule = "@ruttte"\n', encoding="utf-8"
    )
    config = tmp_path / "heraut.toml"
    config.write_text("topics_file = 'topics.toml'\n", encoding="utf-8")

    status, rows, errors = run(ITEM, arguments=("--config", str(config)))

    assert (status, rows) == (2, [])
    assert "did you mean @rutte?" in errors


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\n"])
def test_no_items_and_bytes_that_are_no_text_do_not_crash(content: bytes) -> None:
    result = RUNNER.invoke(cli, ["match"], input=content)

    assert result.exit_code in (0, 1)
    assert result.stdout == ""
