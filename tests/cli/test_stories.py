"""`heraut stories` as a filter."""

import io
import json
from typing import Any

from bot.cli.filters import run_filter
from bot.cli.stories import Grouper
from bot.services.grouping import story_window

CALL = {
    "id": "nos-1",
    "title": "Rutte belt Trump over Groenland",
    "text": "",
    "language": "nl",
    "published": "2026-03-02T08:05:00+00:00",
    "source": "NOS",
    "url": "https://nos.example/1",
}
IN_ENGLISH = CALL | {
    "id": "bbc-7",
    "title": "Rutte phones Trump on Greenland",
    "language": "en",
    "published": "2026-03-02T09:20:00+01:00",
    "source": "BBC",
    "url": "https://bbc.example/7",
}
FIRE = CALL | {
    "id": 3,
    "title": "Grote brand in munitiedepot bij Eindhoven",
    "published": "2026-03-02T10:00:00Z",
    "source": "AD",
    "url": "https://ad.example/3",
}


def run(*rows: dict[str, Any] | str) -> tuple[int, list[dict[str, Any]], str]:
    grouper = Grouper(story_window(lexical=True))
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    sink, errors = io.StringIO(), io.StringIO()
    status = run_filter(lambda row: [grouper.place(row)], io.BytesIO(lines.encode()), sink, errors)
    return status, [json.loads(line) for line in sink.getvalue().splitlines()], errors.getvalue()


def stories(rows: list[dict[str, Any]]) -> list[Any]:
    return [row["story"] for row in rows]


def test_a_story_is_called_by_the_id_of_its_first_item() -> None:
    status, rows, errors = run(CALL, IN_ENGLISH, FIRE)
    assert (status, errors) == (0, "")
    assert [set(row) for row in rows] == [{"id", "story", "why"}] * 3
    assert stories(rows) == ["nos-1", "nos-1", 3]
    assert CALL["title"] in rows[1]["why"]


def test_the_language_is_found_when_the_row_names_none() -> None:
    bare = [{key: row[key] for key in ("id", "title", "published")} for row in (CALL, IN_ENGLISH)]
    assert stories(run(*bare)[1]) == ["nos-1", "nos-1"]


def test_a_row_without_a_date_is_as_old_as_the_one_before_it() -> None:
    undated = {key: value for key, value in IN_ENGLISH.items() if key != "published"}
    assert stories(run(CALL, undated)[1]) == ["nos-1", "nos-1"]


def test_after_three_days_a_story_is_closed() -> None:
    later = CALL | {"id": "nos-9", "url": "", "published": "2026-03-06T08:05:00+00:00"}
    assert stories(run(CALL, later)[1]) == ["nos-1", "nos-9"]


def test_bad_lines_are_reported_and_skipped() -> None:
    nameless = {key: value for key, value in CALL.items() if key != "id"}
    status, rows, errors = run("{", nameless, CALL | {"title": 5}, CALL)
    assert status == 1
    assert stories(rows) == ["nos-1"]
    assert [line.split(":")[0] for line in errors.splitlines()] == ["line 1", "line 2", "line 3"]
    assert "'id' is missing" in errors


def test_a_bad_line_leaves_nothing_behind_that_others_could_join() -> None:
    nameless = {key: value for key, value in CALL.items() if key != "id"}
    assert stories(run(nameless, IN_ENGLISH)[1]) == ["bbc-7"]


def test_one_date_in_the_far_future_closes_no_story() -> None:
    others = [FIRE | {"id": f"x{n}", "title": f"Bericht {n}", "url": ""} for n in range(999)]
    rows = run(CALL, *others[:-1], FIRE | {"id": "odd", "published": "2099-01-01"}, IN_ENGLISH)[1]
    assert rows[-1]["story"] == "nos-1"


def test_what_is_too_old_leaves_the_window() -> None:
    window = story_window(lexical=True)
    grouper = Grouper(window)
    for day in range(2, 12):
        grouper.place(CALL | {"id": day, "url": "", "published": f"2026-03-{day:02}T08:05:00+00:00"})
    assert len(window) <= 5


def test_a_list_whose_dates_run_backwards_is_grouped_too() -> None:
    assert stories(run(FIRE, IN_ENGLISH, CALL)[1]) == [3, "bbc-7", "bbc-7"]
