"""robots.txt: what publishers ask of programs that read their pages, on a real server."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FeedRefused
from bot.feeds import robots
from bot.feeds.article import ArticleReader
from bot.feeds.http import Fetcher
from bot.feeds.robots import Robots, read_rules
from tests.emulators.feeds import FeedServer
from tests.support.webpages import PARAGRAPHS, linked, page

PLAIN = "text/plain; charset=utf-8"
FILE = b"""# Proefkrant
User-agent: *
Disallow: /archief/
Disallow: /*?print=
Disallow: /*.pdf$
Allow: /archief/vandaag

User-agent: Slurper
User-agent: Schraper
Disallow: /
"""


def may(path: str, name: str = "Heraut", file: bytes = FILE) -> bool:
    return read_rules(file, name).allow(path)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/nieuws/1", True),
        ("/archief/2024", False),
        ("/archief/vandaag/1", True),
        ("/nieuws/1?print=ja", False),
        ("/nieuws/1?van=rss", True),
        ("/krant.pdf", False),
        ("/krant.pdf?bladzij=2", True),
        ("/robots.txt", True),
        ("/%61rchief/2024", False),
    ],
)
def test_the_longest_rule_that_fits_decides(path: str, allowed: bool) -> None:
    assert may(path) is allowed


def test_of_equal_rules_the_kinder_one_holds() -> None:
    assert may("/nieuws", file=b"User-agent: *\nDisallow: /nieuws\nAllow: /nieuws\n")


def test_a_group_of_our_own_name_counts_alone() -> None:
    own = FILE + b"\nuser-agent: HERAUT\ndisallow: /alleen-lezers/\n"
    assert may("/archief/2024", file=own)
    assert not may("/alleen-lezers/1", file=own)


def test_one_group_may_have_several_names() -> None:
    assert not may("/", "slurper")
    assert not may("/", "schraper")
    assert may("/", "Heraut")


def test_an_empty_rule_forbids_nothing() -> None:
    assert may("/nieuws", file=b"User-agent: *\nDisallow:\n")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_garbage_breaks_it(garbage: bytes, path: str) -> None:
    read_rules(garbage, "Heraut").allow(path)
    read_rules(b"User-agent: *\nDisallow: " + garbage, "Heraut").allow(f"/{path}")


def test_a_rule_of_many_stars_takes_no_time() -> None:
    rules = b"User-agent: *\nDisallow: /" + b"*a" * 5_000 + b"b$\n"
    assert may("/" + "a" * 9_000, file=rules)


def test_only_so_much_of_a_file_is_read() -> None:
    long = b"User-agent: *\n" + b"# " + b"x" * robots.MAX_BYTES + b"\nDisallow: /\n"
    assert may("/nieuws", file=long)


@pytest.fixture
def asked(fetcher: Fetcher) -> Robots:
    return Robots(fetcher)


async def test_a_page_that_its_publisher_forbids_is_not_asked_for(
    server: FeedServer, fetcher: Fetcher, asked: Robots
) -> None:
    server.put("/robots.txt", FILE, content_type=PLAIN)
    server.put("/archief/1", page("", linked(articleBody="\n".join(PARAGRAPHS))), content_type="text/html")
    async with ArticleReader(fetcher, robots=asked) as reader:
        with pytest.raises(FeedRefused, match=r"robots\.txt"):
            await reader.read(server.url("/archief/1"))
    assert server.count("/archief/1") == 0


async def test_a_page_that_is_not_forbidden_is_read(
    server: FeedServer, fetcher: Fetcher, asked: Robots
) -> None:
    server.put("/robots.txt", FILE, content_type=PLAIN)
    server.put("/nieuws/1", page("", linked(articleBody="\n".join(PARAGRAPHS))), content_type="text/html")
    async with ArticleReader(fetcher, robots=asked) as reader:
        assert (await reader.read(server.url("/nieuws/1"))).text


async def test_a_file_is_asked_for_once_also_by_many_at_the_same_time(
    server: FeedServer, asked: Robots
) -> None:
    server.put("/robots.txt", FILE, content_type=PLAIN)
    answers = await asyncio.gather(*(asked.allow(server.url(f"/nieuws/{n}")) for n in range(8)))
    assert all(answers)
    assert server.count("/robots.txt") == 1
    assert not asked._asking


async def test_a_publisher_without_a_file_forbids_nothing(server: FeedServer, asked: Robots) -> None:
    assert await asked.allow(server.url("/nieuws/1"))
    assert await asked.allow(server.url("/nieuws/2"))
    assert server.count("/robots.txt") == 1


async def test_while_the_file_cannot_be_had_nothing_is_read(
    server: FeedServer, asked: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.status("/robots.txt", 503)
    assert not await asked.allow(server.url("/nieuws/1"))
    server.put("/robots.txt", FILE, content_type=PLAIN)
    assert not await asked.allow(server.url("/nieuws/1"))
    monkeypatch.setattr(robots, "AGAIN_SECONDS", -1.0)
    asked._known.clear()
    server.status("/robots.txt", 503)
    assert not await asked.allow(server.url("/nieuws/1"))
    server.put("/robots.txt", FILE, content_type=PLAIN)
    assert await asked.allow(server.url("/nieuws/1"))


async def test_what_is_no_address_is_not_read(asked: Robots) -> None:
    assert not await asked.allow("http://[")
    assert not await asked.allow("/nieuws/1")


async def test_only_so_many_publishers_are_remembered(
    server: FeedServer, asked: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robots, "HOSTS", 1)
    await asked.allow(server.url("/nieuws/1"))
    await asked.allow("http://169.254.169.254/nieuws/1")
    assert len(asked._known) == 1
