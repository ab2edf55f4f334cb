"""`heraut feeds`, as a shell runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.domain.models import FeedSpec, Outlet
from bot.feeds.opml import read_opml, write_opml
from tests.emulators.feeds import FeedServer
from tests.support.clock import NOON
from tests.support.feedbuilder import items, rss
from tests.support.heraut import run_cli

Heraut = Callable[..., Result]
LIST = [
    FeedSpec("https://kustbode.example/rss", Outlet("Kustbode", "kust"), "nl", "binnenland"),
    FeedSpec("https://anna:geheim@haven.example/feed", Outlet("Havenblad", "haven"), "nl"),
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "heraut.toml"
    path.write_text(f"data_dir = '{tmp_path / 'data'}'\n[polling]\nallow_hosts = ['127.0.0.1']\n")
    return path


@pytest.fixture
def heraut(config: Path) -> Heraut:
    def run(*arguments: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(cli, ["feeds", *arguments, "--config", str(config)], input=stdin)

    return run


def opml(*specs: FeedSpec) -> bytes:
    return write_opml(specs or LIST, title="Kranten", created=NOON)


def test_an_empty_list_says_how_to_begin(heraut: Heraut) -> None:
    result = heraut("list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "heraut feeds add" in result.stderr


def test_a_file_goes_in_and_comes_out_the_same_without_logins(heraut: Heraut, tmp_path: Path) -> None:
    (tmp_path / "kranten.opml").write_bytes(opml())
    assert (
        "2 added, 0 watched already, 0 left out"
        in heraut("import", "--unread", str(tmp_path / "kranten.opml")).stdout
    )
    out = tmp_path / "uit.opml"
    assert heraut("export", str(out)).exit_code == 0
    body = out.read_bytes()
    assert b"geheim" not in body
    assert {(spec.outlet, spec.language, spec.title) for spec in read_opml(body).feeds} == {
        (spec.outlet, spec.language, spec.title) for spec in LIST
    }


def test_importing_twice_adds_nothing(heraut: Heraut) -> None:
    heraut("import", "--unread", "-", stdin=opml())
    assert "0 added, 2 watched already" in heraut("import", "--unread", "-", stdin=opml()).stdout


def test_the_list_shows_each_feed_and_no_login(heraut: Heraut) -> None:
    heraut("import", "--unread", "-", stdin=opml())
    rows = [json.loads(line) for line in heraut("list", "--json").stdout.splitlines()]
    assert [(row["name"], row["state"], row["added"]) for row in rows] == [
        ("Havenblad", "new", True),
        ("Kustbode: binnenland", "new", True),
    ]
    assert "geheim" not in heraut("list").stdout
    assert [json.loads(line)["owner"] for line in heraut("list", "haven", "--json").stdout.splitlines()] == [
        "haven"
    ]


def test_a_feed_is_removed_by_name_and_asked_about_when_several_fit(heraut: Heraut) -> None:
    heraut("import", "--unread", "-", stdin=opml())
    several = heraut("remove", "example")
    assert several.exit_code == 2
    assert "#1 Kustbode" in several.stderr
    assert "No longer watched: Havenblad" in heraut("remove", "haven").stdout
    assert heraut("remove", "haven").exit_code == 2


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<opml><body>", b"\xff" * 100, b"x" * 6_000_000])
def test_a_file_that_is_no_list_is_refused(heraut: Heraut, body: bytes) -> None:
    result = heraut("import", "-", stdin=body)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there_is_named(heraut: Heraut) -> None:
    assert "nowhere.opml cannot be read" in heraut("import", "nowhere.opml").stderr


@pytest.mark.slow
async def test_a_feed_is_read_before_it_is_added(config: Path) -> None:
    async with FeedServer() as server:
        server.put("/kustbode", rss(items(4), title="Kustbode"))
        server.put("/page", b"<html><body>niets</body></html>", content_type="text/html")
        arguments = ("--config", str(config))
        status, out, _ = await run_cli(
            "feeds", "add", server.url("/kustbode"), "--outlet", "Kustbode", "--owner", "kust", *arguments
        )
        assert (status, "Kustbode (4 items)" in out, "Owner: kust" in out) == (0, True, True)
        status, _, errors = await run_cli("feeds", "add", server.url("/page"), *arguments)
        assert (status, "no feed to be found" in errors) == (2, True)


@pytest.mark.slow
async def test_an_import_reads_each_feed_and_names_those_that_cannot_be(config: Path) -> None:
    async with FeedServer() as server:
        server.put("/rss", rss(items(4)))
        specs = [FeedSpec(server.url(path), Outlet("K", "k")) for path in ("/rss", "/gone")]
        status, out, errors = await run_cli(
            "feeds", "import", "-", "--config", str(config), stdin=opml(*specs)
        )
    assert status == 1
    assert "1 added, 0 watched already, 1 left out" in out
    assert f"{server.url('/gone')}: That address cannot be read" in errors
