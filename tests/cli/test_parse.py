"""`heraut parse` as a filter: good files, bad files, standard input."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import parse as command
from bot.cli.parse import write_items

FEED = """<rss version="2.0"><channel><title>De Dijkbode</title><language>nl</language>
<item><title>Gemaal staat stil</title><link>/a/1</link><guid isPermaLink="false">d-1</guid>
<pubDate>Mon, 03 Mar 2025 10:15:00 +0100</pubDate><description>Een storing.</description></item>
<item><title>Brug open</title><link>https://dijkbode.example/a/2</link></item>
</channel></rss>"""


def run(*files: Path | str, url: str = "") -> tuple[int, list[dict[str, Any]], str]:
    sink, errors = io.StringIO(), io.StringIO()
    status = write_items([str(file) for file in files], url, sink, errors)
    return status, [json.loads(line) for line in sink.getvalue().splitlines()], errors.getvalue()


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(FEED)
    return path


def test_each_item_is_one_line_of_the_contract(feed: Path) -> None:
    status, (first, second), errors = run(feed, url="https://dijkbode.example/rss")
    assert (status, errors) == (0, "")
    assert first == {
        "feed": str(feed),
        "id": "d-1",
        "url": "https://dijkbode.example/a/1",
        "title": "Gemaal staat stil",
        "summary": "Een storing.",
        "text": "Een storing.",
        "published": "2025-03-03T09:15:00Z",
        "updated": None,
        "authors": [],
        "language": "nl",
        "image": None,
    }
    assert (second["id"], second["published"]) == ("https://dijkbode.example/a/2", None)


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    packed = tmp_path / "feed.xml.gz"
    packed.write_bytes(gzip.compress(FEED.encode()))
    assert [row["title"] for row in run(packed)[1]] == ["Gemaal staat stil", "Brug open"]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FEED.encode())))
    assert len(run("-")[1]) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no feed at all", "the document is not XML"),
        (b"", "the document is empty"),
        (gzip.compress(FEED.encode())[:-20], "the gzip file is cut off"),
        (b"\x1f\x8b\x08garbage", "the gzip file is damaged"),
    ],
)
def test_a_bad_file_is_named_and_the_others_go_on(
    feed: Path, tmp_path: Path, body: bytes, reason: str
) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_bytes(body)
    status, found, errors = run(bad, tmp_path / "absent.xml", feed)
    assert status == 1
    assert len(found) == 2
    assert errors.splitlines() == [
        f"{bad}: {reason}; skipped",
        f"{tmp_path / 'absent.xml'}: No such file or directory; skipped",
    ]


def test_a_gzip_bomb_is_refused_without_unpacking_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MAX_BYTES", 10_000)
    bomb = tmp_path / "bomb.xml.gz"
    bomb.write_bytes(gzip.compress(b" " * 5_000_000))
    status, _, errors = run(bomb)
    assert status == 1
    assert "more than" in errors
