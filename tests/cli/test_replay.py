"""`heraut replay`: every article once, edits as edits, gaps reported."""

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.cli.replay import Replay, write_events
from bot.feeds.parse import parse_feed

NINE = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


def rss(
    *numbers: int, titles: dict[int, str] | None = None, guid: str = "dijkbode-{n:04}", days: int = 0
) -> bytes:
    items = "".join(
        f"<item><title>{(titles or {}).get(n, f'Bericht {n} over het water')}</title>"
        f"<link>http://dijkbode.example/nieuws/bericht-{n}</link>"
        f"<guid isPermaLink='false'>{guid.format(n=n)}</guid>"
        f"<pubDate>{format_datetime(NINE + timedelta(days=days, minutes=n))}</pubDate></item>"
        for n in sorted(numbers, reverse=True)
    )
    return f"<rss version='2.0'><channel><title>De Dijkbode</title>{items}</channel></rss>".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "snapshots"
    path.mkdir()
    return path


def play(folder: Path, *bodies: bytes) -> list[tuple[str, str, str]]:
    for number, body in enumerate(bodies):
        (folder / f"{number:03}.xml").write_bytes(body)
    sink = io.StringIO()
    assert write_events(folder, True, Replay(), sink) == 0
    rows = [json.loads(line) for line in sink.getvalue().splitlines()]
    return [(row["snapshot"][:3], row["kind"], row["title"]) for row in rows]


def test_every_article_is_new_once(folder: Path) -> None:
    events = play(folder, rss(1, 2), rss(1, 2), rss(2, 3))
    assert [(at, kind, title[:9]) for at, kind, title in events] == [
        ("000", "new", "Bericht 1"),
        ("000", "new", "Bericht 2"),
        ("002", "new", "Bericht 3"),
    ]


def test_a_changed_headline_is_an_edit_once(folder: Path) -> None:
    changed = {1: "Bericht 1 is bijgewerkt"}
    events = play(folder, rss(1), rss(1, titles=changed), rss(1, titles=changed))
    assert [kind for _, kind, _ in events] == ["new", "edit"]
    assert events[1] == ("001", "edit", "Bericht 1 is bijgewerkt")


def test_an_article_that_returns_is_not_new(folder: Path) -> None:
    assert [kind for _, kind, _ in play(folder, rss(1, 2), rss(2, 3), rss(1, 2, 3))] == ["new"] * 3


def test_a_window_without_overlap_is_a_gap_before_its_items(folder: Path) -> None:
    events = play(folder, rss(1, 2, 3), rss(11, 12, 13), rss(12, 13, 14))
    assert [(at, kind) for at, kind, _ in events] == [
        *[("000", "new")] * 3,
        ("001", "gap"),
        *[("001", "new")] * 3,
        ("002", "new"),
    ]


def test_a_date_in_the_far_future_hides_no_gap(folder: Path) -> None:
    mistaken = rss(1, 2, 3).replace(b"2025 09:03", b"2099 09:03")
    assert b"2099" in mistaken
    kinds = [kind for _, kind, _ in play(folder, mistaken, rss(11, 12, 13))]
    assert kinds == [*["new"] * 3, "gap", *["new"] * 3]


@pytest.mark.parametrize("guid", ["", "dezelfde", "nieuw-{n:04}-na-de-migratie"])
def test_guids_that_are_empty_or_shared_or_all_change_announce_nothing_twice(folder: Path, guid: str) -> None:
    events = play(
        folder, rss(1, 2, 3), rss(1, 2, 3, guid=guid), rss(2, 3, 4, guid=guid), rss(3, 4, guid=guid)
    )
    assert [kind for _, kind, _ in events] == ["new"] * 4


def test_a_changed_date_and_scheme_announce_nothing_twice(folder: Path) -> None:
    later = rss(1, 2, days=1).replace(b"http://", b"https://")
    assert [kind for _, kind, _ in play(folder, rss(1, 2), later)] == ["new"] * 2


def test_a_feed_in_the_wrong_order_is_no_gap_and_no_news(folder: Path) -> None:
    items = parse_feed(rss(1, 2, 3, 4), "", "").items
    assert len(items) == 4
    shuffled = rss(1, 2, 3, 4).replace(b"Bericht 4", b"Bericht X").replace(b"Bericht 1", b"Bericht 4")
    events = play(folder, rss(1, 2, 3, 4), shuffled.replace(b"Bericht X", b"Bericht 1"))
    assert [kind for _, kind, _ in events].count("new") == 4
    assert "gap" not in [kind for _, kind, _ in events]


def test_a_restart_between_snapshots_changes_nothing() -> None:
    bodies = [rss(1, 2), rss(2, 3), rss(3, 4, titles={3: "Bericht 3 is bijgewerkt"}), rss(14, 15)]
    steady = Replay()
    expected = [steady.take(parse_feed(body, "", ""), str(n)) for n, body in enumerate(bodies)]
    remembered = Replay()
    found = []
    for number, body in enumerate(bodies):
        restarted = Replay(None, dict(remembered.known), remembered.newest)
        found.append(restarted.take(parse_feed(body, "", ""), str(number)))
        remembered = restarted
    assert found == expected
    assert [event.kind for events in found for event in events].count("gap") == 1


def test_an_unreadable_snapshot_is_passed_over(folder: Path) -> None:
    (folder / "000.xml.gz").write_bytes(gzip.compress(rss(1)))
    (folder / "001.xml").write_bytes(b"502 Bad Gateway")
    (folder / "002.xml").write_bytes(rss(1, 2))
    (folder / "index.json").write_text("{}")
    sink, errors = io.StringIO(), io.StringIO()
    assert write_events(folder, False, Replay(), sink, errors) == 1
    assert [line.split()[:2] for line in sink.getvalue().splitlines()] == [
        ["000.xml.gz", "new"],
        ["002.xml", "new"],
    ]
    assert errors.getvalue() == f"{folder / '001.xml'}: the document is not XML; passed over\n"


def test_what_would_be_sent_follows_the_item_it_is_about(folder: Path) -> None:
    """A story is one alert, its corrected headline an update; what matches nothing is neither."""
    before = {1: "Rutte: NAVO-top in Lutjewaard gaat door", 2: "Gemaal bij Lutjewaard staat stil"}
    after = before | {1: "Rutte stelt NAVO-top in Lutjewaard uit"}
    for name, titles in (("000.xml", before), ("001.xml", after), ("002.xml", after)):
        (folder / name).write_bytes(rss(1, 2, titles=titles))
    done = CliRunner().invoke(cli, ["replay", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["snapshot"][:3], row["kind"], row["title"][:5]) for row in rows] == [
        ("000", "new", "Rutte"),
        ("000", "alert", "Rutte"),
        ("000", "new", "Gemaa"),
        ("001", "edit", "Rutte"),
        ("001", "update", "Rutte"),
    ]


def test_a_folder_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["replay", str(tmp_path / "absent")])
    assert done.exit_code == 2
    assert done.stderr == f"{tmp_path / 'absent'}: not a folder\n"
