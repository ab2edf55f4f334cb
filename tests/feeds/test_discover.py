"""From the address of a site to its feeds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FeedRefused, FeedUnreachable
from bot.feeds.discover import common_addresses, discover, feed_links
from bot.feeds.http import Fetcher, Page
from tests.emulators.feeds import FeedServer
from tests.support.feedbuilder import NOON, atom, items, rss

pytestmark = pytest.mark.slow

HTML = "text/html; charset=utf-8"


def page(body: str, url: str = "https://krant.example/nieuws/") -> Page:
    return Page(url, body.encode(), HTML)


async def test_the_address_of_a_feed_is_its_own_answer(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/rss", rss(items(3), title="Proefkrant"))
    server.redirect("/oud", "/rss")
    (found,) = await discover(fetcher, server.url("/oud"))
    assert (found.url, found.title, found.language) == (server.url("/rss"), "Proefkrant", "nl")
    assert (found.items, found.newest) == (3, NOON + timedelta(minutes=30))
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "pasted", ["<http://{}/rss>", "feed://{}/rss", "feed:http://{}/rss", " rss://{}/rss "]
)
async def test_an_address_is_read_as_people_paste_it(
    server: FeedServer, fetcher: Fetcher, pasted: str
) -> None:
    server.put("/rss", rss(items(3)))
    (found,) = await discover(fetcher, pasted.format(server.host))
    assert found.url == server.url("/rss")


async def test_a_site_names_its_feeds_and_comments_come_last(server: FeedServer, fetcher: Fetcher) -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/reacties/feed">'
        '<link rel="alternate" type="application/rss+xml" href="/binnenland">'
        '<link rel="alternate" type="application/atom+xml" href="/buitenland">'
        '<link rel="alternate" type="application/rss+xml" href="/kapot">'
    )
    server.put("/", head.encode(), content_type=HTML)
    server.put("/reacties/feed", rss(items(1), title="Reacties"))
    server.put("/binnenland", rss(items(2), title="Binnenland"))
    server.put("/buitenland", atom(items(2), title="Buitenland"), content_type="application/atom+xml")
    server.put("/kapot", b"<html>weg</html>", content_type=HTML)
    found = await discover(fetcher, server.url("/"))
    assert [one.title for one in found] == ["Binnenland", "Buitenland", "Reacties"]


async def test_a_site_that_names_none_is_asked_at_the_usual_paths(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/nieuws", b"<html><body>Krant</body></html>", content_type=HTML)
    server.put("/feed", b"<html>Deze pagina bestaat niet</html>", content_type=HTML)
    server.put("/rss.xml", rss(items(2)))
    (found,) = await discover(fetcher, server.url("/nieuws"))
    assert found.url == server.url("/rss.xml")
    assert server.count("/atom.xml") == 0


async def test_a_site_whose_pages_are_not_for_programs_may_have_a_feed_at_the_usual_paths(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.status("/", 403)
    with pytest.raises(FeedUnreachable, match="403"):
        await discover(fetcher, server.url("/"))
    server.put("/feed", rss(items(2)))
    (found,) = await discover(fetcher, server.url("/"))
    assert found.url == server.url("/feed")


async def test_a_site_without_feeds_has_none(server: FeedServer, fetcher: Fetcher) -> None:
    server.put("/", b"<html>niets</html>", content_type=HTML)
    assert await discover(fetcher, server.url("/")) == []


async def test_without_a_scheme_https_is_tried_first_and_http_after_it(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/rss", rss(items(1)))
    (found,) = await discover(fetcher, f" {server.host}/rss ")
    assert found.url == server.url("/rss")


async def test_a_site_that_cannot_be_read_says_why(server: FeedServer, fetcher: Fetcher) -> None:
    with pytest.raises(FeedUnreachable, match="404"):
        await discover(fetcher, server.url("/weg"))
    with pytest.raises(FeedRefused):
        await discover(fetcher, "http://169.254.169.254/")


async def test_a_page_cannot_send_us_into_a_private_network(server: FeedServer, fetcher: Fetcher) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/feed">'
    server.put("/", link.encode(), content_type=HTML)
    assert await discover(fetcher, server.url("/")) == []


async def test_a_page_with_a_thousand_feeds_costs_a_handful_of_requests(
    server: FeedServer, fetcher: Fetcher
) -> None:
    links = "".join(f'<link rel=alternate type=application/rss+xml href="/f{n}">' for n in range(1000))
    server.put("/", links.encode(), content_type=HTML)
    assert await discover(fetcher, server.url("/")) == []
    assert len(server.requests) < 25


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="rss">', "https://krant.example/nieuws/rss"),
        ("<LINK TYPE=application/atom+xml REL=Alternate HREF=/a>", "https://krant.example/a"),
        ("<link rel='feed alternate' type='text/xml; charset=x' href='//b.example/a?x=1&amp;y=2#z'/>",
         "https://b.example/a?x=1&y=2"),
        ('<base href="https://cdn.example/x/"><link rel=alternate type=application/feed+json href=j>',
         "https://cdn.example/x/j"),
        ('<link rel="alternate" type="application/rss+xml" href="feed:https://krant.example/f">',
         "https://krant.example/f"),
        ('<a href="/feeds/binnenland">RSS</a>', "https://krant.example/feeds/binnenland"),
        ('<a class="x" href="https://krant.example/binnenland.rss">RSS</a>',
         "https://krant.example/binnenland.rss"),
    ],
)  # fmt: skip
def test_a_feed_is_found_in_markup(markup: str, expected: str) -> None:
    assert feed_links(page(f"<html><head>{markup}</head>")) == [expected]


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        '<link rel="alternate" hreflang="en" href="/en/">',
        '<!-- <link rel="alternate" type="application/rss+xml" href="/oud"> -->',
        '<a href="/feedback">Reageer</a>',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="http://[">',
    ],
)
def test_what_is_no_feed_is_not_named(markup: str) -> None:
    assert feed_links(page(markup)) == []


@given(st.text(alphabet='<>"=! -/abhrefliknt&;#\n', max_size=300))
def test_any_markup_is_survived(markup: str) -> None:
    for url in feed_links(page(markup)):
        assert url.startswith("http")


def test_the_usual_paths_begin_below_the_page_and_end_at_the_root() -> None:
    found = common_addresses("https://krant.example/blog?page=2#top")
    assert found[0] == "https://krant.example/blog/feed"
    assert "https://krant.example/feed" in found
    assert len(set(found)) == len(found)
    assert len(common_addresses("https://krant.example")) < len(found)
